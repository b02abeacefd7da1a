"""Whose turn it is: which queued jobs may begin, and in which order.

A woken worker takes the job whose turn it is, not the one it was woken for. So ten thousand messages of a
batch in the broker's queue delay nobody: whichever of them a worker gets next, it takes the interactive job.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, Select, and_, func, or_, select

from worker.states import JobState
from worker.store.schema import jobs, keys

# No wait is longer, so what seems to be due later than this was written before somebody set the clock back.
LONGEST_WAIT_S = 120.0


Moment = float | BindParameter[float]
"""Seconds since the epoch, or a parameter that stands for it in a statement that is built once."""


def may_begin(now: Moment) -> ColumnElement[bool]:
    """The condition that a job can begin: queued, due, in time, and its key is not at its limit."""
    return and_(
        jobs.c.state == JobState.QUEUED.value,
        due(jobs.c.not_before, now),
        # What a dead worker has begun goes on.
        or_(jobs.c.deadline_at.is_(None), jobs.c.deadline_at > now, jobs.c.started_at.is_not(None)),
        or_(jobs.c.key_id.is_(None), jobs.c.key_id.not_in(_keys_at_their_limit())),
    )


def first(now: Moment) -> Select[Any]:
    """The id of the job whose turn it is: interactive before batch, then the older one."""
    return select(jobs.c.id).where(may_begin(now)).order_by(jobs.c.priority, jobs.c.id).limit(1)


def due(at: Column[float], now: Moment, patience_s: float = 0.0) -> ColumnElement[bool]:
    """The condition that the moment ``at`` came ``patience_s`` seconds ago or earlier."""
    return or_(at <= now - patience_s, at > now + LONGEST_WAIT_S)


def _keys_at_their_limit() -> Select[Any]:
    running = jobs.alias("running")
    return (
        select(running.c.key_id)
        .join(keys, keys.c.id == running.c.key_id)
        .where(running.c.state == JobState.RUNNING.value, keys.c.max_running.is_not(None))
        .group_by(running.c.key_id, keys.c.max_running)
        .having(func.count() >= keys.c.max_running)
    )
