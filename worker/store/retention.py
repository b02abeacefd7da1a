"""Deleting what is older than it is to be kept."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import select

from worker.errors import Conflict, NotFound
from worker.store import files
from worker.store.batches import batches
from worker.store.database import Database
from worker.store.removal import Forget, drop
from worker.store.schema import batch_lines, jobs
from worker.store.schema import batches as batch_rows
from worker.store.schema import files as file_rows


def remove_old(database: Database, before: float, forget: Forget, limit: int = 50) -> int:
    """Delete some of what ended before a moment: jobs, batches, and files that no batch needs any more.

    Jobs of a batch that has not ended stay: their results are still to be written.

    Args:
        database: Where from.
        before: Seconds since the epoch.
        forget: Drops the checkpoints of tasks.
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
    forget(ids)
    with database.begin() as connection:
        gone = drop(connection, ids) if ids else 0
    with database.begin() as connection:
        batch_ids = list(connection.execute(old_batches).scalars())
        file_ids = list(connection.execute(old_files.limit(limit)).scalars())
    for batch_id in batch_ids:
        with suppress(NotFound):
            batches.remove(database, batch_id, forget=forget)
    for file_id in file_ids:
        with suppress(Conflict, NotFound):  # somebody was quicker, or begins a batch with it
            files.remove(database, file_id)
    gone += len(batch_ids) + len(file_ids)
    if gone:
        database.purge()
    return gone
