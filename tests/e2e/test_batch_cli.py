"""``acrisol batch run`` as a user has it: killed, and begun again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.e2e.test_cli import acrisol
from tests.integration.service.processes import wait_for
from tests.requirements import require

LINES = 4


def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    test = {"files": [{"path": "tests.py", "content": "assert add(2, 3) == 5\n"}]}
    budget = {"attempts": 1, "samples": 1}
    task = {"instruction": "Write add(a, b).", "tests": test, "budget": budget}
    lines = [json.dumps({"task_id": f"Task/{number}", **task}) for number in range(LINES)]
    (tmp_path / "tasks.jsonl").write_text("\n".join([*lines, "{", ""]))
    answer = {"completions": ["```python\ndef add(a, b):\n    return a + b\n```"], "repeat": True}
    (tmp_path / "model.jsonl").write_text(json.dumps(answer) + "\n")
    command = (
        "batch",
        "run",
        "tasks.jsonl",
        "-o",
        "out.jsonl",
        "--model",
        "model.jsonl",
        "--concurrency",
        "1",
    )
    environment = os.environ | {"ACRISOL_HOME": str(tmp_path / "home"), "ACRISOL_SANDBOX": "bubblewrap"}
    out = tmp_path / "out.jsonl"
    killed = subprocess.Popen(
        [Path(sys.executable).with_name("acrisol"), *command],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for("a line is done", lambda: out.exists() and out.read_bytes().count(b"\n") >= 1, 120)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert out.read_bytes().count(b"\n") < LINES
    done = acrisol(tmp_path, *command)
    assert done.returncode == 1, done.stderr
    assert "line 5: The line is not valid JSON" in done.stderr
    seen = Counter(json.loads(line)["custom_id"] for line in out.read_text().splitlines())
    assert seen == {f"Task/{number}": 1 for number in range(LINES)}
    (error,) = (tmp_path / "out.errors.jsonl").read_text().splitlines()
    assert json.loads(error)["error"]["line"] == 5
