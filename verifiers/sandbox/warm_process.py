"""One job that a zygote started: its descriptors, its life and its end, as the host sees them."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.cgroup import Group, Usage
from verifiers.sandbox.linked import Ends
from verifiers.sandbox.pipes import NO_DESCRIPTOR, Descriptors, PipeSink, PipeSource, open_pipe
from verifiers.sandbox.running import End
from verifiers.sandbox.warm_zygote import Zygote
from verifiers.sandbox.zygote.wire import BORN, ENDED, ORDER, STARTED

_SETUP_S = 30.0  # for a zygote's own start and its fork, which take well under a second on an idle machine
_GONE_S = 10.0  # for the kernel to take down a killed process tree


@dataclass(frozen=True)
class Order:
    """What a zygote is told of a job.

    Attributes:
        uid: The program's user.
        disk_bytes: Size of its private folders.
        spec: What only the confined process reads.
        group: The job's control group.
        wall_s: Seconds from the program's start until everything is killed.
        isolation: For the result.
    """

    uid: int
    disk_bytes: int
    spec: bytes
    group: Group
    wall_s: float
    isolation: str


class WarmProcess:
    """A job in a fork of a zygote; implements :class:`verifiers.sandbox.running.Running`.

    Args:
        zygote: Who starts it.
        order: The job.
        ends: What the program gets as stdin and stdout; None for pipes to here.
        released: Told once that the zygote is no longer needed for this job.

    Raises:
        SandboxUnavailable: the zygote is gone, or no descriptor could be had.
    """

    def __init__(self, zygote: Zygote, order: Order, ends: Ends | None, released: Callable[[], None]) -> None:
        self._zygote = zygote
        self._order = order
        self._released: Callable[[], None] | None = released
        self._killed = False
        self._hold = NO_DESCRIPTOR  # on the job's first process, with which all of it ends
        self._exit_code: int | None = None
        self._started_at: float | None = None
        theirs = Descriptors()
        ours = Descriptors()
        try:
            self._send(ends, ours, theirs)
        except (OSError, SandboxUnavailable) as error:
            ours.close()
            order.group.remove()
            raise SandboxUnavailable(f"A warm interpreter could not be told of a job: {error}.") from error
        finally:
            theirs.close()

    def _send(self, ends: Ends | None, ours: Descriptors, theirs: Descriptors) -> None:
        self._status, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        status = theirs.add(other.detach())
        stdin = stdout = NO_DESCRIPTOR
        if ends:
            given = [ends.stdin, ends.stdout]
        else:
            read, stdin = open_pipe(theirs, ours)
            stdout, write = open_pipe(ours, theirs)
            given = [read, write]
        stderr, error_in = open_pipe(ours, theirs)
        groups = [theirs.add(os.open(file, os.O_WRONLY)) for file in self._order.group.entrances]
        spec = theirs.holding(self._order.spec)
        numbers = ORDER.pack(self._order.uid, self._order.disk_bytes)
        self._zygote.tell(numbers, [status, *given, error_in, spec, *groups])
        self.stdin, self.stdout, self.stderr = PipeSink(stdin), PipeSource(stdout), PipeSource(stderr)

    def wait(self) -> End:
        """See :class:`verifiers.sandbox.running.Running`."""
        timed_out = self._watch()
        ended_at = time.monotonic()
        usage = self._take_down()
        exit_code = None if timed_out else self._exit_code
        out_of_memory = usage.oom_kills > 0
        broken = ""
        if self._started_at is None and not self._killed:
            broken = "a warm interpreter could not start the program"
        elif exit_code is None and not timed_out:
            if out_of_memory or self._killed:  # the first process itself was what the kernel chose to kill
                exit_code = 128 + signal.SIGKILL
            else:
                broken = "the sandbox ended without saying how its program ended"
        return End(
            exit_code=exit_code,
            timed_out=timed_out,
            out_of_memory=out_of_memory,
            wall_s=ended_at - (self._started_at or ended_at),
            cpu_s=usage.cpu_s,
            memory_peak_bytes=usage.memory_peak_bytes,
            isolation=self._order.isolation,
            broken=broken,
        )

    def kill(self) -> None:
        """See :class:`verifiers.sandbox.running.Running`."""
        self._killed = True
        self._signal()

    def release(self) -> None:
        """See :class:`verifiers.sandbox.running.Running`."""
        self.stdin.close()
        self.stdout.close()
        self.stderr.close()
        self._status.close()
        if self._hold != NO_DESCRIPTOR:
            os.close(self._hold)
            self._hold = NO_DESCRIPTOR
        if self._released:
            self._released()
            self._released = None

    def _signal(self) -> None:
        # The first process of a pid namespace takes all the others of it along.
        if self._hold != NO_DESCRIPTOR:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._hold, signal.SIGKILL)

    def _watch(self) -> bool:
        """Wait until all of the job has ended, or is known never to have begun; whether time ran out."""
        poller = select.poll()
        poller.register(self._status, select.POLLIN)
        if self._hold != NO_DESCRIPTOR:  # an exception interrupted the wait before
            poller.register(self._hold, select.POLLIN)
        timed_out = False
        deadline = time.monotonic() + _SETUP_S
        while True:
            ready = {number for number, _ in poller.poll(max(0.0, deadline - time.monotonic()) * 1000)}
            if self._status.fileno() in ready:
                before = self._hold, self._started_at
                if not self._hear():
                    poller.unregister(self._status)
                    if self._hold == NO_DESCRIPTOR:
                        return timed_out
                if self._hold != before[0]:
                    poller.register(self._hold, select.POLLIN)
                if self._started_at != before[1]:
                    deadline = time.monotonic() + self._order.wall_s
            elif self._hold in ready:
                return timed_out
            if not ready:
                timed_out = self._started_at is not None
                self._signal()
                if self._hold == NO_DESCRIPTOR:
                    self._zygote.close()  # it does not answer
                deadline = time.monotonic() + _GONE_S

    def _hear(self) -> bool:
        """Take one message of the status channel; False at its end."""
        try:
            message, descriptors, _, _ = socket.recv_fds(self._status, 64, 1)
        except ConnectionResetError:  # the order was never taken up
            return False
        if message == BORN:
            (self._hold,) = descriptors
            if self._killed:
                self._signal()
        elif message == STARTED:
            self._started_at = time.monotonic()
            self._zygote.has_served = True
        elif message:
            self._exit_code = ENDED.unpack(message)[1]
        return bool(message)

    def _take_down(self) -> Usage:
        usage = self._order.group.usage()
        self._order.group.remove()
        return usage
