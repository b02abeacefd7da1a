"""A worker process with the real agent, over a recorded model and a verifier that take a moment each."""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Callable, Sequence

from agent.auditor import build_auditor
from agent.settings import AgentSettings
from agent.solver import Solver
from models.chat import Completion, Completions, Message
from verifiers.domain import Candidate, CodingTask, Event, Outcome, Sampling, Status, Verdict
from verifiers.verifier import Stage
from worker.process import main
from worker.runner import JobAuditor
from worker.settings import WorkerSettings

RUN = "run"  # the event by which each run of a task says which one it is
_LONGEST_S = float(os.environ.get("CHAOS_TASK_S", "0.3"))


class Recorded:
    """Answers every task alike, after a moment."""

    name = "recorded"
    endpoint = "recorded"

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        """See :class:`models.chat.ChatModel`."""
        time.sleep(random.random() * _LONGEST_S / 2)
        text = "```python\ndef add(a, b):\n    return a + b\n```"
        return Completions(samples=tuple(Completion(text=text) for _ in range(n)), model=self.name)

    def close(self) -> None:
        """Nothing is open."""


class Patient:
    """Passes everything, after a moment."""

    name = "patient"
    stage = Stage.RUN

    def applies_to(self, task: CodingTask) -> bool:
        """See :class:`verifiers.verifier.Verifier`."""
        return True

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """See :class:`verifiers.verifier.Verifier`."""
        time.sleep(random.random() * _LONGEST_S / 2)
        return Verdict(verifier=self.name, status=Status.PASSED, summary="Looks fine.")


class SigningSolver:
    """The agent's solver; each run says by an event which one it is, and its outcome ends with that name.

    So the outcome that is stored tells whose it is, and the events tell who had the right to store it.
    """

    def __init__(self) -> None:
        self._solver = Solver(
            Recorded(),
            [Patient()],
            checkpoint_path=WorkerSettings().checkpoints,
        )

    def solve(
        self,
        task: CodingTask,
        *,
        task_id: str,
        on_event: Callable[[Event], None],
        should_stop: Callable[[], bool],
    ) -> Outcome:
        """See :class:`worker.runner.JobSolver`."""
        run = uuid.uuid4().hex
        on_event(Event(kind=RUN, data={RUN: run}))
        outcome = self._solver.solve(task, task_id=task_id, on_event=on_event, should_stop=should_stop)
        return outcome.model_copy(update={"reason": f"{outcome.reason} {run}"})

    def forget(self, task_id: str) -> None:
        """See :class:`worker.runner.JobSolver`."""
        self._solver.forget(task_id)

    def close(self) -> None:
        """See :class:`worker.runner.JobSolver`."""
        self._solver.close()


def _auditor() -> JobAuditor:
    return build_auditor(AgentSettings())


if __name__ == "__main__":
    main(SigningSolver, _auditor)
