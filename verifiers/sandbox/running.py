"""A program that runs in a sandbox, and running it to its end.

What a backend has to provide is small: start a job and hand out its three streams and its end. Feeding,
draining, capping and linking are written once, here and in ``linked.py``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.protocol import ExecResult, Job
from verifiers.stopping import ended_by


@dataclass(frozen=True)
class End:
    """How a program ended; the fields are those of ``ExecResult``.

    ``broken`` is empty, or says why this is no end of the program but a failure of the sandbox.
    """

    exit_code: int | None
    timed_out: bool
    out_of_memory: bool
    wall_s: float
    cpu_s: float | None
    memory_peak_bytes: int | None
    isolation: str
    broken: str = ""


class Sink(Protocol):
    """A program's stdin."""

    def write(self, data: bytes) -> bool:
        """Write all of it, waiting while the program does not read. False once nobody can read it."""
        ...

    def close(self) -> None:
        """Let the program see the end of its input; idempotent."""
        ...


class Source(Protocol):
    """A program's stdout or stderr."""

    def read(self) -> bytes:
        """What has been written since, at least one byte; waits for it. Empty at the end."""
        ...


class Running(Protocol):
    """A started job. Its streams may be used from other threads than :meth:`wait`."""

    @property
    def stdin(self) -> Sink: ...

    @property
    def stdout(self) -> Source: ...

    @property
    def stderr(self) -> Source: ...

    def wait(self) -> End:
        """Wait for the end, kill the whole process tree at the deadline; nothing of it lives afterwards.

        May be called again where an exception interrupted it. Sources reach their end soon after it at the
        latest.
        """
        ...

    def kill(self) -> None:
        """Kill the whole process tree now; harmless after the end."""
        ...

    def release(self) -> None:
        """Give back descriptors and the like, after the streams are done with."""
        ...


class Capture:
    """Keeps the first bytes of a stream and counts the rest."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self.truncated = False

    def add(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        room = self._limit - len(self._kept)
        self._kept += data[:room] if room < len(data) else data
        self.truncated = self.truncated or len(data) > room

    def drain(self, source: Source) -> None:
        """Read a stream to its end."""
        while data := source.read():
            self.add(data)

    @property
    def kept(self) -> bytes:
        """The first bytes."""
        return bytes(self._kept)


def in_thread(work: Callable[[], object], name: str) -> threading.Thread:
    """Start ``work`` in a thread that does not keep the process alive."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread


def run_to_end(running: Running, job: Job) -> ExecResult:
    """Feed stdin, drain both outputs and wait.

    Raises:
        NoLongerWanted: the work of this thread was stopped.
        SandboxUnavailable: the sandbox broke.
    """
    stdout, stderr = Capture(job.limits.output_bytes), Capture(job.limits.output_bytes)
    threads = [
        in_thread(lambda: stdout.drain(running.stdout), "stdout"),
        in_thread(lambda: stderr.drain(running.stderr), "stderr"),
    ]
    if job.stdin:
        threads.append(in_thread(lambda: _feed(running.stdin, job.stdin), "stdin"))
    else:
        running.stdin.close()
    try:
        with ended_by(running.kill):
            end = wait_for(running)
    finally:
        for thread in threads:
            thread.join()
        running.release()
    return exec_result(end, stdout, stderr)


def wait_for(running: Running) -> End:
    """Wait for the end, and leave nothing behind where an exception interrupts that."""
    try:
        return running.wait()
    except BaseException:  # such as a worker's own time limit
        running.kill()
        running.wait()
        raise


def _feed(stdin: Sink, data: bytes) -> None:
    stdin.write(data)
    stdin.close()


def exec_result(end: End, stdout: Capture, stderr: Capture) -> ExecResult:
    """Put an end and its outputs together.

    Raises:
        SandboxUnavailable: the sandbox broke.
    """
    if end.broken:
        said = stderr.kept[:400].decode("utf-8", "replace").strip()
        raise SandboxUnavailable(f"{end.broken}{': ' + said if said else ''}.")
    return ExecResult(
        exit_code=end.exit_code,
        stdout=stdout.kept,
        stderr=stderr.kept,
        timed_out=end.timed_out,
        out_of_memory=end.out_of_memory,
        truncated=stdout.truncated or stderr.truncated,
        wall_s=end.wall_s,
        cpu_s=end.cpu_s,
        memory_peak_bytes=end.memory_peak_bytes,
        isolation=end.isolation,
    )
