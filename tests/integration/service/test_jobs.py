"""Jobs through a real Redis and a real Celery worker."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.integration.service.conftest import end_of, kinds, submit, until_running
from tests.integration.service.processes import wait_for
from verifiers.domain import CodingTask
from worker.service import WorkerService
from worker.states import JobState
from worker.store import jobs

pytestmark = pytest.mark.redis


def test_a_job_is_run_by_a_worker_process(service: WorkerService) -> None:
    job_id = submit(service, "solve")
    job = end_of(service.database, job_id)
    assert (job.state, job.deliveries) == (JobState.SOLVED, 1)
    assert job.outcome is not None
    assert f"process {os.getpid()}." not in job.outcome.reason
    assert kinds(service.database, job_id) == ["started", "attempt_started", "outcome"]


def test_a_broken_tool_is_tried_again_and_then_told(service: WorkerService) -> None:
    job = end_of(service.database, submit(service, "tool"))
    assert (job.state, job.deliveries) == (JobState.ERROR, 2)
    assert job.error == "The model does not answer. Start it. (Tried 2 times.)"


def test_a_job_without_any_message_is_found(service: WorkerService) -> None:
    job_id = jobs.submit(service.database, CodingTask(instruction="solve"), 0.5).id
    assert end_of(service.database, job_id).state is JobState.SOLVED


def test_many_messages_for_one_job_run_it_once(service: WorkerService, tmp_path: Path) -> None:
    log = tmp_path / "runs"
    job_id = submit(service, f"count {log}")
    for _ in range(20):
        service.broker.wake(job_id)
    end_of(service.database, job_id)
    wait_for("the queue is empty", lambda: service.broker.depth() == 0)
    time.sleep(0.2)
    assert log.read_text().split() == [job_id]


def test_a_running_job_is_cancelled_within_seconds(service: WorkerService) -> None:
    job_id = submit(service, "sleep 60")
    until_running(service.database, job_id)
    jobs.cancel(service.database, job_id)
    began = time.monotonic()
    assert end_of(service.database, job_id).state is JobState.CANCELLED
    assert time.monotonic() - began < 50
