"""A real agent in real worker processes, with a real HTTP model server that counts what it is asked."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.models import chat_server
from tests.integration.models.chat_server import ChatServer, Handler
from tests.integration.service.conftest import end_of, kinds, settings_in
from tests.integration.service.processes import wait_for
from tests.postgres import Postgres, postgres
from tests.requirements import require
from verifiers.domain import Budget, CodingTask, SourceFile, TestSuite
from worker.service import WorkerService
from worker.states import JobState
from worker.store import jobs

__all__ = ["postgres"]

pytestmark = pytest.mark.redis

COMMAND = (sys.executable, "-m", "worker.process")
GOOD = "```python\ndef double(number):\n    return number * 2\n```"
TESTS = """from solution import double
import time


def test_slowly():
    time.sleep(3)
    assert double(4) == 8
"""
SQLITE_ONLY = pytest.mark.parametrize("service", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize(
    "service", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server.running() as server:
        server.default = chat_server.saying(chat_server.completion([GOOD]))
        yield server


@pytest.fixture
def service(request: pytest.FixtureRequest, tmp_path: Path, server: ChatServer) -> Iterator[WorkerService]:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    settings = settings_in(tmp_path).model_copy(update={"lease_s": 6.0})  # LangGraph loads for seconds
    if request.param == "postgres":
        database: Postgres = request.getfixturevalue("postgres")
        settings = settings.model_copy(update={"database_url": database.new_database()})
    model = {"ACRISOL_MODEL": server.url, "ACRISOL_SANDBOX": "bubblewrap"}
    with WorkerService(settings, COMMAND, model) as service:
        yield service


def submit(service: WorkerService) -> str:
    tests = TestSuite(files=(SourceFile(path="test_double.py", content=TESTS),))
    task = CodingTask(
        instruction="Write double(number).", tests=tests, budget=Budget(samples=1, attempts=2, seconds=300)
    )
    job_id = jobs.submit(service.database, task, 1.0).id
    service.broker.wake(job_id)
    return job_id


def running_worker(service: WorkerService) -> int:
    with service.database.begin() as connection:
        name = connection.exec_driver_sql("SELECT worker FROM jobs WHERE state = 'running'").scalar_one()
    return int(str(name).rpartition(":")[2])


@ON_POSTGRES  # tests/e2e does it on SQLite
def test_a_killed_workers_successor_asks_the_model_nothing_twice(
    service: WorkerService, server: ChatServer
) -> None:
    job_id = submit(service)
    wait_for("a later step has begun", lambda: "verdict" in kinds(service.database, job_id), 120)
    os.kill(running_worker(service), signal.SIGKILL)
    job = end_of(service.database, job_id, 120)
    assert job.state is JobState.SOLVED
    assert job.deliveries >= 2
    assert len(server.bodies) == 1
    assert kinds(service.database, job_id).count("attempt_started") == 1


@SQLITE_ONLY
def test_cancelling_breaks_off_the_request_to_the_model(service: WorkerService, server: ChatServer) -> None:
    broken_off = threading.Event()

    def endless(handler: Handler, body: dict[str, Any]) -> None:
        try:
            chat_server.drip(handler, body)  # for a minute
        except OSError:
            broken_off.set()

    server.default = endless
    job_id = submit(service)
    wait_for("the model is asked", lambda: bool(server.bodies), 60)
    jobs.cancel(service.database, job_id)
    assert broken_off.wait(40)
    assert end_of(service.database, job_id).state is JobState.CANCELLED
