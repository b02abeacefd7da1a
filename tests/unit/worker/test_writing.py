"""Writers of SQLite: what they wait for, and what goes into one transaction."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, create_engine, insert

from tests.fakes import FakeClock
from verifiers.domain import CodingTask
from worker.access import Caller
from worker.errors import AlreadyAccepted, StoreUnavailable, TooManyJobs
from worker.store import claims, idempotency, jobs, sqlite
from worker.store import database as databases
from worker.store.database import Database, open_database
from worker.store.schema import jobs as rows
from worker.store.schema import metadata, sessions

_SHORT_S = 0.05


@pytest.fixture
def other(database: Database) -> sqlite3.Connection:
    """Another process's connection, which waits for nothing."""
    return sqlite3.connect(str(database.engine.url.database), timeout=0, check_same_thread=False)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each wait for the disk."""
    done: list[int] = []
    real = os.fdatasync

    def sync(file: int) -> None:
        real(file)
        done.append(file)

    monkeypatch.setattr(os, "fdatasync", sync)
    return done


def stored(database: Database) -> int:
    return len(jobs.page(database, 100).jobs)


def test_what_is_acknowledged_waits_for_the_disk_and_nothing_else_does(
    database: Database, task: CodingTask, synced: list[int]
) -> None:
    job_id = jobs.submit(database, task, 30.0).id
    assert len(synced) == 1
    jobs.get(database, job_id)
    held = claims.claim(database, None, "worker", 30.0)
    assert held is not None
    claims.renew(database, held, 30.0)
    assert len(synced) == 1
    claims.finish(database, held, claims.CANCELLED)
    assert len(synced) == 2


def test_the_lock_is_free_while_a_writer_waits_for_the_disk(
    database: Database, task: CodingTask, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def sync(_: int) -> None:
        other.execute("BEGIN IMMEDIATE")  # fails where somebody has the lock
        seen.extend(other.execute("SELECT count(*) FROM jobs").fetchone())
        other.rollback()

    monkeypatch.setattr(os, "fdatasync", sync)
    jobs.submit(database, task, 30.0)
    assert seen == [1], "what waits for the disk is not committed"


def test_a_disk_that_fails_is_not_an_accepted_task(
    database: Database, task: CodingTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    with pytest.raises(StoreUnavailable, match="Input/output error"):
        jobs.submit(database, task, 30.0)


def test_a_request_that_is_sent_again_is_not_acknowledged_before_the_first_one_is_on_the_disk(
    database: Database, task: CodingTask, synced: list[int]
) -> None:
    repeat = idempotency.once("a key", "tasks", task)
    jobs.submit(database, task, 30.0, once=repeat)
    again = len(synced)
    with pytest.raises(AlreadyAccepted):
        jobs.submit(Database(database.engine, database.clock), task, 30.0, once=repeat)
    assert len(synced) > again


def test_a_database_behind_a_link_is_synced_where_it_is(
    empty_store: Path, tmp_path: Path, task: CodingTask, clock: FakeClock, synced: list[int]
) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "real.db").write_bytes(empty_store.read_bytes())
    (tmp_path / "link.db").symlink_to(tmp_path / "disk" / "real.db")
    database = open_database(f"sqlite:///{tmp_path}/link.db", clock)
    jobs.submit(database, task, 30.0)
    database.close()
    assert synced


def submit_behind_a_lock(
    database: Database, other: sqlite3.Connection, submits: list[Callable[[], object]]
) -> list[BaseException | None]:
    """Begin all while somebody else has the lock, and give it free once they wait."""
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(len(submits)) as pool:
        first = pool.submit(submits[0])
        while not database._together._writing or database._together._waiting:  # until the first one writes
            threading.Event().wait(0.001)
        rest = [pool.submit(submit) for submit in submits[1:]]
        while len(database._together._waiting) < len(rest):
            threading.Event().wait(0.001)
        other.rollback()
        return [future.exception() for future in (first, *rest)]


def test_what_comes_at_the_same_time_is_one_transaction(
    database: Database, task: CodingTask, other: sqlite3.Connection, synced: list[int]
) -> None:
    found = submit_behind_a_lock(database, other, [lambda: jobs.submit(database, task, 30.0)] * 12)
    assert found == [None] * 12
    assert (stored(database), len(synced)) == (12, 2), "the first one, and all that came meanwhile"


def test_one_that_is_refused_takes_no_other_with_it(
    database: Database, task: CodingTask, other: sqlite3.Connection
) -> None:
    full = Caller(key_id="full", max_queued=1)
    repeat = idempotency.once("a key", "tasks", task)
    jobs.submit(database, task, 30.0, full)
    found = submit_behind_a_lock(
        database,
        other,
        [
            lambda: jobs.submit(database, task, 30.0),
            lambda: jobs.submit(database, task, 30.0, once=repeat),
            lambda: jobs.submit(database, task, 30.0, once=repeat),
            lambda: jobs.submit(database, task, 30.0, full, once=idempotency.once("other", "tasks", task)),
            lambda: jobs.submit(database, task, 30.0),
        ],
    )
    assert [type(error) for error in found] == [type(None), *_one_of_two(found[1:3]), TooManyJobs, type(None)]
    assert stored(database) == 4
    # What was refused has not used its key up.
    jobs.submit(database, task, 30.0, Caller(key_id="full"), once=idempotency.once("other", "tasks", task))


def _one_of_two(found: list[BaseException | None]) -> list[type]:
    assert {type(error) for error in found} == {type(None), AlreadyAccepted}
    return [type(error) for error in found]


def test_one_that_cannot_be_written_takes_no_other_with_it(
    database: Database, task: CodingTask, other: sqlite3.Connection
) -> None:
    def broken(connection: object) -> None:
        orphan = {"token_hash": "x", "key_id": "nobody's", "created_at": 0, "expires_at": 0}
        connection.execute(insert(sessions).values(orphan))  # type: ignore[attr-defined]

    found = submit_behind_a_lock(
        database,
        other,
        [
            lambda: jobs.submit(database, task, 30.0),
            lambda: jobs.submit(database, task, 30.0),
            lambda: database.together(None, broken),
            lambda: jobs.submit(database, task, 30.0),
        ],
    )
    assert [type(error) for error in found] == [type(None), type(None), StoreUnavailable, type(None)]
    assert stored(database) == 3


def test_a_lock_that_is_not_given_free_is_told_and_nothing_is_stored(
    database_url: str,
    empty_store: Path,
    task: CodingTask,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(databases, "_LONGEST_S", _SHORT_S)
    Path(database_url.removeprefix("sqlite:///")).write_bytes(empty_store.read_bytes())
    database = open_database(database_url, clock)
    other = sqlite3.connect(str(database.engine.url.database), timeout=0)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        jobs.submit(database, task, 30.0)
    with pytest.raises(StoreUnavailable, match="locked"), database.begin() as connection:
        connection.execute(rows.delete())
    other.rollback()
    assert stored(database) == 0
    jobs.submit(database, task, 30.0)
    database.close()


def test_where_there_can_be_no_log_commits_wait_for_the_disk_themselves(
    tmp_path: Path, task: CodingTask, clock: FakeClock, synced: list[int]
) -> None:
    address = f"file:{tmp_path}/jobs.db?vfs=unix-dotfile"  # without shared memory there is no such log
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=QueuePool
    )
    sqlite.configure(engine, 15.0)
    metadata.create_all(engine)
    database = Database(engine, clock)
    with database.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    jobs.submit(database, task, 30.0)
    assert (stored(database), synced) == (1, [])
    database.close()
