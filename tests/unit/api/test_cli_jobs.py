"""``acrisol jobs``, against a database as a service leaves it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from tests.fakes import FakeClock
from verifiers.audit_values import AuditRequest
from verifiers.domain import CodingTask, Outcome, OutcomeStatus, SourceFile
from worker.retry import RetryPolicy
from worker.states import JobState
from worker.store import audits, claims, jobs, wakes
from worker.store.database import Database, open_database
from worker.store.expiry import Leases

REQUEST = AuditRequest(files=(SourceFile(path="A.sol", content="contract A {}"),))


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("ACRISOL_HOME", str(tmp_path))
    monkeypatch.delenv("ACRISOL_DATABASE_URL", raising=False)
    database = open_database(f"sqlite:///{tmp_path}/acrisol.db")
    yield database
    database.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["jobs", *arguments], env={"COLUMNS": "250"})


def die(database: Database, job_id: str) -> None:
    clock = FakeClock(0)
    leases = Leases(database, RetryPolicy(worker_deaths=1), 1, clock)
    claims.claim(database, job_id, "w", 30)
    leases.expire()
    clock.turn(2)
    leases.expire()


def test_the_dead_are_listed_and_sent_back(database: Database) -> None:
    task = jobs.submit(database, CodingTask(instruction="Kill [red]you[/red]."), 5).id
    audit = audits.submit(database, REQUEST, 5).id
    living = jobs.submit(database, CodingTask(instruction="Live."), 5).id
    assert run("dead").output == "There are none.\n"
    for job_id in (task, audit):
        die(database, job_id)
    shown = run("dead")
    assert shown.exit_code == 0
    assert task in shown.output
    assert "[red]you[/red]" in shown.output
    found = json.loads(run("dead", "--json").output)["jobs"]
    assert {(job["id"], job["kind"], job["state"]) for job in found} == {
        (task, "task", "dead"),
        (audit, "audit", "dead"),
    }
    assert run("replay", task, audit).exit_code == 0
    assert jobs.get(database, task).state is audits.get(database, audit).state is JobState.QUEUED
    assert set(wakes.due(database, 100, 9)) == {task, audit}, "the sweeper wakes a worker for them at once"
    refused = run("replay", living)
    assert refused.exit_code == 2
    assert "There is no dead task" in refused.output
    assert "'acrisol jobs dead'" in refused.output


def test_jobs_are_listed_shown_cancelled_and_deleted(database: Database) -> None:
    task = jobs.submit(database, CodingTask(instruction="Add two numbers."), 5).id
    audit = audits.submit(database, REQUEST, 5).id
    assert all(job_id in run("list").output for job_id in (task, audit))
    assert audit not in run("list", "--text", "add TWO", "--language", "python", "--state", "queued").output
    assert "There are more" in run("list", "--limit", "1").output
    assert json.loads(run("show", task, "--json").output)["task"]["instruction"] == "Add two numbers."
    refused = run("delete", task)
    assert refused.exit_code == 2
    assert "Cancel it first" in refused.output
    held = claims.claim(database, task, "w", 30)
    assert held is not None
    assert "is told to stop" in run("cancel", task).output
    assert "is cancelled" in run("cancel", audit).output
    claims.finish(database, held, Outcome(status=OutcomeStatus.CANCELLED, reason="Told to stop."))
    shown = run("show", task).output
    assert "Told to stop." in shown
    assert "outcome" in shown
    assert run("delete", task, audit).exit_code == 0
    assert run("list").output == "There are none.\n"
    for command in ("show", "cancel", "delete"):
        unknown = run(command, task)
        assert unknown.exit_code == 2
        assert "There is no task or audit with the id" in unknown.output
