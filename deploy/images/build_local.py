"""Make an environment's image without a registry, from this machine's own files.

    python deploy/images/build_local.py [python]

The image holds what its Dockerfile would put there: an interpreter with its standard library, pytest, and the
few programs that start a job (sh, env, head, tar), each with the shared libraries that ``ldd`` names.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

import docker
import docker.errors
import requests

from verifiers.sandbox.docker import DEFAULT_ENGINE
from verifiers.sandbox.environments import PYTHON, build_environments

PROGRAMS = ("sh", "env", "head", "tar", "cat", "ls", "id", "sleep", "true", "mkdir", "rm", "chmod", "touch")
FOLDERS = ("tmp", "work", "proc", "dev", "sys", "etc", "root")
LEFT_OUT = {
    "test",
    "idlelib",
    "tkinter",
    "turtledemo",
    "ensurepip",
    "lib2to3",
    "dist-packages",
    "site-packages",
}
_DESCRIBE = """
import json, sys, sysconfig
print(json.dumps([sys.executable, sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]))
"""


class Rootfs:
    """A root file system that is written as a tar archive, each path once."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self._seen: set[str] = set()
        for link, target in (
            ("bin", "usr/bin"),
            ("sbin", "usr/sbin"),
            ("lib", "usr/lib"),
            ("lib64", "usr/lib64"),
        ):
            self.link(link, target)
        for folder in FOLDERS:
            self.folder(folder)

    def link(self, name: str, target: str) -> None:
        """A symbolic link."""
        entry = tarfile.TarInfo(name)
        entry.type = tarfile.SYMTYPE
        entry.linkname = target
        self._put(entry)

    def folder(self, name: str) -> None:
        """An empty folder that everybody may enter."""
        entry = tarfile.TarInfo(name)
        entry.type = tarfile.DIRTYPE
        entry.mode = 0o755
        self._put(entry)

    def file(self, source: Path, name: str) -> None:
        """A copy of a file, links followed, owned by root, readable by everybody."""
        entry = self._archive.gettarinfo(str(source.resolve()), _inside(name))
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mode |= 0o444
        if entry.name in self._seen or not entry.isreg():
            return
        with source.open("rb") as content:
            self._put(entry, content)

    def tree(self, source: Path, name: str) -> None:
        """A copy of a file or of a folder without what no job needs."""
        if source.is_file():
            self.file(source, name)
            return
        for folder, folders, files in os.walk(source):
            folders[:] = [child for child in folders if child not in LEFT_OUT]
            for file in files:
                path = Path(folder, file)
                if path.exists():
                    self.file(path, f"{name}/{path.relative_to(source)}")

    def program(self, source: Path, name: str) -> None:
        """A program with the libraries that it is linked to."""
        self.file(source, name)
        self.libraries([source])

    def libraries(self, binaries: Iterable[Path]) -> None:
        """The libraries of some binaries, at the paths where the loader looks for them."""
        for binary in binaries:
            said = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=False).stdout
            for word in said.split():
                if word.startswith("/"):
                    self.file(Path(word), word)

    def _put(self, entry: tarfile.TarInfo, content: io.BufferedReader | None = None) -> None:
        if entry.name not in self._seen:
            self._seen.add(entry.name)
            self._archive.addfile(entry, content)


def _inside(name: str) -> str:
    """The name in the archive; the merged /bin, /lib, ... are links there, so nothing may lie below them."""
    parts = Path(name.lstrip("/")).parts
    return "/".join(("usr", *parts)) if parts[0] in ("bin", "sbin", "lib", "lib64") else "/".join(parts)


def write_python(target: Path) -> None:
    """Write the root file system of the ``python`` environment as a tar file."""
    system = Path("/usr/bin/python3")
    interpreter = system if system.exists() else Path(sys.base_prefix, "bin/python3")
    said = subprocess.run(
        [interpreter, "-I", "-c", _DESCRIBE], capture_output=True, text=True, check=True
    ).stdout
    executable, *libraries = json.loads(said)
    with tarfile.open(target, "w") as archive:
        rootfs = Rootfs(archive)
        for name in PROGRAMS:
            rootfs.program(Path("/bin", name), f"usr/bin/{name}")
        real = Path(executable).resolve()
        rootfs.program(real, str(real))
        if real != Path("/usr/bin/python3"):
            rootfs.link("usr/bin/python3", str(real))
        for folder in dict.fromkeys(map(Path, libraries)):
            rootfs.tree(folder, str(folder))
            rootfs.libraries(folder.glob("lib-dynload/*.so"))
        for bind in build_environments()[PYTHON].binds:
            rootfs.tree(bind.source, bind.target)


def build(client: docker.APIClient, environment: str) -> str:
    """Make an environment's image; returns its tag.

    Raises:
        docker.errors.DockerException: the engine refuses.
    """
    tag = build_environments()[environment].image
    repository, _, version = tag.rpartition(":")
    with tempfile.TemporaryDirectory() as folder:
        rootfs = Path(folder, "rootfs.tar")
        WRITERS[environment](rootfs)
        answer = client.import_image_from_file(str(rootfs), repository=repository, tag=version)
    last = json.loads(str(answer).strip().splitlines()[-1])
    if "error" in last:
        raise docker.errors.DockerException(last["error"])
    return tag


WRITERS = {PYTHON: write_python}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("environment", nargs="?", default=PYTHON, choices=sorted(WRITERS))
    environment = parser.parse_args().environment
    engine = os.environ.get("DOCKER_HOST", DEFAULT_ENGINE)
    try:
        client = docker.APIClient(engine, version="auto", timeout=300)
        sys.stdout.write(f"Made {build(client, environment)} on {engine}.\n")
    except (docker.errors.DockerException, requests.RequestException) as error:
        sys.stderr.write(f"The Docker engine at {engine} did not make the image: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
