"""The streams of a container, and what its first program says in them."""

from __future__ import annotations

import re
import signal
import socket
import threading
import time
from contextlib import suppress

from verifiers.sandbox.collect import Collector
from verifiers.sandbox.docker_container import END_OF_ACCOUNT

_CHUNK = 2**16
_FRAME_HEADER = 8
_MAX_ACCOUNT = 4096
_TIMES = re.compile(r"(\d+)m([\d.]+)s")


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
        except OSError:  # the engine is gone, or the stream was given up: `wait` tells which
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
    """stderr, in which the first program marks where the job's program starts and where it has ended.

    Only what lies between the marks is passed on. Without the second one the container was ended from
    outside, for example by an engine that shuts down.

    Attributes:
        started: Set at the start, or when there will be none.
        ended: Set at the end of the program, or of the stream.
        packed: Set when nothing more is wanted of what is packed, at the latest at the end of the stream.
        closed: Set at the end of the stream. Process 1 is gone by then, and with it all of the container.
        started_at: Monotonic seconds.
        ended_at: The same.
        account: What was used, once that is told.
    """

    def __init__(self, source: AttachedSource, mark: bytes, collector: Collector | None) -> None:
        self._source = source
        self._mark = mark
        self._collector = collector
        self._held = b""
        self.started, self.ended = threading.Event(), threading.Event()
        self.packed, self.closed = threading.Event(), threading.Event()
        self.started_at: float | None = None
        self.ended_at: float | None = None
        self.account: str | None = None

    def read(self) -> bytes:
        """See :class:`verifiers.sandbox.running.Source`."""
        while data := self._source.read():
            if self.ended_at is not None:
                self._take_account(data)
                continue
            self._held += data
            if self.started_at is None and self._held.startswith(self._mark):
                self.started_at = time.monotonic()
                self._held = self._held[len(self._mark) :]
                self.started.set()
            if self.started_at is not None and (ready := self._ready()):
                return ready
        rest, self._held = (b"", b"") if self.ended_at is not None else (self._held, b"")
        if not rest:
            for event in (self.started, self.ended, self.packed, self.closed):
                event.set()
        return rest

    def _ready(self) -> bytes:
        """What can be passed on, because no mark begins in it."""
        ready, mark, rest = self._held.partition(self._mark)
        if mark:
            self.ended_at = time.monotonic()
            self.ended.set()
            self._held = b""
            self._take_account(rest)
            return ready
        ready, self._held = self._held[: 1 - len(self._mark)], self._held[1 - len(self._mark) :]
        return ready

    def _take_account(self, data: bytes) -> None:
        if self.account is None:
            self._held += data
            account, end, data = self._held.partition(END_OF_ACCOUNT)
            if not end:
                self._held = self._held[:_MAX_ACCOUNT]
                return
            self._held = b""
            self.account = account.decode("ascii", "replace")
        if self._collector and data and not self._collector.feed(data):
            self.packed.set()


def read_account(text: str) -> tuple[int, dict[str, float]]:
    """Exit code and what was used: ``cpu_s``, ``peak`` in bytes, ``killed`` by the memory limit."""
    code, _, children, *rest = [*text.split("\n"), "", "", ""]
    usage: dict[str, float] = {}
    spent = _TIMES.findall(children)
    if spent:
        usage["cpu_s"] = sum(int(minutes) * 60 + float(seconds) for minutes, seconds in spent)
    for line in rest:
        key, _, number = line.partition(" ")
        if number.isdigit():
            usage.setdefault(key, int(number))
    for key, unit in (("cpu_us", 1e6), ("cpu_ns", 1e9)):
        if key in usage:
            usage["cpu_s"] = usage[key] / unit
    return int(code) if code.isdigit() else 128 + signal.SIGKILL, usage
