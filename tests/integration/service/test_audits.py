"""Audits in real worker processes: whatever dies, each ends exactly once, and none needs a model."""

from __future__ import annotations

import os
import signal

import pytest

from tests.integration.service.processes import wait_for
from verifiers.audit_values import AuditRequest
from verifiers.domain import SourceFile, Status
from worker.service import WorkerService
from worker.states import JobState
from worker.store import audits, events
from worker.store.records import AuditJob

pytestmark = pytest.mark.redis


def submit(service: WorkerService, name: str) -> str:
    file = SourceFile(path="A.sol", content="contract A {}")
    job_id = audits.submit(service.database, AuditRequest(files=(file,), name=name), 1.0).id
    service.broker.wake(job_id)
    return job_id


def end_of(service: WorkerService, job_id: str) -> AuditJob:
    wait_for("the audit ends", lambda: audits.summary(service.database, job_id).state.terminal, 60)
    return audits.get(service.database, job_id)


def running_pid(service: WorkerService, job_id: str) -> int:
    def words() -> list[str]:
        seen = events.read(service.database, job_id).events
        return [str(item.event.data["summary"]) for item in seen if item.event.kind == "verdict"]

    wait_for("a verdict comes in", lambda: bool(words()), 30)
    return int(words()[0].rstrip(".").rpartition(" ")[2])


def test_an_audit_whose_process_is_killed_ends_once(service: WorkerService) -> None:
    job_id = submit(service, "sleep 2")
    os.kill(running_pid(service, job_id), signal.SIGKILL)
    job = end_of(service, job_id)
    assert (job.state, job.verdict, job.deliveries) == (JobState.AUDITED, Status.PASSED, 2)
    kinds = [item.event.kind for item in events.read(service.database, job_id).events]
    assert kinds == ["started", "verdict", "requeued", "started", "verdict", "outcome"]


def test_a_running_audit_is_cancelled(service: WorkerService) -> None:
    job_id = submit(service, "sleep 60")
    running_pid(service, job_id)
    audits.cancel(service.database, job_id)
    job = end_of(service, job_id)
    assert (job.state, job.audit, job.deliveries) == (JobState.CANCELLED, None, 1)
