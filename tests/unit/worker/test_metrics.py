from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.event import listen

from models.errors import ModelUnavailable
from tests.fakes import FakeBroker, FakeClock
from tests.unit.worker.watched import claim_of, solve, verdict
from verifiers.domain import CodingTask, Event, Status
from worker.access import Caller
from worker.errors import BrokerUnavailable
from worker.observing.exposition import ServiceCollector, counting_folder
from worker.observing.metrics import JobMetrics
from worker.store import claims, jobs
from worker.store.counts import counts
from worker.store.database import Database


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry, clock: FakeClock) -> JobMetrics:
    return JobMetrics(registry, clock)


def series(registry: CollectorRegistry) -> int:
    return sum(len(family.samples) for family in registry.collect())


def test_a_solved_task_is_counted(metrics: JobMetrics, registry: CollectorRegistry, clock: FakeClock) -> None:
    solve(metrics, claim_of(clock() - 3))

    def told(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"acrisol_{name}", labels)

    assert told("job_wait_seconds_sum") == pytest.approx(3, abs=0.01)
    assert told("solved_attempts_sum") == 2
    assert told("run_seconds_count", end="solved") == 1
    assert told("verdicts_total", verifier="tests", status="failed") == 1
    assert told("verdicts_total", verifier="tests", status="passed") == 1
    assert told("verifier_seconds_sum", verifier="tests") == 1.0
    assert told("generate_seconds_count") == 2
    assert told("tokens_total", kind="prompt") == 100
    assert told("tokens_total", kind="completion") == 20


def test_only_a_first_delivery_waited(
    metrics: JobMetrics, registry: CollectorRegistry, clock: FakeClock
) -> None:
    metrics.began(claim_of(clock(), delivery=2))
    metrics.ended("requeued")
    assert registry.get_sample_value("acrisol_job_wait_seconds_count") == 0
    assert registry.get_sample_value("acrisol_run_seconds_count", {"end": "requeued"}) == 1


def test_an_outcome_that_was_not_stored_solves_nothing_but_cost_its_tokens(
    metrics: JobMetrics, registry: CollectorRegistry, clock: FakeClock
) -> None:
    claim = claim_of(clock())
    solve(metrics, claim)
    metrics.began(claim)
    metrics.happened(Event(kind="outcome", data={"status": "solved", "reason": "", "attempts": []}))
    metrics.ended("fenced")
    assert registry.get_sample_value("acrisol_solved_attempts_count") == 1


def test_failures_are_counted_by_their_class(
    metrics: JobMetrics, registry: CollectorRegistry, clock: FakeClock
) -> None:
    metrics.began(claim_of(clock()))
    metrics.failed(ModelUnavailable("The model does not answer.", "Start it."))
    metrics.ended("requeued")
    assert registry.get_sample_value("acrisol_failures_total", {"error": "ModelUnavailable"}) == 1


def test_names_that_somebody_else_chose_make_no_series(
    metrics: JobMetrics, registry: CollectorRegistry, clock: FakeClock
) -> None:
    metrics.began(claim_of(clock()))
    for number in range(500):
        metrics.happened(verdict(f"verifier-{number}"))
        metrics.happened(verdict(f'{number}"}} 1\nacrisol_jobs{{state="dead"}} {number}'))
        metrics.happened(Event(kind="verdict", data={"verifier": {"a": number}, "status": number}))
        metrics.happened(Event(kind=f"kind-{number}", data={"model": f"model-{number}"}))
    metrics.ended("solved")
    assert series(registry) < 1500
    text = generate_latest(registry).decode()
    assert "acrisol_jobs" not in text
    assert list(text_string_to_metric_families(text))
    assert (
        registry.get_sample_value("acrisol_verdicts_total", {"verifier": "other", "status": "other"}) == 500
    )


def test_the_store_is_counted(database: Database, clock: FakeClock, task: CodingTask) -> None:
    for caller, priority in ((Caller(), jobs.INTERACTIVE), (Caller(tenant="b"), jobs.BATCH)):
        jobs.submit(database, task, 5, caller, priority=priority)
        clock.now += 10
    running = jobs.submit(database, task, 5).id
    claims.claim(database, running, "host:1", lease_s=30)
    found = counts(database)
    assert (found.jobs, found.waiting) == ({"queued": 2, "running": 1}, {0: 1, 10: 1})
    assert (found.oldest_waiting_s, found.workers, found.overdue) == ({0: 20, 10: 10}, 1, 0)
    clock.now += 31
    assert (counts(database).workers, counts(database).overdue) == (0, 1)


def test_what_is_asked_at_every_scrape_is_answered_from_an_index(database: Database) -> None:
    asked: list[str] = []
    listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    counts(database)
    assert sum(each.startswith("SELECT") for each in asked) >= 7
    with database.engine.connect() as connection:
        for statement in (each for each in asked if each.startswith("SELECT")):
            plan: Any = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", tuple(0 for _ in range(statement.count("?")))
            )
            steps = [row[3] for row in plan if row[3].startswith(("SCAN", "SEARCH"))]
            small = ("SCAN batches",)  # a few rows each
            assert all("INDEX" in step or step in small for step in steps), (statement, steps)


def scrape(database: Database, broker: FakeBroker) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(ServiceCollector(database, broker, lambda: True, slots=2))
    return registry


def test_a_scrape_tells_what_is_down_and_goes_on(database: Database) -> None:
    broker = FakeBroker()
    broker.trouble = BrokerUnavailable("Redis does not answer.", "Start it.")
    up = scrape(database, broker)
    assert up.get_sample_value("acrisol_redis_up") == 0
    assert up.get_sample_value("acrisol_database_up") == 1
    assert up.get_sample_value("acrisol_jobs", {"state": "dead"}) == 0
    broker.trouble = None
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE jobs RENAME TO gone")
    down = scrape(database, broker)
    assert down.get_sample_value("acrisol_redis_up") == 1
    assert down.get_sample_value("acrisol_database_up") == 0
    assert down.get_sample_value("acrisol_worker_up") == 1


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_its_name(
    metrics: JobMetrics, registry: CollectorRegistry, clock: FakeClock, status: Status
) -> None:
    metrics.began(claim_of(clock()))
    metrics.happened(verdict("tests", status))
    labels = {"verifier": "tests", "status": status.value}
    assert registry.get_sample_value("acrisol_verdicts_total", labels) == 1


def test_folders_of_killed_services_go_and_those_of_living_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = subprocess.Popen(["true"])
    dead.wait()
    names = {"left": f"acrisol-metrics-{dead.pid}-x", "own": f"acrisol-metrics-{os.getpid()}-x"}
    names |= {
        "other": "acrisol-metrics-notes",
        "init": "acrisol-metrics-1-x",
        "far": f"acrisol-metrics-{9**30}-x",
    }
    for name in names.values():
        (tmp_path / name).mkdir()
    with counting_folder() as folder:
        assert Path(folder).parent == tmp_path
        found = {path.name for path in tmp_path.iterdir()} - {Path(folder).name}
    assert found == {names["own"], names["other"], names["init"]}
    assert not Path(folder).exists()
