"""Runners of batches that die anywhere, and several at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Connection, event, select

from tests.unit.worker.test_batches import create, end_jobs, finish, ids, no_tools, plain, told
from worker.batches import runner as runners
from worker.batches.runner import BatchRunner
from worker.store.batches import batches
from worker.store.database import Database
from worker.store.schema import jobs

ON_BOTH = True


class Died(BaseException):
    """The process is gone."""


@dataclass(frozen=True)
class Mortal(Database):
    """Dies after so many transactions that wrote: to die anywhere else is to die after the one before."""

    left: list[int] = field(default_factory=list)

    @contextmanager
    def begin(self, lasting: bool = True) -> Iterator[Connection]:
        said: list[str] = []
        with super().begin(lasting) as connection:
            event.listen(connection, "after_cursor_execute", lambda *call: said.append(call[2]))
            yield connection
        wrote = any(statement.startswith(("INSERT", "UPDATE", "DELETE")) for statement in said)
        self.left[0] -= wrote
        if wrote and not self.left[0]:
            raise Died


def test_whenever_a_runner_dies_the_next_one_goes_on_and_nothing_is_lost_or_doubled(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "_LINES", 3)
    monkeypatch.setattr(runners, "_RESULTS", 2)
    died, deaths = True, 0
    while died:
        batch_id = create(database, *map(plain, "abcad"), "{")
        mortal = Mortal(database.engine, database.clock, left=[deaths + 1])
        try:
            finish(database, BatchRunner(mortal, no_tools, 2), batch_id)
            died = False
        except Died:
            deaths += 1
        batch = finish(database, BatchRunner(database, no_tools, 2), batch_id)
        assert (batch.completed, batch.failed, batch.total) == (4, 2, 6), deaths
        assert ids(database, batch) == ["a", "b", "c", "d"], deaths
        assert len(told(database, batch.error_file_id)) == 2
        with database.begin() as connection:
            assert len(connection.execute(select(jobs.c.id)).all()) == 4
        batches.remove(database, batch_id)
    assert deaths >= 8


def test_two_runners_at_a_time_double_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "_LINES", 10)
    monkeypatch.setattr(runners, "_RESULTS", 10)
    names = [str(number) for number in range(60)]
    batch_id = create(database, *map(plain, names))
    stop = threading.Event()

    def go_round() -> None:
        BatchRunner(database, no_tools, 7).run(0.001, stop)

    threads = [threading.Thread(target=go_round) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        while not batches.get(database, batch_id).state.ended:
            end_jobs(database)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    batch = batches.get(database, batch_id)
    assert (batch.completed, batch.failed) == (60, 0)
    assert ids(database, batch) == sorted(names)
    with database.begin() as connection:
        assert len(connection.execute(select(jobs.c.id)).all()) == 60
