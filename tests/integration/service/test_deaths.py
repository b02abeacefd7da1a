"""Whatever dies or freezes, every job ends exactly once."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.integration.service.conftest import COMMAND, end_of, kinds, running_pid, submit, until_running
from tests.integration.service.processes import alive, descendants, parent_of, wait_for
from verifiers.domain import CodingTask
from worker.service import WorkerService
from worker.settings import WorkerSettings
from worker.states import JobState
from worker.store import jobs
from worker.store.database import Database

pytestmark = pytest.mark.redis


def test_a_job_whose_process_is_killed_ends_once(service: WorkerService) -> None:
    job_id = submit(service, "sleep 3")
    os.kill(running_pid(service.database, job_id), signal.SIGKILL)
    job = end_of(service.database, job_id)
    assert (job.state, job.deliveries) == (JobState.SOLVED, 2)
    seen = kinds(service.database, job_id)
    assert seen.count("outcome") == 1
    assert seen == ["started", "attempt_started", "requeued", "started", "attempt_started", "outcome"]


def test_a_job_whose_whole_worker_is_killed_ends_once_and_leaves_no_process(
    own_service: WorkerService,
) -> None:
    job_id = submit(own_service, "sleep 3")
    child = running_pid(own_service.database, job_id)
    worker = parent_of(child)
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    wait_for("the orphan ends itself", lambda: not alive(child), 3)
    job = end_of(own_service.database, job_id)
    assert (job.state, job.deliveries) == (JobState.SOLVED, 2)
    assert kinds(own_service.database, job_id).count("outcome") == 1


def test_a_frozen_worker_that_wakes_up_too_late_changes_nothing(
    own_service: WorkerService, settings: WorkerSettings
) -> None:
    job_id = submit(own_service, "sleep 1")
    frozen = running_pid(own_service.database, job_id)
    os.kill(frozen, signal.SIGSTOP)
    try:
        with WorkerService(settings.model_copy(update={"redis_url": own_service.broker.url}), COMMAND):
            job = end_of(own_service.database, job_id)
    finally:
        os.kill(frozen, signal.SIGCONT)
    assert (job.state, job.deliveries) == (JobState.SOLVED, 2)
    other = submit(own_service, "solve")  # runs in the process that was frozen, after what it had in hand
    end_of(own_service.database, other)
    assert jobs.get(own_service.database, job_id) == job
    assert kinds(own_service.database, job_id).count("outcome") == 1


def test_a_job_that_kills_every_worker_is_dead(service: WorkerService) -> None:
    job = end_of(service.database, submit(service, "die"))
    assert (job.state, job.deliveries) == (JobState.DEAD, 3)
    assert job.error is not None
    assert job.error.startswith("3 workers in a row died")
    assert end_of(service.database, submit(service, "solve")).state is JobState.SOLVED


def test_a_worker_that_is_stopped_gives_its_job_back_and_leaves_no_process(
    settings: WorkerSettings, database: Database
) -> None:
    before = set(descendants(os.getpid()))
    with WorkerService(settings, COMMAND) as service:
        job_id = submit(service, "sleep 60")
        until_running(service.database, job_id)
        below = set(descendants(os.getpid())) - before
        began = time.monotonic()
    assert time.monotonic() - began < 50
    assert jobs.get(database, job_id).state is JobState.QUEUED
    assert len(below) >= 3
    assert [pid for pid in below if alive(pid)] == []


def test_jobs_wait_for_the_next_start(settings: WorkerSettings, database: Database) -> None:
    job_id = jobs.submit(database, CodingTask(instruction="solve"), 60.0).id
    wait_settings = settings.model_copy(update={"wake_after_s": 60.0})
    jobs.not_woken(database, job_id)
    with WorkerService(wait_settings, COMMAND):
        assert end_of(database, job_id).state is JobState.SOLVED
