"""Accepting, reading, listing and cancelling tasks: what the API needs. Audits are in ``audits.py``."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from verifiers.domain import CodingTask, Language, Outcome, OutcomeStatus, Value
from worker.access import LOCAL, Caller
from worker.errors import JobNotFound, TooManyJobs
from worker.states import JobState, step
from worker.store import claims, events, reading
from worker.store.database import Database
from worker.store.idempotency import Once, claim
from worker.store.ids import new_id
from worker.store.reading import EVERYTHING, Filters
from worker.store.records import Job, JobPage, JobSummary, moment
from worker.store.schema import jobs
from worker.store.text import encodable, to_json
from worker.store.together import Write

_TITLE_CHARS = 120
_INSERT = insert(jobs)

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
        deadline_at: Seconds since the epoch; a job that no worker has begun by then is cancelled.
        once: That it is stored only the first time that this is asked for.

    Raises:
        AlreadyAccepted: it was stored the first time.
        InvalidInput: something else was, under the same key.
        TooManyJobs: the key has as many as it may.
        StoreUnavailable: nothing was stored.
    """
    row = new_row(database.clock(), task.language, task.instruction, task, wake_after_s, owner)
    row |= {"priority": priority, "deadline_at": deadline_at}
    accept(database, owner, row["id"], once, lambda connection: connection.execute(_INSERT, row))
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


def accept(database: Database, owner: Caller, job_id: str, once: Once | None, write: Write) -> None:
    """Carry out a write that inserts one job of this id, if the owner may have one more.

    Raises:
        AlreadyAccepted: the job of this request is there already.
        InvalidInput: an earlier request with the same key asked for something else.
        TooManyJobs: it has as many as it may.
        StoreUnavailable: nothing was written.
    """

    def checked(connection: Connection) -> None:
        if once is not None:  # first: who is at the limit may still ask what became of a request
            claim(connection, database.clock(), owner, once, job_id)
        if owner.max_queued is not None:
            _check_room(connection, owner, owner.max_queued)
        write(connection)

    # Alone, or two requests of a key with a limit would both be the last.
    database.together(None if owner.max_queued is None else f"submit {owner.key_id}", checked)


def _check_room(connection: Connection, owner: Caller, most: int) -> None:
    open_ = jobs.c.state.in_([JobState.QUEUED.value, JobState.RUNNING.value])
    count = select(func.count()).select_from(jobs).where(jobs.c.key_id == owner.key_id, open_)
    if connection.execute(count).scalar_one() >= most:
        raise TooManyJobs(
            f"This API key has {most} tasks waiting and running, which is as many as it may.",
            "Wait until one has ended, or ask the administrator for a higher limit.",
        )


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
    row = reading.one(database, reading.tasks(jobs.c.task, jobs.c.outcome), job_id, tenant)
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
    row = reading.one(database, reading.tasks(), job_id, tenant)
    if row is None:
        raise not_found(job_id)
    return JobSummary(**_summary(row))


def ask(database: Database) -> None:
    """Ask the store for next to nothing, to see whether it answers.

    Raises:
        StoreUnavailable: it does not.
    """
    with database.begin() as connection:
        connection.execute(select(jobs.c.id).limit(1)).first()


def page(
    database: Database,
    limit: int,
    cursor: str | None = None,
    states: Collection[JobState] = (),
    tenant: str | None = None,
    filters: Filters = EVERYTHING,
) -> JobPage:
    """Jobs, newest first.

    Args:
        database: Where from.
        limit: At most so many.
        cursor: ``JobPage.next_cursor`` of the page before.
        states: Only jobs in these states; all of them if empty.
        tenant: Only this one's; None for everybody's.
        filters: Only jobs that fit these.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    rows, after = reading.page(database, reading.tasks(), limit, cursor, states, tenant, filters)
    return JobPage(jobs=tuple(JobSummary(**_summary(row)) for row in rows), next_cursor=after)


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
    unfinished = [JobState.QUEUED.value, JobState.RUNNING.value]
    request = update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_(unfinished))
    with database.begin() as connection:
        state = connection.execute(
            request.values(cancel_requested=True).returning(jobs.c.state)
        ).scalar_one_or_none()  # from here on nobody else changes the row
        if state == JobState.QUEUED.value:
            ended = {"state": step(JobState.QUEUED, JobState.CANCELLED), "outcome": to_json(outcome)}
            guard = request.values(ended | {"finished_at": now})
            claims.write(connection, guard, job_id, now, events.outcome_event(outcome))


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


def not_found(job_id: str) -> JobNotFound:
    """The error for an id that names no job."""
    return JobNotFound(f"There is no task with the id {job_id[:64]!r}.", "List the tasks to see their ids.")


def _summary(row: Row[Any]) -> dict[str, Any]:
    return {**reading.common(row), "language": Language(row.language), "title": row.title}
