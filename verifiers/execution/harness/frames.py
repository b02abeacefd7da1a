"""Length-prefixed messages over file descriptors."""

from __future__ import annotations

import os
import select
import time
from contextlib import suppress

from .wire import MAX_FRAME_BYTES

_CHUNK = 65536
_LARGE = 2**17  # bytes; from here on a larger pipe saves changes from one process to the other
_SET_PIPE_SIZE, _PIPE_BYTES = 1031, 2**20  # of fcntl(2); the most that Linux lets anybody have


class LinkBroken(Exception):
    """The other side is gone, too slow, or sends what is no frame; the text says which."""


_widened: set[int] = set()


def _widen(descriptor: int) -> None:
    """Let a pipe hold more, if the system allows it."""
    if descriptor not in _widened:
        _widened.add(descriptor)
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(descriptor, _SET_PIPE_SIZE, _PIPE_BYTES)


def send(descriptor: int, payload: bytes) -> None:
    """Write a payload with its length in front.

    Raises:
        LinkBroken: nobody reads any more.
    """
    data = len(payload).to_bytes(4, "big") + payload
    if len(data) > _LARGE:
        _widen(descriptor)
    try:
        written = os.write(descriptor, data)
        if written == len(data):
            return
        view = memoryview(data)[written:]
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError as error:
        raise LinkBroken("ended") from error


class FrameReader:
    """Reads frames of a 4-byte big-endian length and that many bytes.

    Args:
        descriptor: Where to read.
        deadline: On ``time.monotonic``, in seconds; None to wait for ever.
    """

    def __init__(self, descriptor: int, deadline: float | None = None) -> None:
        self._descriptor = descriptor
        self._deadline = deadline
        self._buffer = b""
        self._monotonic = time.monotonic
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN | select.POLLHUP)

    def read(self) -> bytes | bytearray:
        """The next frame's payload.

        Raises:
            LinkBroken: the other side ended, the deadline passed, or the length is out of bounds.
        """
        buffer = self._buffer
        while len(buffer) < 4:
            self._await()
            try:
                chunk = os.read(self._descriptor, _CHUNK)
            except OSError as error:
                raise LinkBroken("ended") from error
            if not chunk:
                raise LinkBroken("ended")
            buffer += chunk
        end = 4 + int.from_bytes(buffer[:4], "big")
        if end > MAX_FRAME_BYTES + 4:
            raise LinkBroken("sent something that is no message")
        if len(buffer) < end:
            self._buffer = b""
            return self._rest(buffer, end - 4)
        self._buffer = buffer[end:]
        return buffer[4:end]

    def _rest(self, begun: bytes, size: int) -> bytearray:
        """A frame of which the beginning is there."""
        if size > _LARGE:
            _widen(self._descriptor)
        whole = bytearray(size)
        at = len(begun) - 4
        whole[:at] = begun[4:]
        with memoryview(whole) as view:
            while at < size:
                self._await()
                try:
                    count = os.readv(self._descriptor, [view[at:]])
                except OSError as error:
                    raise LinkBroken("ended") from error
                if not count:
                    raise LinkBroken("ended")
                at += count
        return whole

    def _await(self) -> None:
        if self._deadline is not None:
            left = self._deadline - self._monotonic()
            if left <= 0 or not self._poll.poll(left * 1000):
                raise LinkBroken("did not answer in time")
