"""Make an environment's image without a registry, from this machine's own files.

    python deploy/images/build_local.py [NAME...] [--tools DIR]

The image holds what its Dockerfile would put there: what bubblewrap would bind for the environment, the
libraries that ``ldd`` names for it, the Debian packages that the environment needs (with all that they depend
on), and the few programs that start a job. NAME is one of the environments whose tools are installed here;
``--list`` shows them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import docker
import docker.errors
import requests
from debian import alternatives, closure, files
from rootfs import Rootfs, binaries_below

from verifiers.execution.languages.table import language_environments
from verifiers.sandbox.docker import DEFAULT_ENGINE
from verifiers.sandbox.environments import BANDIT, PYTHON, Environment, build_environments

PROGRAMS = ("sh", "env", "head", "tar", "cat", "ls", "id", "sleep", "true", "mkdir", "rm", "chmod", "touch")
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
BASE = ("bash", "coreutils", "dash", "diffutils", "findutils", "gawk", "grep", "libc-bin", "sed", "tar")
# Environments whose tools are the system's, and not only in the folders that they bind.
FROM_SYSTEM = ("bash", "cpp", "rust")
BOUND = ("go", "java", "javascript", "semgrep", "solidity")
_PACKAGES_OF = Path(__file__).resolve().parents[2] / "scripts" / "languages"
_DESCRIBE = """
import json, sys, sysconfig
print(json.dumps([sys.executable, sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]))
"""


def write_python(environment: Environment, target: Path) -> None:
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
            rootfs.link("/usr/bin/python3", str(real))
        for folder in dict.fromkeys(map(Path, libraries)):
            rootfs.tree(folder, str(folder), LEFT_OUT)
            rootfs.libraries(folder.glob("lib-dynload/*.so"))
        for bind in environment.binds:
            rootfs.tree(bind.source, bind.target, LEFT_OUT)


def write_packages(environment: Environment, target: Path) -> None:
    """Write an environment of Debian packages and of bound folders as a tar file."""
    wanted = [package for package in BASE if package != "gawk" or Path("/usr/bin/gawk").exists()]
    with tarfile.open(target, "w") as archive:
        rootfs = Rootfs(archive)
        if environment.name in FROM_SYSTEM:
            command = [str(_PACKAGES_OF / environment.name), "packages"]
            wanted += subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        for path in files(closure(wanted)):
            rootfs.as_it_is(path)
        for path in alternatives():
            rootfs.as_it_is(path)
        for bind in environment.binds:
            rootfs.tree(bind.source, bind.target)
            rootfs.libraries(binaries_below(bind.source), bind.source)


def build(client: docker.APIClient, environment: Environment) -> str:
    """Make an environment's image; returns its tag.

    Raises:
        docker.errors.DockerException: the engine refuses.
        LookupError: a package is not installed.
    """
    repository, _, version = environment.image.rpartition(":")
    write: Callable[[Environment, Path], None] = (
        write_python if environment.name in (PYTHON, BANDIT) else write_packages
    )
    with tempfile.TemporaryDirectory() as folder:
        rootfs = Path(folder, "rootfs.tar")
        write(environment, rootfs)
        answer = client.import_image_from_file(str(rootfs), repository=repository, tag=version)
    last = json.loads(str(answer).strip().splitlines()[-1])
    if "error" in last:
        raise docker.errors.DockerException(last["error"])
    return environment.image


def known_environments(tools: Path) -> dict[str, Environment]:
    """The environments whose tools are installed here."""
    table = build_environments(languages=tuple(language_environments(tools)))
    return {name: row for name, row in table.items() if name in (PYTHON, BANDIT, *FROM_SYSTEM, *BOUND)}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("environments", nargs="*", default=[PYTHON])
    parser.add_argument(
        "--tools", type=Path, default=Path(".tools"), help="what scripts/install-languages made"
    )
    parser.add_argument("--list", action="store_true", help="show what can be built here")
    arguments = parser.parse_args()
    known = known_environments(arguments.tools.expanduser().resolve())
    if arguments.list or not known.keys() >= set(arguments.environments):
        (sys.stdout if arguments.list else sys.stderr).write(
            f"Can be built here: {', '.join(sorted(known))}.\n"
        )
        return 0 if arguments.list else 2
    engine = os.environ.get("DOCKER_HOST", DEFAULT_ENGINE)
    try:
        client = docker.APIClient(engine, version="auto", timeout=600)
        for name in arguments.environments:
            sys.stdout.write(f"Made {build(client, known[name])} on {engine}.\n")
    except (docker.errors.DockerException, requests.RequestException) as error:
        sys.stderr.write(f"The Docker engine at {engine} did not make the image: {error}\n")
        return 1
    except LookupError as error:
        sys.stderr.write(f"The image of {name} needs packages that are {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
