"""What was done with keys and what was deleted, by whom: rows are only ever added."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Connection, Select, insert, select

from verifiers.domain import Value
from worker.access import Caller
from worker.store.database import Database
from worker.store.ids import new_id
from worker.store.records import moment
from worker.store.schema import audit_log
from worker.store.text import encodable


class AuditEntry(Value):
    """One thing that was done.

    Attributes:
        id: UUIDv7; sorts by time.
        tenant: Of who did it.
        key_id: With which API key. None for this machine's own user.
        action: For example ``key.created`` or ``task.deleted``.
        target: The id of what it was done to.
    """

    id: str
    at: AwareDatetime
    tenant: str
    key_id: str | None = None
    action: str
    target: str | None = None


class AuditLogPage(Value):
    """Entries, newest first.

    Attributes:
        next_cursor: Asks for the page after this one. None at the end.
    """

    entries: tuple[AuditEntry, ...]
    next_cursor: str | None = None


def note(connection: Connection, now: float, by: Caller, action: str, target: str | None = None) -> None:
    """Add an entry, in the transaction of what it tells of: the one is not stored without the other."""
    connection.execute(
        insert(audit_log).values(
            id=new_id(now), at=now, tenant=by.tenant, key_id=by.key_id, action=action, target=target
        )
    )


def has(connection: Connection, action: str, target: str) -> bool:
    """Whether this was done to this before."""
    found = select(audit_log.c.id).where(audit_log.c.target == target, audit_log.c.action == action).limit(1)
    return connection.execute(found).first() is not None


def page(database: Database, limit: int, cursor: str | None = None) -> AuditLogPage:
    """Entries of all tenants, newest first.

    Args:
        database: Where from.
        limit: At most so many.
        cursor: ``AuditLogPage.next_cursor`` of the page before.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    query: Select[Any] = select(audit_log).order_by(audit_log.c.id.desc()).limit(limit + 1)
    if cursor:
        query = query.where(audit_log.c.id < encodable(cursor))
    with database.begin() as connection:
        rows = connection.execute(query).all()
    shown = tuple(
        AuditEntry(
            id=row.id,
            at=moment(row.at),
            tenant=row.tenant,
            key_id=row.key_id,
            action=row.action,
            target=row.target,
        )
        for row in rows[:limit]
    )
    return AuditLogPage(entries=shown, next_cursor=shown[-1].id if len(rows) > limit else None)
