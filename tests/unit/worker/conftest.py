"""What the worker's unit tests share: a store in a temporary file, and a clock that they turn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FakeClock
from tests.postgres import Postgres, postgres
from verifiers.domain import CodingTask
from worker.store.database import Database, open_database

__all__ = ["postgres"]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(1_800_000_000.0)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: SQLite, or in a module with ``ON_BOTH`` that and Postgres in turn."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return f"sqlite:///{tmp_path}/jobs.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.emptied()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of a module that says ``ON_BOTH = True`` over SQLite and over Postgres."""
    if getattr(metafunc.module, "ON_BOTH", False) and "database_url" in metafunc.fixturenames:
        both = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
        metafunc.parametrize("database_url", both, indirect=True)


@pytest.fixture
def database(database_url: str, clock: FakeClock, empty_store: Path) -> Iterator[Database]:
    if database_url.startswith("sqlite"):
        shutil.copy(empty_store, database_url.removeprefix("sqlite:///"))
    database = open_database(database_url, clock)
    yield database
    database.close()


@pytest.fixture
def task() -> CodingTask:
    return CodingTask(instruction="Write a function `add(a, b)`.")
