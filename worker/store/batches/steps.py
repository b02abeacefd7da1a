"""Moving a batch on, one small transaction at a time.

Every step is a compare-and-set on the batch's token, together with all that belongs to it: lines, jobs, the
parts of result files. So a step has happened wholly or not at all, whoever was killed; and of two services
that do the same step only one has done it. No step waits for the disk: what a power cut takes is done again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from worker.access import Caller
from worker.batches.lines import BadLine, Line
from worker.states import JobState
from worker.store.batches.values import Batch, BatchError, BatchState, LineState
from worker.store.database import Database
from worker.store.jobs import BATCH, new_row
from worker.store.schema import batch_lines, batches, jobs, keys
from worker.store.text import encodable, to_json


class OpenLine(NamedTuple):
    """A line with a job; ``state`` is the job's, and None where it was deleted."""

    line: int
    job_id: str
    state: JobState | None


class ReadLine(NamedTuple):
    """What a line that begins at the byte ``start`` says."""

    start: int
    says: Line | BadLine


def add_lines(
    database: Database, batch: Batch, lines: Sequence[ReadLine], read_lines: int, read_bytes: int, last: bool
) -> bool:
    """Note which lines there are; a ``custom_id`` belongs to the first line that has it.

    Args:
        database: Where.
        batch: As it was read.
        lines: The ones that follow.
        read_lines: Lines that were looked at by now.
        read_bytes: Where the next one begins.
        last: There are no more.

    Returns:
        False if somebody else moved the batch on.

    Raises:
        StoreUnavailable: nothing was written.
    """
    values: dict[str, Any] = {"read_lines": read_lines, "read_bytes": read_bytes}
    values["total"] = batch.total + len(lines)
    if last:
        values |= {"state": BatchState.IN_PROGRESS.value, "in_progress_at": database.clock()}
    with database.begin(lasting=False) as connection:
        if not moved(connection, batch, **values):
            return False
        rows = _rows(batch.id, lines, _taken(connection, batch, lines))
        bad = sum(row["state"] == LineState.FAILED.value for row in rows)
        if rows:
            connection.execute(insert(batch_lines), rows)
            count(connection, batch, failed=bad)
    return True


def open_lines(database: Database, batch_id: str) -> list[OpenLine]:
    """Lines whose job may still run.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    query = (
        select(batch_lines.c.line, batch_lines.c.job_id, jobs.c.state)
        .outerjoin(jobs, jobs.c.id == batch_lines.c.job_id)
        .where(batch_lines.c.batch_id == batch_id, batch_lines.c.state == LineState.OPEN.value)
        .order_by(batch_lines.c.line)
    )
    with database.begin(lasting=False) as connection:
        rows = connection.execute(query).all()
    return [
        OpenLine(row.line, row.job_id, None if row.state is None else JobState(row.state)) for row in rows
    ]


def waiting_lines(database: Database, batch_id: str, limit: int) -> dict[int, int]:
    """The next lines without a job: where each begins, by its number.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    query = (
        select(batch_lines.c.line, batch_lines.c.start)
        .where(batch_lines.c.batch_id == batch_id, batch_lines.c.state == LineState.WAITING.value)
        .order_by(batch_lines.c.line)
        .limit(limit)
    )
    with database.begin(lasting=False) as connection:
        return {row.line: row.start for row in connection.execute(query)}


def most_queued(database: Database, batch: Batch) -> int | None:
    """Jobs that may wait or run for the batch's API key; None for no limit.

    Raises:
        StoreUnavailable: it cannot be said.
    """
    if batch.key_id is None:
        return None
    query = select(keys.c.max_queued).where(keys.c.id == batch.key_id)
    with database.begin(lasting=False) as connection:
        return connection.execute(query).scalar_one_or_none()


def go_on(
    database: Database,
    batch: Batch,
    completed: Sequence[int],
    failed: Sequence[int],
    begun: Sequence[Line | BadLine] = (),
) -> bool:
    """Note which lines have ended, and make jobs for others.

    Args:
        database: Where.
        batch: As it was read.
        completed: Lines whose job has an outcome.
        failed: Lines whose job has none.
        begun: Lines that get a job, or turn out to be unreadable.

    Returns:
        False if somebody else moved the batch on; there are no new jobs then.

    Raises:
        StoreUnavailable: nothing was written.
    """
    bad = [line for line in begun if isinstance(line, BadLine)]
    made = {line.number: _job(database, batch, line) for line in begun if isinstance(line, Line)}
    with database.begin(lasting=False) as connection:
        if not moved(connection, batch):
            return False
        if made:
            connection.execute(insert(jobs), list(made.values()))
        _set(
            connection, batch.id, LineState.OPEN, {line: {"job_id": row["id"]} for line, row in made.items()}
        )
        _set(connection, batch.id, LineState.COMPLETED, {line: {} for line in completed})
        _set(connection, batch.id, LineState.FAILED, {line: {} for line in failed})
        _set(connection, batch.id, LineState.FAILED, {line.number: {"error": _error(line)} for line in bad})
        count(connection, batch, completed=len(completed), failed=len(failed) + len(bad))
    return True


def moved(connection: Connection, batch: Batch, **values: Any) -> bool:
    """Move a batch on within a transaction, as its first write; False if somebody else did."""
    step = (
        update(batches)
        .where(batches.c.id == batch.id, batches.c.token == batch.token)
        .values(**values, token=batch.token + 1)
    )
    return connection.execute(step).rowcount == 1


def count(connection: Connection, batch: Batch, completed: int = 0, failed: int = 0) -> None:
    """Count lines that ended, within a transaction that has moved the batch on."""
    if completed or failed:
        values = {"completed": batch.completed + completed, "failed": batch.failed + failed}
        connection.execute(update(batches).where(batches.c.id == batch.id).values(values))


def _taken(connection: Connection, batch: Batch, lines: Sequence[ReadLine]) -> set[str]:
    wanted = [line.says.custom_id for line in lines if line.says.custom_id is not None]
    query = select(batch_lines.c.custom_id).where(
        batch_lines.c.batch_id == batch.id, batch_lines.c.custom_id.in_(wanted)
    )
    return set(connection.execute(query).scalars())


def _rows(batch_id: str, lines: Sequence[ReadLine], taken: set[str]) -> list[dict[str, Any]]:
    rows = []
    for start, says in lines:
        if says.custom_id is not None and says.custom_id in taken:
            said = f"An earlier line has the custom_id {says.custom_id[:64]!r} already."
            says = BadLine(number=says.number, code="duplicate_custom_id", message=said)
        elif says.custom_id is not None:
            taken.add(says.custom_id)
        bad = isinstance(says, BadLine)
        rows.append(
            {
                "batch_id": batch_id,
                "line": says.number,
                "start": start,
                "state": (LineState.FAILED if bad else LineState.WAITING).value,
                "custom_id": says.custom_id,
                "model": says.model if isinstance(says, Line) else "",
                "error": _error(says) if isinstance(says, BadLine) else None,
            }
        )
    return rows


def _error(line: BadLine) -> str:
    return to_json(BatchError(code=line.code, message=encodable(line.message), line=line.number))


def _job(database: Database, batch: Batch, line: Line) -> dict[str, Any]:
    now = database.clock()
    owner = Caller(tenant=batch.tenant, key_id=batch.key_id)
    row = new_row(now, line.task.language, line.task.instruction, line.task, 0.0, owner)
    # Not woken: the sweeper sends the messages, and so the runner needs no broker.
    return row | {"priority": BATCH, "deadline_at": batch.expires_at, "woken": False, "wake_at": now}


def _set(connection: Connection, batch_id: str, state: LineState, lines: dict[int, dict[str, str]]) -> None:
    if not lines:
        return
    names = next(iter(lines.values())).keys()
    step = (
        update(batch_lines)
        .where(batch_lines.c.batch_id == batch_id, batch_lines.c.line == bindparam("at_line"))
        .values(state=state.value, **{name: bindparam(f"new_{name}") for name in names})
    )
    connection.execute(
        step,
        [
            {"at_line": line, **{f"new_{name}": value for name, value in values.items()}}
            for line, values in lines.items()
        ],
    )
