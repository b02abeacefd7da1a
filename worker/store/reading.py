"""Finding jobs, one or a page of them, tasks and audits alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Row, Select, exists, select, true

from verifiers.domain import Language, Value
from worker.states import JobState
from worker.store.database import Database
from worker.store.ids import beginning
from worker.store.records import JobSummary, moment
from worker.store.schema import audits, jobs
from worker.store.text import encodable

IS_AUDIT = exists().where(audits.c.job_id == jobs.c.id)
_COLUMNS = (
    jobs.c.id,
    jobs.c.state,
    jobs.c.language,
    jobs.c.title,
    jobs.c.deliveries,
    jobs.c.created_at,
    jobs.c.started_at,
    jobs.c.finished_at,
    jobs.c.error,
)


class Filters(Value):
    """What a listing shows: jobs that fit all that is given.

    Attributes:
        language: Only these.
        since: Only what was accepted then or later.
        until: Only what was accepted before.
        text: Only what has this in its title, in upper or lower case.
    """

    language: Language | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    text: str = ""


EVERYTHING = Filters()


class ListedJob(JobSummary):
    """A task or an audit, as people list both together.

    Attributes:
        kind: Which of the two.
    """

    kind: Literal["task", "audit"]


class ListedPage(Value):
    """Some tasks and audits, newest first; ``next_cursor`` is None on the last page."""

    jobs: tuple[ListedJob, ...]
    next_cursor: str | None = None


def listed(
    database: Database,
    limit: int,
    cursor: str | None = None,
    states: Collection[JobState] = (),
    tenant: str | None = None,
    filters: Filters = EVERYTHING,
) -> ListedPage:
    """Tasks and audits together; the arguments are those of :func:`page`.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    query = select(*_COLUMNS, IS_AUDIT.label("is_audit"))
    rows, after = page(database, query, limit, cursor, states, tenant, filters)
    return ListedPage(
        jobs=tuple(
            ListedJob(
                **common(row),
                kind="audit" if row.is_audit else "task",
                language=Language(row.language),
                title=row.title,
            )
            for row in rows
        ),
        next_cursor=after,
    )


def tasks(*more: Any) -> Select[Any]:
    """A query for tasks, with ``more`` columns."""
    return select(*_COLUMNS, *more).where(~IS_AUDIT)


def audit_jobs(*more: Any) -> Select[Any]:
    """A query for audits, with their verdict and ``more`` columns."""
    return select(*_COLUMNS, audits.c.verdict, *more).join(audits, audits.c.job_id == jobs.c.id)


def of_tenant(tenant: str | None) -> ColumnElement[bool]:
    """The condition that a job is this tenant's; always true for None."""
    return true() if tenant is None else jobs.c.tenant == tenant


def one(database: Database, query: Select[Any], job_id: str, tenant: str | None) -> Row[Any] | None:
    """The row of one job; None if there is none.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    query = query.where(jobs.c.id == encodable(job_id), of_tenant(tenant))
    with database.begin() as connection:
        return connection.execute(query).one_or_none()


def page(
    database: Database,
    query: Select[Any],
    limit: int,
    cursor: str | None,
    states: Collection[JobState],
    tenant: str | None,
    filters: Filters,
) -> tuple[Sequence[Row[Any]], str | None]:
    """Rows of jobs, newest first, and the cursor of the page after them.

    Args:
        database: Where from.
        query: :func:`tasks` or :func:`audit_jobs`.
        limit: At most so many.
        cursor: What came with the page before.
        states: Only jobs in these states; all of them if empty.
        tenant: Only this one's; None for everybody's.
        filters: Only jobs that fit these.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    query = query.where(of_tenant(tenant)).order_by(jobs.c.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(jobs.c.id < encodable(cursor))
    if states:
        query = query.where(jobs.c.state.in_(sorted(state.value for state in states)))
    if filters.language:
        query = query.where(jobs.c.language == filters.language.value)
    if filters.since:  # ids sort by creation, and have an index
        query = query.where(jobs.c.id >= beginning(filters.since.timestamp()))
    if filters.until:
        query = query.where(jobs.c.id < beginning(filters.until.timestamp()))
    if filters.text:
        query = query.where(jobs.c.title.icontains(encodable(filters.text), autoescape=True))
    with database.begin() as connection:
        rows = connection.execute(query).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def common(row: Row[Any]) -> dict[str, Any]:
    """What the summaries of tasks and audits have in common."""
    return {
        "id": row.id,
        "state": JobState(row.state),
        "deliveries": row.deliveries,
        "created_at": moment(row.created_at),
        "started_at": moment(row.started_at),
        "finished_at": moment(row.finished_at),
        "error": row.error,
    }
