"""How much there is of everything, for metrics and the page: each answered from an index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import Field
from sqlalchemy import Column, ColumnElement, Connection, distinct, func, select

from verifiers.domain import Value
from worker.states import JobState
from worker.store.database import Database
from worker.store.schema import batches, jobs, webhook_deliveries

Key = TypeVar("Key", str, int)


class Counts(Value):
    """The store at one moment.

    Attributes:
        jobs: Jobs in each state.
        waiting: Queued jobs that are due, by priority: the larger, the later.
        oldest_waiting_s: Seconds since the oldest of them was accepted; 0 without any.
        workers: Processes that run a job and have renewed its lease in time.
        overdue: Running jobs whose lease ran out: their worker died or lost contact.
        deliveries: Webhook deliveries in each state.
        oldest_delivery_s: Seconds since the oldest pending one was written; 0 without any.
        batches: Batches in each state.
    """

    jobs: Mapping[str, int] = Field(default={})
    waiting: Mapping[int, int] = Field(default={})
    oldest_waiting_s: float = 0.0
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
    with database.begin() as connection:
        return Counts(
            jobs=_each(connection, jobs.c.state),
            waiting=_each(connection, jobs.c.priority, *due),
            oldest_waiting_s=_age(connection, now, jobs.c.created_at, *due),
            workers=connection.execute(held).scalar_one(),
            overdue=connection.execute(overdue).scalar_one(),
            deliveries=_each(connection, webhook_deliveries.c.state),
            oldest_delivery_s=_age(
                connection, now, webhook_deliveries.c.created_at, webhook_deliveries.c.state == "pending"
            ),
            batches=_each(connection, batches.c.state),
        )


def _each(connection: Connection, column: Column[Key], *where: ColumnElement[bool]) -> dict[Key, int]:
    query = select(column, func.count()).where(*where).group_by(column)
    return {key: number for key, number in connection.execute(query)}


def _age(connection: Connection, now: float, column: Column[float], *where: ColumnElement[bool]) -> float:
    oldest = connection.execute(select(func.min(column)).where(*where)).scalar_one()
    return 0.0 if oldest is None else max(0.0, now - oldest)
