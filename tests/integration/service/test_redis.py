"""Redis only wakes workers: losing it, or what it holds, loses no job."""

from __future__ import annotations

import os
import signal
import time

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from tests.integration.service.conftest import end_of, kinds, submit, until_running
from tests.integration.service.processes import command_of, wait_for
from verifiers.domain import CodingTask
from worker.broker import CeleryBroker
from worker.errors import BrokerUnavailable
from worker.service import WorkerService
from worker.states import JobState
from worker.store import jobs

pytestmark = pytest.mark.redis


def redis_pid(service: WorkerService) -> int:
    with Redis.from_url(service.broker.url) as client:
        return int(client.info("server")["process_id"])


def answers(service: WorkerService) -> bool:
    try:
        service.broker.depth()
    except BrokerUnavailable:
        return False
    return True


def test_messages_lost_by_redis_lose_no_job(service: WorkerService) -> None:
    busy = submit(service, "sleep 1")
    until_running(service.database, busy)
    waiting = [submit(service, "solve") for _ in range(3)]
    with Redis.from_url(service.broker.url) as client:
        client.flushall()
    for job_id in (busy, *waiting):
        job = end_of(service.database, job_id)
        assert (job.state, job.deliveries) == (JobState.SOLVED, 1)


def test_killing_redis_loses_no_job(own_service: WorkerService) -> None:
    running = submit(own_service, "sleep 2")
    until_running(own_service.database, running)
    waiting = submit(own_service, "solve")
    os.kill(redis_pid(own_service), signal.SIGKILL)
    wait_for("Redis is gone", lambda: not answers(own_service), 5)
    unheard = jobs.submit(own_service.database, CodingTask(instruction="solve"), 1.0).id
    for job_id in (running, waiting, unheard):
        job = end_of(own_service.database, job_id)
        assert job.state is JobState.SOLVED
        assert kinds(own_service.database, job_id).count("outcome") == 1
    assert jobs.get(own_service.database, running).deliveries == 1, "a running job needs no Redis"


def test_without_redis_a_wake_says_so_quickly() -> None:
    broker = CeleryBroker("redis://127.0.0.1:1/0")
    began = time.monotonic()
    for ask in (lambda: broker.wake("x"), broker.depth):
        with pytest.raises(BrokerUnavailable, match="Redis does not answer"):
            ask()
    assert time.monotonic() - began < 30
    broker.close()


def test_the_private_redis_needs_its_password(service: WorkerService) -> None:
    port = service.broker.url.rpartition(":")[2].partition("/")[0]
    with Redis(port=int(port)) as stranger, pytest.raises(AuthenticationError):
        stranger.ping()
    assert "requirepass" not in command_of(redis_pid(service))


def test_a_frozen_redis_holds_nobody_up(own_service: WorkerService) -> None:
    frozen = redis_pid(own_service)
    os.kill(frozen, signal.SIGSTOP)
    began = time.monotonic()
    try:
        for ask in (lambda: own_service.broker.wake("x"), own_service.broker.depth):
            with pytest.raises(BrokerUnavailable):
                ask()
    finally:
        os.kill(frozen, signal.SIGCONT)
    assert time.monotonic() - began < 60
    assert end_of(own_service.database, submit(own_service, "solve")).state is JobState.SOLVED
