"""Accepting, reading, listing and cancelling tasks: what the API needs. Audits are in ``audits.py``."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, insert, select, true, update

from verifiers.domain import CodingTask, Language, Outcome, OutcomeStatus, Value
from worker.access import LOCAL, Caller
from worker.errors import JobNotFound, TooManyJobs
from worker.states import JobState, state_of, step
from worker.store import events, webhooks
from worker.store.database import Database
from worker.store.idempotency import Once, claim
from worker.store.ids import new_id
from worker.store.records import Job, JobPage, JobSummary, moment
from worker.store.schema import audits, jobs
from worker.store.text import encodable, to_json

IS_AUDIT = exists().where(audits.c.job_id == jobs.c.id)
_SUMMARY = (
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
_TITLE_CHARS = 120

INTERACTIVE = 0
BATCH = 10


def submit(
    database: Database,
    task: CodingTask,
    wake_after_s: float,
    owner: Caller = LOCAL,
    *,
    priority: int = INTERACTIVE,
    deadline_at: float | None = None,
    once: Once | None = None,
) -> JobSummary:
    """Store a task as a queued job. When this returns, the job will reach a terminal state.

    Args:
        database: Where to.
        task: What to do.
        wake_after_s: Seconds after which the sweeper wakes a worker, in case the caller's own wake is lost.
        owner: Whose job it is.
        priority: The larger, the later: ``INTERACTIVE`` or ``BATCH``.
        deadline_at: Seconds since the epoch after which it is not begun any more.
        once: That it is stored only the first time that this is asked for.

    Raises:
        AlreadyAccepted: it was stored the first time.
        InvalidInput: something else was, under the same key.
        TooManyJobs: the key has as many as it may.
        StoreUnavailable: nothing was stored.
    """
    row = new_row(database.clock(), task.language, task.instruction, task, wake_after_s, owner)
    row |= {"priority": priority, "deadline_at": deadline_at}
    with accepting(database, owner, row["id"], once) as connection:
        connection.execute(insert(jobs).values(row))
    created = moment(row["created_at"])
    assert created is not None
    return JobSummary(
        id=row["id"],
        state=JobState.QUEUED,
        language=task.language,
        title=row["title"],
        deliveries=0,
        created_at=created,
    )


@contextmanager
def accepting(database: Database, owner: Caller, job_id: str, once: Once | None) -> Iterator[Connection]:
    """A transaction in which the owner may insert one job, of this id.

    Raises:
        AlreadyAccepted: the job of this request is there already.
        InvalidInput: an earlier request with the same key asked for something else.
        TooManyJobs: it has as many as it may.
        StoreUnavailable: nothing was written.
    """
    if owner.max_queued is None:
        with database.begin() as connection:
            if once is not None:
                claim(connection, database.clock(), owner, once, job_id)
            yield connection
        return
    open_ = jobs.c.state.in_([JobState.QUEUED.value, JobState.RUNNING.value])
    with database.alone(f"submit {owner.key_id}") as connection:  # or two requests would both be the last
        if once is not None:  # first: who is at the limit may still ask what became of a request
            claim(connection, database.clock(), owner, once, job_id)
        count = select(func.count()).select_from(jobs).where(jobs.c.key_id == owner.key_id, open_)
        if connection.execute(count).scalar_one() >= owner.max_queued:
            raise TooManyJobs(
                f"This API key has {owner.max_queued} tasks waiting and running, which is as many as it may.",
                "Wait until one has ended, or ask the administrator for a higher limit.",
            )
        yield connection


def new_row(
    now: float, language: Language, title: str, work: Value, wake_after_s: float, owner: Caller
) -> dict[str, Any]:
    """The row of a queued job; see :func:`submit`."""
    return {
        "id": new_id(now),
        "tenant": owner.tenant,
        "key_id": owner.key_id,
        "state": JobState.QUEUED.value,
        "language": language.value,
        "title": title_of(title),
        "task": to_json(work),
        "woken": True,
        "wake_at": now + wake_after_s,
        "created_at": now,
    }


def title_of(instruction: str) -> str:
    """The first line that says something, cut to what fits a list."""
    line = next((line.strip() for line in instruction.splitlines() if line.strip()), "")
    line = encodable(line)
    return line if len(line) <= _TITLE_CHARS else line[: _TITLE_CHARS - 1] + "…"


def get(database: Database, job_id: str, tenant: str | None = None) -> Job:
    """One job with its task and outcome.

    Args:
        database: Where from.
        job_id: Which.
        tenant: Only if it is this one's; None for anybody's.

    Raises:
        JobNotFound: there is no such job.
        StoreUnavailable: it cannot be read.
    """
    query = select(*_SUMMARY, jobs.c.task, jobs.c.outcome).where(
        jobs.c.id == encodable(job_id), ~IS_AUDIT, of_tenant(tenant)
    )
    with database.begin() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise not_found(job_id)
    return Job(
        **_summary(row),
        task=CodingTask.model_validate_json(row.task),
        outcome=None if row.outcome is None else Outcome.model_validate_json(row.outcome),
    )


def summary(database: Database, job_id: str, tenant: str | None = None) -> JobSummary:
    """One job without its task and outcome; the arguments are those of :func:`get`.

    Raises:
        JobNotFound: there is no such job.
        StoreUnavailable: it cannot be read.
    """
    with database.begin() as connection:
        row = connection.execute(
            select(*_SUMMARY).where(jobs.c.id == encodable(job_id), ~IS_AUDIT, of_tenant(tenant))
        ).one_or_none()
    if row is None:
        raise not_found(job_id)
    return JobSummary(**_summary(row))


def page(
    database: Database,
    limit: int,
    cursor: str | None = None,
    states: Collection[JobState] = (),
    tenant: str | None = None,
) -> JobPage:
    """Jobs, newest first.

    Args:
        database: Where from.
        limit: At most so many.
        cursor: ``JobPage.next_cursor`` of the page before.
        states: Only jobs in these states; all of them if empty.
        tenant: Only this one's; None for everybody's.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    query: Select[Any] = select(*_SUMMARY).where(~IS_AUDIT, of_tenant(tenant))
    query = query.order_by(jobs.c.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(jobs.c.id < cursor)
    if states:
        query = query.where(jobs.c.state.in_(sorted(state.value for state in states)))
    with database.begin() as connection:
        rows = connection.execute(query).all()
    shown = tuple(JobSummary(**_summary(row)) for row in rows[:limit])
    return JobPage(jobs=shown, next_cursor=shown[-1].id if len(rows) > limit else None)


def cancel(database: Database, job_id: str, tenant: str | None = None) -> Job:
    """Cancel a job: at once if it is queued, by asking its worker if it runs; a finished job stays as it is.

    Raises:
        JobNotFound: there is no such job.
        StoreUnavailable: nothing was written.
    """
    summary(database, job_id, tenant)  # or somebody would cancel an audit by it, or another's task
    request_cancel(database, job_id)
    return get(database, job_id)


def request_cancel(database: Database, job_id: str) -> None:
    """What :func:`cancel` does, for jobs of any kind; nothing where there is no such job.

    Raises:
        StoreUnavailable: nothing was written.
    """
    outcome = Outcome(status=OutcomeStatus.CANCELLED, reason="Cancelled before a worker took it up.")
    now = database.clock()
    with database.begin() as connection:
        requested = connection.execute(
            update(jobs)
            .where(jobs.c.id == job_id, jobs.c.state == JobState.RUNNING.value)
            .values(cancel_requested=True)
        ).rowcount
        if not requested:
            row = connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id, jobs.c.state == JobState.QUEUED.value)
                .values(
                    state=step(JobState.QUEUED, state_of(outcome.status)),
                    outcome=to_json(outcome),
                    finished_at=now,
                    events=jobs.c.events + 1,
                )
                .returning(jobs.c.events, jobs.c.deliveries, jobs.c.tenant)
            ).one_or_none()
            if row is not None:
                events.insert_event(
                    connection, job_id, row.events, row.deliveries, now, events.outcome_event(outcome)
                )
                webhooks.job_ended(connection, job_id, row.tenant, JobState.CANCELLED, now)


def not_woken(database: Database, job_id: str) -> None:
    """Note that the wake for a queued job could not be sent, so that the sweeper sends it.

    Raises:
        StoreUnavailable: nothing was written; the sweeper then finds the job later by itself.
    """
    with database.begin() as connection:
        connection.execute(
            update(jobs)
            .where(jobs.c.id == job_id, jobs.c.state == JobState.QUEUED.value)
            .values(woken=False, wake_at=database.clock())
        )


def of_tenant(tenant: str | None) -> ColumnElement[bool]:
    """The condition that a job is this tenant's; always true for None."""
    return true() if tenant is None else jobs.c.tenant == tenant


def not_found(job_id: str) -> JobNotFound:
    """The error for an id that names no job."""
    return JobNotFound(f"There is no task with the id {job_id[:64]!r}.", "List the tasks to see their ids.")


def _summary(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": JobState(row.state),
        "language": Language(row.language),
        "title": row.title,
        "deliveries": row.deliveries,
        "created_at": moment(row.created_at),
        "started_at": moment(row.started_at),
        "finished_at": moment(row.finished_at),
        "error": row.error,
    }
