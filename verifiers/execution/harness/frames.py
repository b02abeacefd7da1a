"""Length-prefixed messages over file descriptors."""

from __future__ import annotations

import os
import select
import time

from .wire import MAX_FRAME_BYTES


class LinkBroken(Exception):
    """The other side is gone, too slow, or sends what is no frame; the text says which."""


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte.

    Raises:
        LinkBroken: nobody reads any more.
    """
    view = memoryview(data)
    while view:
        try:
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
        self._buffer = bytearray()
        self._monotonic = time.monotonic
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN | select.POLLHUP)

    def read(self) -> bytes:
        """The next frame's payload.

        Raises:
            LinkBroken: the other side ended, the deadline passed, or the length is out of bounds.
        """
        size = int.from_bytes(self._take(4), "big")
        if size > MAX_FRAME_BYTES:
            raise LinkBroken("sent something that is no message")
        return self._take(size)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if self._deadline is not None:
                left = self._deadline - self._monotonic()
                if left <= 0 or not self._poll.poll(left * 1000):
                    raise LinkBroken("did not answer in time")
            try:
                chunk = os.read(self._descriptor, max(65536, min(size, 2**20)))
            except OSError as error:
                raise LinkBroken("ended") from error
            if not chunk:
                raise LinkBroken("ended")
            self._buffer += chunk
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken


def frame(payload: bytes) -> bytes:
    """The payload with its length in front."""
    return len(payload).to_bytes(4, "big") + payload
