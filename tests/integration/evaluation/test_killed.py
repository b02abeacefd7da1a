"""An evaluation through the command line and the real sandbox, killed in the middle and started again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.evaluation.results import read_results
from tests.integration.evaluation.programs import PROBLEMS, PROGRAM, SAMPLES, plant
from tests.requirements import require


def _start(folder: Path, out: Path) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-c",
        PROGRAM,
        "evaluate",
        "run",
        str(folder / "suite.jsonl"),
        "--out",
        str(out),
    ]
    command += ["--model", str(folder / "model.jsonl"), "-n", str(SAMPLES), "--no-scan", "--judges", "1"]
    environment = {**os.environ, "ACRISOL_HOME": str(folder / "home")}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_a_killed_evaluation_loses_nothing_and_goes_on(tmp_path: Path) -> None:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    plant(tmp_path)
    out = tmp_path / "run"
    first = _start(tmp_path, out)
    give_up = time.monotonic() + 240
    while _lines(out / "results.jsonl") < 3:
        assert first.poll() is None, first.communicate()[0]
        assert time.monotonic() < give_up
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    before = read_results(out)
    assert 3 <= len(before) < PROBLEMS * SAMPLES, "it was too late to kill it"

    said, _ = (second := _start(tmp_path, out)).communicate(timeout=280)
    assert second.returncode == 0, said
    after = read_results(out)
    assert len(after) == PROBLEMS * SAMPLES
    assert {key: after[key] for key in before} == before
    assert _lines(out / "results.jsonl") == PROBLEMS * SAMPLES, "something was judged twice"
    report = json.loads((out / "report.json").read_text())
    assert report["complete"] is True
    assert report["pass_at"]["1"]["value"] == pytest.approx(0.5)
    assert "pass@1" in said
    assert (out / "report.html").read_text().count("<details>") >= PROBLEMS
