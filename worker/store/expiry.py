"""Ending what waited or was held for too long: leases of dead workers, and deadlines."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from verifiers.domain import Event, Outcome, OutcomeStatus
from worker.retry import RetryPolicy
from worker.states import JobState, step
from worker.store import claims, events
from worker.store.database import Database
from worker.store.schema import jobs
from worker.store.text import to_json

_LATE = Outcome(
    status=OutcomeStatus.CANCELLED, reason="Its deadline passed before a worker could take it up."
)


class Leases:
    """Takes jobs from workers whose lease ran out, as one sweeper sees it.

    A lease has run out once nobody has renewed it for ``lease_s`` seconds, by this process's own monotonic
    clock from when it first saw the lease as it is. So the clocks of several machines need not agree, and
    one that is set, forwards or back, takes no job from a living worker and leaves none with a dead one.
    The price: a sweeper that has just begun waits for ``lease_s`` before it takes anything.

    Args:
        database: The job store.
        policy: When to give up on a job.
        lease_s: Seconds without a renewal.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        database: Database,
        policy: RetryPolicy,
        lease_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._policy = policy
        self._lease_s = lease_s
        self._clock = clock
        self._seen: dict[str, tuple[tuple[int, float], float]] = {}  # the lease, and since when

    def expire(self) -> list[str]:
        """Take every job whose lease ran out.

        Each goes back to the queue, or ends: as cancelled if that was asked for, as dead if too many workers
        have died of it.

        Returns:
            The ids of the jobs that are queued again.

        Raises:
            StoreUnavailable: some may not have been looked at.
        """
        running = select(
            jobs.c.id, jobs.c.token, jobs.c.lease_until, jobs.c.worker_deaths, jobs.c.cancel_requested
        ).where(jobs.c.state == JobState.RUNNING.value)
        with self._database.begin() as connection:
            rows = connection.execute(running).all()
        now = self._clock()
        seen: dict[str, tuple[tuple[int, float], float]] = {}
        for row in rows:
            lease = (row.token, row.lease_until)
            known, since = self._seen.get(row.id, (lease, now))
            seen[row.id] = (lease, since if known == lease else now)
        self._seen = seen
        overdue = [row for row in rows if now - seen[row.id][1] > self._lease_s]
        return [row.id for row in overdue if self._take(row)]

    def _take(self, row: Any) -> bool:
        deaths = row.worker_deaths + 1
        now = self._database.clock()
        values: dict[str, Any] = {"worker_deaths": deaths, "lease_until": None}
        if row.cancel_requested:
            event = events.outcome_event(claims.CANCELLED)
            values |= {
                "state": step(JobState.RUNNING, JobState.CANCELLED),
                "outcome": to_json(claims.CANCELLED),
                "finished_at": now,
            }
        elif deaths >= self._policy.worker_deaths:
            sentence = (
                f"{deaths} workers in a row died or lost contact while running this task, so it was given up."
                " The worker's log says how they ended."
            )
            event = Event(kind=events.ERROR, data={"error": sentence})
            values |= {"state": step(JobState.RUNNING, JobState.DEAD), "error": sentence, "finished_at": now}
        else:
            event = Event(kind=events.REQUEUED, data={"reason": "The worker died or lost contact."})
            values |= claims.queued_again(now)
        # The lease is compared again: its worker may have renewed it since it was read.
        guard = update(jobs).where(
            jobs.c.id == row.id,
            jobs.c.state == JobState.RUNNING.value,
            jobs.c.token == row.token,
            jobs.c.lease_until == row.lease_until,
        )
        with self._database.begin() as connection:
            written = claims.write(connection, guard.values(values), row.id, now, event)
        return written and values["state"] == JobState.QUEUED.value


def end_late(database: Database, limit: int = 100) -> int:
    """Cancel queued jobs that no worker has begun and whose deadline has passed.

    Returns:
        How many.

    Raises:
        StoreUnavailable: some may not have been looked at.
    """
    now = database.clock()
    late = (
        jobs.c.state == JobState.QUEUED.value,
        jobs.c.deadline_at <= now,
        jobs.c.started_at.is_(None),
    )
    with database.begin() as connection:
        ids = list(connection.execute(select(jobs.c.id).where(*late).limit(limit)).scalars())
    values = {
        "state": step(JobState.QUEUED, JobState.CANCELLED),
        "outcome": to_json(_LATE),
        "finished_at": now,
    }
    event = events.outcome_event(_LATE)
    ended = 0
    for job_id in ids:
        guard = update(jobs).where(jobs.c.id == job_id, *late).values(values)
        with database.begin() as connection:
            ended += claims.write(connection, guard, job_id, now, event)
    return ended
