"""The dead-letter state: jobs that took too many workers with them, and sending them back."""

from __future__ import annotations

from sqlalchemy import and_, select, update

from verifiers.domain import Event
from worker.errors import JobNotDead
from worker.states import JobState
from worker.store import claims, events
from worker.store.database import Database
from worker.store.removal import Forget
from worker.store.schema import jobs
from worker.store.text import encodable


def replay(database: Database, job_id: str, forget: Forget) -> None:
    """Send a dead job back to the queue, where it starts anew.

    Args:
        database: Where.
        job_id: Which.
        forget: Drops its checkpoints: what they hold may be what its workers died of.

    Raises:
        JobNotDead: there is no such dead job.
        ToolError: it stays dead.
    """
    now = database.clock()
    is_dead = and_(jobs.c.id == encodable(job_id), jobs.c.state == JobState.DEAD.value)
    with database.begin() as connection:
        found = connection.execute(select(jobs.c.id).where(is_dead)).one_or_none()
    if found is None:
        raise _not_dead(job_id)
    forget([job_id])  # before it is in the queue: nobody works on a dead job
    queued = (
        update(jobs)
        .where(is_dead)
        .values(
            **claims.queued_again(now, JobState.DEAD),
            worker_deaths=0,
            tool_failures=0,
            cancel_requested=False,
            deadline_at=None,
            finished_at=None,
            error=None,
        )
    )
    event = Event(kind=events.REQUEUED, data={"reason": "It was dead, and somebody sent it back."})
    with database.begin() as connection:
        if not claims.write(connection, queued, job_id, now, event):
            raise _not_dead(job_id)


def _not_dead(job_id: str) -> JobNotDead:
    return JobNotDead(
        f"There is no dead task with the id {job_id[:64]!r}.",
        "'acrisol jobs dead' lists those that there are.",
    )
