"""What the worker's unit tests share: a store in a temporary file, and a clock that they turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FakeClock
from verifiers.domain import CodingTask
from worker.store.database import Database, open_database


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(1_800_000_000.0)


@pytest.fixture
def database(tmp_path: Path, clock: FakeClock) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/jobs.db", clock)
    yield database
    database.close()


@pytest.fixture
def task() -> CodingTask:
    return CodingTask(instruction="Write a function `add(a, b)`.")
