"""A few tasks through one of each fault; ``python -m benchmarks.chaos`` does it with a thousand."""

from __future__ import annotations

import os
import shutil

import pytest

from benchmarks.chaos.faults import FAULTS
from benchmarks.chaos.postgres import programs
from benchmarks.chaos.run import Plan, run
from tests.requirements import require

pytestmark = pytest.mark.redis

# What the database has a part in; the others find SQLite and Postgres alike.
ON_POSTGRES = (
    "a process that runs a task killed",
    "a process that runs a task frozen for longer than its lease",
    "a server killed",
    "a node's clock set by an hour and back",
    "Postgres crashed or restarted",
)
ON_SQLITE = tuple(name for name in FAULTS if name != "Postgres crashed or restarted")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("database", "faults"), [("sqlite", ON_SQLITE), ("postgres", ON_POSTGRES)])
def test_every_task_ends_once_whatever_breaks(database: str, faults: tuple[str, ...]) -> None:
    require("redis", shutil.which("redis-server") is not None, "apt-get install redis-server")
    if database == "postgres":
        require("postgres", programs() is not None, "apt-get install postgresql")
    if os.geteuid() != 0:  # a disk that can be filled cannot be mounted
        faults = tuple(name for name in faults if name != "the disk full")
    report = run(Plan(tasks=30, seed=7, calm_s=0.2, faults=faults, on=False), database)
    assert report.ledger is not None
    assert report.ledger.wrong == {}
    assert report.ledger.outcomes == 30
    assert {name for name in faults if not report.faults[name]} == set()
