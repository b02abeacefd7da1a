"""The job's state machine, as data and pure functions.

::

    queued -> running -> solved | exhausted | refused | needs_review | cancelled | error
    queued -> cancelled
    running -> audited         an audit, whatever it came to
    running -> dead            too many workers died of it; a person may send it back: dead -> queued
    running -> queued          the lease ran out, a tool broke, or the worker is shutting down
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from verifiers.domain import OutcomeStatus


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    SOLVED = "solved"
    EXHAUSTED = "exhausted"
    REFUSED = "refused"
    NEEDS_REVIEW = "needs_review"
    CANCELLED = "cancelled"
    AUDITED = "audited"  # of an audit: the report is there, and its verdict says what it came to
    ERROR = "error"  # no outcome could be had: the job's error says why
    DEAD = "dead"  # the dead-letter state: it took too many workers with it

    @property
    def terminal(self) -> bool:
        """Whether the job stays in this state, unless a person replays it."""
        return self in TERMINAL


TERMINAL = frozenset(JobState) - {JobState.QUEUED, JobState.RUNNING}

TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    JobState.RUNNING: TERMINAL | {JobState.QUEUED},
    **dict.fromkeys(TERMINAL, frozenset()),
    JobState.DEAD: frozenset({JobState.QUEUED}),
}


def step(source: JobState, target: JobState) -> str:
    """The target's name for the row, where a job in ``source`` may go there in one step.

    Raises:
        ValueError: it may not; a mistake in this program.
    """
    if target not in TRANSITIONS[source]:
        raise ValueError(f"a job cannot go from {source} to {target}")
    return target.value


def state_of(status: OutcomeStatus) -> JobState:
    """The state of a job that ended with this outcome."""
    return JobState(status.value)
