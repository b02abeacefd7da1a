"""Deleting jobs with all that is kept of them, one by one or by age."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from sqlalchemy import Connection, delete, select

from worker.access import Caller
from worker.errors import Conflict, JobNotEnded, NotFound
from worker.states import TERMINAL
from worker.store import audit_log, batches, files
from worker.store.database import Database
from worker.store.reading import IS_AUDIT
from worker.store.schema import batch_lines, idempotency, jobs, webhook_deliveries
from worker.store.schema import batches as batch_rows
from worker.store.schema import files as file_rows

_ENDED = [state.value for state in TERMINAL]

Forget = Callable[[str], None]  # drops a task's checkpoints


def remove(database: Database, job_id: str, by: Caller, forget: Forget) -> None:
    """Delete an ended job: code, outcome, events, feedback, checkpoints, and what webhooks were told of it.

    A call that dies in the middle can be repeated.

    Args:
        database: Where from.
        job_id: Which; the caller has looked whether ``by`` may see it.
        by: Who deletes it, for the audit log.
        forget: Drops its checkpoints.

    Raises:
        JobNotEnded: it waits or runs.
        ToolError: some of it may be left.
    """
    ended = select(jobs.c.id, IS_AUDIT.label("audit")).where(jobs.c.id == job_id, jobs.c.state.in_(_ENDED))
    with database.begin() as connection:
        row = connection.execute(ended).one_or_none()
    if row is None:
        raise JobNotEnded("It has not ended.", "Cancel it first, and delete it once it is cancelled.")
    forget(job_id)
    with database.begin() as connection:
        if drop(connection, [job_id]):
            action = "audit.deleted" if row.audit else "task.deleted"
            audit_log.note(connection, database.clock(), by, action, job_id)
    database.purge()


def drop(connection: Connection, job_ids: Sequence[str]) -> int:
    """Delete the rows of ended jobs, and all that hangs on them; the number of jobs."""
    gone = connection.execute(delete(jobs).where(jobs.c.id.in_(job_ids), jobs.c.state.in_(_ENDED))).rowcount
    for table in (webhook_deliveries, idempotency):
        connection.execute(delete(table).where(table.c.job_id.in_(job_ids)))
    return gone


def remove_old(database: Database, before: float, forget: Forget, limit: int = 50) -> int:
    """Delete some of what ended before a moment: jobs, batches, and files that no batch needs any more.

    Jobs of a batch that has not ended stay: their results are still to be written.

    Args:
        database: Where from.
        before: Seconds since the epoch.
        forget: Drops a task's checkpoints.
        limit: At most so many of each, so that workers may write in between.

    Returns:
        How many things were deleted; call again while it is not 0.

    Raises:
        ToolError: some of it may be left.
    """
    needed = (
        select(batch_lines.c.job_id)
        .join(batch_rows, batch_rows.c.id == batch_lines.c.batch_id)
        .where(batch_lines.c.job_id == jobs.c.id, batch_rows.c.finished_at.is_(None))
        .exists()
    )
    old_jobs = select(jobs.c.id).where(jobs.c.finished_at < before, ~needed).limit(limit)
    old_batches = select(batch_rows.c.id).where(batch_rows.c.finished_at < before).limit(limit)
    old_files = select(file_rows.c.id).where(
        file_rows.c.created_at < before,
        file_rows.c.id.not_in(select(batch_rows.c.input_file_id)),
        file_rows.c.purpose == "batch",
    )
    with database.begin() as connection:
        ids = list(connection.execute(old_jobs).scalars())
    for job_id in ids:
        forget(job_id)
    with database.begin() as connection:
        gone = drop(connection, ids) if ids else 0
    with database.begin() as connection:
        batch_ids = list(connection.execute(old_batches).scalars())
        file_ids = list(connection.execute(old_files.limit(limit)).scalars())
    for batch_id in batch_ids:
        batches.remove(database, batch_id)
    for file_id in file_ids:
        with suppress(Conflict, NotFound):  # somebody was quicker, or begins a batch with it
            files.remove(database, file_id)
    gone += len(batch_ids) + len(file_ids)
    if gone:
        database.purge()
    return gone
