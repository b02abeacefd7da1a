# The `rust` environment: rustc, a fast linker, and the judge's runtime with the crates that candidates may use.
#   docker build -t acrisol/rust:1 -f deploy/images/rust.Dockerfile .
# Where no base image can be pulled, deploy/images/build_local.py makes the same image from this machine.
FROM debian:bookworm-slim
WORKDIR /acrisol
COPY scripts/languages/rust scripts/languages/rust
RUN apt-get update \
    && apt-get install -y --no-install-recommends $(scripts/languages/rust packages) \
    && rm -rf /var/lib/apt/lists/*
COPY verifiers/execution/languages/rust/runtime verifiers/execution/languages/rust/runtime
RUN scripts/languages/rust install /opt/acrisol && chmod -R a+rX /opt/acrisol && mkdir -p /work
WORKDIR /work
