# The `javascript` environment: node, which strips TypeScript's types, and the packages that tests commonly need.
#   docker build -t acrisol/javascript:1 -f deploy/images/javascript.Dockerfile .
# Where no base image can be pulled, deploy/images/build_local.py makes the same image from this machine.
FROM debian:bookworm-slim AS build
WORKDIR /build
COPY scripts/languages/javascript scripts/languages/javascript
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends ca-certificates $(scripts/languages/javascript packages) >/dev/null
COPY deploy/javascript deploy/javascript
RUN scripts/languages/javascript install /opt/acrisol \
    && chmod -R a+rX /opt/acrisol/javascript

FROM debian:bookworm-slim
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libstdc++6 >/dev/null \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/acrisol/javascript /opt/acrisol/javascript
RUN mkdir -p /work
WORKDIR /work
