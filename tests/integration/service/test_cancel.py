"""A cancelled task leaves nothing behind: neither what ran in the sandbox nor the request to the model.

The goal is two seconds. The bound here is generous because the machine may be busy; what was measured is in
docs/benchmarks.md.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.models import chat_server
from tests.integration.models.chat_server import ChatServer, Handler, completion, saying
from tests.integration.service.conftest import end_of, settings_in
from tests.integration.service.processes import wait_for
from tests.requirements import require
from verifiers.domain import CodingTask, SourceFile, TestSuite
from worker.service import WorkerService
from worker.states import JobState
from worker.store import jobs

pytestmark = pytest.mark.redis

_BOUND_S = 30.0
_SLEEP = f"600.{os.getpid()}"  # what the candidate sleeps, and by which its process is found
_SLEEPY = (
    f'```python\nimport subprocess\nsubprocess.run(["sleep", "{_SLEEP}"])\n\ndef f():\n    return 1\n```'
)
TASK = CodingTask(
    instruction="Write f() that returns 1.",
    tests=TestSuite(
        files=(SourceFile(path="tests.py", content="from solution import f\nassert f() == 1\n"),)
    ),
)


@pytest.fixture
def model() -> Iterator[ChatServer]:
    with chat_server.running() as server:
        yield server


@pytest.fixture
def service(tmp_path: Path, model: ChatServer) -> Iterator[WorkerService]:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    environment = {
        "ACRISOL_HOME": str(tmp_path),
        "ACRISOL_MODEL": model.url,
        "ACRISOL_MODEL_NAME": chat_server.MODEL,
        "ACRISOL_SANDBOX": "bubblewrap",
    }
    with WorkerService(settings_in(tmp_path), environment=environment) as service:
        yield service


def cancelled(service: WorkerService, under_way: Callable[[], bool], gone: Callable[[], bool]) -> float:
    """Submit a task, cancel it while something is under way, and wait until that is gone; the seconds."""
    job_id = jobs.submit(service.database, TASK, 1.0).id
    service.broker.wake(job_id)
    wait_for("it is under way", under_way, 120)
    began = time.monotonic()
    jobs.cancel(service.database, job_id)
    wait_for("it is gone", gone, _BOUND_S)
    taken = time.monotonic() - began
    assert end_of(service.database, job_id).state is JobState.CANCELLED
    return taken


def test_a_request_to_the_model_is_broken_off(
    service: WorkerService, model: ChatServer, record_property: Callable[[str, object], None]
) -> None:
    asked, hung_up = threading.Event(), threading.Event()

    def never(handler: Handler, body: dict[str, Any]) -> None:
        asked.set()
        if handler.connection.recv(1) == b"":
            hung_up.set()

    model.default = never
    record_property("seconds", cancelled(service, asked.is_set, hung_up.is_set))


def test_what_runs_in_the_sandbox_is_ended(
    service: WorkerService, model: ChatServer, record_property: Callable[[str, object], None]
) -> None:
    model.default = saying(completion([_SLEEPY]))
    record_property("seconds", cancelled(service, lambda: bool(sleepers()), lambda: not sleepers()))


def sleepers() -> list[int]:
    """Processes that sleep as the candidate does."""
    wanted = f"sleep\0{_SLEEP}\0".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cmdline").read_bytes() == wanted:
                    found.append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found
