"""A claim and the events of its run, for the tests of those who watch jobs."""

from __future__ import annotations

from verifiers.domain import (
    Attempt,
    Candidate,
    CodingTask,
    Event,
    Outcome,
    OutcomeStatus,
    SourceFile,
    Status,
    Usage,
    Verdict,
)
from worker.observing.watch import Watch
from worker.store.ids import new_id
from worker.store.records import Claim

CANDIDATE = Candidate(files=(SourceFile(path="add.py", content="add = sum\n"),))
SOLVED = Outcome(
    status=OutcomeStatus.SOLVED,
    reason="It passed.",
    solution=Attempt(number=2, candidate=CANDIDATE),
    usage=Usage(prompt_tokens=100, completion_tokens=20),
)


def claim_of(accepted: float, delivery: int = 1, job_id: str = "") -> Claim:
    """A claim of a job that was accepted at this time."""
    task = CodingTask(instruction="Write a function `add(a, b)`.")
    return Claim(
        job_id=job_id or new_id(accepted), token=delivery, delivery=delivery, tool_failures=0, work=task
    )


def event(kind: str, attempt: int, value: Verdict | Candidate | Outcome | None = None) -> Event:
    """An event as the loop tells it."""
    return Event(kind=kind, attempt=attempt, data=value.model_dump(mode="json") if value else {})


def verdict(verifier: str, status: Status = Status.PASSED, seconds: float = 0.0) -> Event:
    """A verifier's verdict as the loop tells it."""
    said = Verdict(verifier=verifier, status=status, summary="Looked at.", duration_s=seconds)
    return event("verdict", 1, said)


def solve(watch: Watch, claim: Claim) -> None:
    """A task that is solved by its second attempt."""
    watch.began(claim)
    for attempt, status in ((1, Status.FAILED), (2, Status.PASSED)):
        watch.happened(event("attempt_started", attempt))
        watch.happened(event("candidate", attempt, CANDIDATE))
        watch.happened(verdict("tests", status, 0.5))
        if status is Status.FAILED:
            watch.happened(Event(kind="feedback", attempt=attempt, data={"text": "It fails."}))
    watch.happened(event("outcome", 0, SOLVED))
    watch.ended("solved")
