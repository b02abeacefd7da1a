"""How much there is of everything, for metrics and the page: each answered from an index."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field
from sqlalchemy import Column, Connection, distinct, func, select

from verifiers.domain import Value
from worker.states import JobState
from worker.store.database import Database
from worker.store.schema import batches, jobs, webhook_deliveries


class Counts(Value):
    """The store at one moment.

    Attributes:
        jobs: Jobs in each state.
        waiting: Queued jobs that are due, by priority: the larger, the later.
        oldest_waiting_s: Seconds since the oldest of them was accepted, by priority.
        workers: Processes that run a job and have renewed its lease in time.
        overdue: Running jobs whose lease ran out: their worker died or lost contact.
        deliveries: Webhook deliveries in each state.
        oldest_delivery_s: Seconds since the oldest pending one was written; 0 without any.
        batches: Batches in each state.
    """

    jobs: Mapping[str, int] = Field(default={})
    waiting: Mapping[int, int] = Field(default={})
    oldest_waiting_s: Mapping[int, float] = Field(default={})
    workers: int = 0
    overdue: int = 0
    deliveries: Mapping[str, int] = Field(default={})
    oldest_delivery_s: float = 0.0
    batches: Mapping[str, int] = Field(default={})


def counts(database: Database) -> Counts:
    """Count.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    now = database.clock()
    due = (jobs.c.state == JobState.QUEUED.value, jobs.c.not_before <= now)
    running = jobs.c.state == JobState.RUNNING.value
    held = select(func.count(distinct(jobs.c.worker))).where(running, jobs.c.lease_until >= now)
    overdue = select(func.count()).where(running, jobs.c.lease_until < now)
    by_priority = select(jobs.c.priority, func.count(), func.min(jobs.c.created_at)).where(*due)
    pending = select(func.min(webhook_deliveries.c.created_at)).where(webhook_deliveries.c.state == "pending")
    with database.begin() as connection:
        waiting = connection.execute(by_priority.group_by(jobs.c.priority)).all()
        told = connection.execute(pending).scalar_one()
        return Counts(
            jobs=_each(connection, jobs.c.state),
            waiting={row[0]: row[1] for row in waiting},
            oldest_waiting_s={row[0]: max(0.0, now - row[2]) for row in waiting},
            workers=connection.execute(held).scalar_one(),
            overdue=connection.execute(overdue).scalar_one(),
            deliveries=_each(connection, webhook_deliveries.c.state),
            oldest_delivery_s=0.0 if told is None else max(0.0, now - told),
            batches=_each(connection, batches.c.state),
        )


def _each(connection: Connection, column: Column[str]) -> dict[str, int]:
    query = select(column, func.count()).group_by(column)
    return {key: number for key, number in connection.execute(query)}
