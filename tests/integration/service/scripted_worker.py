"""A real worker process whose solver follows the task's instruction instead of asking a model.

``sleep 2`` sleeps for two seconds, ``die`` kills its own process, ``die FILE`` only while FILE is missing,
``tool`` reports a broken tool, ``count FILE`` adds a line to a file before it ends as solved.
Its auditor does the same with an audit's name, as far as it sleeps, and passes what it never looked at.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from models.errors import ModelUnavailable
from verifiers.audit_values import Audit, AuditRequest
from verifiers.domain import CodingTask, Event, Outcome, OutcomeStatus, Status, Verdict
from verifiers.solidity.audits.side_by_side import AuditStopped
from worker.process import main


class ScriptedSolver:
    def solve(
        self,
        task: CodingTask,
        *,
        task_id: str,
        on_event: Callable[[Event], None],
        should_stop: Callable[[], bool],
    ) -> Outcome:
        on_event(Event(kind="attempt_started", attempt=1, data={"pid": os.getpid()}))
        word, _, rest = task.instruction.partition(" ")
        if word == "sleep":
            until = time.monotonic() + float(rest)
            while time.monotonic() < until:
                if should_stop():
                    return Outcome(status=OutcomeStatus.CANCELLED, reason="Told to stop.")
                time.sleep(0.02)
        elif word == "die" and _first_time(rest):
            os.kill(os.getpid(), signal.SIGKILL)
        elif word == "tool":
            raise ModelUnavailable("The model does not answer.", "Start it.")
        elif word == "count":
            with Path(rest).open("a") as file:
                file.write(f"{task_id}\n")
        return Outcome(status=OutcomeStatus.SOLVED, reason=f"Done by process {os.getpid()}.")

    def forget(self, task_id: str) -> None:
        return None

    def close(self) -> None:
        return None


class ScriptedAuditor:
    def audit(
        self,
        request: AuditRequest,
        *,
        on_verdict: Callable[[Verdict], None],
        should_stop: Callable[[], bool],
    ) -> Audit:
        on_verdict(Verdict(verifier="solc", status=Status.PASSED, summary=f"In process {os.getpid()}."))
        word, _, rest = request.name.partition(" ")
        until = time.monotonic() + (float(rest) if word == "sleep" else 0)
        while time.monotonic() < until:
            if should_stop():
                raise AuditStopped
            time.sleep(0.02)
        return Audit(
            name=request.title,
            verdict=Status.PASSED,
            reason=f"Done by process {os.getpid()}.",
            acrisol="0",
            started_at=datetime.now(UTC),
            duration_s=0,
            deadline_s=request.deadline_s,
            scope=(),
        )

    def close(self) -> None:
        return None


def _first_time(marker: str) -> bool:
    if not marker:
        return True
    try:
        Path(marker).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


if __name__ == "__main__":
    main(ScriptedSolver, ScriptedAuditor)
