"""A real worker process whose solver follows the task's instruction instead of asking a model.

``sleep 2`` sleeps for two seconds, ``die`` kills its own process, ``die FILE`` only while FILE is missing,
``tool`` reports a broken tool, ``count FILE`` adds a line to a file before it ends as solved.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from models.errors import ModelUnavailable
from verifiers.domain import CodingTask, Event, Outcome, OutcomeStatus
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


def _first_time(marker: str) -> bool:
    if not marker:
        return True
    try:
        Path(marker).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


if __name__ == "__main__":
    main(ScriptedSolver)
