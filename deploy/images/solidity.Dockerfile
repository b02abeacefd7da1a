# The `solidity` environment: Mythril, node and the compilers, as scripts/install-solidity installs them.
# From the repository's root:
#   docker build -t acrisol/solidity:1 -f deploy/images/solidity.Dockerfile .
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-pip python3-venv nodejs npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY scripts/install-solidity scripts/install-solidity
COPY deploy/solidity deploy/solidity
# A tool lies where bubblewrap binds it, so that a job finds it at one place on every backend.
RUN scripts/install-solidity /opt/acrisol \
    && mkdir -p /opt/acrisol/native /work \
    && ln -s "$(readlink -f "$(command -v node)")" /opt/acrisol/native/node \
    && chmod -R a+rX /opt/acrisol
WORKDIR /
