"""A job in a container: its life and its end."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import docker
import docker.errors

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.collect import PACKING_S, Collector
from verifiers.sandbox.docker_container import ENGINE_ERRORS, Waiting, first_line
from verifiers.sandbox.docker_streams import AttachedSink, AttachedSource, MarkedSource, read_account
from verifiers.sandbox.protocol import Limits
from verifiers.sandbox.running import End

_SETUP_S = 60.0  # from the text to the program's first instruction, milliseconds if idle
_LEAVES_S = 0.2  # for a packer that has nothing more to say to be gone by itself
_GONE_S = 30  # for the engine to take down a killed container, and to say so
_PATIENCE_S = 1.0  # for a kill while stdout is read slowly; then that is given up
_OOM_TOLD_S = 2  # for the engine to tell why the kernel killed a container, which may come after its end
_KILLED = 128 + signal.SIGKILL
_ENDED_BY_ENGINE = (_KILLED, 128 + signal.SIGTERM)


class ContainerProcess:
    """A job in a container that has its text; implements :class:`verifiers.sandbox.running.Running`.

    Args:
        client: The engine.
        waiting: The container.
        mark: See :func:`verifiers.sandbox.docker_container.program_text`.
        limits: ``wall_s`` of them.
        collector: Takes what the container packs; None where it packs nothing.
        isolation: For the result.
        released: Called once when the container is of no more use.
    """

    def __init__(
        self,
        client: docker.APIClient,
        waiting: Waiting,
        mark: str,
        limits: Limits,
        collector: Collector | None,
        isolation: str,
        released: Callable[[], None],
    ) -> None:
        self._client = client
        self._container = waiting
        self._wall_s = limits.wall_s
        self._isolation = isolation
        self._released: Callable[[], None] | None = released
        self._killed = False
        self._timed_out = False
        self.stdin = AttachedSink(waiting.talk)
        self.stdout = AttachedSource(waiting.talk)
        self.stderr = MarkedSource(AttachedSource(waiting.complain), f"{mark}\n".encode(), collector)

    def wait(self) -> End:
        """See :class:`verifiers.sandbox.running.Running`.

        Raises:
            SandboxUnavailable: the engine went away.
        """
        marks = self.stderr
        if not marks.started.wait(_SETUP_S):
            self._kill()
        elif not marks.ended.wait(self._wall_s):
            self._timed_out = True
            self._kill()
        elif not (marks.packed.wait(PACKING_S) and marks.closed.wait(_LEAVES_S)):
            self._kill()  # the packer may have more than anybody wants
        if not marks.closed.wait(_GONE_S):
            self._give_streams_up()
            raise SandboxUnavailable("The Docker engine does not take a container down.")
        self.stdin.close()  # a write that waits for the ended program would wait for ever
        try:
            return self._end() if marks.account is not None and not self._timed_out else self._early_end()
        except ENGINE_ERRORS as error:
            self._give_streams_up()
            raise SandboxUnavailable(
                f"The Docker engine went away while a program ran: {first_line(error)}."
            ) from error

    def kill(self) -> None:
        """See :class:`verifiers.sandbox.running.Running`."""
        self._killed = True
        self._kill()

    def release(self) -> None:
        """Close the connections, and have the container removed."""
        self._container.close()
        if self._released:
            self._released()
            self._released = None

    def _end(self) -> End:
        """The end that the container itself tells of."""
        code, usage = read_account(self.stderr.account or "")
        started_at, ended_at = self.stderr.started_at or 0.0, self.stderr.ended_at or 0.0
        killed = usage.get("killed")
        if killed is None and code == _KILLED:  # the control group cannot be seen from inside
            killed = int(bool(self._state().get("OOMKilled")))
        return End(
            exit_code=code,
            timed_out=False,
            out_of_memory=bool(killed),
            wall_s=ended_at - started_at,
            cpu_s=usage.get("cpu_s"),
            memory_peak_bytes=int(usage["peak"]) if "peak" in usage else None,
            isolation=self._isolation,
        )

    def _early_end(self) -> End:
        """The end of a container that could not tell of it, as the engine does."""
        code = int(self._client.wait(self._container.identity, timeout=_GONE_S)["StatusCode"])
        ended_at = time.monotonic()
        state = self._state()
        started_at = self.stderr.started_at
        meant = self._killed or self._timed_out
        out_of_memory = bool(state.get("OOMKilled"))
        if code == _KILLED and not (meant or out_of_memory):
            out_of_memory = self._told_of_oom()
        broken = ""
        if state.get("Error") and started_at is None:
            broken = f"The Docker engine could not run the program: {state['Error']}"
        elif started_at is None and not self._killed:
            broken = "the container could not be set up"
        elif code not in _ENDED_BY_ENGINE:
            # Process 1 came to its own end and was not heard: the program took what it said out of its pipe.
            code = _KILLED
        elif not (meant or out_of_memory):
            broken = "the container was ended from outside"
        return End(
            exit_code=None if self._timed_out else code,
            timed_out=self._timed_out,
            out_of_memory=out_of_memory,
            wall_s=ended_at - (started_at or ended_at),
            cpu_s=None,
            memory_peak_bytes=None,
            isolation=self._isolation,
            broken=broken,
        )

    def _told_of_oom(self) -> bool:
        """Whether the engine tells of the memory limit; after the end that is too late for the state."""
        now = time.time()
        told = self._client.events(
            since=int(now - _GONE_S),
            until=int(now + _OOM_TOLD_S),
            filters={"container": self._container.identity, "event": "oom"},
        )
        return any(True for _ in told)

    def _state(self) -> dict[str, Any]:
        return dict(self._client.inspect_container(self._container.identity)["State"])

    def _kill(self) -> None:
        # The engine waits for attached streams to be read; a relay that waits for another program would let
        # it wait for ever.
        impatience = threading.Timer(_PATIENCE_S, _give_up, [self._container.talk])
        impatience.daemon = True
        impatience.start()
        with suppress(*ENGINE_ERRORS):  # it has ended already, or the engine is gone: `wait` tells which
            self._client.kill(self._container.identity)
        impatience.cancel()

    def _give_streams_up(self) -> None:
        for connection in (self._container.talk, self._container.complain):
            _give_up(connection)


def _give_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
