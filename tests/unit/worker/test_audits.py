"""An audit is a job like any other: claimed, cancelled, given back and ended once; and needs no model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NoReturn

import pytest

from tests.unit.worker.test_runner import until
from verifiers.audit_values import Audit, AuditRequest
from verifiers.domain import SourceFile, Status, Verdict
from verifiers.errors import SandboxUnavailable
from verifiers.solidity.audits.side_by_side import AuditStopped
from worker.retry import RetryPolicy
from worker.runner import JobRunner
from worker.states import JobState
from worker.store import audits, claims, events
from worker.store.database import Database

REQUEST = AuditRequest(files=(SourceFile(path="A.sol", content="contract A {}"),), deadline_s=20)
MADE = Audit(
    name="A.sol",
    verdict=Status.PASSED,
    reason="All passed.",
    acrisol="1",
    started_at=datetime(2027, 1, 15, tzinfo=UTC),
    duration_s=1,
    deadline_s=20,
    scope=(),
)
Make = Callable[[Callable[[Verdict], None], Callable[[], bool]], Audit]


class FunctionAuditor:
    """An auditor that is one function of its two callbacks."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self.closed = 0

    def audit(
        self,
        request: AuditRequest,
        *,
        on_verdict: Callable[[Verdict], None],
        should_stop: Callable[[], bool],
    ) -> Audit:
        assert request == REQUEST
        return self._make(on_verdict, should_stop)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def job_id(database: Database) -> str:
    return audits.submit(database, REQUEST, 5).id


def no_solver() -> NoReturn:
    raise AssertionError("an audit needs no model")


def runner_for(
    database: Database, auditor: FunctionAuditor, stopping: Callable[[], bool] = lambda: False
) -> JobRunner:
    return JobRunner(
        database,
        no_solver,
        lambda: auditor,
        worker="w",
        lease_s=0.2,
        overrun_s=600,
        policy=RetryPolicy(tool_failures=2, first_delay_s=0),
        stopping=stopping,
        abandon=lambda: None,
    )


def stopped(on_verdict: Callable[[Verdict], None], should_stop: Callable[[], bool]) -> Audit:
    until(should_stop)
    raise AuditStopped


def test_an_audit_is_made_once_and_tells_its_verdicts(database: Database, job_id: str) -> None:
    def make(on_verdict: Callable[[Verdict], None], should_stop: Callable[[], bool]) -> Audit:
        on_verdict(Verdict(verifier="solc", status=Status.PASSED, summary="compiles"))
        return MADE

    auditor = FunctionAuditor(make)
    runner = runner_for(database, auditor)
    runner.run()
    runner.run()
    job = audits.get(database, job_id)
    assert (job.state, job.verdict, job.audit, job.request) == (
        JobState.AUDITED,
        Status.PASSED,
        MADE,
        REQUEST,
    )
    seen = events.read(database, job_id).events
    assert [item.event.kind for item in seen] == ["started", "verdict", "outcome"]
    assert seen[1].event.data["verifier"] == "solc"
    runner.close()
    runner.close()
    assert auditor.closed == 1


def test_a_running_audit_is_cancelled(database: Database, job_id: str) -> None:
    def make(on_verdict: Callable[[Verdict], None], should_stop: Callable[[], bool]) -> Audit:
        audits.cancel(database, job_id)
        return stopped(on_verdict, should_stop)

    runner_for(database, FunctionAuditor(make)).run()
    job = audits.get(database, job_id)
    assert (job.state, job.audit) == (JobState.CANCELLED, None)


def test_a_queued_audit_is_cancelled_at_once(database: Database, job_id: str) -> None:
    assert audits.cancel(database, job_id).state is JobState.CANCELLED
    runner_for(database, FunctionAuditor(stopped)).run()
    assert audits.summary(database, job_id).deliveries == 0


def test_a_worker_that_shuts_down_gives_the_audit_back(database: Database, job_id: str) -> None:
    stop = threading.Event()

    def make(on_verdict: Callable[[Verdict], None], should_stop: Callable[[], bool]) -> Audit:
        stop.set()
        return stopped(on_verdict, should_stop)

    runner_for(database, FunctionAuditor(make), stop.is_set).run()
    assert audits.summary(database, job_id).state is JobState.QUEUED
    runner_for(database, FunctionAuditor(lambda *_: MADE)).run()
    job = audits.summary(database, job_id)
    assert (job.state, job.deliveries) == (JobState.AUDITED, 2)


def test_an_audit_that_comes_too_late_is_not_kept(database: Database, job_id: str) -> None:
    def make(on_verdict: Callable[[Verdict], None], should_stop: Callable[[], bool]) -> Audit:
        with database.begin() as connection:  # what a sweeper and another worker would have done
            connection.exec_driver_sql("UPDATE jobs SET token = token + 1")
        return MADE

    runner_for(database, FunctionAuditor(make)).run()
    job = audits.get(database, job_id)
    assert (job.state, job.verdict, job.audit) == (JobState.RUNNING, None, None)


def test_a_machine_without_a_sandbox_is_told_after_some_tries(database: Database, job_id: str) -> None:
    def make(on_verdict: Callable[[Verdict], None], should_stop: Callable[[], bool]) -> Audit:
        raise SandboxUnavailable("There is no sandbox.", "Install bubblewrap.")

    runner = runner_for(database, FunctionAuditor(make))
    runner.run()
    runner.run()
    job = audits.summary(database, job_id)
    assert (job.state, job.error) == (
        JobState.ERROR,
        "There is no sandbox. Install bubblewrap. (Tried 2 times.)",
    )


def test_a_hung_audit_is_ended_by_its_own_deadline(database: Database, job_id: str) -> None:
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    assert held.seconds == REQUEST.deadline_s
