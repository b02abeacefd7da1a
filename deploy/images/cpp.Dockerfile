# The `cpp` environment: gcc and g++ with their sanitizers, headers compiled ahead, cppcheck and flawfinder.
#   docker build -t acrisol/cpp:1 -f deploy/images/cpp.Dockerfile .
# Where no base image can be pulled, deploy/images/build_local.py makes the same image from this machine.
FROM debian:bookworm-slim
WORKDIR /acrisol
COPY scripts/languages/cpp scripts/languages/cpp
RUN apt-get update \
    && apt-get install -y --no-install-recommends $(scripts/languages/cpp packages) \
    && rm -rf /var/lib/apt/lists/*
COPY verifiers/execution/languages/cpp/runtime verifiers/execution/languages/cpp/runtime
RUN scripts/languages/cpp install /opt/acrisol && chmod -R a+rX /opt/acrisol && mkdir -p /work
WORKDIR /work
