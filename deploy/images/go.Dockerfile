# The `go` environment: Go's compiler and linker, and the standard library compiled once. No `go` command.
#   docker build -t acrisol/go:1 -f deploy/images/go.Dockerfile .
# Where no base image can be pulled, deploy/images/build_local.py makes the same image from this machine.
FROM debian:bookworm-slim AS build
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends golang-go golang-github-stretchr-testify-dev >/dev/null
COPY scripts/languages/go /build/scripts/languages/go
COPY verifiers/execution/languages/go/runtime /build/verifiers/execution/languages/go/runtime
RUN /build/scripts/languages/go install /opt/acrisol

FROM debian:bookworm-slim
COPY --from=build /opt/acrisol/go /opt/acrisol/go
RUN mkdir -p /work
