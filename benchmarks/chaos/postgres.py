"""A private Postgres in a folder of its own, on a free port of the loopback interface."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

from verifiers.errors import ToolFailed, ToolMissing


class Postgres:
    """A server that can be stopped the hard way.

    Args:
        folder: An empty folder; everybody has to be allowed to enter the folders above it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self._control = _program("pg_ctl")
        # It refuses to run as root.
        self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        if os.geteuid() != 0:
            self._as_user = []
        else:
            shutil.chown(folder, "postgres", "postgres")
        self._run(_program("initdb"), "-D", str(folder), "-U", "acrisol", "-A", "trust", "--no-sync")
        self.url = f"postgresql+psycopg://acrisol@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-c port={self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        log = str(self._folder / "log")
        self._run(self._control, "start", "-w", "-D", str(self._folder), "-l", log, "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; ``immediate`` is a crash: nothing is written any more, and the next start recovers."""
        self._run(self._control, "stop", "-w", "-m", mode, "-D", str(self._folder))

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            [*self._as_user, *command],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise ToolFailed(f"{Path(command[0]).name} failed: {done.stderr.decode().strip()}", "")


def _program(name: str) -> str:
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(versions[-1]) if versions else None)
    if found is None:
        raise ToolMissing("Postgres is not installed.", "Install it with 'apt-get install postgresql'.")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
