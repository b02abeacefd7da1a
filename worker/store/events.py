"""A job's events: appended by the worker that holds the claim, read by anyone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from verifiers.audit_values import Audit
from verifiers.domain import Event, Outcome
from worker.states import JobState
from worker.store.database import Database
from worker.store.records import Claim, EventPage, JobEvent, moment
from worker.store.schema import events, jobs
from worker.store.text import to_json

STARTED = "started"  # a worker took the job up
REQUEUED = "requeued"  # it went back to the queue; the data says why
OUTCOME = "outcome"  # the terminal event, exactly one a job
ERROR = "error"  # the terminal event of a job without an outcome

# Built once: building one anew for each event takes several times as long as carrying it out.
_NEXT = (
    update(jobs)
    .where(
        jobs.c.id == bindparam("held_id"),
        jobs.c.state == JobState.RUNNING.value,
        jobs.c.token == bindparam("held_token"),
    )
    .values(events=jobs.c.events + 1)
    .returning(jobs.c.events)
)
_INSERT = insert(events)

_AT_A_TIME = 500  # ids in a statement: SQLite and Postgres both have a limit


class Head(NamedTuple):
    """How far a job's events are.

    Args:
        seq: The last one's.
        ended: No more will come, unless a person replays the job.
    """

    seq: int
    ended: bool


def append(database: Database, claim: Claim, event: Event) -> bool:
    """Store an event of a running job.

    Returns:
        False if the claim is no longer good; nothing was stored then.

    Raises:
        StoreUnavailable: nothing was stored.
    """
    with database.begin(lasting=False) as connection:
        held = {"held_id": claim.job_id, "held_token": claim.token}
        seq = connection.execute(_NEXT, held).scalar_one_or_none()
        if seq is None:
            return False
        insert_event(connection, claim.job_id, seq, claim.delivery, database.clock(), event)
    return True


def read(database: Database, job_id: str, after: int = 0, limit: int = 1000) -> EventPage:
    """A job's events in order.

    Args:
        database: Where from.
        job_id: The job; an unknown one has no events.
        after: Only events with a larger ``seq``.
        limit: At most so many.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    with database.begin() as connection:
        return EventPage(events=_read(connection, job_id, after, limit))


def read_on(
    database: Database, job_id: str, after: int, limit: int
) -> tuple[tuple[JobEvent, ...], Head | None]:
    """Some of a job's events, and how far they were at the least; the arguments are those of :func:`read`.

    Returns:
        None for how far, if there is no such job.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    with database.begin() as connection:
        # In this order: what is stored in between is read, and an end in between is seen the next time.
        head = _heads(connection, [job_id]).get(job_id)
        return _read(connection, job_id, after, limit), head


def heads(database: Database, job_ids: Collection[str]) -> dict[str, Head]:
    """How far the events of some jobs are; jobs that there are not are not in it.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    with database.begin() as connection:
        return _heads(connection, list(job_ids))


def insert_event(
    connection: Connection, job_id: str, seq: int, delivery: int, at: float, event: Event
) -> None:
    """Insert an event within a transaction that has already taken ``seq`` from the job's row."""
    row = {"job_id": job_id, "seq": seq, "delivery": delivery, "at": at, "event": to_json(event)}
    connection.execute(_INSERT, row)


def outcome_event(outcome: Outcome) -> Event:
    """The terminal event of a job; the outcome itself is on the job."""
    return Event(kind=OUTCOME, data={"status": outcome.status.value, "reason": outcome.reason})


def audit_event(audit: Audit) -> Event:
    """The terminal event of an audit's job; the audit itself is kept apart."""
    data = {"status": JobState.AUDITED.value, "verdict": audit.verdict.value, "reason": audit.reason}
    return Event(kind=OUTCOME, data=data)


def _read(connection: Connection, job_id: str, after: int, limit: int) -> tuple[JobEvent, ...]:
    query = (
        select(events.c.seq, events.c.delivery, events.c.at, events.c.event)
        .where(events.c.job_id == job_id, events.c.seq > after)
        .order_by(events.c.seq)
        .limit(limit)
    )
    return tuple(
        JobEvent(
            seq=row.seq, delivery=row.delivery, at=moment(row.at), event=Event.model_validate_json(row.event)
        )
        for row in connection.execute(query)
    )


def _heads(connection: Connection, job_ids: Sequence[str]) -> dict[str, Head]:
    found = {}
    for start in range(0, len(job_ids), _AT_A_TIME):
        query = select(jobs.c.id, jobs.c.events, jobs.c.state).where(
            jobs.c.id.in_(job_ids[start : start + _AT_A_TIME])
        )
        for row in connection.execute(query):
            found[row.id] = Head(row.events, JobState(row.state).terminal)
    return found
