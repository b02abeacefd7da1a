"""The link between a judge and the guest it drives, the same for every backend.

Two relays, a thread each, move bytes as they come: the judge's frames to the guest or into the report, the
guest's bytes to the judge. A relay that cannot write waits, so that a program that floods is slowed down to
the pace of the one that should read it; nothing is queued up here. When either program ends, its streams end,
so no relay outlives the two deadlines.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.protocol import Job, LinkedResult
from verifiers.sandbox.running import Capture, End, Running, Sink, Source, exec_result, in_thread

MAX_LINK_BYTES = 256 * 2**20  # both directions together; then both programs are killed
MAX_FRAME_BYTES = 64 * 2**20
_HEADER = 5
_TO_GUEST, _TO_HOST = b"G", b"H"


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


class FrameParser:
    """Takes the judge's stdout apart.

    Args:
        to_guest: Gets the payload of channel ``G``, in pieces as they come.
        to_host: Gets the payload of channel ``H``.
    """

    def __init__(self, to_guest: Callable[[bytes], None], to_host: Callable[[bytes], None]) -> None:
        self._to = {_TO_GUEST: to_guest, _TO_HOST: to_host}
        self._header = b""
        self._left = 0
        self._target = to_host

    def feed(self, data: bytes) -> bool:
        """Take the next bytes. False once they are no frames; nothing after that point is delivered."""
        view = memoryview(data)
        while view:
            if self._left:
                piece = view[: self._left]
                self._left -= len(piece)
                view = view[len(piece) :]
                self._target(bytes(piece))
                continue
            missing = _HEADER - len(self._header)
            self._header += bytes(view[:missing])
            view = view[missing:]
            if self._header[:1] not in self._to:
                return False
            if len(self._header) == _HEADER:
                self._left = int.from_bytes(self._header[1:], "big")
                self._target = self._to[self._header[:1]]
                self._header = b""
                if self._left > MAX_FRAME_BYTES:
                    return False
        return True


def run_linked(start: Callable[[Job], Running], judge: Job, guest: Job) -> LinkedResult:
    """Run two jobs with a link between them; see ``Sandbox.run_linked``.

    Raises:
        SandboxUnavailable: a sandbox could not be had or broke.
        ValueError: a job brings a stdin of its own.
    """
    if judge.stdin or guest.stdin:
        raise ValueError("a linked job has no stdin of its own")
    guest_running = start(guest)
    try:
        judge_running = start(judge)
    except SandboxUnavailable:
        guest_running.kill()
        guest_running.wait()
        guest_running.release()
        raise
    return _Link(judge_running, guest_running, judge, guest).to_end()


class _Link:
    def __init__(self, judge: Running, guest: Running, judge_job: Job, guest_job: Job) -> None:
        self._judge, self._guest = judge, guest
        self._report = Capture(judge_job.limits.output_bytes)
        self._judge_stderr = Capture(judge_job.limits.output_bytes)
        self._guest_stderr = Capture(guest_job.limits.output_bytes)
        self._budget = _Budget(MAX_LINK_BYTES, self._kill_both)
        self._judge_closed = threading.Event()
        self._guest_left = threading.Event()

    def to_end(self) -> LinkedResult:
        threads = [
            in_thread(self._relay_judge, "judge"),
            in_thread(self._relay_guest, "guest"),
            in_thread(lambda: self._judge_stderr.drain(self._judge.stderr), "judge-stderr"),
            in_thread(lambda: self._guest_stderr.drain(self._guest.stderr), "guest-stderr"),
        ]
        guest_end: list[End] = []
        threads.append(in_thread(lambda: guest_end.append(self._await_guest()), "guest-end"))
        try:
            judge_end = self._judge.wait()
            self._judge_closed.set()  # the guest is killed below, perhaps before the judge's pipe is drained
        except BaseException:  # such as a worker's own time limit: leave nothing behind
            self._judge.kill()
            self._judge.wait()
            raise
        finally:
            self._judge_closed.set()
            self._guest.kill()
            for thread in threads:
                thread.join()
            self._judge.release()
            self._guest.release()
        return LinkedResult(
            judge=exec_result(judge_end, self._report, self._judge_stderr),
            guest=exec_result(guest_end[0], Capture(0), self._guest_stderr),
            guest_left_first=self._guest_left.is_set(),
        )

    def _await_guest(self) -> End:
        end = self._guest.wait()
        self._note_guest_left()  # also where the relay below still waits for the judge to read
        return end

    def _note_guest_left(self) -> None:
        if not self._judge_closed.is_set():
            self._guest_left.set()

    def _kill_both(self) -> None:
        self._judge.kill()
        self._guest.kill()

    def _relay_judge(self) -> None:
        """The judge's frames to where they belong; what is no frame ends both programs."""
        parser = FrameParser(self._to_guest, self._report.add)
        while data := self._judge.stdout.read():
            if not self._budget.take(len(data)):
                continue  # both are being killed: only drain
            if not parser.feed(data):
                self._kill_both()
                _drain(self._judge.stdout)
        # Before the guest can notice, so that its end is never taken for one of its own accord.
        self._judge_closed.set()
        self._guest.stdin.close()

    def _to_guest(self, data: bytes) -> None:
        # A guest that is gone shows the judge the end of its stdin; what is still sent to it is dropped.
        self._guest.stdin.write(data)

    def _relay_guest(self) -> None:
        stdin: Sink = self._judge.stdin
        while data := self._guest.stdout.read():
            if not self._budget.take(len(data)) or not stdin.write(data):
                _drain(self._guest.stdout)
        self._note_guest_left()
        stdin.close()


def _drain(source: Source) -> None:
    while source.read():
        pass
