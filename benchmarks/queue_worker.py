"""A real worker process whose solver does nothing: what is left is the queue's own cost."""

from __future__ import annotations

from collections.abc import Callable

from agent.auditor import build_auditor
from agent.settings import AgentSettings
from verifiers.domain import CodingTask, Event, Outcome, OutcomeStatus
from worker.process import main
from worker.runner import JobAuditor


class NoOp:
    """Solves every task at once, by one event and an outcome without an attempt."""

    def solve(
        self,
        task: CodingTask,
        *,
        task_id: str,
        on_event: Callable[[Event], None],
        should_stop: Callable[[], bool],
    ) -> Outcome:
        """See :class:`worker.runner.JobSolver`."""
        on_event(Event(kind="attempt_started", attempt=1))
        return Outcome(status=OutcomeStatus.SOLVED, reason="Nothing was done.")

    def forget(self, task_id: str) -> None:
        """See :class:`worker.runner.JobSolver`."""

    def close(self) -> None:
        """See :class:`worker.runner.JobSolver`."""


def _auditor() -> JobAuditor:
    return build_auditor(AgentSettings())


if __name__ == "__main__":
    main(NoOp, _auditor)
