"""Linking two programs, without programs: who left first, and what a relay lets through."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox import linked
from verifiers.sandbox.linked import run_linked
from verifiers.sandbox.protocol import Job
from verifiers.sandbox.running import End

JOB = Job(environment="python", argv=("true",))


class Memory:
    """Both halves of a stream in memory."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = list(chunks)
        self.written = b""
        self.is_closed = False

    def read(self) -> bytes:
        return self.chunks.pop(0) if self.chunks else b""

    def write(self, data: bytes) -> bool:
        self.written += data
        return True

    def close(self) -> None:
        self.is_closed = True


class Program:
    """A program that has said all that it says, and ends when it is told to or killed."""

    def __init__(self, says: tuple[bytes, ...], ends: threading.Event, broken: str = "") -> None:
        self.stdin, self.stdout, self.stderr = Memory(), Memory(*says), Memory(b"report")
        self.ends = ends
        self.broken = broken
        self.was_killed = self.was_released = False

    def wait(self) -> End:
        self.ends.wait(10)
        return End(0, False, False, 0.1, None, None, "memory", self.broken)

    def kill(self) -> None:
        self.was_killed = True
        self.ends.set()

    def release(self) -> None:
        self.was_released = True


def started(judge: Program, guest: Program) -> Callable[[Job], Program]:
    programs = iter((guest, judge))
    return lambda _: next(programs)


def test_bytes_are_moved_and_the_guest_ends_with_the_judge() -> None:
    judge, guest = Program((b"ask ", b"more"), threading.Event()), Program((), threading.Event())
    guest.stdout.read = lambda: bytes(0 * guest.ends.wait(10))  # type: ignore[method-assign]
    judge.ends.set()
    result = run_linked(started(judge, guest), JOB, JOB)
    assert guest.stdin.written == b"ask more"
    assert guest.was_killed
    assert not result.guest_left_first
    assert (result.judge.stderr, result.judge.stdout, result.guest.stdout) == (b"report", b"", b"")
    assert judge.was_released
    assert guest.was_released


def test_a_guest_that_says_no_more_has_left_before_the_judge_can_know() -> None:
    judge, guest = Program((), threading.Event()), Program((b"bye",), threading.Event())

    def close() -> None:
        judge.ends.set()

    judge.stdin.close = close  # type: ignore[method-assign]
    guest.ends.set()
    result = run_linked(started(judge, guest), JOB, JOB)
    assert judge.stdin.written == b"bye"
    assert result.guest_left_first


def test_too_many_bytes_end_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linked, "MAX_RELAYED_BYTES", 10)
    judge, guest = Program((b"x" * 6, b"x" * 6), threading.Event()), Program((), threading.Event())
    run_linked(started(judge, guest), JOB, JOB)
    assert len(guest.stdin.written) == 6
    assert judge.was_killed
    assert guest.was_killed


def test_a_broken_guest_is_no_verdict() -> None:
    judge, guest = Program((), threading.Event()), Program((), threading.Event(), "the engine is gone")
    judge.ends.set()
    with pytest.raises(SandboxUnavailable, match="engine is gone"):
        run_linked(started(judge, guest), JOB, JOB)


def test_a_guest_without_a_judge_is_ended() -> None:
    guest = Program((), threading.Event())

    def start(job: Job) -> Program:
        if guest.was_released or start_calls:
            raise SandboxUnavailable("no more")
        start_calls.append(job)
        return guest

    start_calls: list[Job] = []
    with pytest.raises(SandboxUnavailable, match="no more"):
        run_linked(start, JOB, JOB)
    assert guest.was_killed
    assert guest.was_released


def test_a_linked_job_has_no_stdin() -> None:
    with pytest.raises(ValueError, match="stdin"):
        run_linked(lambda _: pytest.fail("started"), JOB.model_copy(update={"stdin": b"x"}), JOB)
