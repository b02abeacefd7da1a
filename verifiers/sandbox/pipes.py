"""Pipes and descriptors between this process and a sandboxed one."""

from __future__ import annotations

import fcntl
import os

_CHUNK = 2**16
NO_DESCRIPTOR = -1  # of a stream that does not lead here
MINIMUM_FD = 10  # below it are the numbers that a sandboxed process finds its channels at


class PipeSink:
    """The writing end of a pipe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> bool:
        """See :class:`verifiers.sandbox.running.Sink`."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except BrokenPipeError:
            return False
        return True

    def close(self) -> None:
        """Idempotent."""
        if self._descriptor != NO_DESCRIPTOR:
            os.close(self._descriptor)
            self._descriptor = NO_DESCRIPTOR


class PipeSource:
    """The reading end of a pipe."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self) -> bytes:
        """See :class:`verifiers.sandbox.running.Source`."""
        return os.read(self._descriptor, _CHUNK)

    def close(self) -> None:
        """Idempotent."""
        if self._descriptor != NO_DESCRIPTOR:
            os.close(self._descriptor)
            self._descriptor = NO_DESCRIPTOR


class Descriptors:
    """Descriptors that are closed together, all numbered 10 or higher."""

    def __init__(self) -> None:
        self._all: list[int] = []

    def add(self, descriptor: int) -> int:
        """Take one over; returns its number, which may be a new one."""
        if descriptor < MINIMUM_FD:
            low, descriptor = descriptor, fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, MINIMUM_FD)
            os.close(low)
        self._all.append(descriptor)
        return descriptor

    def holding(self, content: bytes) -> int:
        """A new one from which the content can be read."""
        descriptor = self.add(os.memfd_create("acrisol"))
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    def close(self) -> None:
        """Close them all; idempotent."""
        for descriptor in self._all:
            os.close(descriptor)
        self._all.clear()


def end_of_descriptors() -> int:
    """A number above all descriptors of this process, also above those that other threads open meanwhile.

    Libraries open descriptors that programs inherit; none of them may reach a sandbox.
    """
    return max(map(int, os.listdir("/proc/self/fd"))) + 256


def open_pipe(reader: Descriptors, writer: Descriptors) -> tuple[int, int]:
    """A pipe: the reading end, owned by ``reader``, and the writing end, owned by ``writer``."""
    read, write = os.pipe()
    return reader.add(read), writer.add(write)
