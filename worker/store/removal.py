"""Deleting jobs with all that is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, delete, select

from worker.access import Caller
from worker.errors import JobNotEnded
from worker.states import TERMINAL
from worker.store.access import audit_log
from worker.store.database import Database
from worker.store.reading import IS_AUDIT
from worker.store.schema import jobs, webhook_deliveries

_ENDED = [state.value for state in TERMINAL]

Forget = Callable[[Sequence[str]], None]  # drops the checkpoints of tasks


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
    forget([job_id])
    with database.begin() as connection:
        if drop(connection, [job_id]):
            action = "audit.deleted" if row.audit else "task.deleted"
            audit_log.note(connection, database.clock(), by, action, job_id)
    database.purge()


def drop(connection: Connection, job_ids: Sequence[str]) -> int:
    """Delete the rows of ended jobs, and all that hangs on them; the number of jobs."""
    gone = connection.execute(delete(jobs).where(jobs.c.id.in_(job_ids), jobs.c.state.in_(_ENDED))).rowcount
    connection.execute(delete(webhook_deliveries).where(webhook_deliveries.c.job_id.in_(job_ids)))
    return gone
