"""A run: answers are drawn and judged at the same time, and every one is written down when it is there."""

from __future__ import annotations

import fcntl
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple, TypeVar

from models.evaluation.results import (
    GENERATIONS,
    RESULTS,
    Generation,
    Log,
    Manifest,
    Result,
    brief,
    open_run,
    read_lines,
    read_results,
)
from models.evaluation.sources import Source
from models.examining import Examiner, Judged, Problem
from verifiers.domain import digest
from verifiers.errors import InvalidInput, SandboxUnavailable, ToolFailed, ToolMissing

_SHARD = re.compile(r"([0-9]{1,9})/([0-9]{1,9})")
Key = tuple[str, int]
Done = TypeVar("Done")


class RunBusy(InvalidInput):
    """Another process works on the run."""


class Progress(NamedTuple):
    """How far a run has come.

    Attributes:
        drawn: Answers that are there.
        judged: Of them, those that are judged.
        passed: Of them, those whose tests passed.
        total: Answers that there will be.
    """

    drawn: int
    judged: int
    passed: int
    total: int


def problems_digest(problems: Sequence[Problem]) -> str:
    """SHA-256 over problems, in order."""
    return digest("\n".join(problem.model_dump_json() for problem in problems))


def shard_of(problems: Sequence[Problem], shard: str) -> tuple[Problem, ...]:
    """Every n-th problem from the i-th on; all for an empty shard.

    Args:
        problems: All of them.
        shard: ``i/n`` with i from 1 to n.

    Raises:
        InvalidInput: it is something else, or n is more than there are problems.
    """
    if not shard:
        return tuple(problems)
    match = _SHARD.fullmatch(shard)
    first, of = (int(number) for number in match.groups()) if match else (0, 0)
    if not 1 <= first <= of <= len(problems):
        raise InvalidInput(
            "shard",
            f"'{shard}' is no shard of {len(problems)} problems.",
            "Write 1/4 to 4/4 for four shards.",
        )
    return tuple(problems[first - 1 :: of])


def run(
    folder: Path,
    manifest: Manifest,
    problems: Sequence[Problem],
    numbers: Mapping[str, Sequence[int]],
    source: Source,
    examiner: Examiner,
    *,
    clients: int = 4,
    judges: int = 2,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> None:
    """Draw and judge what is missing of a run.

    Args:
        folder: Where the run is kept; one that was broken off goes on.
        manifest: What the run is.
        problems: Those of this shard.
        numbers: Which samples each problem shall have, by its id.
        source: Where answers come from.
        examiner: Judges them.
        clients: Problems that are asked about at a time.
        judges: Answers that are judged at a time.
        on_progress: Called after each that is judged.

    Raises:
        InvalidInput: the folder holds another run, or cannot be written.
        RunBusy: another process works on it.
        ToolError: the model or the sandbox cannot be had. What was done is kept.
    """
    with (
        _opened(folder, manifest),
        Log(folder / GENERATIONS) as drawn,
        Log(folder / RESULTS) as judged,
        ThreadPoolExecutor(clients, "draw") as drawing,
        ThreadPoolExecutor(judges, "judge") as judging,
    ):
        work = _Work(folder, problems, numbers, examiner, manifest.scan, drawn, judged, on_progress)
        try:
            work.go(source, drawing, judging)
        except BaseException:
            work.stopped.set()
            drawing.shutdown(wait=False, cancel_futures=True)
            judging.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def _opened(folder: Path, manifest: Manifest) -> Iterator[None]:
    """Begin or go on with a run, holding its folder's lock; it ends with this process, however that ends."""
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context((folder / "lock").open("w"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunBusy(
                "out",
                f"another process works on the run in {folder}.",
                "Wait for it, or name another folder.",
            ) from error
        except OSError as error:
            raise InvalidInput(
                "out", f"{folder} cannot be written or locked ({error.strerror}).", "Name another folder."
            ) from error
        open_run(folder, manifest)  # not before: two that begin at once must not both find the folder free
        yield


class _Work:
    """What is there of a run and what is not; touched by the calling thread only, but for the logs."""

    def __init__(
        self,
        folder: Path,
        problems: Sequence[Problem],
        numbers: Mapping[str, Sequence[int]],
        examiner: Examiner,
        scan: bool,
        drawn: Log,
        judged: Log,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.stopped = threading.Event()  # nothing more is to be drawn
        self._problems = {problem.id: problem for problem in problems}
        self._numbers = {problem.id: numbers[problem.id] for problem in problems}
        wanted = {(name, number) for name, each in self._numbers.items() for number in each}
        self._total = len(wanted)
        self._events: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._open = 0  # futures whose end has not been acted on
        self._examiner = examiner
        self._scan = scan
        self._drawn_log = drawn
        self._judged_log = judged
        self._on_progress = on_progress
        self._drawn: dict[Key, Generation] = {}
        for each in read_lines(folder / GENERATIONS, Generation):
            if (each.problem, each.sample) in wanted:
                self._drawn[each.problem, each.sample] = each
        # What a broken tool could not say is asked again.
        before = {key: result for key, result in read_results(folder).items() if result.judged}
        self._judged = {key for key in before if key in self._drawn}
        self._passed = sum(before[key].passed for key in self._judged)
        self._verdicts: dict[str, Future[Judged]] = {}
        for key in self._judged:
            self._remember(self._drawn[key], before[key].judged)

    def go(self, source: Source, drawing: ThreadPoolExecutor, judging: ThreadPoolExecutor) -> None:
        """Draw and judge until nothing is missing."""
        self._tell()
        waiting = [each for key, each in self._drawn.items() if key not in self._judged]
        for problem in self._problems.values():
            missing = [
                number for number in self._numbers[problem.id] if (problem.id, number) not in self._drawn
            ]
            if missing:
                self._then(drawing.submit(self._draw, source, problem, missing), partial(self._take, judging))
        for generation in waiting:
            self._submit(judging, generation)
        while self._open:
            self._events.get()()
            self._open -= 1
            self._tell()

    def _then(self, future: Future[Done], act: Callable[[Future[Done]], None]) -> None:
        """Let the calling thread act once a future has ended."""
        self._open += 1
        future.add_done_callback(lambda ended: self._events.put(partial(act, ended)))

    def _draw(self, source: Source, problem: Problem, numbers: Sequence[int]) -> list[Generation]:
        found = []
        for generation in source.answers(problem, numbers):
            self._drawn_log.append(generation)
            found.append(generation)
            if self.stopped.is_set():
                break
        return found

    def _take(self, judging: ThreadPoolExecutor, drawn: Future[list[Generation]]) -> None:
        for generation in drawn.result():
            self._drawn[generation.problem, generation.sample] = generation
            self._submit(judging, generation)

    def _submit(self, judging: ThreadPoolExecutor, generation: Generation) -> None:
        """Have an answer judged; one that is the same as another shares its judgement."""
        key = _same(generation)
        future = self._verdicts.get(key)
        if future is None:
            future = self._verdicts[key] = judging.submit(self._judge, generation)
        self._then(future, partial(self._note, generation))

    def _judge(self, generation: Generation) -> Judged:
        task = self._problems[generation.problem].task
        if generation.code:
            return brief(self._examiner.judge_files(task, generation.code, scan=self._scan))
        return brief(self._examiner.judge(task, generation.answer, scan=self._scan))

    def _note(self, generation: Generation, future: Future[Judged]) -> None:
        judged, error = None, ""
        try:
            judged = future.result()
        except (SandboxUnavailable, ToolMissing):
            raise  # nothing can be judged: no word about this answer
        except ToolFailed as broken:
            error = str(broken)
        except InvalidInput as wrong:
            error = f"The task cannot be judged: {wrong}"
        result = Result(
            problem=generation.problem,
            sample=generation.sample,
            judged=judged,
            error=error,
            rounds=generation.rounds,
            returned=generation.returned,
        )
        self._judged_log.append(result)
        self._judged.add((result.problem, result.sample))
        self._passed += result.passed

    def _remember(self, generation: Generation, judged: Judged | None) -> None:
        if judged is not None:
            future: Future[Judged] = Future()
            future.set_result(judged)
            self._verdicts[_same(generation)] = future

    def _tell(self) -> None:
        self._on_progress(Progress(len(self._drawn), len(self._judged), self._passed, self._total))


def _same(generation: Generation) -> str:
    """Equal for answers that need be judged only once."""
    parts = [
        generation.problem,
        generation.answer.rstrip(),  # blanks before it may be its first line's indentation
        *(part for file in generation.code for part in file),
    ]
    return digest("\x00".join(parts))
