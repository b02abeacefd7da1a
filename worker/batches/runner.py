"""Moving batches on: reading their lines, keeping some of them at work, writing what came of them.

All state is in the database and every step is one small transaction, so a runner may die anywhere, and any
number of them may run.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator

from verifiers.domain import CodingTask
from verifiers.errors import ToolError
from worker.batches.lines import MAX_LINES, BadLine, Line, RawLine, is_empty, read, split
from worker.batches.results import ANSWERED, answer, failure
from worker.errors import JobNotFound, NotFound
from worker.states import JobState
from worker.store import files, jobs
from worker.store.batches import batches, ends, steps
from worker.store.batches.ends import StoredLine, Written
from worker.store.batches.steps import ReadLine
from worker.store.batches.values import Batch, BatchError, BatchState, LineState
from worker.store.database import Database
from worker.store.records import Job

_LOG = logging.getLogger(__name__)
_LINES = 500  # that are read in one step
_BYTES = 8 * 2**20  # after which a step ends, in the input and in the results
_RESULTS = 100  # that are written in one step
_TIDY_EVERY = 1000  # rounds
_STOPPED = {
    BatchState.CANCELLED: ("batch_cancelled", "The batch was cancelled before this line had ended."),
    BatchState.EXPIRED: ("batch_expired", "The batch's time was up before this line had ended."),
    BatchState.FAILED: ("batch_failed", "The batch failed before this line had ended."),
}


class BatchRunner:
    """Moves batches on.

    Args:
        database: The store.
        check: Looks at a task before it is accepted; raises InvalidInput.
        window: Lines of a batch that have an unfinished job at a time: more would fill the queue without
            making anything faster, and stand in the way of whoever comes next.
    """

    def __init__(self, database: Database, check: Callable[[CodingTask], None], window: int) -> None:
        self._database = database
        self._check = check
        self._window = window
        self._told: set[str] = set()  # batches of which the log tells already

    def round(self) -> bool:
        """One step of every batch that has not ended; whether there is more to do at once.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        return any([self._try(batch) for batch in batches.unfinished(self._database)])

    def run(self, every_s: float, stop: threading.Event) -> None:
        """Go round every ``every_s`` seconds, at once where there is more to do, until ``stop`` is set."""
        trouble, rounds, busy = "", 0, False
        while not stop.wait(0 if busy else every_s):
            try:
                if rounds % _TIDY_EVERY == 0:
                    files.drop_abandoned(self._database)
                busy = self.round()
                rounds, trouble = rounds + 1, ""
            except ToolError as error:
                busy = False
                if str(error) != trouble:  # once, and not every second
                    _LOG.warning("batches wait: %s", error)
                trouble = str(error)

    def _try(self, batch: Batch) -> bool:
        try:
            return self._step(batch)
        except ToolError:
            raise
        except Exception:  # noqa: BLE001 - a mistake with one batch is logged, and the others go on
            say = _LOG.debug if batch.id in self._told else _LOG.error  # once, and not every second
            say("batch %s cannot be moved on", batch.id, exc_info=True)
            self._told.add(batch.id)
            return False

    def _step(self, batch: Batch) -> bool:
        late = self._database.clock() >= batch.expires_at
        if late and batch.state in (BatchState.VALIDATING, BatchState.IN_PROGRESS):
            return ends.finalize(self._database, batch, BatchState.EXPIRED)
        try:
            if batch.state is BatchState.VALIDATING:
                return self._read(batch)
            if batch.state is BatchState.IN_PROGRESS:
                return self._work(batch)
        except NotFound as error:
            gone = BatchError(code="input_file_missing", message=str(error))
            return ends.finalize(self._database, batch, BatchState.FAILED, gone)
        return self._close(batch)

    def _read(self, batch: Batch) -> bool:
        length = files.get(self._database, batch.input_file_id).bytes
        found = list(_some(self._raw_lines(batch, batch.read_bytes, batch.read_lines + 1), _LINES))
        end = found[-1].end if found else length
        number = batch.read_lines + len(found)
        lines = [ReadLine(raw.start, self._says(batch, raw)) for raw in found if not is_empty(raw)]
        if number > MAX_LINES:
            return self._fail(batch, "too_many_lines", f"The file has more than {MAX_LINES:,} lines.")
        if end >= length and batch.total + len(lines) == 0:
            return self._fail(batch, "empty_file", "The file has no lines.")
        return steps.add_lines(self._database, batch, lines, number, end, last=end >= length)

    def _work(self, batch: Batch) -> bool:
        opened = steps.open_lines(self._database, batch.id)
        completed, failed = _ended(opened)
        room = self._window_of(batch) - len(opened) + len(completed) + len(failed)
        waiting = steps.waiting_lines(self._database, batch.id, room) if room > 0 else {}
        if not opened and not waiting:
            return ends.finalize(self._database, batch, BatchState.COMPLETED)
        begun = self._reread(batch, waiting)
        if completed or failed or begun:
            steps.go_on(self._database, batch, completed, failed, begun)
        return len(begun) < len(waiting)  # they were many bytes

    def _window_of(self, batch: Batch) -> int:
        most = steps.most_queued(self._database, batch)
        # Half of what its key may have in the queue: the other half is for what is asked for by itself.
        return self._window if most is None else min(self._window, max(1, most // 2))

    def _close(self, batch: Batch) -> bool:
        opened = steps.open_lines(self._database, batch.id)
        if opened:
            completed, failed = _ended(opened)
            if completed or failed:
                return steps.go_on(self._database, batch, completed, failed)
            for line in opened:  # again and again: to be told twice harms nobody
                jobs.request_cancel(self._database, line.job_id)
            return False
        lines = ends.next_results(self._database, batch, _RESULTS)
        if lines:
            return ends.write(self._database, batch, self._results(batch, lines))
        return ends.end(self._database, batch)

    def _results(self, batch: Batch, lines: list[StoredLine]) -> Written:
        output, errors, upto = bytearray(), bytearray(), 0
        completed = failed = 0
        for line in lines:
            job = self._job(line)
            name = f"{batch.id.removeprefix('batch_')}_{line.line}"
            custom_id = line.custom_id or ""
            told = None if job is None else answer(name, custom_id, batch.endpoint, line.model, job)
            if told is not None:
                output += told
            else:
                errors += failure(name, line.custom_id, _reason(batch, line, job))
            # What was counted when it ended, and has changed since: it was deleted, or sent back and solved.
            completed += (told is not None) - (line.state is LineState.COMPLETED)
            failed += (told is None) - (line.state is LineState.FAILED)
            upto = line.line
            if len(output) + len(errors) > _BYTES:
                break
        return Written(upto, bytes(output), bytes(errors), completed, failed)

    def _job(self, line: StoredLine) -> Job | None:
        if line.job_id is None:
            return None
        try:
            return jobs.get(self._database, line.job_id)
        except JobNotFound:
            return None

    def _reread(self, batch: Batch, waiting: dict[int, int]) -> list[Line | BadLine]:
        if not waiting:
            return []
        files.get(self._database, batch.input_file_id)
        first, last = min(waiting), max(waiting)
        upto = last - first + 1
        raws = _some(self._raw_lines(batch, waiting[first], first), upto)
        return [self._says(batch, raw) for raw in raws if raw.number in waiting]

    def _raw_lines(self, batch: Batch, start: int, number: int) -> Iterator[RawLine]:
        return split(files.content(self._database, batch.input_file_id, start), start, number)

    def _says(self, batch: Batch, raw: RawLine) -> Line | BadLine:
        return read(raw, batch.endpoint, self._check)

    def _fail(self, batch: Batch, code: str, message: str) -> bool:
        return ends.fail(self._database, batch, BatchError(code=code, message=message))


def _some(raws: Iterable[RawLine], most: int) -> Iterator[RawLine]:
    """The first ones: at most so many, and no more once they are many bytes."""
    size = 0
    for count, raw in enumerate(raws, 1):
        yield raw
        size += len(raw.data or b"")
        if count == most or size > _BYTES:
            return


def _ended(lines: Iterable[steps.OpenLine]) -> tuple[list[int], list[int]]:
    ended = [line for line in lines if line.state is None or line.state.terminal]
    completed = [line.line for line in ended if line.state in ANSWERED]
    return completed, [line.line for line in ended if line.state not in ANSWERED]


def _reason(batch: Batch, line: StoredLine, job: Job | None) -> BatchError:
    if line.error is not None:
        return line.error
    if line.job_id is not None and job is None:
        code, said = "task_deleted", "The task was deleted before the batch had ended."
    elif batch.ends_as in _STOPPED and (job is None or job.state is JobState.CANCELLED):
        code, said = _STOPPED[batch.ends_as]
    elif job is not None and job.state is JobState.CANCELLED:
        code, said = "task_cancelled", "The task was cancelled."
    else:
        code, said = "task_failed", (job and job.error) or "The task ended without an outcome."
    return BatchError(code=code, message=said, line=line.line)
