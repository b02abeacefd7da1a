"""One bubblewrap process: its descriptors, its life and its end."""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.cgroup import Group, Usage
from verifiers.sandbox.collect import PACKING_S, PackedEnd
from verifiers.sandbox.linked import Ends
from verifiers.sandbox.pipes import (
    MINIMUM_FD,
    NO_DESCRIPTOR,
    Descriptors,
    PipeSink,
    PipeSource,
    end_of_descriptors,
    open_pipe,
)
from verifiers.sandbox.running import End

_SETUP_S = 30.0  # for making the sandbox, which takes milliseconds on an idle machine
_GONE_S = 10.0  # for the kernel to take down a killed process tree
_CHUNK = 2**16
_IGNORED = (signal.SIGPIPE, signal.SIGXFSZ)  # by CPython, for itself; a job starts with the default


@dataclass(frozen=True)
class Channels:
    """What is handed to bubblewrap through descriptors of fixed numbers, beside the three streams.

    The shell inside can only redirect single-digit descriptors, hence fixed numbers.
    """

    ARCHIVE: ClassVar[int] = 3
    STARTED: ClassVar[int] = 4
    STATUS: ClassVar[int] = 5
    SECCOMP: ClassVar[int] = 6
    ARGUMENTS: ClassVar[int] = 7
    PASSWD: ClassVar[int] = 8
    GROUP: ClassVar[int] = 9

    archive: bytes
    seccomp: bytes
    arguments: bytes
    passwd: bytes
    group: bytes


@dataclass
class _Status:
    """What bubblewrap reports on its status descriptor, as it comes in."""

    buffer: bytes = b""
    values: dict[str, int] = field(default_factory=dict)

    def add(self, data: bytes) -> None:
        self.buffer += data
        *lines, self.buffer = self.buffer.split(b"\n")
        for line in filter(None, lines):
            found = json.loads(line)
            self.values.update({key: value for key, value in found.items() if isinstance(value, int)})


class Process:
    """A job that bubblewrap runs; implements :class:`verifiers.sandbox.running.Running`.

    Args:
        argv: The command that becomes bubblewrap.
        channels: What bubblewrap is handed.
        group: The job's control group, removed at the end; None for none.
        wall_s: Seconds from the program's start until everything is killed.
        isolation: For the result.
        ends: What the program gets as stdin and stdout; None for pipes to here.
        packed: Takes what follows on the descriptor that tells the start; None where nothing does.

    Raises:
        SandboxUnavailable: no process or descriptor could be had.
    """

    def __init__(
        self,
        argv: Sequence[str],
        channels: Channels,
        group: Group | None,
        wall_s: float,
        isolation: str,
        ends: Ends | None = None,
        packed: PackedEnd | None = None,
    ) -> None:
        self._ends = ends
        self._packed = packed
        self._group = group
        self._wall_s = wall_s
        self._isolation = isolation
        self._killed = False
        self._reaped = False
        self._init = -1
        ours, theirs = Descriptors(), Descriptors()
        try:
            self._spawn(argv, channels, ours, theirs)
        except OSError as error:
            ours.close()
            if group:
                group.remove()
            raise SandboxUnavailable(f"bubblewrap could not be started: {error}.") from error
        finally:
            theirs.close()

    def _spawn(self, argv: Sequence[str], channels: Channels, ours: Descriptors, theirs: Descriptors) -> None:
        given = {
            Channels.ARCHIVE: theirs.holding(channels.archive),
            Channels.SECCOMP: theirs.holding(channels.seccomp),
            Channels.ARGUMENTS: theirs.holding(channels.arguments),
            Channels.PASSWD: theirs.holding(channels.passwd),
            Channels.GROUP: theirs.holding(channels.group),
        }
        stdin = stdout = NO_DESCRIPTOR
        if self._ends:
            given[0], given[1] = self._ends.stdin, self._ends.stdout
        else:
            given[0], stdin = open_pipe(theirs, ours)
            stdout, given[1] = open_pipe(ours, theirs)
        stderr, given[2] = open_pipe(ours, theirs)
        self._started, given[Channels.STARTED] = open_pipe(ours, theirs)
        self._status, given[Channels.STATUS] = open_pipe(ours, theirs)
        actions: list[tuple[int, int] | tuple[int, int, int]] = [
            (os.POSIX_SPAWN_DUP2, source, target) for target, source in given.items()
        ]
        actions += [
            (os.POSIX_SPAWN_CLOSE, descriptor) for descriptor in range(MINIMUM_FD, end_of_descriptors())
        ]
        self._pid = os.posix_spawn(
            argv[0], list(argv), {}, file_actions=actions, setsid=True, setsigdef=_IGNORED
        )
        self._pidfd = ours.add(os.pidfd_open(self._pid))
        self.stdin, self.stdout, self.stderr = PipeSink(stdin), PipeSource(stdout), PipeSource(stderr)

    def wait(self) -> End:
        """See :class:`verifiers.sandbox.running.Running`."""
        status = _Status()
        started_at, timed_out = self._watch(status)
        ended_at = time.monotonic()
        if not self._reaped:
            os.waitpid(self._pid, 0)
            self._reaped = True
        with suppress(BlockingIOError):
            os.set_blocking(self._status, False)
            while data := os.read(self._status, _CHUNK):
                self._note(status, data)
        usage = self._take_down()
        exit_code = None if timed_out else status.values.get("exit-code")
        if self._packed and self._packed.exit_code is not None:
            exit_code, ended_at = self._packed.exit_code, self._packed.at
        out_of_memory = usage.oom_kills > 0
        broken = ""
        if started_at is None and not self._killed:
            broken = "bubblewrap could not make a sandbox"
        elif exit_code is None and not timed_out:
            if out_of_memory or self._killed:  # bubblewrap itself was what the kernel chose to kill
                exit_code = 128 + signal.SIGKILL
            else:
                broken = "the sandbox ended without saying how its program ended"
        return End(
            exit_code=exit_code,
            timed_out=timed_out,
            out_of_memory=out_of_memory,
            wall_s=ended_at - (started_at or ended_at),
            cpu_s=usage.cpu_s,
            memory_peak_bytes=usage.memory_peak_bytes,
            isolation=self._isolation,
            broken=broken,
        )

    def is_alive(self) -> bool:
        """See :class:`verifiers.sandbox.ahead.Waiting`."""
        poller = select.poll()
        poller.register(self._pidfd, select.POLLIN)
        return not poller.poll(0)

    def allow(self, wall_s: float) -> None:
        """See :class:`verifiers.sandbox.ahead.Waiting`."""
        self._wall_s = wall_s

    def kill(self) -> None:
        """See :class:`verifiers.sandbox.running.Running`."""
        self._killed = True
        self._signal()

    def release(self) -> None:
        """See :class:`verifiers.sandbox.running.Running`."""
        self.stdin.close()
        self.stdout.close()
        self.stderr.close()
        for descriptor in (self._started, self._status, self._pidfd, self._init):
            if descriptor >= 0:
                os.close(descriptor)

    def _signal(self) -> None:
        # The pid namespace's init dies with its parent, and with it all that is inside.
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _watch(self, status: _Status) -> tuple[float | None, bool]:
        """Wait until bubblewrap has ended; returns when the program started and whether time ran out."""
        poller = select.poll()
        for descriptor in (self._started, self._status, self._pidfd):
            poller.register(descriptor, select.POLLIN)
        started_at: float | None = None
        timed_out = False
        deadline = time.monotonic() + _SETUP_S
        while True:
            left = deadline - time.monotonic()
            ready = {descriptor for descriptor, _ in poller.poll(max(0.0, left) * 1000)}
            if self._pidfd in ready and self._started not in ready:
                return started_at, timed_out
            if self._started in ready:
                if started_at is None and os.read(self._started, 1):
                    started_at = time.monotonic()
                    deadline = started_at + self._wall_s
                    more = self._packed is not None
                else:
                    more, deadline = self._take_packed(deadline)
                if not more:
                    poller.unregister(self._started)
            if self._status in ready:
                data = os.read(self._status, _CHUNK)
                self._note(status, data)
                if not data:
                    poller.unregister(self._status)
            if not ready:
                timed_out = started_at is not None and not (self._packed and self._packed.at)
                self._signal()
                deadline = time.monotonic() + _GONE_S

    def _take_packed(self, deadline: float) -> tuple[bool, float]:
        """What follows the start: whether more of it is of interest, and the deadline from now on."""
        data = os.read(self._started, _CHUNK)
        if self._packed is None or not data:
            return False, deadline
        had_ended = self._packed.exit_code is not None
        more = self._packed.feed(data)
        if not more:
            self.kill()  # the packer may have more than anybody wants
        if self._packed.exit_code is not None and not had_ended:
            deadline = time.monotonic() + PACKING_S
        return more, deadline

    def _note(self, status: _Status, data: bytes) -> None:
        """Take what bubblewrap reports; keep hold of the pid namespace's init as soon as its id is known."""
        status.add(data)
        pid = status.values.get("child-pid")
        if pid and self._init < 0:
            with suppress(ProcessLookupError, FileNotFoundError):
                self._init = os.pidfd_open(pid)
                with open(f"/proc/{pid}/stat") as stat:
                    parent = int(stat.read().rpartition(")")[2].split()[1])
                if parent != self._pid:  # the id has been reused: not ours to wait for
                    os.close(self._init)
                    self._init = -1

    def _take_down(self) -> Usage:
        """Make sure that nothing of the job lives on, and take its control group away."""
        if self._init >= 0:  # ends only after the kernel has ended everything in its namespace
            poller = select.poll()
            poller.register(self._init, select.POLLIN)
            poller.poll(_GONE_S * 1000)
        if self._group is None:
            return Usage(None, None, 0)
        usage = self._group.usage()
        self._group.remove()
        return usage
