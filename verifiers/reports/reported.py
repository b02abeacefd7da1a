"""Which attempt the reports on a task are about."""

from __future__ import annotations

from verifiers.domain import Attempt, Outcome, Status


def reported_attempt(outcome: Outcome) -> Attempt | None:
    """The accepted attempt; if none was, of those that passed the most verifiers the last."""

    def passes(attempt: Attempt) -> int:
        return sum(verdict.status is Status.PASSED for verdict in attempt.verdicts)

    return outcome.solution or max(reversed(outcome.attempts), key=passes, default=None)
