"""Requests that may be sent again: however often a key comes with a request, it makes one job.

A client that got no answer sends the same request with the same key, and is told of the job that the first
one made. Both are one transaction with the job's own row, so that two requests at the same moment make one.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from verifiers.domain import Value
from verifiers.errors import InvalidInput
from worker.access import Caller
from worker.errors import AlreadyAccepted
from worker.store.schema import idempotency
from worker.store.text import to_json

_KEPT_S = 86_400.0
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Once(Value):
    """That a request makes a job only the first time.

    Attributes:
        key: What the client chose for it.
        digest: Of what is asked for.
    """

    key: str
    digest: str


def once(key: str | None, kind: str, work: Value) -> Once | None:
    """That this request makes a job only the first time; None where the client chose no key.

    Args:
        key: The key.
        kind: What kind of job is asked for: the same work of two kinds is not the same request.
        work: What is asked for.
    """
    if key is None:
        return None
    return Once(key=key, digest=hashlib.sha256(f"{kind}\n{to_json(work)}".encode()).hexdigest())


def claim(connection: Connection, now: float, owner: Caller, wanted: Once, job_id: str) -> None:
    """Let this be the request that makes the job, and forget keys that are older than a day.

    Raises:
        AlreadyAccepted: an earlier request with the key made a job.
        InvalidInput: an earlier request with the key asked for something else.
    """
    connection.execute(delete(idempotency).where(idempotency.c.created_at < now - _KEPT_S))
    row = {
        "tenant": owner.tenant,
        "key": wanted.key,
        "digest": wanted.digest,
        "job_id": job_id,
        "created_at": now,
    }
    # Postgres waits here for a transaction that has just inserted the same key; SQLite has one writer at all.
    made = _INSERTS[connection.dialect.name](idempotency).values(row).on_conflict_do_nothing()
    if connection.execute(made.returning(idempotency.c.key)).one_or_none() is not None:
        return
    earlier = connection.execute(
        select(idempotency.c.digest, idempotency.c.job_id).where(
            idempotency.c.tenant == owner.tenant, idempotency.c.key == wanted.key
        )
    ).one()
    if earlier.digest != wanted.digest:
        raise InvalidInput(
            "Idempotency-Key",
            "was sent with another request within the last day",
            "Choose a new key for each request, and send the same key only with the same body.",
        )
    raise AlreadyAccepted(earlier.job_id)
