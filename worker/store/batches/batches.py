"""Batches: creating, reading, listing, cancelling and deleting. ``batch_steps.py`` moves them on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, true, update

from worker.access import Caller
from worker.batches.lines import Endpoint
from worker.errors import Conflict, NotFound, TooManyJobs
from worker.store.access import audit_log
from worker.store.batches.values import Batch, BatchError, BatchPage, BatchState
from worker.store.database import Database
from worker.store.idempotency import Once, claim
from worker.store.ids import new_id
from worker.store.removal import Forget, drop
from worker.store.schema import batch_lines, batches, files, webhook_deliveries

WINDOW_S = 86_400.0
_DELETED_AT_A_TIME = 200
_ACTIVE = sorted(state.value for state in BatchState if not state.ended)
MOST_OPEN = (
    100  # batches of a tenant that have not ended: each is moved on in every round, before others' next step
)


def create(
    database: Database,
    file_id: str,
    endpoint: Endpoint,
    labels: Mapping[str, str],
    owner: Caller,
    *,
    once: Once | None = None,
) -> Batch:
    """Store a batch. When this returns, it will reach a last state.

    Args:
        database: Where to.
        file_id: Its lines; a file of the owner's.
        endpoint: What they ask for.
        labels: The caller's own notes.
        owner: Whose it is.
        once: That it is stored only the first time that this is asked for.

    Raises:
        AlreadyAccepted: it was stored the first time; :func:`named` tells its id.
        NotFound: there is no such file.
        TooManyJobs: the tenant has :data:`MOST_OPEN` batches that have not ended.
        StoreUnavailable: nothing was stored.
    """
    now = database.clock()
    number = new_id(now)
    batch_id = named(number)
    row = {
        "id": batch_id,
        "tenant": owner.tenant,
        "key_id": owner.key_id,
        "endpoint": endpoint.value,
        "state": BatchState.VALIDATING.value,
        "ends_as": BatchState.COMPLETED.value,
        "input_file_id": file_id,
        "completion_window": "24h",
        "labels": json.dumps(dict(labels)),
        "created_at": now,
        "expires_at": now + WINDOW_S,
    }
    with database.begin() as connection:
        if once is not None:
            claim(connection, now, owner, once, number)
        _check_room(connection, owner.tenant)
        # The batch first: from here on the file cannot be deleted.
        connection.execute(insert(batches).values(row))
        found = select(files.c.id).where(
            files.c.id == file_id, files.c.ready, files.c.purpose == "batch", files.c.tenant == owner.tenant
        )
        if connection.execute(found).one_or_none() is None:
            raise NotFound(
                f"There is no file with the id {file_id[:64]!r} and the purpose 'batch'.", "Upload it first."
            )
    return get(database, batch_id)


def _check_room(connection: Connection, tenant: str) -> None:
    # Two at the same time may both be the last: the bound is there so that nobody has thousands.
    count = select(func.count()).where(batches.c.tenant == tenant, batches.c.state.in_(_ACTIVE))
    if connection.execute(count).scalar_one() >= MOST_OPEN:
        raise TooManyJobs(
            f"There are {MOST_OPEN} batches that have not ended, which is as many as there may be.",
            "Wait until one has ended, or send more lines in one batch.",
        )


def named(number: str) -> str:
    """The id of the batch with this number."""
    return f"batch_{number}"


def get(database: Database, batch_id: str, tenant: str | None = None) -> Batch:
    """One batch.

    Args:
        database: Where from.
        batch_id: Which.
        tenant: Only if it is this one's; None for anybody's.

    Raises:
        NotFound: there is no such batch.
        StoreUnavailable: it cannot be read.
    """
    with database.begin() as connection:
        row = connection.execute(
            select(batches).where(batches.c.id == batch_id, _of_tenant(tenant))
        ).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no batch with the id {batch_id[:64]!r}.", "List the batches to see their ids."
        )
    return _batch(row)


def page(database: Database, limit: int, after: str | None = None, tenant: str | None = None) -> BatchPage:
    """Batches, newest first.

    Args:
        database: Where from.
        limit: At most so many.
        after: The id of the last one of the page before.
        tenant: Only this one's; None for everybody's.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    query = select(batches).where(_of_tenant(tenant)).order_by(batches.c.id.desc()).limit(limit + 1)
    if after:
        query = query.where(batches.c.id < after)
    with database.begin() as connection:
        rows = connection.execute(query).all()
    return BatchPage(batches=tuple(_batch(row) for row in rows[:limit]), more=len(rows) > limit)


def unfinished(database: Database) -> list[Batch]:
    """Batches that are to be moved on, oldest first.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    with database.begin() as connection:
        rows = connection.execute(
            select(batches).where(batches.c.state.in_(_ACTIVE)).order_by(batches.c.id)
        ).all()
    return [_batch(row) for row in rows]


def cancel(database: Database, batch_id: str, tenant: str | None = None) -> Batch:
    """Begin no more lines, stop those that run, and write what has come out so far.

    Raises:
        NotFound: there is no such batch.
        Conflict: it has ended.
        StoreUnavailable: nothing was written.
    """
    get(database, batch_id, tenant)
    before = (BatchState.VALIDATING.value, BatchState.IN_PROGRESS.value)
    with database.begin() as connection:
        connection.execute(
            update(batches)
            .where(batches.c.id == batch_id, batches.c.state.in_(before))
            .values(
                state=BatchState.CANCELLING.value,
                ends_as=BatchState.CANCELLED.value,
                cancelling_at=database.clock(),
                token=batches.c.token + 1,  # whoever is moving it on right now has to look again
            )
        )
    batch = get(database, batch_id, tenant)
    if batch.state.ended and batch.state is not BatchState.CANCELLED:
        raise Conflict(f"The batch has ended ({batch.state.value}).", "Fetch its results instead.")
    return batch


def remove(
    database: Database,
    batch_id: str,
    tenant: str | None = None,
    forget: Forget = lambda task_ids: None,
    by: Caller | None = None,
) -> None:
    """Delete an ended batch with its lines, their tasks and outcomes, and its result files.

    Its input file stays: it was uploaded by itself. A call that dies in the middle can be repeated.

    Args:
        database: Where from.
        batch_id: Which.
        tenant: Only if it is this one's; None for anybody's.
        forget: Drops its tasks' checkpoints.
        by: Who deletes it, for the audit log; None for nobody.

    Raises:
        NotFound: there is no such batch.
        Conflict: it has not ended.
        StoreUnavailable: some of it may be left.
    """
    batch = get(database, batch_id, tenant)
    if not batch.state.ended:
        raise Conflict("The batch has not ended.", "Cancel it first.")
    lines = (
        select(batch_lines.c.line, batch_lines.c.job_id)
        .where(batch_lines.c.batch_id == batch_id)
        .limit(_DELETED_AT_A_TIME)
    )
    while True:  # in small transactions, so that workers may write in between
        with database.begin() as connection:
            rows = connection.execute(lines).all()
        if not rows:
            break
        job_ids = [row.job_id for row in rows if row.job_id]
        forget(job_ids)
        with database.begin() as connection:
            drop(connection, job_ids)
            of_batch = batch_lines.c.batch_id == batch_id
            connection.execute(
                delete(batch_lines).where(of_batch, batch_lines.c.line.in_([row.line for row in rows]))
            )
    with database.begin() as connection:
        gone = connection.execute(delete(batches).where(batches.c.id == batch_id)).rowcount
        if gone and by is not None:
            audit_log.note(connection, database.clock(), by, "batch.deleted", batch_id)
        connection.execute(delete(webhook_deliveries).where(webhook_deliveries.c.job_id == batch_id))
        connection.execute(
            delete(files).where(files.c.id.in_([result_id(batch_id, kind) for kind in ("output", "error")]))
        )


def result_id(batch_id: str, kind: str) -> str:
    """The id of a batch's output or error file: the same whoever writes it, and however often."""
    return f"file-{batch_id.removeprefix('batch_')}-{kind}"


def _of_tenant(tenant: str | None) -> ColumnElement[bool]:
    return true() if tenant is None else batches.c.tenant == tenant


def _batch(row: Any) -> Batch:
    fields = dict(row._mapping)
    error = fields.pop("error")
    return Batch(
        **{**fields, "labels": json.loads(fields["labels"])},
        error=None if error is None else BatchError.model_validate_json(error),
    )
