"""What was deleted is gone: from the tables, and from the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from tests.fakes import FakeBroker, FakeClock
from verifiers.domain import CodingTask, Event, Outcome, OutcomeStatus
from worker.access import LOCAL
from worker.errors import JobNotDead, JobNotEnded, JobNotFound
from worker.retry import RetryPolicy
from worker.states import JobState
from worker.store import claims, dead, events, jobs, removal
from worker.store.access import audit_log
from worker.store.database import Database, open_database
from worker.store.expiry import Leases
from worker.store.schema import batch_lines, batches, feedback, files, metadata
from worker.store.schema import jobs as jobs_table
from worker.sweeper import Sweeper

ON_BOTH = True
SECRET = "def very_secret_name(): ..."


class Forgetting:
    """Remembers whose checkpoints were dropped."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def __call__(self, task_ids: Sequence[str]) -> None:
        self.ids += task_ids


def ended(database: Database) -> str:
    """A solved task that is full of secrets."""
    job_id = jobs.submit(database, CodingTask(instruction=SECRET), 5).id
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    events.append(database, held, Event(kind="verdict", data={"text": SECRET * 50}))
    claims.finish(database, held, Outcome(status=OutcomeStatus.EXHAUSTED, reason=SECRET))
    row = {"id": job_id, "job_id": job_id, "tenant": "default", "verdict": "rejected"}
    with database.begin() as connection:
        connection.execute(
            insert(feedback).values(**row, corrected=SECRET, comment=SECRET, consent=False, created_at=1)
        )
    return job_id


def rows(database: Database) -> dict[str, int]:
    """How many rows there are of what a job leaves."""
    with database.begin() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
            for name in ("jobs", "events", "feedback", "webhook_deliveries", "files", "batches")
        }


NOTHING = dict.fromkeys(("jobs", "events", "feedback", "webhook_deliveries", "files", "batches"), 0)


def test_a_deleted_task_leaves_nothing_but_a_note_of_its_deletion(database: Database) -> None:
    forget, job_id = Forgetting(), ended(database)
    removal.remove(database, job_id, LOCAL, forget)
    assert forget.ids == [job_id]
    assert rows(database) == NOTHING
    (entry,) = audit_log.page(database, 9).entries
    assert (entry.action, entry.target) == ("task.deleted", job_id)
    with pytest.raises(JobNotFound):
        jobs.get(database, job_id)


def test_what_was_deleted_is_not_on_the_disk(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/jobs.db")

    def on_disk() -> bool:
        return any(SECRET.encode() in file.read_bytes() for file in tmp_path.glob("jobs.db*"))

    job_id = ended(database)
    database.purge()  # so that it is in the file itself, and not in the write-ahead log alone
    assert on_disk()
    removal.remove(database, job_id, LOCAL, Forgetting())
    assert not on_disk()
    database.close()


def test_a_task_is_not_deleted_before_it_has_ended(database: Database, task: CodingTask) -> None:
    forget, job_id = Forgetting(), jobs.submit(database, task, 5).id
    for _ in range(2):
        with pytest.raises(JobNotEnded, match="Cancel it first"):
            removal.remove(database, job_id, LOCAL, forget)
        claims.claim(database, job_id, "w", 30)
    assert forget.ids == []
    assert jobs.get(database, job_id).state is JobState.RUNNING


def test_old_jobs_are_deleted_in_small_steps_and_others_kept(
    database: Database, clock: FakeClock, task: CodingTask
) -> None:
    forget = Forgetting()
    sweeper = Sweeper(database, FakeBroker(), RetryPolicy(), 5, 1e9, keep_s=100, forget=forget, clock=clock)
    rows = [jobs.new_row(clock(), task.language, "Old.", task, 5, LOCAL) for _ in range(60)]
    with database.begin() as connection:
        connection.execute(
            insert(jobs_table), [row | {"state": "error", "finished_at": clock()} for row in rows]
        )
    old = sorted(row["id"] for row in rows)
    waiting = jobs.submit(database, task, 5).id
    clock.turn(101)
    young = ended(database)
    sweeper.sweep()
    assert len(forget.ids) == 50
    sweeper.sweep()
    sweeper.sweep()
    assert sorted(forget.ids) == old
    assert {job.id for job in jobs.page(database, 99).jobs} == {waiting, young}


def test_a_clock_that_is_set_forwards_deletes_nothing(database: Database, clock: FakeClock) -> None:
    steady = FakeClock(7)
    sweeper = Sweeper(database, FakeBroker(), RetryPolicy(), 5, 1e9, keep_s=86_400, clock=steady)
    job_id = ended(database)
    clock.turn(1e9)
    sweeper.sweep()
    assert jobs.get(database, job_id).finished_at
    steady.turn(86_401)
    sweeper.sweep()
    with pytest.raises(JobNotFound):
        jobs.get(database, job_id)


def test_jobs_of_a_batch_are_kept_until_it_has_ended(database: Database, clock: FakeClock) -> None:
    job_id = ended(database)
    file = {"id": "file-1", "tenant": "t", "name": "n", "purpose": "batch", "bytes": 0, "ready": True}
    batch = {
        "id": "batch_1",
        "tenant": "t",
        "endpoint": "/v1/tasks",
        "state": "in_progress",
        "ends_as": "completed",
    }
    line = {"batch_id": "batch_1", "line": 1, "start": 0, "state": "completed", "job_id": job_id}
    with database.begin() as connection:
        connection.execute(insert(files).values(**file, created_at=clock()))
        connection.execute(
            insert(batches).values(
                **batch,
                input_file_id="file-1",
                completion_window="24h",
                labels="{}",
                created_at=clock(),
                expires_at=clock(),
            )
        )
        connection.execute(insert(batch_lines).values(line))
    clock.turn(200)
    sweeper = Sweeper(database, FakeBroker(), RetryPolicy(), 5, 1e9, keep_s=100, clock=clock)
    sweeper.sweep()
    assert rows(database) == NOTHING | {"jobs": 1, "events": 3, "feedback": 1, "files": 1, "batches": 1}
    with database.begin() as connection:
        connection.execute(batches.update().values(state="completed", finished_at=clock()))
    clock.turn(101)
    for _ in range(3):
        sweeper.sweep()
    assert rows(database) == NOTHING


def test_a_dead_job_is_sent_back_and_starts_anew(
    database: Database, clock: FakeClock, task: CodingTask
) -> None:
    forget, job_id = Forgetting(), jobs.submit(database, task, 5).id
    leases = Leases(database, RetryPolicy(worker_deaths=1), 30, clock)
    with pytest.raises(JobNotDead):
        dead.replay(database, job_id, forget)
    taken = []
    for _ in range(2):
        taken.append(claims.claim(database, job_id, "w", 30))
        leases.expire()
        clock.turn(31)
        leases.expire()
        assert jobs.get(database, job_id).state is JobState.DEAD
        dead.replay(database, job_id, forget)
    job = jobs.get(database, job_id)
    assert (job.state, job.error, job.finished_at, job.deliveries) == (JobState.QUEUED, None, None, 2)
    assert forget.ids == [job_id] * 2
    for stale in taken:
        assert stale is not None
        assert not claims.finish(database, stale, Outcome(status=OutcomeStatus.SOLVED, reason="Late."))
    kinds = [event.event.kind for event in events.read(database, job_id).events]
    assert kinds == ["started", "error", "requeued"] * 2
    with pytest.raises(JobNotDead):
        dead.replay(database, job_id, forget)
