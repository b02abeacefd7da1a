"""What the store gives back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime, Field

from verifiers.audit_values import Audit, AuditRequest
from verifiers.domain import CodingTask, Event, Language, Outcome, Status, Value
from worker.states import JobState


class JobSummary(Value):
    """A job without its task and outcome, which can be large.

    Attributes:
        id: UUIDv7; sorts by creation.
        state: Where the job is.
        language: The task's language.
        title: The beginning of the task's instruction.
        deliveries: How often a worker took the job up: 1 if nothing went wrong.
        created_at: When it was accepted.
        started_at: When a worker first took it up.
        finished_at: When it reached its terminal state.
        error: One sentence; the last thing that went wrong. In the states ``error`` and ``dead``, the reason.
    """

    id: str
    state: JobState
    language: Language
    title: str
    deliveries: int = Field(ge=0)
    created_at: AwareDatetime
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None
    error: str | None = None


class Job(JobSummary):
    """A job with everything that is known of it."""

    task: CodingTask
    outcome: Outcome | None = None


class JobPage(Value):
    """Some jobs, newest first.

    Attributes:
        jobs: The page.
        next_cursor: Ask for the next page with it; None on the last one.
    """

    jobs: tuple[JobSummary, ...]
    next_cursor: str | None = None


class AuditSummary(Value):
    """An audit's job without its code and its report, which can be large.

    Attributes:
        id: UUIDv7; sorts by creation.
        state: Where the job is; ``audited`` once the report is there.
        verdict: What the audit came to; None until then.
        name: What is audited.
        deliveries: How often a worker took the job up: 1 if nothing went wrong.
        created_at: When it was accepted.
        started_at: When a worker first took it up.
        finished_at: When it reached its terminal state.
        error: One sentence; the last thing that went wrong. In the states ``error`` and ``dead``, the reason.
    """

    id: str
    state: JobState
    verdict: Status | None = None
    name: str
    deliveries: int = Field(ge=0)
    created_at: AwareDatetime
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None
    error: str | None = None


class AuditJob(AuditSummary):
    """An audit's job with everything that is known of it."""

    request: AuditRequest
    audit: Audit | None = None


class AuditPage(Value):
    """Some audits, newest first.

    Attributes:
        audits: The page.
        next_cursor: Ask for the next page with it; None on the last one.
    """

    audits: tuple[AuditSummary, ...]
    next_cursor: str | None = None


class JobEvent(Value):
    """An event of a job.

    Attributes:
        seq: Counts a job's events from 1, without gaps.
        delivery: Which delivery of the job it belongs to, from 1; 0 before the first.
        at: When it was stored.
        event: What happened.
    """

    seq: int = Field(ge=1)
    delivery: int = Field(ge=0)
    at: AwareDatetime
    event: Event


class EventPage(Value):
    """A job's events in order, up to a limit; ask for those after the last ``seq`` next."""

    events: tuple[JobEvent, ...]


class Claim(Value):
    """A worker's right to run a job.

    Attributes:
        job_id: The job.
        token: The fencing token: nothing is written for a claim whose token is no longer the row's.
        delivery: Which delivery this is, from 1.
        tool_failures: Runs of this job that a broken tool has ended so far.
        work: What to do.
    """

    job_id: str
    token: int
    delivery: int
    tool_failures: int
    work: CodingTask | AuditRequest

    @property
    def seconds(self) -> float:
        """Wall-clock seconds that the work may take by its own word."""
        return self.work.deadline_s if isinstance(self.work, AuditRequest) else self.work.budget.seconds


def moment(seconds: Any) -> datetime | None:
    """A UTC time from seconds since the epoch; None stays None."""
    return None if seconds is None else datetime.fromtimestamp(float(seconds), UTC)
