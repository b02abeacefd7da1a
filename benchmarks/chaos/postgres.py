"""A private Postgres in a folder of its own, on a free port of the loopback interface."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg

from verifiers.errors import ToolFailed, ToolMissing

_READY_S = 60.0
_USER = "postgres"  # Debian's package makes it; initdb refuses to be run by root


def programs() -> Path | None:
    """Where the newest installed version's programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Postgres:
    """A server that can be stopped the hard way. It ends with this process.

    Args:
        folder: An empty folder; everybody has to be allowed to enter the folders above it.

    Raises:
        ToolMissing: Postgres is not installed.
    """

    def __init__(self, folder: Path) -> None:
        found = programs()
        if found is None:
            raise ToolMissing("Postgres is not installed.", "Install it: apt-get install postgresql")
        self._folder = folder
        self._program = found / "postgres"
        self._as_user: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(folder, _USER, _USER)
            self._as_user = [f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"]
        command = [str(found / "initdb"), "-D", str(folder), "-U", _USER, "-A", "trust", "--no-sync"]
        subprocess.run(
            ["setpriv", *self._as_user, "--", *command, "-E", "UTF8", "--locale=C"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.url = f"postgresql://{_USER}@127.0.0.1:{self._port}/postgres"
        self._process: subprocess.Popen[bytes]

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            ToolFailed: it does not.
        """
        options = (f"port={self._port}", "listen_addresses=127.0.0.1", "unix_socket_directories=")
        server = [str(self._program), "-D", str(self._folder), *(f"--{option}" for option in options)]
        with (self._folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                ["setpriv", *self._as_user, "--pdeathsig", "QUIT", "--", *server],
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
            )
        deadline = time.monotonic() + _READY_S
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.url).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise ToolFailed(f"Postgres did not start; see {self._folder}/log.")

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop it. After SIGQUIT nothing is written any more and the next start recovers, as after a crash;
        SIGINT breaks off what runs and writes everything down."""
        self._process.send_signal(how)
        self._process.wait(60)
