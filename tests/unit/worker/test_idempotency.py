"""Requests that may be sent again, in the store: one job, also when many come at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes import FakeClock
from verifiers.domain import CodingTask
from verifiers.errors import InvalidInput
from worker.access import Caller
from worker.errors import AlreadyAccepted, TooManyJobs
from worker.store import jobs
from worker.store.access import authentication, keys, sessions
from worker.store.access.values import KeyRequest
from worker.store.database import Database
from worker.store.idempotency import once
from worker.store.schema import idempotency

ON_BOTH = True


def test_twenty_at_the_same_moment_make_one_job(database: Database, task: CodingTask) -> None:
    def send(_: int) -> str:
        try:
            return jobs.submit(database, task, 5, once=once("k", "tasks", task)).id
        except AlreadyAccepted as earlier:
            return earlier.job_id

    with ThreadPoolExecutor(20) as pool:
        ids = set(pool.map(send, range(20)))
    assert len(ids) == 1
    assert len(jobs.page(database, 10).jobs) == 1


def test_who_is_at_the_limit_is_still_told_of_the_job(database: Database, task: CodingTask) -> None:
    owner = Caller(key_id="k", max_queued=1)
    job = jobs.submit(database, task, 5, owner, once=once("a", "tasks", task))
    with pytest.raises(AlreadyAccepted) as told:
        jobs.submit(database, task, 5, owner, once=once("a", "tasks", task))
    assert told.value.job_id == job.id
    with pytest.raises(TooManyJobs):
        jobs.submit(database, task, 5, owner, once=once("b", "tasks", task))
    with database.begin() as connection:  # the refused request left no trace
        assert [row.key for row in connection.execute(idempotency.select()).all()] == ["a"]


def test_twenty_different_at_the_same_moment_make_one_job(database: Database) -> None:
    def send(number: int) -> bool:
        wanted = CodingTask(instruction=f"Count to {number}.")
        try:
            jobs.submit(database, wanted, 5, once=once("k", "tasks", wanted))
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(send, range(20))) == 1
    assert len(jobs.page(database, 10).jobs) == 1


def test_a_session_is_its_key_until_it_ends(database: Database, clock: FakeClock) -> None:
    made = keys.create(database, KeyRequest(name="Ada", tenant="red"))
    token = sessions.begin(database, made.key.id, 60)
    assert sessions.caller(database, token) == authentication.authenticate(database, made.secret)
    assert sessions.caller(database, "another") is None
    sessions.end(database, token)
    assert sessions.caller(database, token) is None
    token = sessions.begin(database, made.key.id, 60)
    clock.turn(60)
    assert sessions.caller(database, token) is None
