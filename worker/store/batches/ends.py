"""Ending a batch: its results go to the files in small transactions; see ``batch_steps.py``."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select, update

from verifiers.domain import Value
from worker.store import files
from worker.store.batches.batches import result_id
from worker.store.batches.steps import count, moved
from worker.store.batches.values import Batch, BatchError, BatchState, LineState
from worker.store.database import Database
from worker.store.schema import batch_lines, batches
from worker.store.text import to_json
from worker.store.webhooks import endpoints


class StoredLine(Value):
    """A line whose result is to be written.

    Attributes:
        line: From 1.
        state: Where it is.
        custom_id: Its sender's name for it.
        model: As a chat names it.
        job_id: Its job.
        error: Why it has none.
    """

    line: int
    state: LineState
    custom_id: str | None
    model: str
    job_id: str | None
    error: BatchError | None


class Written(NamedTuple):
    """What a step adds to the result files, and the counts that change by it."""

    upto: int
    output: bytes
    errors: bytes
    completed: int
    failed: int


def fail(database: Database, batch: Batch, error: BatchError) -> bool:
    """End a batch that cannot be worked on; False if somebody else moved it on.

    Raises:
        StoreUnavailable: nothing was written.
    """
    now = database.clock()
    values = {"state": BatchState.FAILED.value, "error": to_json(error), "finished_at": now}
    with database.begin(lasting=False) as connection:
        if not moved(connection, batch, **values):
            return False
        _tell(connection, batch, BatchState.FAILED, now)
    return True


def finalize(database: Database, batch: Batch, ends_as: BatchState, error: BatchError | None = None) -> bool:
    """Begin no more lines and write the results; False if somebody else moved the batch on.

    Raises:
        StoreUnavailable: nothing was written.
    """
    values = {
        "state": BatchState.FINALIZING.value,
        "ends_as": ends_as.value,
        "error": None if error is None else to_json(error),
        "finalizing_at": database.clock(),
    }
    with database.begin(lasting=False) as connection:
        return moved(connection, batch, **values)


def next_results(database: Database, batch: Batch, limit: int) -> list[StoredLine]:
    """Lines whose results are to be written next, in order.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    query = (
        select(batch_lines)
        .where(batch_lines.c.batch_id == batch.id, batch_lines.c.line > batch.written_lines)
        .order_by(batch_lines.c.line)
        .limit(limit)
    )
    with database.begin(lasting=False) as connection:
        rows = connection.execute(query).all()
    return [
        StoredLine(
            line=row.line,
            state=LineState(row.state),
            custom_id=row.custom_id,
            model=row.model,
            job_id=row.job_id,
            error=None if row.error is None else BatchError.model_validate_json(row.error),
        )
        for row in rows
    ]


def write(database: Database, batch: Batch, written: Written) -> bool:
    """Add to the result files; False if somebody else moved the batch on.

    Raises:
        StoreUnavailable: nothing was written.
    """
    now = database.clock()
    with database.begin(lasting=False) as connection:
        if not moved(connection, batch, written_lines=written.upto):
            return False
        for kind, data in (("output", written.output), ("error", written.errors)):
            if data:
                name, file_id = f"{batch.id}_{kind}.jsonl", result_id(batch.id, kind)
                files.append(connection, file_id, data, now, batch.tenant, name, "batch_output")
        count(connection, batch, completed=written.completed, failed=written.failed)
    return True


def end(database: Database, batch: Batch) -> bool:
    """Let the result files be seen and end the batch; False if somebody else moved it on.

    Raises:
        StoreUnavailable: nothing was written.
    """
    now = database.clock()
    with database.begin(lasting=False) as connection:
        if not moved(connection, batch, state=batch.ends_as.value, finished_at=now):
            return False
        _tell(connection, batch, batch.ends_as, now)
        there = {}
        for kind in ("output", "error"):
            file_id = result_id(batch.id, kind)
            if files.publish(connection, file_id):
                there[f"{kind}_file_id"] = file_id
        if there:
            connection.execute(update(batches).where(batches.c.id == batch.id).values(there))
    return True


def _tell(connection: Connection, batch: Batch, state: BatchState, now: float) -> None:
    told = {"id": batch.id, "state": state.value, "path": f"/v1/batches/{batch.id}"}
    endpoints.enqueue(connection, batch.id, batch.tenant, f"batch.{state.value}", told, now)
