# The `java` environment: a run-time image with the compiler in it, our judge, JUnit, and an archive of loaded classes.
#   docker build -t acrisol/java:1 -f deploy/images/java.Dockerfile .
# Where no base image can be pulled, deploy/images/build_local.py makes the same image from this machine.
FROM debian:bookworm-slim AS build
WORKDIR /build
COPY scripts/languages/java scripts/languages/java
RUN apt-get update \
    && apt-get install -y --no-install-recommends $(scripts/languages/java packages)
COPY verifiers/execution/languages/java verifiers/execution/languages/java
RUN scripts/languages/java install /opt/acrisol

# The archive knows when the files were made that it belongs to; copying them keeps that.
FROM debian:bookworm-slim
COPY --from=build /opt/acrisol/java /opt/acrisol/java
RUN mkdir -p /work
WORKDIR /work
