"""What people say of an ended task: rows are only added, and the last one on a task is the one that counts.

It becomes training data where its giver consents; whoever changes their mind says so with another one.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, TypeAdapter
from sqlalchemy import func, insert, select

from verifiers.domain import Files, Text, Value
from worker.access import Caller
from worker.errors import Conflict
from worker.store import jobs as tasks
from worker.store.database import Database
from worker.store.ids import new_id
from worker.store.records import moment
from worker.store.schema import feedback
from worker.store.text import encodable

MOST = 100
"""Pieces of feedback on a task."""

_FILES: TypeAdapter[Any] = TypeAdapter(Files)


class FeedbackVerdict(StrEnum):
    """What somebody thinks of a task's outcome."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class FeedbackRequest(Value):
    """What somebody says.

    Attributes:
        verdict: Whether the outcome was of use.
        corrected: The code as it should have been.
        comment: In words.
        consent: Whether models may be trained on the task, its outcome and this.
    """

    verdict: FeedbackVerdict
    corrected: Annotated[Files, Field(min_length=1)] | None = None
    comment: Annotated[Text, Field(max_length=10_000)] = ""
    consent: bool = False


class Feedback(FeedbackRequest):
    """What somebody said.

    Attributes:
        id: UUIDv7; sorts by time.
        task_id: Of what.
        key_id: Who, as far as an API key tells.
    """

    id: str
    task_id: str
    key_id: str | None = None
    created_at: AwareDatetime


class FeedbackList(Value):
    """All feedback on a task, the newest first: that one counts."""

    feedback: tuple[Feedback, ...]


def give(database: Database, task_id: str, said: FeedbackRequest, by: Caller) -> Feedback:
    """Store feedback on an ended task.

    Raises:
        JobNotFound: there is no such task.
        Conflict: it has not ended, or has as much feedback as it can have.
        StoreUnavailable: nothing was stored.
    """
    if not tasks.summary(database, task_id, by.sees).state.terminal:
        raise Conflict("The task has not ended.", "Wait for its end; its events tell of it.")
    now = database.clock()
    files = None if said.corrected is None else _FILES.dump_python(said.corrected, mode="json")
    row: dict[str, Any] = {
        "id": new_id(now),
        "job_id": task_id,
        "tenant": by.tenant,
        "key_id": by.key_id,
        "verdict": said.verdict.value,
        "corrected": None if files is None else json.dumps(files, separators=(",", ":")),
        "comment": encodable(said.comment) or None,
        "consent": said.consent,
        "created_at": now,
    }
    with database.begin() as connection:
        connection.execute(insert(feedback).values(row))
        count = select(func.count()).where(feedback.c.job_id == task_id)
        if connection.execute(count).scalar_one() > MOST:
            raise Conflict(f"There are {MOST} pieces of feedback on this task already.", "That is enough.")
        return _feedback(connection.execute(select(feedback).where(feedback.c.id == row["id"])).one())


def listing(database: Database, task_id: str, tenant: str | None = None) -> FeedbackList:
    """All feedback on a task.

    Raises:
        JobNotFound: there is no such task.
        StoreUnavailable: it cannot be read.
    """
    tasks.summary(database, task_id, tenant)
    query = select(feedback).where(feedback.c.job_id == task_id).order_by(feedback.c.id.desc())
    with database.begin() as connection:
        return FeedbackList(feedback=tuple(_feedback(row) for row in connection.execute(query)))


def consented(database: Database, limit: int, after: str = "") -> tuple[Feedback, ...]:
    """What models may be trained on: of each task the last feedback, where that consents.

    Args:
        database: Where from.
        limit: At most so many.
        after: The ``id`` of the last one of the page before.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    last = select(func.max(feedback.c.id)).group_by(feedback.c.job_id)
    query = (
        select(feedback)
        .where(feedback.c.id.in_(last), feedback.c.consent.is_(True), feedback.c.id > after)
        .order_by(feedback.c.id)
        .limit(limit)
    )
    with database.begin() as connection:
        return tuple(_feedback(row) for row in connection.execute(query))


def _feedback(row: Any) -> Feedback:
    created = moment(row.created_at)
    assert created is not None
    return Feedback(
        id=row.id,
        task_id=row.job_id,
        key_id=row.key_id,
        verdict=FeedbackVerdict(row.verdict),
        corrected=None if row.corrected is None else _FILES.validate_json(row.corrected),
        comment=row.comment or "",
        consent=row.consent,
        created_at=created,
    )
