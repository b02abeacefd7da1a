"""The command line from end to end: real sandbox, real scanners, recorded answers of a model."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.requirements import require

WRONG = "Here you are:\n```python\ndef add(a, b):\n    return a - b\n```\n"
RIGHT = "```python\ndef add(a, b):\n    return a + b\n```"
UNSAFE = "```python\nimport os\n\ndef add(a, b):\n    os.system('echo ' + str(a))\n    return a + b\n```"
TASK = "Write a function add(a, b) that returns the sum of a and b."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    (tmp_path / "tests.py").write_text("assert add(2, 3) == 5\nassert add(-1, 1) == 0\n")
    return tmp_path


def acrisol(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, in a folder of its own."""
    return subprocess.run(
        [Path(sys.executable).with_name("acrisol"), *arguments],
        cwd=folder,
        env={
            **os.environ,
            "ACRISOL_HOME": str(folder / "home"),
            "ACRISOL_SANDBOX": "bubblewrap",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def record(folder: Path, *answers: str) -> str:
    """Write a model's answers, one a call; the path that ``--model`` takes."""
    path = folder / "answers.jsonl"
    path.write_text("".join(json.dumps({"completions": [answer]}) + "\n" for answer in answers))
    return str(path)


def solve(folder: Path, *answers: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    model = record(folder, *answers)
    return acrisol(folder, "solve", TASK, "--tests", "tests.py", "--model", model, "--samples", "1", *options)


def test_failure_feedback_recovery_and_a_receipt(folder: Path) -> None:
    answer = solve(folder, WRONG, RIGHT, options=("-o", "add.py"))
    printed = " ".join(answer.stdout.split())
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "add(2, 3) is -1, but should be 5" in printed
    assert "feedback to the model" in printed
    assert "Attempt 2 of" in printed
    assert "Solved" in printed
    assert "\x1b[" not in answer.stdout, "colours belong to a terminal, not to a pipe"
    assert (folder / "add.py").read_text().strip() == "def add(a, b):\n    return a + b"


def test_json_is_the_outcome_and_its_receipt_vouches_for_the_code_alone(folder: Path) -> None:
    answer = solve(folder, RIGHT, options=("--json", "-o", "add.py"))
    outcome = json.loads(answer.stdout)
    assert outcome["status"] == "solved"
    assert outcome["tests"] == "given"
    (folder / "outcome.json").write_text(answer.stdout)
    key = outcome["receipt"]["key_id"]
    good = acrisol(folder, "receipt", "outcome.json", "--code", "add.py", "--key-id", key)
    assert good.returncode == 0, good.stderr
    (folder / "add.py").write_text("def add(a, b):\n    return a - b\n")
    bad = acrisol(folder, "receipt", "outcome.json", "--code", "add.py")
    assert bad.returncode == 2
    assert "not the code" in bad.stderr


def test_code_that_passes_its_tests_but_not_the_scan_is_not_returned(folder: Path) -> None:
    answer = solve(folder, UNSAFE, options=("--attempts", "1", "-o", "add.py"))
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "CWE-78" in answer.stdout
    assert "No candidate was accepted" in answer.stdout
    assert not (folder / "add.py").exists()


def test_without_tests_the_outcome_says_so(folder: Path) -> None:
    answer = acrisol(folder, "solve", TASK, "--model", record(folder, RIGHT), "--json")
    outcome = json.loads(answer.stdout)
    assert outcome["status"] == "solved"
    assert outcome["tests"] == "none given"
    assert [verdict["verifier"] for verdict in outcome["solution"]["verdicts"]] == [
        "python-syntax",
        "python-import",
        "secrets",
        "dependencies",
        "semgrep",
        "bandit",
    ]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (["I'm sorry, but I can't help with that."], "Refused"),
        (["", "", "", "", ""], "Exhausted"),
        (["spam " * 200_000] * 5, "Exhausted"),
    ],
    ids=["refusal", "nothing", "a megabyte of text"],
)
def test_a_model_that_gives_no_code(folder: Path, answers: list[str], said: str) -> None:
    answer = solve(folder, *answers)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert said in answer.stdout


def test_a_model_that_cannot_be_reached_is_a_missing_tool(folder: Path) -> None:
    answer = acrisol(folder, "solve", TASK, "--model", "http://127.0.0.1:9/v1", "--seconds", "5")
    assert answer.returncode == 3
    assert "http://127.0.0.1:9/v1" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_without_any_sandbox_nothing_runs(folder: Path) -> None:
    """The engine and bubblewrap are both taken away; a candidate that leaves a mark leaves none."""
    mark = folder / "mark"
    (folder / "evil.py").write_text(
        f"open({str(mark)!r}, 'w').write('ran')\ndef add(a, b):\n    return a + b\n"
    )
    answer = acrisol(
        folder,
        *("verify", "evil.py", "--tests", "tests.py"),
        PATH="/nowhere",
        DOCKER_HOST="unix:///nowhere.sock",
        ACRISOL_SANDBOX="auto",
    )
    assert answer.returncode == 3
    assert "apt-get install bubblewrap" in answer.stderr
    assert not mark.exists()


def test_verify_judges_what_a_person_wrote(folder: Path) -> None:
    (folder / "add.py").write_text("def add(a, b):\n    return a + b\n")
    good = acrisol(folder, "verify", "add.py", "--tests", "tests.py")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "Accepted" in good.stdout
    (folder / "add.py").write_text("import os\ndef add(a, b):\n    os._exit(0)\n")
    cheat = acrisol(folder, "verify", "add.py", "--tests", "tests.py", "--json")
    assert cheat.returncode == 1
    assert json.loads(cheat.stdout)["decision"]["accepted"] is False


def test_doctor_names_what_is_missing_and_the_command_that_mends_it(folder: Path) -> None:
    answer = acrisol(folder, "doctor", "--json", "--model", "http://127.0.0.1:9/v1", ACRISOL_TOOLS="/nowhere")
    assert answer.returncode == 3
    checks = {check["name"]: check for check in json.loads(answer.stdout)}
    assert checks["bubblewrap"]["works"]
    assert checks["semgrep"]["works"]
    assert not checks["model"]["works"]
    assert checks["mythril"] == {**checks["mythril"], "works": False, "mend": "scripts/install-solidity"}
