"""Shards of an evaluation through a real Redis and a real Celery worker."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from models.evaluation.results import read_manifest, read_results
from tests.integration.evaluation.programs import PROBLEMS, PROGRAM, SAMPLES, plant
from tests.requirements import require
from worker.embedded_redis import embedded_redis


def test_queued_shards_come_to_the_same_as_one_run(tmp_path: Path) -> None:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    require("redis", shutil.which("redis-server") is not None, "apt-get install redis-server")
    plant(tmp_path)
    redis = embedded_redis()
    redis.start()
    try:
        said = _through_the_queue(tmp_path, redis.url)
    finally:
        redis.child.stop(5.0)
    found = read_results(tmp_path / "run")
    assert len(found) == PROBLEMS * SAMPLES, said
    assert sum(result.passed for result in found.values()) == PROBLEMS * SAMPLES // 2
    assert read_manifest(tmp_path / "run").shard == ""
    assert len(read_results(tmp_path / "run" / "shard-1-of-2")) == PROBLEMS * SAMPLES // 2


def _through_the_queue(folder: Path, url: str) -> str:
    """Run the suite in two shards; what the worker said."""
    environment = {**os.environ, "ACRISOL_HOME": str(folder / "home"), "REDIS_URL": url}
    worker = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "evaluate", "work", str(folder)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        command = [
            "evaluate",
            "run",
            "suite.jsonl",
            "--out",
            "run",
            "--model",
            str(folder / "model.jsonl"),
        ]
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *command, "-n", str(SAMPLES), "--no-scan", "--shards", "2"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        os.killpg(worker.pid, signal.SIGTERM)
        said, _ = worker.communicate(timeout=60)
    return said
