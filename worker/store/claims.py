"""Taking a job, keeping it, and ending it: what a worker needs. Every write is a compare-and-set on the row.

A claim is good while the row is ``running`` with the claim's token. Whoever lost it, because a lease ran out
or somebody else holds a newer token, changes nothing and is told so by a False.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    String,
    and_,
    bindparam,
    exists,
    func,
    update,
)

from verifiers.audit_values import Audit, AuditRequest
from verifiers.domain import CodingTask, Event, Outcome, OutcomeStatus, Value
from worker.states import JobState, state_of, step
from worker.store import events, turns
from worker.store.database import Database
from worker.store.records import Claim
from worker.store.schema import audits, jobs
from worker.store.text import encodable, to_json
from worker.store.webhooks import endpoints

CANCELLED = Outcome(status=OutcomeStatus.CANCELLED, reason="Cancelled while a worker ran it.")


class Renewal(Value):
    """What a worker learns when it renews its lease.

    Attributes:
        held: The claim is still good.
        cancel_requested: Somebody wants the job to stop.
    """

    held: bool
    cancel_requested: bool = False


def claim(database: Database, job_id: str | None, worker: str, lease_s: float) -> Claim | None:
    """Take a queued job.

    Args:
        database: Where from.
        job_id: Which; None for the one whose turn it is.
        worker: Who takes it; for people to read.
        lease_s: Seconds until others may take it, unless renewed.

    Returns:
        None if there is none to be taken: unknown, taken, finished, not due yet, or its key is at its limit.

    Raises:
        StoreUnavailable: nothing was taken.
    """
    now = database.clock()
    # Alone, or two workers would each take the last job that a key may run at a time.
    with database.alone("claim", lasting=False) as connection:
        taking = _TAKE_NEXT if job_id is None else _TAKE_ONE
        given = {"now": now, "until": now + lease_s, "by": worker, "wanted": job_id}
        row = connection.execute(taking, given).one_or_none()
        if row is None:
            return None
        started = Event(kind=events.STARTED, data={"delivery": row.deliveries})
        events.insert_event(connection, row.id, row.events, row.deliveries, now, started)
    kind = AuditRequest if row.is_audit else CodingTask
    return Claim(
        job_id=row.id,
        token=row.token,
        delivery=row.deliveries,
        tool_failures=row.tool_failures,
        work=kind.model_validate_json(row.task),
    )


def renew(database: Database, held: Claim, lease_s: float) -> Renewal:
    """Keep a claim for another ``lease_s`` seconds.

    Raises:
        StoreUnavailable: nothing was written.
    """
    with database.begin(lasting=False) as connection:
        given = {**_held(held), "until": database.clock() + lease_s}
        cancel = connection.execute(_RENEW, given).scalar_one_or_none()
    return Renewal(held=cancel is not None, cancel_requested=bool(cancel))


def finish(database: Database, held: Claim, outcome: Outcome) -> bool:
    """End a job with an outcome.

    Returns:
        False if the claim is no longer good.

    Raises:
        StoreUnavailable: nothing was written.
    """
    given = {
        "end": step(JobState.RUNNING, state_of(outcome.status)),
        "result": to_json(outcome),
        "reason": None,
    }
    return _end(database, held, given, events.outcome_event(outcome))


def finish_audit(database: Database, held: Claim, audit: Audit) -> bool:
    """End an audit's job with what it found out.

    Returns:
        False if the claim is no longer good; nothing of the audit is kept then.

    Raises:
        StoreUnavailable: nothing was written.
    """
    now = database.clock()
    ended = _good(held).values(
        state=step(JobState.RUNNING, JobState.AUDITED), error=None, finished_at=now, lease_until=None
    )
    told = update(audits).where(audits.c.job_id == held.job_id)
    with database.begin() as connection:
        if not write(connection, ended, held.job_id, now, events.audit_event(audit)):
            return False
        connection.execute(told.values(verdict=audit.verdict.value, audit=to_json(audit)))
    return True


def fail(database: Database, held: Claim, error: str) -> bool:
    """End a job without an outcome.

    Args:
        database: Where.
        held: The claim.
        error: One sentence and the next step, for a person.

    Returns:
        False if the claim is no longer good.

    Raises:
        StoreUnavailable: nothing was written.
    """
    given = {"end": step(JobState.RUNNING, JobState.ERROR), "result": None, "reason": encodable(error)}
    return _end(database, held, given, Event(kind=events.ERROR, data={"error": error}))


def give_back(
    database: Database, held: Claim, reason: str, delay_s: float = 0.0, tool_failed: bool = False
) -> bool:
    """Put a job back into the queue, or end it as cancelled if that was asked for.

    Args:
        database: Where.
        held: The claim.
        reason: One sentence; kept as the job's error if a tool failed.
        delay_s: Seconds until it may be taken again.
        tool_failed: Whether to count a tool failure.

    Returns:
        False if the claim is no longer good.

    Raises:
        StoreUnavailable: nothing was written.
    """
    due = database.clock() + delay_s
    values = queued_again(due)
    if tool_failed:
        values |= {"tool_failures": held.tool_failures + 1, "error": encodable(reason)}
    now = database.clock()
    guard = _good(held).where(jobs.c.cancel_requested.is_(False)).values(values)
    with database.begin() as connection:
        event = Event(kind=events.REQUEUED, data={"reason": reason})
        if write(connection, guard, held.job_id, now, event):
            return True
    return finish(database, held, CANCELLED)


def _end(database: Database, held: Claim, given: dict[str, Any], event: Event) -> bool:
    now = database.clock()
    with database.begin() as connection:
        row = connection.execute(_END, {**_held(held), **given, "now": now}).one_or_none()
        return _tell(connection, row, held.job_id, now, event)


def queued_again(due: float, source: JobState = JobState.RUNNING) -> dict[str, Any]:
    """What a job's row says once it has gone back to the queue, to be taken from ``due`` on."""
    return {
        "state": step(source, JobState.QUEUED),
        "lease_until": None,
        "woken": False,
        "wake_at": due,
        "not_before": due,
    }


def write(connection: Connection, guard: Any, job_id: str, now: float, event: Event) -> bool:
    """Carry out an update of a job's state with the event that tells of it, and tell webhooks of an end.

    Returns:
        False if the guard did not hold; nothing is written then.
    """
    row = connection.execute(guard.values(events=jobs.c.events + 1).returning(*_TOLD)).one_or_none()
    return _tell(connection, row, job_id, now, event)


def _tell(connection: Connection, row: Any, job_id: str, now: float, event: Event) -> bool:
    if row is None:
        return False
    events.insert_event(connection, job_id, row.events, row.deliveries, now, event)
    if JobState(row.state).terminal:
        endpoints.job_ended(connection, job_id, row.tenant, JobState(row.state), now)
    return True


def _good(held: Claim) -> Any:
    return update(jobs).where(
        jobs.c.id == held.job_id, jobs.c.state == JobState.RUNNING.value, jobs.c.token == held.token
    )


def _held(held: Claim) -> dict[str, Any]:
    return {"held_id": held.job_id, "held_token": held.token}


def _taking(which: ColumnElement[str]) -> Any:
    now = bindparam("now", type_=Double)
    return (
        update(jobs)
        .where(jobs.c.id == which, turns.may_begin(now))
        .values(
            state=step(JobState.QUEUED, JobState.RUNNING),
            token=jobs.c.token + 1,
            deliveries=jobs.c.deliveries + 1,
            worker=bindparam("by"),
            lease_until=bindparam("until"),
            started_at=func.coalesce(jobs.c.started_at, now),
            events=jobs.c.events + 1,
        )
        .returning(
            jobs.c.id,
            jobs.c.token,
            jobs.c.deliveries,
            jobs.c.tool_failures,
            jobs.c.task,
            jobs.c.events,
            exists().where(audits.c.job_id == jobs.c.id).label("is_audit"),
        )
    )


# Built once: building one anew for each job takes several times as long as carrying it out.
_IS_GOOD = and_(
    jobs.c.id == bindparam("held_id"),
    jobs.c.state == JobState.RUNNING.value,
    jobs.c.token == bindparam("held_token"),
)
_TOLD = (jobs.c.events, jobs.c.deliveries, jobs.c.state, jobs.c.tenant)
_TAKE_NEXT = _taking(turns.first(bindparam("now", type_=Double)).scalar_subquery())
_TAKE_ONE = _taking(bindparam("wanted", type_=String))
_RENEW = update(jobs).where(_IS_GOOD).values(lease_until=bindparam("until"))
_RENEW = _RENEW.returning(jobs.c.cancel_requested)
_END = (
    update(jobs)
    .where(_IS_GOOD)
    .values(
        state=bindparam("end"),
        outcome=bindparam("result"),
        error=bindparam("reason"),
        finished_at=bindparam("now"),
        lease_until=None,
        events=jobs.c.events + 1,
    )
    .returning(*_TOLD)
)
