from __future__ import annotations

import threading

import pytest
from sqlalchemy import insert

from tests.fakes import FakeClock
from verifiers.domain import CodingTask, Outcome, OutcomeStatus
from worker.access import Caller
from worker.errors import TooManyJobs
from worker.states import JobState
from worker.store import claims, expiry, jobs, wakes
from worker.store.database import Database
from worker.store.records import Claim
from worker.store.schema import keys

ON_BOTH = True

SOLVED = Outcome(status=OutcomeStatus.SOLVED, reason="It passed.")


def key(
    database: Database, name: str, max_running: int | None = None, max_queued: int | None = None
) -> Caller:
    texts = {"id": name, "tenant": "t", "name": name, "secret_hash": name, "prefix": "", "scopes": "submit"}
    limits = {"max_running": max_running, "max_queued": max_queued}
    with database.begin() as connection:
        connection.execute(insert(keys).values(**texts, **limits, created_at=0))
    return Caller(tenant="t", key_id=name, max_running=max_running, max_queued=max_queued)


def take(database: Database) -> Claim | None:
    return claims.claim(database, None, "w", 30)


def test_interactive_jobs_come_before_batches_and_older_ones_before_newer(
    database: Database, clock: FakeClock, task: CodingTask
) -> None:
    submitted = []
    for priority in (jobs.BATCH, jobs.INTERACTIVE, jobs.BATCH, jobs.INTERACTIVE):
        submitted.append(jobs.submit(database, task, 5, priority=priority).id)
        clock.turn(1)
    taken = [take(database) for _ in range(5)]
    assert [held and held.job_id for held in taken] == [*submitted[1::2], *submitted[::2], None]


def test_a_key_runs_no_more_than_it_may_and_delays_nobody_else(
    database: Database, clock: FakeClock, task: CodingTask
) -> None:
    limited = key(database, "limited", max_running=2)
    mine = []
    for _ in range(4):
        mine.append(jobs.submit(database, task, 0, limited).id)
        clock.turn(1)  # ids of one millisecond are in no order
    other = jobs.submit(database, task, 0, key(database, "other")).id
    first, second = take(database), take(database)
    assert first is not None
    assert second is not None
    assert {first.job_id, second.job_id} == set(mine[:2])
    assert claims.claim(database, mine[2], "w", 30) is None
    assert wakes.due(database, 0, 9) == [other], "nobody is woken for what cannot begin"
    third = take(database)
    assert third is not None
    assert third.job_id == other
    assert take(database) is None
    claims.finish(database, first, SOLVED)
    assert wakes.due(database, 0, 9) == mine[2:]
    fourth = take(database)
    assert fourth is not None
    assert fourth.job_id == mine[2]


def test_a_key_runs_no_more_than_it_may_with_many_workers(database: Database, task: CodingTask) -> None:
    limited = key(database, "limited", max_running=3)
    for _ in range(8):
        jobs.submit(database, task, 5, limited)
    barrier, taken = threading.Barrier(8), []

    def race() -> None:
        barrier.wait()
        taken.append(take(database))

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(held is not None for held in taken) == 3


def test_a_key_queues_no_more_than_it_may_however_it_sends_them(database: Database, task: CodingTask) -> None:
    limited = key(database, "limited", max_queued=3)
    barrier, refused = threading.Barrier(6), []

    def race() -> None:
        barrier.wait()
        try:
            jobs.submit(database, task, 5, limited)
        except TooManyJobs as error:
            refused.append(str(error))

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert "3 tasks" in refused[0]
    assert len(jobs.page(database, 9).jobs) == 3
    held = take(database)
    assert held is not None
    with pytest.raises(TooManyJobs):
        jobs.submit(database, task, 5, limited)  # a running one counts
    claims.finish(database, held, SOLVED)
    jobs.submit(database, task, 5, limited)


def test_a_job_is_not_begun_after_its_deadline(
    database: Database, clock: FakeClock, task: CodingTask
) -> None:
    late = jobs.submit(database, task, 5, deadline_at=clock() + 10).id
    begun = jobs.submit(database, task, 5, deadline_at=clock() + 10).id
    held = claims.claim(database, begun, "w", 30)
    assert held is not None
    assert expiry.end_late(database) == 0
    clock.turn(10)
    assert take(database) is None
    assert expiry.end_late(database) == 1
    job = jobs.get(database, late)
    assert job.state is JobState.CANCELLED
    assert job.outcome is not None
    assert job.outcome.reason.startswith("Its deadline passed")
    assert claims.give_back(database, held, "Stopping.")
    assert expiry.end_late(database) == 0
    again = take(database)
    assert again is not None
    assert again.job_id == begun, "what was begun in time goes on"
