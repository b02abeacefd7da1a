"""A killed process is followed by one that goes on after the last finished step."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

KILLED = """
import os, signal, sys
from pathlib import Path
from agent.solver import Solver
from tests.fakes import ScriptedModel
from tests.unit.agent.support import BAD, GOOD, holds, task

where, place, calls = sys.argv[1], sys.argv[2], Path(sys.argv[3])

class Counting(ScriptedModel):
    def complete(self, messages, sampling, n, timeout_s):
        with calls.open("a") as file:
            file.write("call\\n")
        return super().complete(messages, sampling, n, timeout_s)

def on_event(event):
    if place == f"{event.attempt}-{event.kind}":
        os.kill(os.getpid(), signal.SIGKILL)

done = calls.read_text().count("call") if calls.exists() else 0
model = Counting([[BAD], [GOOD]][done:])
solver = Solver(model, [holds("a + b")], checkpoint_path=Path(where))
outcome = solver.solve(task(), task_id="t", on_event=on_event)
print(outcome.status.value, len(outcome.attempts))
"""


@pytest.mark.parametrize("place", ["1-verdict", "2-attempt_started", "2-verdict"])
def test_a_killed_process_is_followed_by_one_that_asks_the_model_nothing_twice(
    tmp_path: Path, place: str
) -> None:
    calls = tmp_path / "calls"

    def run(where: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", KILLED, str(tmp_path / "c.sqlite"), where, str(calls)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert run(place).returncode == -9
    after = run("nowhere")
    assert after.stdout.split() == ["solved", "2"], after.stderr
    assert calls.read_text().count("call") == 2
