# The `bash` environment: Bash, the usual programs, and ShellCheck.
#   docker build -t acrisol/bash:1 -f deploy/images/bash.Dockerfile deploy/images
# Where no base image can be pulled, deploy/images/build_local.py makes the same image from this machine.
FROM debian:bookworm-slim
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        bash coreutils findutils gawk grep sed tar util-linux shellcheck >/dev/null \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir -p /work
