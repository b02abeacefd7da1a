"""Which queued jobs need a worker to be woken: what the sweeper needs."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, or_, select, update

from worker.states import JobState
from worker.store import turns
from worker.store.database import Database
from worker.store.schema import jobs


def due(database: Database, patience_s: float, limit: int) -> list[str]:
    """Ids of jobs that may begin and for which no message is on its way, in the order of their turns.

    Args:
        database: Where from.
        patience_s: How many seconds longer to trust a message that was sent. Nought while the broker's queue
            is empty, since then it is certainly gone.
        limit: At most so many.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    now = database.clock()
    query = (
        select(jobs.c.id)
        .where(
            turns.may_begin(now),
            or_(
                and_(jobs.c.woken.is_(False), turns.due(jobs.c.wake_at, now)),
                and_(jobs.c.woken.is_(True), turns.due(jobs.c.wake_at, now, patience_s)),
            ),
        )
        .order_by(jobs.c.priority, jobs.c.id)
        .limit(limit)
    )
    with database.begin() as connection:
        return list(connection.execute(query).scalars())


def sent(database: Database, job_ids: Iterable[str], wake_after_s: float) -> None:
    """Note that a message was sent for each of these jobs.

    Args:
        database: Where.
        job_ids: Which.
        wake_after_s: Seconds from now until the sweeper begins to doubt that it arrived.

    Raises:
        StoreUnavailable: nothing was written; the messages are then sent again, which harms nothing.
    """
    ids = list(job_ids)
    if not ids:
        return
    with database.begin(lasting=False) as connection:
        connection.execute(
            update(jobs)
            .where(jobs.c.id.in_(ids), jobs.c.state == JobState.QUEUED.value)
            .values(woken=True, wake_at=database.clock() + wake_after_s)
        )
