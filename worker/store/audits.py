"""Accepting, reading, listing and cancelling audits: what the API needs.

An audit is a job like a task: it waits, is claimed, cancelled and given up by the same row. What it is asked
for is in that row, what it came to in ``audits``.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, Select, insert

from verifiers.audit_values import Audit, AuditRequest
from verifiers.domain import Language, Status
from worker.access import LOCAL, Caller
from worker.errors import JobNotFound
from worker.states import JobState
from worker.store import jobs as tasks
from worker.store import reading
from worker.store.database import Database
from worker.store.idempotency import Once
from worker.store.reading import EVERYTHING, Filters
from worker.store.records import AuditJob, AuditPage, AuditSummary
from worker.store.schema import audits, jobs


def submit(
    database: Database,
    request: AuditRequest,
    wake_after_s: float,
    owner: Caller = LOCAL,
    *,
    deadline_at: float | None = None,
    once: Once | None = None,
) -> AuditSummary:
    """Store an audit as a queued job. When this returns, the job will reach a terminal state.

    Args:
        database: Where to.
        request: What to audit.
        wake_after_s: Seconds after which the sweeper wakes a worker, in case the caller's own wake is lost.
        owner: Whose job it is.
        deadline_at: Seconds since the epoch after which it is not begun any more.
        once: That it is stored only the first time that this is asked for.

    Raises:
        AlreadyAccepted: it was stored the first time.
        InvalidInput: something else was, under the same key.
        TooManyJobs: the key has as many as it may.
        StoreUnavailable: nothing was stored.
    """
    row = tasks.new_row(database.clock(), Language.SOLIDITY, request.title, request, wake_after_s, owner)
    row |= {"deadline_at": deadline_at}

    def write(connection: Connection) -> None:
        connection.execute(insert(jobs).values(row))
        connection.execute(insert(audits).values(job_id=row["id"]))

    tasks.accept(database, owner, row["id"], once, write)
    return summary(database, row["id"])


def get(database: Database, job_id: str, tenant: str | None = None) -> AuditJob:
    """One audit with what was asked and what it came to; the arguments are those of ``jobs.get``.

    Raises:
        JobNotFound: there is no such audit.
        StoreUnavailable: it cannot be read.
    """
    row = _row(database, reading.audit_jobs(jobs.c.task, audits.c.audit), job_id, tenant)
    return AuditJob(
        **_summary(row),
        request=AuditRequest.model_validate_json(row.task),
        audit=None if row.audit is None else Audit.model_validate_json(row.audit),
    )


def summary(database: Database, job_id: str, tenant: str | None = None) -> AuditSummary:
    """One audit without what was asked and what it came to; the arguments are those of ``jobs.get``.

    Raises:
        JobNotFound: there is no such audit.
        StoreUnavailable: it cannot be read.
    """
    return AuditSummary(**_summary(_row(database, reading.audit_jobs(), job_id, tenant)))


def page(
    database: Database,
    limit: int,
    cursor: str | None = None,
    states: Collection[JobState] = (),
    tenant: str | None = None,
    filters: Filters = EVERYTHING,
) -> AuditPage:
    """Audits, newest first; the arguments are those of :func:`worker.store.jobs.page`.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    rows, after = reading.page(database, reading.audit_jobs(), limit, cursor, states, tenant, filters)
    return AuditPage(audits=tuple(AuditSummary(**_summary(row)) for row in rows), next_cursor=after)


def cancel(database: Database, job_id: str, tenant: str | None = None) -> AuditSummary:
    """Cancel an audit: at once if it is queued, by asking its worker if it runs; else it stays as it is.

    Raises:
        JobNotFound: there is no such audit.
        StoreUnavailable: nothing was written.
    """
    summary(database, job_id, tenant)  # or somebody would cancel a task by it, or another's audit
    tasks.request_cancel(database, job_id)
    return summary(database, job_id, tenant)


def _row(database: Database, query: Select[Any], job_id: str, tenant: str | None) -> Row[Any]:
    row = reading.one(database, query, job_id, tenant)
    if row is None:
        raise JobNotFound(
            f"There is no audit with the id {job_id[:64]!r}.", "List the audits to see their ids."
        )
    return row


def _summary(row: Row[Any]) -> dict[str, Any]:
    verdict = None if row.verdict is None else Status(row.verdict)
    return {**reading.common(row), "name": row.title, "verdict": verdict}
