from __future__ import annotations

import pytest

from tests.fakes import FakeBroker, FakeClock
from verifiers.domain import CodingTask
from worker.errors import BrokerUnavailable
from worker.retry import RetryPolicy
from worker.store import claims, jobs
from worker.store.database import Database
from worker.sweeper import Sweeper

ON_BOTH = True


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


@pytest.fixture
def sweeper(database: Database, clock: FakeClock, broker: FakeBroker) -> Sweeper:
    return Sweeper(database, broker, RetryPolicy(), wake_after_s=5, lease_s=30, clock=clock)


def test_a_lost_message_is_sent_again(
    database: Database, clock: FakeClock, broker: FakeBroker, sweeper: Sweeper, task: CodingTask
) -> None:
    job_id = jobs.submit(database, task, 5).id
    sweeper.sweep()
    assert broker.woken == []
    clock.turn(5)
    assert sweeper.sweep().woken == 1
    sweeper.sweep()
    assert broker.woken == [job_id]
    clock.turn(5)
    sweeper.sweep()
    assert broker.woken == [job_id, job_id]


def test_a_backlog_is_not_multiplied(
    database: Database, clock: FakeClock, broker: FakeBroker, sweeper: Sweeper, task: CodingTask
) -> None:
    jobs.submit(database, task, 5)
    broker.waiting = 1
    for _ in range(10):
        clock.turn(5)
        sweeper.sweep()
    assert broker.woken == []
    clock.turn(100)  # other jobs keep the queue full: this one's message may be lost all the same
    sweeper.sweep()
    assert len(broker.woken) == 1


def test_a_dead_workers_job_is_woken_at_once_even_in_a_backlog(
    database: Database, clock: FakeClock, broker: FakeBroker, sweeper: Sweeper, task: CodingTask
) -> None:
    job_id = jobs.submit(database, task, 5).id
    claims.claim(database, job_id, "w", 30)
    broker.waiting = 1000
    sweeper.sweep()
    clock.turn(31)
    swept = sweeper.sweep()
    assert (swept.requeued, swept.woken) == (1, 1)
    assert broker.woken == [job_id]


def test_a_retry_is_woken_when_it_is_due(
    database: Database, clock: FakeClock, broker: FakeBroker, sweeper: Sweeper, task: CodingTask
) -> None:
    job_id = jobs.submit(database, task, 5).id
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    claims.give_back(database, held, "No model.", delay_s=8, tool_failed=True)
    clock.turn(7)
    sweeper.sweep()
    assert broker.woken == []
    clock.turn(1)
    sweeper.sweep()
    assert broker.woken == [job_id]


def test_what_redis_refused_is_woken_once_it_is_back(
    database: Database, broker: FakeBroker, sweeper: Sweeper, task: CodingTask
) -> None:
    job_id = jobs.submit(database, task, 5).id
    jobs.not_woken(database, job_id)
    broker.trouble = BrokerUnavailable("Redis does not answer.")
    with pytest.raises(BrokerUnavailable):
        sweeper.sweep()
    broker.trouble = None
    sweeper.sweep()
    assert broker.woken == [job_id]


def test_finished_and_running_jobs_are_left_alone(
    database: Database, clock: FakeClock, broker: FakeBroker, sweeper: Sweeper, task: CodingTask
) -> None:
    done, running = jobs.submit(database, task, 5).id, jobs.submit(database, task, 5).id
    held = claims.claim(database, done, "w", 30)
    assert held is not None
    claims.fail(database, held, "Broken.")
    clock.turn(20)
    claims.claim(database, running, "w", 30)
    clock.turn(20)
    sweeper.sweep()
    assert broker.woken == []
