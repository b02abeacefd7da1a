"""A judge and the guest that it drives, run to their ends.

Two ways of linking them. Where the backend makes its programs itself, the two pipes lead from one program to
the other and no byte comes by here; who floods is stopped by a full pipe until a deadline ends it. Where
another daemon holds the programs' streams, two threads move the bytes as they come. A relay that cannot write
waits, so that here too a program that floods is slowed down to the pace of the one that should read it.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.pipes import Descriptors, open_pipe
from verifiers.sandbox.protocol import Job, LinkedResult
from verifiers.sandbox.running import Capture, End, Running, Sink, Source, exec_result, in_thread, wait_for
from verifiers.stopping import ended_by

MAX_RELAYED_BYTES = 256 * 2**20  # both directions together; then both programs are killed


_LEAVING_S = 2.0  # for a program that closed its stdout to be gone by itself


@dataclass(frozen=True)
class Ends:
    """Descriptors of the caller's that a program gets as its stdin and stdout, instead of pipes to here."""

    stdin: int
    stdout: int


def run_joined(start: Callable[[Job, Ends], Running], judge: Job, guest: Job) -> LinkedResult:
    """Run two jobs with pipes from one to the other; see ``Sandbox.run_linked``.

    The ends that nobody but the programs themselves holds are what makes the guest's end visible to the
    judge. The other two are kept open here until both are gone, so that the judge's end is not visible to
    the guest, neither as an end of its input nor as a broken pipe: whatever ended the guest before the host
    did was not the judge.

    Raises:
        SandboxUnavailable: a sandbox could not be had or broke.
        ValueError: a job brings a stdin of its own.
    """
    _have_no_stdin(judge, guest)
    kept, passed = Descriptors(), Descriptors()
    try:
        questions_out, questions_in = open_pipe(passed, kept)
        answers_out, answers_in = open_pipe(kept, passed)
        try:
            pair = _start_pair(
                lambda: start(guest, Ends(questions_out, answers_in)),
                lambda: start(judge, Ends(answers_out, questions_in)),
            )
        finally:
            passed.close()
        return _Link(*pair, judge, guest, lambda: _is_hung_up(answers_out)).to_end(())
    finally:
        kept.close()


def run_linked(start: Callable[[Job], Running], judge: Job, guest: Job) -> LinkedResult:
    """Run two jobs and relay what they write to each other; see ``Sandbox.run_linked``.

    Raises:
        SandboxUnavailable: a sandbox could not be had or broke.
        ValueError: a job brings a stdin of its own.
    """
    _have_no_stdin(judge, guest)
    judging, serving = _start_pair(lambda: start(guest), lambda: start(judge))

    def kill_both() -> None:
        judging.kill()
        serving.kill()

    budget = _Budget(MAX_RELAYED_BYTES, kill_both)
    link = _Link(judging, serving, judge, guest)

    def relay_guest() -> None:
        _relay(serving.stdout, judging.stdin, budget)
        link.note_guest_left()  # before the judge can react to it; the engine tells of the end only later
        judging.stdin.close()

    threads = [
        in_thread(lambda: _relay(judging.stdout, serving.stdin, budget), "judge"),
        in_thread(relay_guest, "guest"),
    ]
    return link.to_end(threads)


def _have_no_stdin(judge: Job, guest: Job) -> None:
    if judge.stdin or guest.stdin:
        raise ValueError("a linked job has no stdin of its own")


def _start_pair(
    start_guest: Callable[[], Running], start_judge: Callable[[], Running]
) -> tuple[Running, Running]:
    """Judge and guest, started; neither where one of them cannot be had."""
    guest = start_guest()
    try:
        judge = start_judge()
    except BaseException:
        guest.kill()
        guest.wait()
        guest.release()
        raise
    return judge, guest


class _Link:
    def __init__(
        self,
        judge: Running,
        guest: Running,
        judge_job: Job,
        guest_job: Job,
        has_hung_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self._judge, self._guest = judge, guest
        self._has_hung_up = has_hung_up
        self._report = Capture(judge_job.limits.output_bytes)
        self._guest_stderr = Capture(guest_job.limits.output_bytes)
        self._judge_ended = threading.Event()
        self._guest_left = threading.Event()

    def to_end(self, relays: Sequence[threading.Thread]) -> LinkedResult:
        """Wait for the judge's end, end the guest, and put together what came of them."""
        guest_end: list[End | SandboxUnavailable] = []
        threads = [
            *relays,
            in_thread(lambda: self._report.drain(self._judge.stderr), "judge-stderr"),
            in_thread(lambda: self._guest_stderr.drain(self._guest.stderr), "guest-stderr"),
            (waiting := in_thread(lambda: guest_end.append(self._await_guest()), "guest-end")),
        ]
        try:
            with ended_by(self._judge.kill):
                judge_end = wait_for(self._judge)
            if self._has_hung_up():  # the judge may have ended because of it; the news of that is under way
                self.note_guest_left()
                waiting.join(_LEAVING_S)
        finally:
            self._judge_ended.set()
            self._guest.kill()
            for thread in threads:
                thread.join()
            self._judge.release()
            self._guest.release()
        (end,) = guest_end
        if isinstance(end, SandboxUnavailable):
            raise end
        return LinkedResult(
            judge=exec_result(judge_end, Capture(0), self._report),
            guest=exec_result(end, Capture(0), self._guest_stderr),
            guest_left_first=self._guest_left.is_set(),
        )

    def _await_guest(self) -> End | SandboxUnavailable:
        try:
            end = self._guest.wait()
        except SandboxUnavailable as error:
            return error
        self.note_guest_left()
        return end

    def note_guest_left(self) -> None:
        """The guest has ended; by itself, if the judge has not."""
        if not self._judge_ended.is_set():
            self._guest_left.set()


def _is_hung_up(pipe: int) -> bool:
    """Whether nobody can write into a pipe any more, told from its reading end."""
    poll = select.poll()
    poll.register(pipe, 0)  # hang-ups are always told
    return bool(poll.poll(0))


class _Budget:
    """Counts the bytes on a link; calls ``spent`` when there are too many."""

    def __init__(self, limit: int, spent: Callable[[], None]) -> None:
        self._left = limit
        self._spent = spent
        self._lock = threading.Lock()

    def take(self, count: int) -> bool:
        with self._lock:
            self._left -= count
            enough = self._left >= 0
        if not enough:
            self._spent()
        return enough


def _relay(source: Source, sink: Sink, budget: _Budget) -> None:
    """Move bytes to the end of the source; once nobody reads them, or they are too many, drop them."""
    while data := source.read():
        if not budget.take(len(data)) or not sink.write(data):
            while source.read():
                pass
