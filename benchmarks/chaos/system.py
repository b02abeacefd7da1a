"""The system that is made to suffer: two ``acrisol serve`` on one database and one Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.chaos.clock import Clock
from benchmarks.chaos.postgres import Postgres
from benchmarks.chaos.serve import WORKER
from benchmarks.processes import below, command_of
from worker.embedded_redis import EmbeddedRedis, embedded_redis

LEASE_S = 2.0
_NODES = 2
_DISK = "48m"
_DRAIN_S = 0.5  # clients that have chosen it already send their requests
_STOP_S = 60.0
_START_S = 300.0  # on a very busy machine


class Node:
    """One ``acrisol serve`` with its worker, kept running.

    Args:
        clock: What its processes take for the time.
        environment: Theirs.
        log: Where their standard errors go.
    """

    def __init__(self, clock: Clock, environment: dict[str, str], log: Path) -> None:
        self.clock = clock
        self.url: str | None = None
        self._environment = {**environment, **clock.environment}
        self._log = log
        self._process: subprocess.Popen[str]
        self.start()

    @property
    def pid(self) -> int:
        """The process that serves."""
        return self._process.pid

    def start(self) -> None:
        """Start it; ``url`` is there once it answers."""
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.chaos.serve"],
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def keep(self) -> None:
        """Start it again if it has ended."""
        if self._process.poll() is not None:
            self.start()

    def kill(self) -> None:
        """``kill -9`` of the process that serves."""
        self.url = None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Stop it as a load balancer and a service manager do; its exit status."""
        self.url = None
        time.sleep(_DRAIN_S)
        self._process.terminate()
        try:
            return self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def workers(self) -> list[int]:
        """The worker's main process, if it runs."""
        return [pid for pid in below(self.pid) if WORKER in command_of(pid)][:1]

    def runners(self) -> list[int]:
        """The worker's processes that run tasks."""
        return [pid for pid in below(self.pid) if WORKER in command_of(pid)][1:]

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if process is self._process and process.poll() is None:
            self.url = url or None


class System:
    """Two nodes, Redis, and the database.

    Args:
        folder: Everything lies in it.
        home: The SQLite database and the checkpoints lie in it.
        postgres: The database server; None for SQLite.
    """

    def __init__(self, folder: Path, home: Path, postgres: Postgres | None) -> None:
        self.folder = folder
        self.home = home
        self.postgres = postgres
        self.database_url = postgres.url if postgres else f"sqlite:///{home}/acrisol.db"
        self.redis: EmbeddedRedis = embedded_redis()
        self.redis.start()
        environment = {
            **os.environ,
            "ACRISOL_HOME": str(home),
            "ACRISOL_DATABASE_URL": self.database_url,
            "ACRISOL_REDIS_URL": self.redis.url,
            "ACRISOL_PORT": "0",
            "ACRISOL_CONCURRENCY": "2",
            "ACRISOL_LEASE_S": str(LEASE_S),
            "ACRISOL_SWEEP_S": "0.3",
            "ACRISOL_WAKE_AFTER_S": "1",
            "ACRISOL_STOP_S": "30",
            # A task that meets so many deaths by bad luck is none that kills its workers.
            "ACRISOL_WORKER_DEATHS": "30",
            "ACRISOL_TOOL_FAILURES": "30",
            "ACRISOL_RETRY_DELAY_S": "0.2",
            "ACRISOL_WEBHOOK_HTTP": "true",
            "ACRISOL_WEBHOOK_PORTS": "",
            "ACRISOL_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "ACRISOL_WEBHOOK_TIMEOUT_S": "3",
            "ACRISOL_WEBHOOK_FIRST_DELAY_S": "0.3",
        }
        self.nodes = [
            Node(Clock(folder, str(number)), environment, folder / f"node-{number}.log")
            for number in range(_NODES)
        ]

    def keep(self) -> None:
        """Start what has ended."""
        for node in self.nodes:
            node.keep()

    def urls(self) -> list[str]:
        """Where requests may go."""
        return [node.url for node in self.nodes if node.url]

    @property
    def redis_pid(self) -> int:
        """Redis's process."""
        assert self.redis.child.pid is not None
        return self.redis.child.pid

    def restart_redis(self) -> None:
        """Redis comes back empty, where it was."""
        self.redis.child.stop(0)
        self.redis.start()

    def close(self) -> None:
        """End everything."""
        for node in self.nodes:
            node.stop()
        self.redis.child.stop(2.0)


@contextmanager
def system(folder: Path, database: str) -> Iterator[System]:
    """A running system.

    Args:
        folder: An empty folder.
        database: ``sqlite`` or ``postgres``.
    """
    folder.chmod(0o755)
    home = folder / "home"
    home.mkdir()
    with ExitStack() as stack:
        if mount_small(home):
            stack.callback(subprocess.run, ["umount", "-l", str(home)], check=False)
        postgres = None
        if database == "postgres":
            (folder / "postgres").mkdir()
            postgres = Postgres(folder / "postgres")
            postgres.start()
            stack.callback(postgres.stop)
        made = System(folder, home, postgres)
        stack.callback(made.close)
        deadline = time.monotonic() + _START_S
        while len(made.urls()) < _NODES:
            if time.monotonic() > deadline:
                raise SystemExit(f"The servers did not start; see {folder}/node-*.log.")
            time.sleep(0.05)
        yield made


def mount_small(place: Path) -> bool:
    """Lay a small disk of its own there; False where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=755", "tmpfs", str(place)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def end(pid: int, number: signal.Signals = signal.SIGKILL) -> bool:
    """Send a signal to a process; False if it is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
