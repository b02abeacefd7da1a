"""One container: its streams, its life and its end."""

from __future__ import annotations

import math
import signal
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import docker
import docker.errors
import requests

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.running import End, in_thread

# What the SDK raises when the engine is gone, refuses, or does not answer in time.
ENGINE_ERRORS = (docker.errors.DockerException, requests.RequestException, OSError)

_SETUP_S = 60.0  # from the engine's "started" to the program's first instruction, well under a second if idle
_ANSWER_S = 30.0  # for the engine to say that a container has ended
_PATIENCE_S = 1.0  # for a kill while a stream is read slowly; then the stream is given up
_FROM_OUTSIDE = (128 + signal.SIGKILL, 128 + signal.SIGTERM)
_CHUNK = 2**16
_FRAME_HEADER = 8


class AttachedSink:
    """The stdin half of an attached connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._open = True

    def write(self, data: bytes) -> bool:
        """See :class:`verifiers.sandbox.running.Sink`."""
        try:
            self._connection.sendall(data)
        except OSError:  # the program, or the engine, is gone: `wait` tells which
            return False
        return True

    def close(self) -> None:
        """Idempotent."""
        if self._open:
            self._open = False
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_WR)


class AttachedSource:
    """One output stream of an attached connection, without the engine's frame headers."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._left = 0

    def read(self) -> bytes:
        """See :class:`verifiers.sandbox.running.Source`."""
        try:
            while self._left == 0:
                header = self._exactly(_FRAME_HEADER)
                if not header:
                    return b""
                self._left = int.from_bytes(header[4:], "big")
            data = self._connection.recv(min(self._left, _CHUNK))
        except OSError:  # the engine is gone, or `kill` gave the stream up: `wait` tells which
            return b""
        self._left -= len(data)
        return data

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._connection.recv(count - len(data))
            if not more:
                return b""
            data += more
        return data


class MarkedSource:
    """stderr, in which the bootstrap marks the program's start and its end; the marks are not passed on.

    Without the second mark the container was ended from outside, for example by an engine that shuts down.
    """

    def __init__(self, source: AttachedSource, mark: bytes, started: threading.Event) -> None:
        self._source = source
        self._mark = mark
        self._held = b""
        self._started = started
        self.started_at: float | None = None
        self.has_end_mark = False
        self.drained = threading.Event()

    def read(self) -> bytes:
        """See :class:`verifiers.sandbox.running.Source`."""
        while data := self._source.read():
            self._held += data
            if self.started_at is None and self._held.startswith(self._mark):
                self.started_at = time.monotonic()
                self._held = self._held[len(self._mark) :]
                self._started.set()
            ready = self._held[: -len(self._mark)]
            if ready and self.started_at is not None:
                self._held = self._held[len(ready) :]
                return ready
        rest, self._held = self._held, b""
        if rest.endswith(self._mark):
            self.has_end_mark = True
            rest = rest[: -len(self._mark)]
        if not rest:
            self.drained.set()
        return rest


@dataclass(frozen=True)
class Container:
    """A created container with its two attached connections.

    Attributes:
        identity: Its id.
        talk: stdin and stdout.
        complain: stderr.
        mark: What the bootstrap writes to stderr when the program starts, and when it has ended.
    """

    identity: str
    talk: socket.socket
    complain: socket.socket
    mark: bytes


class ContainerProcess:
    """A job in a started container; implements :class:`verifiers.sandbox.running.Running`."""

    def __init__(self, client: docker.APIClient, container: Container, wall_s: float, isolation: str) -> None:
        self._client = client
        self._container = container
        self._wall_s = wall_s
        self._isolation = isolation
        self._started = threading.Event()
        self._ended = threading.Event()
        self._killed = False
        self._timed_out = False
        self.stdin = AttachedSink(container.talk)
        self.stdout = AttachedSource(container.talk)
        self.stderr = MarkedSource(AttachedSource(container.complain), container.mark, self._started)

    def wait(self) -> End:
        """See :class:`verifiers.sandbox.running.Running`.

        Raises:
            SandboxUnavailable: the engine went away.
        """
        watch = in_thread(self._watch, "deadline")
        try:
            limit = math.ceil(_SETUP_S + self._wall_s + _ANSWER_S)
            code = int(self._client.wait(self._container.identity, timeout=limit)["StatusCode"])
            ended_at = time.monotonic()
            state = self._client.inspect_container(self._container.identity)["State"]
        except ENGINE_ERRORS as error:
            self._give_streams_up()
            raise SandboxUnavailable(
                f"The Docker engine went away while a program ran: {_first_line(error)}."
            ) from error
        finally:
            self._ended.set()
            self._started.set()
            self.stdin.close()  # a write that waits for the ended program would wait for ever
            watch.join()
        return self._end(code, ended_at, state)

    def kill(self) -> None:
        """See :class:`verifiers.sandbox.running.Running`."""
        self._killed = True
        self._kill()

    def release(self) -> None:
        """Remove the container and close the connections.

        Raises:
            SandboxUnavailable: the engine went away, or keeps the container.
        """
        self._container.talk.close()
        self._container.complain.close()
        remove(self._client, self._container.identity)

    def _end(self, code: int, ended_at: float, state: dict[str, Any]) -> End:
        started_at = self.stderr.started_at
        out_of_memory = bool(state.get("OOMKilled"))
        broken = ""
        if state.get("Error"):
            broken = f"The Docker engine could not run the program: {state['Error']}"
        elif started_at is None and not (self._killed or self._timed_out):
            broken = "the container could not be set up"
        elif code in _FROM_OUTSIDE and not (self._killed or self._timed_out or out_of_memory):
            self.stderr.drained.wait(_ANSWER_S)
            if not self.stderr.has_end_mark:
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

    def _watch(self) -> None:
        """Kill the container at its deadline."""
        if not self._started.wait(_SETUP_S):
            self._kill()
        elif not self._ended.wait(self._wall_s):
            self._timed_out = True
            self._kill()

    def _kill(self) -> None:
        # The engine waits for attached streams to be read; a relay that waits for another program would let
        # it wait for ever, so the streams are given up when the kill takes long.
        impatience = threading.Timer(_PATIENCE_S, self._give_streams_up)
        impatience.daemon = True
        impatience.start()
        with suppress(*ENGINE_ERRORS):  # it has ended already, or the engine is gone: `wait` tells which
            self._client.kill(self._container.identity)
        impatience.cancel()

    def _give_streams_up(self) -> None:
        for connection in (self._container.talk, self._container.complain):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def remove(client: docker.APIClient, identity: str) -> None:
    """Remove a container, dead or alive.

    Raises:
        SandboxUnavailable: the engine went away, or keeps it.
    """
    try:
        client.remove_container(identity, force=True, v=True)
    except docker.errors.NotFound:
        return
    except ENGINE_ERRORS as error:
        raise SandboxUnavailable(f"A container could not be removed: {_first_line(error)}.") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300].rstrip(".")
