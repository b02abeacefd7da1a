"""A Docker engine for ``benchmarks.sandbox`` and ``benchmarks.escapes``, with the images they need."""

from __future__ import annotations

import json
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

from tests.engine import private_engine
from verifiers.sandbox.environments import build_environments

PEER_IMAGE = "acrisol-peer/python:1"
IMAGES = Path(__file__).parent.parent / "deploy" / "images"
_PEER_PROGRAMS = ("sleep", "mkdir", "tail", "cp", "mv", "rm", "chown", "cat", "ls", "sh", "test", "which")


@contextmanager
def engine(url: str | None, is_private: bool) -> Iterator[str | None]:
    """The address of an engine: one of our own for as long as this lasts, the one named, or None for none.

    Args:
        url: As in ``DOCKER_HOST``.
        is_private: Start one; needs ``dockerd`` and root.
    """
    if not is_private:
        yield url
        return
    with private_engine() as running:
        yield running.url


def make_peer_image(url: str) -> None:
    """Make an image in which llm-sandbox can work: the ``python`` image with more programs."""
    sys.path.insert(0, str(IMAGES))
    try:
        from build_local import write_python  # type: ignore[import-not-found]
        from rootfs import Rootfs  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(IMAGES))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "rootfs.tar")
        write_python(build_environments()["python"], target)
        with tarfile.open(target, "a") as archive:
            rootfs = Rootfs(archive)
            for name in _PEER_PROGRAMS:
                rootfs.program(Path("/usr/bin", name), f"usr/bin/{name}")
            rootfs.link("usr/bin/python", "python3")
            rootfs.folder("sandbox")
            rootfs.link("sandbox/.sandbox-venv/bin/python", "/usr/bin/python3")
            users = Path(folder, "passwd")
            users.write_text("root:x:0:0::/root:/bin/sh\n")
            rootfs.file(users, "etc/passwd")
        client = docker.APIClient(url, version="auto", timeout=300)
        repository, _, tag = PEER_IMAGE.rpartition(":")
        answer = str(client.import_image_from_file(str(target), repository=repository, tag=tag))
        client.close()
    last = json.loads(answer.strip().splitlines()[-1])
    if "error" in last:
        raise RuntimeError(f"The engine did not make the peer's image: {last['error']}")
