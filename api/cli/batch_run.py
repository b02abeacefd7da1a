"""Working on the lines of a batch here, some at a time; what has been done is in the result files."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import NamedTuple

from api.cli.batch_files import Results, Todo, again
from verifiers.domain import CodingTask, Outcome, OutcomeStatus
from verifiers.errors import InvalidInput, ToolError
from worker.batches.lines import Line
from worker.batches.results import answer
from worker.retry import RetryPolicy
from worker.states import state_of
from worker.store.jobs import title_of
from worker.store.records import Job

Solve = Callable[[CodingTask, Callable[[], bool]], Outcome]
Check = Callable[[CodingTask], None]
_IN_A_ROW = 5  # lines that broken tools ended: then it is not the lines


class Ended(NamedTuple):
    """What became of a line: an outcome, or an error's code and sentence."""

    line: Line
    job: Job | None
    code: str = ""
    message: str = ""


class Tally(NamedTuple):
    """How far a run has come."""

    solved: int = 0
    not_solved: int = 0
    failed: int = 0

    @property
    def ended(self) -> int:
        """Lines that this run ended."""
        return sum(self)


class BatchRun:
    """Works on the lines that are not done yet.

    Args:
        tasks: The input file.
        todo: What it asks for.
        results: Where results go.
        solve: Solves a task, unless it is told to stop; called from several threads.
        check: Looks at each task; raises InvalidInput.
        concurrency: Lines at a time.
        policy: How often a broken tool is tried again.
    """

    def __init__(
        self,
        tasks: Path,
        todo: Todo,
        results: Results,
        solve: Solve,
        check: Check,
        *,
        concurrency: int,
        policy: RetryPolicy | None = None,
    ) -> None:
        self._tasks = tasks
        self._todo = todo
        self._results = results
        self._solve = solve
        self._check = check
        self._concurrency = concurrency
        self._policy = policy or RetryPolicy(tool_failures=3)
        self._stop = Event()
        self._running: set[Future[Ended | None]] = set()
        self._held: list[Ended] = []  # ended by broken tools since something last went well
        self.tally = Tally()

    def run(self, on_line: Callable[[Tally], None]) -> None:
        """Work until all lines have ended.

        Args:
            on_line: Called after each.

        Raises:
            KeyboardInterrupt: as it came; lines that ran have been stopped, and what had ended is written.
            ToolError: several lines in a row were ended by a broken tool, or a result cannot be written.
                These lines count as not done.
        """
        with ThreadPoolExecutor(self._concurrency, "line") as pool:
            try:
                for ended in self._ended(pool):
                    self._note(ended)
                    on_line(self.tally)
                if self._held and not self.tally.ended:
                    raise _broken(self._held)
                self._settle()
            except KeyboardInterrupt:
                self._stop.set()
                while self._running:
                    for ended in self._some_ended():
                        self._note(ended)
                raise
            finally:
                self._stop.set()

    def _ended(self, pool: ThreadPoolExecutor) -> Iterator[Ended]:
        for line in self._lines():
            self._running.add(pool.submit(self._one, line))
            if len(self._running) == self._concurrency:
                yield from self._some_ended()
        while self._running:
            yield from self._some_ended()

    def _some_ended(self) -> list[Ended]:
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        self._running -= done
        return [ended for ended in (future.result() for future in done) if ended is not None]

    def _lines(self) -> Iterator[Line]:
        for raw in self._todo.lines:
            line = again(self._tasks, raw, self._check)
            if line.custom_id not in self._results.done:
                yield line

    def _one(self, line: Line) -> Ended | None:
        began = datetime.now(UTC)
        try:
            outcome = self._persistently(line.task)
        except InvalidInput as error:
            return Ended(line, None, "invalid_body", f"body.{error}")
        except ToolError as error:
            return Ended(line, None, "task_failed", str(error))
        if self._stop.is_set() and outcome.status is OutcomeStatus.CANCELLED:
            return None
        return Ended(line, _job(line.task, outcome, began))

    def _persistently(self, task: CodingTask) -> Outcome:
        failures = 0
        while True:
            try:
                return self._solve(task, self._stop.is_set)
            except ToolError:
                failures += 1
                if failures == self._policy.tool_failures or self._stop.wait(self._policy.delay_s(failures)):
                    raise

    def _note(self, ended: Ended) -> None:
        if ended.code == "task_failed":
            self._held.append(ended)
            if len(self._held) == _IN_A_ROW:
                raise _broken(self._held)
            return
        self._settle()
        self._write(ended)

    def _settle(self) -> None:
        for ended in self._held:
            self._write(ended)
        self._held = []

    def _write(self, ended: Ended) -> None:
        line, job = ended.line, ended.job
        told = job and answer(str(line.number), line.custom_id, line.endpoint, line.model, job)
        if isinstance(told, bytes) and job is not None and job.outcome is not None:
            self._results.add(told)
            good = job.outcome.status is OutcomeStatus.SOLVED
            self.tally = self.tally._replace(
                solved=self.tally.solved + good, not_solved=self.tally.not_solved + (not good)
            )
        else:
            code, message = ended.code or "task_cancelled", ended.message or "The task was cancelled."
            self._results.add_error(line.number, line.custom_id, code, message)
            self.tally = self.tally._replace(failed=self.tally.failed + 1)


def _broken(held: list[Ended]) -> ToolError:
    lines = f"{len(held)} lines in a row" if len(held) > 1 else "A line"
    return ToolError(f"{lines} failed: {held[-1].message}", "The same command then goes on.")


def _job(task: CodingTask, outcome: Outcome, began: datetime) -> Job:
    return Job(
        id=str(uuid.uuid4()),
        state=state_of(outcome.status),
        language=task.language,
        title=title_of(task.instruction),
        deliveries=1,
        created_at=began,
        started_at=began,
        finished_at=datetime.now(UTC),
        task=task,
        outcome=outcome,
    )
