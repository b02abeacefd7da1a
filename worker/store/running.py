"""Which worker has which job in hand: what people look at when a queue stands still."""

from __future__ import annotations

from pydantic import AwareDatetime
from sqlalchemy import select

from verifiers.domain import Value
from worker.states import JobState
from worker.store.database import Database
from worker.store.reading import of_tenant
from worker.store.records import moment
from worker.store.schema import audits, jobs


class RunningJob(Value):
    """A job in a worker's hands.

    Attributes:
        id: The job.
        is_audit: It is an audit, and no task.
        title: What it is about.
        worker: Who has it.
        deliveries: Which delivery this is, from 1.
        started_at: When a worker first took it up.
        overdue: The worker has not renewed its lease in time: it died or lost contact.
    """

    id: str
    is_audit: bool
    title: str
    worker: str
    deliveries: int
    started_at: AwareDatetime | None
    overdue: bool


def running(database: Database, limit: int, tenant: str | None = None) -> tuple[RunningJob, ...]:
    """Jobs that are worked on, the oldest first.

    Args:
        database: Where from.
        limit: At most so many.
        tenant: Only this one's; None for everybody's.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    query = (
        select(jobs, audits.c.job_id.label("audit"))
        .join(audits, audits.c.job_id == jobs.c.id, isouter=True)
        .where(jobs.c.state == JobState.RUNNING.value, of_tenant(tenant))
        .order_by(jobs.c.id)
        .limit(limit)
    )
    now = database.clock()
    with database.begin() as connection:
        rows = connection.execute(query).all()
    return tuple(
        RunningJob(
            id=row.id,
            is_audit=row.audit is not None,
            title=row.title,
            worker=row.worker or "",
            deliveries=row.deliveries,
            started_at=moment(row.started_at),
            overdue=row.lease_until is not None and row.lease_until < now,
        )
        for row in rows
    )
