# The `python` environment: CPython and pytest, nothing else. No job ever has a network or root in it.
#   docker build -t acrisol/python:1 -f deploy/images/python.Dockerfile deploy/images
# Where no base image can be pulled, deploy/images/build_local.py makes the same image from this machine.
FROM python:3.12-slim
# pytest lies where bubblewrap puts it too, so that a job finds it at one place on every backend.
RUN pip install --no-cache-dir --no-compile --target /opt/acrisol/python "pytest>=8,<10" \
    && python3 -m compileall -q /opt/acrisol/python \
    && ln -sf /usr/local/bin/python3 /usr/bin/python3 \
    && mkdir -p /work
