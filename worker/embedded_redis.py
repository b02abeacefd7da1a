"""A private ``redis-server`` for installations that bring none."""

from __future__ import annotations

import secrets
import shutil
import socket
import sys
import tempfile
import time
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError

from verifiers.errors import ToolFailed, ToolMissing
from worker.child import Child

_READY_S = 10.0


@dataclass(frozen=True)
class EmbeddedRedis:
    """A Redis that only this installation can use: on the loopback interface, with a random password.

    It keeps nothing on disk; the job rows hold all that matters.

    Args:
        url: Where it listens, password included.
        child: Its process, not started yet.
    """

    url: str
    child: Child

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            ToolFailed: it does not come up.
        """
        self.child.start()
        deadline = time.monotonic() + _READY_S
        client = Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=1)
        try:
            while time.monotonic() < deadline and self.child.pid is not None:
                try:
                    client.ping()
                    return
                except RedisError:
                    time.sleep(0.02)
        finally:
            client.close()
        self.child.stop(1.0)
        raise ToolFailed(
            "The private redis-server did not start.", "Start one yourself and set REDIS_URL to it."
        )


def embedded_redis() -> EmbeddedRedis:
    """A private Redis, not started yet.

    Raises:
        ToolMissing: there is no ``redis-server``.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise ToolMissing(
            "redis-server is not installed.",
            "Install it with 'apt-get install redis-server', or set REDIS_URL to a Redis that runs.",
        )
    port, password = _free_port(), secrets.token_urlsafe(24)
    # By standard input, so that the password is on no command line.
    config = "\n".join(
        (
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {password}",
            f"dir {tempfile.gettempdir()}",  # nothing is ever written there
            'save ""',
            "appendonly no",
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
            "loglevel warning",
            "",
        )
    )
    child = Child("redis-server", [*_dies_with_parent(), program, "-"], stdin=config.encode())
    return EmbeddedRedis(f"redis://:{password}@127.0.0.1:{port}/0", child)


def _dies_with_parent() -> list[str]:
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
