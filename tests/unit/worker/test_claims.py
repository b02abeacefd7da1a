from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.fakes import FakeClock
from verifiers.domain import CodingTask, Event, Outcome, OutcomeStatus, Verdict
from worker.retry import RetryPolicy
from worker.states import JobState
from worker.store import claims, events, jobs
from worker.store.database import Database
from worker.store.expiry import Leases
from worker.store.records import Claim

ON_BOTH = True

SOLVED = Outcome(status=OutcomeStatus.SOLVED, reason="It passed.")
EXHAUSTED = Outcome(status=OutcomeStatus.EXHAUSTED, reason="It did not.")
POLICY = RetryPolicy(worker_deaths=3)


@pytest.fixture
def job_id(database: Database, task: CodingTask) -> str:
    return jobs.submit(database, task, 5).id


@pytest.fixture
def leases(database: Database, clock: FakeClock) -> Leases:
    return Leases(database, POLICY, lease_s=30, clock=clock)


def run_out(leases: Leases, clock: FakeClock) -> list[str]:
    """Let every lease run out unseen, and give the jobs that are queued again."""
    leases.expire()
    clock.turn(31)
    return leases.expire()


def take(database: Database, job_id: str, worker: str = "w") -> Claim:
    held = claims.claim(database, job_id, worker, lease_s=30)
    assert held is not None
    return held


def kinds(database: Database, job_id: str) -> list[str]:
    return [event.event.kind for event in events.read(database, job_id).events]


def test_a_job_goes_from_queued_to_solved(
    database: Database, clock: FakeClock, job_id: str, task: CodingTask
) -> None:
    held = take(database, job_id)
    assert (held.work, held.delivery) == (task, 1)
    assert jobs.get(database, job_id).state is JobState.RUNNING
    clock.turn(2)
    assert claims.finish(database, held, SOLVED)
    job = jobs.get(database, job_id)
    assert (job.state, job.outcome, job.deliveries, job.error) == (JobState.SOLVED, SOLVED, 1, None)
    assert job.started_at is not None
    assert job.finished_at is not None
    assert (job.finished_at - job.started_at).total_seconds() == 2
    assert kinds(database, job_id) == ["started", "outcome"]


def test_a_taken_job_is_not_taken_again(database: Database, job_id: str) -> None:
    take(database, job_id)
    assert claims.claim(database, job_id, "other", 30) is None


def test_of_many_workers_one_gets_the_job(database: Database, job_id: str) -> None:
    barrier, won = threading.Barrier(8), []

    def race() -> None:
        barrier.wait()
        held = claims.claim(database, job_id, "w", 30)
        if held is not None:
            won.append(held)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert jobs.get(database, job_id).deliveries == 1


def test_of_many_ends_one_counts(database: Database, job_id: str) -> None:
    held = take(database, job_id)
    barrier, results = threading.Barrier(8), []

    def race(outcome: Outcome) -> None:
        barrier.wait()
        results.append(claims.finish(database, held, outcome))

    threads = [threading.Thread(target=race, args=((SOLVED, EXHAUSTED)[n % 2],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False] * 7 + [True]
    assert kinds(database, job_id) == ["started", "outcome"]


STALE_WRITES: dict[str, Callable[[Database, Claim], bool]] = {
    "finish": lambda database, held: claims.finish(database, held, EXHAUSTED),
    "fail": lambda database, held: claims.fail(database, held, "No."),
    "give back": lambda database, held: claims.give_back(database, held, "No."),
    "renew": lambda database, held: claims.renew(database, held, 30).held,
    "event": lambda database, held: events.append(database, held, Event(kind="verdict")),
}


@pytest.mark.parametrize("write", STALE_WRITES.values(), ids=STALE_WRITES.keys())
@pytest.mark.parametrize("since", ["expired", "taken by another", "solved by another", "given back"])
def test_a_stale_worker_writes_nothing(
    database: Database,
    clock: FakeClock,
    leases: Leases,
    job_id: str,
    write: Callable[[Database, Claim], bool],
    since: str,
) -> None:
    stale = take(database, job_id, "stale")
    if since == "given back":
        claims.give_back(database, stale, "Stopping.")
    else:
        assert run_out(leases, clock) == [job_id]
    if since.endswith("another"):
        successor = take(database, job_id, "successor")
        if since.startswith("solved"):
            claims.finish(database, successor, SOLVED)
    before, seen = jobs.get(database, job_id), kinds(database, job_id)
    assert not write(database, stale)
    assert jobs.get(database, job_id) == before
    assert kinds(database, job_id) == seen


def test_a_renewed_lease_does_not_expire(
    database: Database, clock: FakeClock, leases: Leases, job_id: str
) -> None:
    held = take(database, job_id)
    for _ in range(3):
        assert leases.expire() == []
        clock.turn(29)
        assert claims.renew(database, held, 30).held
    assert leases.expire() == []
    clock.turn(31)
    assert leases.expire() == [job_id]
    assert take(database, job_id).delivery == 2


@pytest.mark.parametrize("jump_s", [-86_400, 86_400])
def test_a_clock_that_is_set_takes_no_job_from_a_living_worker_and_leaves_none_with_a_dead_one(
    database: Database, clock: FakeClock, job_id: str, jump_s: float
) -> None:
    steady = FakeClock(0)
    leases = Leases(database, POLICY, 30, steady)
    held = take(database, job_id)
    leases.expire()
    clock.turn(jump_s)
    assert leases.expire() == []
    assert claims.renew(database, held, 30).held
    steady.turn(31)
    assert leases.expire() == []  # it was renewed since
    clock.turn(-jump_s)
    steady.turn(31)
    assert leases.expire() == [job_id]
    clock.turn(-86_400)  # what is due now was due tomorrow, by the clock as it is
    assert take(database, job_id).delivery == 2


def test_a_job_that_kills_its_workers_is_given_up(
    database: Database, clock: FakeClock, leases: Leases, job_id: str
) -> None:
    for _ in range(2):
        take(database, job_id)
        assert run_out(leases, clock) == [job_id]
    take(database, job_id)
    assert run_out(leases, clock) == []
    job = jobs.get(database, job_id)
    assert job.state is JobState.DEAD
    assert job.error is not None
    assert job.error.startswith("3 workers in a row died")
    assert job.finished_at is not None
    assert kinds(database, job_id).count("error") == 1


def test_a_lease_that_is_renewed_at_the_last_moment_is_kept(
    database: Database, clock: FakeClock, leases: Leases, job_id: str
) -> None:
    held = take(database, job_id)
    leases.expire()
    clock.turn(31)
    asked = 0

    def renewing() -> float:  # asked for the time between reading the lease and taking the job
        nonlocal asked
        asked += 1
        if asked == 1:
            assert claims.renew(database, held, 30).held
        return clock()

    leases._database = Database(database.engine, renewing)
    assert leases.expire() == []
    assert asked == 1
    assert claims.finish(database, held, SOLVED)


def test_two_sweepers_expire_a_lease_once(database: Database, clock: FakeClock, job_id: str) -> None:
    take(database, job_id)
    several = [Leases(database, POLICY, 30, clock) for _ in range(4)]
    for leases in several:
        leases.expire()
    clock.turn(31)
    requeued: list[str] = []
    threads = [threading.Thread(target=lambda n=n: requeued.extend(several[n].expire())) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert requeued == [job_id]
    assert kinds(database, job_id) == ["started", "requeued"]


def test_a_broken_tool_delays_the_job(database: Database, clock: FakeClock, job_id: str) -> None:
    held = take(database, job_id)
    assert claims.give_back(database, held, "The model is gone.", delay_s=4, tool_failed=True)
    assert jobs.get(database, job_id).error == "The model is gone."
    assert claims.claim(database, job_id, "w", 30) is None
    clock.turn(4)
    again = take(database, job_id)
    assert (again.delivery, again.tool_failures) == (2, 1)
    claims.finish(database, again, SOLVED)
    assert jobs.get(database, job_id).error is None


def test_a_cancelled_running_job_hears_of_it(database: Database, job_id: str) -> None:
    held = take(database, job_id)
    assert not claims.renew(database, held, 30).cancel_requested
    assert jobs.cancel(database, job_id).state is JobState.RUNNING
    assert claims.renew(database, held, 30).cancel_requested


def test_a_cancelled_job_is_not_queued_again(
    database: Database, clock: FakeClock, leases: Leases, job_id: str, task: CodingTask
) -> None:
    held = take(database, job_id)
    jobs.cancel(database, job_id)
    assert claims.give_back(database, held, "Stopping.")
    other = jobs.submit(database, task, 5).id
    take(database, other)
    jobs.cancel(database, other)
    assert run_out(leases, clock) == []
    for ended in (job_id, other):
        assert jobs.get(database, ended).state is JobState.CANCELLED
        assert kinds(database, ended) == ["started", "outcome"]


def test_events_are_numbered_without_gaps_over_deliveries(
    database: Database, clock: FakeClock, leases: Leases, job_id: str
) -> None:
    for _ in range(2):
        held = take(database, job_id)
        events.append(database, held, Event(kind="verdict", attempt=1))
        run_out(leases, clock)
    stored = events.read(database, job_id).events
    assert [event.seq for event in stored] == [1, 2, 3, 4, 5, 6]
    assert [event.delivery for event in stored] == [1, 1, 1, 2, 2, 2]
    assert [event.seq for event in events.read(database, job_id, after=2, limit=2).events] == [3, 4]


def test_text_that_has_no_utf8_form_is_stored(database: Database, job_id: str) -> None:
    hostile = "a\ud800b\x00c"
    held = take(database, job_id)
    events.append(database, held, Event(kind="verdict", data={"text": hostile}))
    outcome = Outcome(status=OutcomeStatus.EXHAUSTED, reason=hostile)
    assert claims.finish(database, held, outcome)
    job = jobs.get(database, job_id)
    assert job.outcome is not None
    assert job.outcome.reason.startswith("a?b")
    assert job.model_dump_json()
    assert Verdict(verifier="v", status="error", summary=hostile)  # such a value can be made
