"""A real Redis, real worker processes, and a store in a temporary file."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.service.processes import wait_for
from tests.requirements import require
from verifiers.domain import CodingTask
from worker.service import WorkerService
from worker.settings import WorkerSettings
from worker.states import JobState
from worker.store import events, jobs
from worker.store.database import Database, open_database
from worker.store.records import Job

COMMAND = (sys.executable, "-m", "tests.integration.service.scripted_worker")


def settings_in(folder: Path) -> WorkerSettings:
    """Short leases and pauses, and a Redis of its own."""
    require("redis", shutil.which("redis-server") is not None, "apt-get install redis-server")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("REDIS_URL", raising=False)
        return WorkerSettings(
            home=folder,
            database_url=f"sqlite:///{folder}/jobs.db",
            concurrency=1,
            lease_s=2.0,
            sweep_s=0.2,
            wake_after_s=1.0,
            stop_s=10.0,
            worker_deaths=3,
            tool_failures=2,
            retry_delay_s=0.2,
        )


@pytest.fixture
def settings(tmp_path: Path) -> WorkerSettings:
    """Settings of a service of the test's own."""
    return settings_in(tmp_path)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerService]:
    """A running worker with its Redis and sweeper, shared by the tests of a module."""
    with WorkerService(settings_in(tmp_path_factory.mktemp("service")), COMMAND) as service:
        yield service


@pytest.fixture
def own_service(settings: WorkerSettings) -> Iterator[WorkerService]:
    """A running worker with its Redis and sweeper, for a test that breaks it."""
    with WorkerService(settings, COMMAND) as service:
        yield service


@pytest.fixture
def database(settings: WorkerSettings) -> Iterator[Database]:
    """The store of ``settings``, apart from any service."""
    database = open_database(settings.database)
    yield database
    database.close()


def submit(service: WorkerService, instruction: str) -> str:
    """What the API does with a task."""
    job_id = jobs.submit(service.database, CodingTask(instruction=instruction), 1.0).id
    service.broker.wake(job_id)
    return job_id


def end_of(database: Database, job_id: str, seconds: float = 60.0) -> Job:
    """Wait for a job's end."""
    wait_for(f"job {job_id} ends", lambda: jobs.get(database, job_id).state.terminal, seconds)
    return jobs.get(database, job_id)


def until_running(database: Database, job_id: str) -> None:
    """Wait until a worker runs a job."""
    wait_for("the job runs", lambda: jobs.get(database, job_id).state is JobState.RUNNING)


def running_pid(database: Database, job_id: str) -> int:
    """The process that runs a job, as the solver's first event tells it."""
    until_running(database, job_id)
    wait_for("the solver begins", lambda: len(events.read(database, job_id).events) >= 2)
    return int(events.read(database, job_id).events[-1].event.data["pid"])


def kinds(database: Database, job_id: str) -> list[str]:
    """The kinds of a job's events, in order."""
    return [event.event.kind for event in events.read(database, job_id).events]
