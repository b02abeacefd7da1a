"""Stored tasks in every state, as workers would have left them."""

from __future__ import annotations

from collections.abc import Sequence

from verifiers.domain import Attempt, CodingTask, Event, Outcome
from worker.access import Caller
from worker.store import claims, events, jobs
from worker.store.database import Database


def queued(database: Database, task: CodingTask, owner: Caller) -> str:
    """A task that waits."""
    return jobs.submit(database, task, 1e9, owner).id


def running(database: Database, task: CodingTask, owner: Caller, attempts: Sequence[Attempt] = ()) -> str:
    """A task that a worker has in hand, with these attempts so far."""
    job_id = queued(database, task, owner)
    _claimed(database, job_id, attempts)
    return job_id


def ended(database: Database, task: CodingTask, owner: Caller, outcome: Outcome) -> str:
    """A task with an outcome."""
    job_id = queued(database, task, owner)
    assert claims.finish(database, _claimed(database, job_id, outcome.attempts), outcome)
    return job_id


def broken(database: Database, task: CodingTask, owner: Caller, error: str) -> str:
    """A task that ended without an outcome."""
    job_id = queued(database, task, owner)
    assert claims.fail(database, _claimed(database, job_id, ()), error)
    return job_id


def happen(database: Database, claim: claims.Claim, attempts: Sequence[Attempt]) -> None:
    """The events of some attempts."""
    for attempt in attempts:
        place = {"attempt": attempt.number, "sample": attempt.sample}
        assert events.append(database, claim, Event(kind="attempt_started", attempt=attempt.number))
        told = [("candidate", attempt.candidate), *(("verdict", each) for each in attempt.verdicts)]
        for kind, value in told:
            event = Event(kind=kind, data=value.model_dump(mode="json"), **place)
            assert events.append(database, claim, event)


def _claimed(database: Database, job_id: str, attempts: Sequence[Attempt]) -> claims.Claim:
    claim = claims.claim(database, job_id, "worker-1@host:4711", 1e9)
    assert claim is not None
    happen(database, claim, attempts)
    return claim
