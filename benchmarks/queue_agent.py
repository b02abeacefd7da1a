"""What one loop of the agent costs beside model and verifiers: both are stubs here."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from agent.solver import Solver
from models.chat import Completion, Completions, Message
from verifiers.domain import Candidate, CodingTask, OutcomeStatus, Sampling, Status, Verdict
from verifiers.verifier import Stage


class StubModel:
    """Answers at once."""

    name = "stub"
    endpoint = "stub"

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        """See :class:`models.chat.ChatModel`."""
        text = "```python\ndef add(a, b):\n    return a + b\n```"
        return Completions(samples=tuple(Completion(text=text) for _ in range(n)), model="stub")

    def close(self) -> None:
        """Nothing is open."""


class StubVerifier:
    """Passes everything at once."""

    name = "stub"
    stage = Stage.RUN

    def applies_to(self, task: CodingTask) -> bool:
        """See :class:`verifiers.verifier.Verifier`."""
        return True

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """See :class:`verifiers.verifier.Verifier`."""
        return Verdict(verifier="stub", status=Status.PASSED, summary="Looks fine.")


def loop_seconds(runs: int) -> list[float]:
    """Wall-clock seconds of each of ``runs`` solved tasks of one attempt, checkpoints on disk and their
    removal included."""
    task = CodingTask(instruction="Write `add(a, b)`.", policy={"require": ["stub"]})
    found = []
    with tempfile.TemporaryDirectory() as folder:
        solver = Solver(StubModel(), [StubVerifier()], checkpoint_path=Path(folder) / "checkpoints.db")
        for number in range(runs + 3):
            begin = time.perf_counter()
            outcome = solver.solve(task, task_id=str(number))
            solver.forget(str(number))
            found.append(time.perf_counter() - begin)
            if outcome.status is not OutcomeStatus.SOLVED:
                raise SystemExit(f"The stub's answer was not accepted: {outcome.reason}")
        solver.close()
    return found[3:]
