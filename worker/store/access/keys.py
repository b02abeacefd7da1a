"""API keys. The store holds a key's SHA-256 and never the key: whoever reads it can use none of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, insert, select, update

from worker.access import LOCAL, Caller, Scope
from worker.errors import KeyNotFound, KeyNotGood
from worker.store.access import audit_log
from worker.store.access.authentication import digest
from worker.store.access.values import Key, KeyList, KeyRequest, NewKey
from worker.store.database import Database
from worker.store.ids import new_id
from worker.store.records import moment
from worker.store.schema import keys
from worker.store.text import encodable

_PREFIX_CHARS = 12  # 48 of the 256 bits


def create(database: Database, wanted: KeyRequest, by: Caller = LOCAL) -> NewKey:
    """Make a key.

    Args:
        database: Where.
        wanted: What it shall be good for.
        by: Who makes it, for the audit log.

    Raises:
        StoreUnavailable: nothing was stored.
    """
    with database.begin() as connection:
        return insert_key(connection, database.clock(), wanted, by)


def insert_key(connection: Connection, now: float, wanted: KeyRequest, by: Caller) -> NewKey:
    """What :func:`create` does, within a transaction."""
    secret = f"acr_{secrets.token_urlsafe(32)}"
    key_id = new_id(now)
    row = {
        "id": key_id,
        "name": wanted.name,
        "tenant": wanted.tenant,
        "secret_hash": digest(secret),
        "prefix": secret[:_PREFIX_CHARS],
        "scopes": " ".join(sorted(wanted.scopes)),
        "max_running": wanted.max_running,
        "max_queued": wanted.max_queued,
        "per_minute": wanted.per_minute,
        "created_at": now,
        "expires_at": None if wanted.expires_in_s is None else now + wanted.expires_in_s,
    }
    connection.execute(insert(keys).values(row))
    audit_log.note(connection, now, by, "key.created", key_id)
    return NewKey(key=_shown(_row(connection, key_id)), secret=secret)


def create_first(database: Database, wanted: KeyRequest, keep: Callable[[str], None]) -> bool:
    """Make a key if there is none yet, good or not.

    Args:
        database: Where.
        wanted: What it shall be good for.
        keep: Puts the secret where it will be found; if it raises, no key is made.

    Returns:
        Whether one was made.

    Raises:
        StoreUnavailable: nothing was stored.
    """
    with database.alone("first key") as connection:
        if connection.execute(select(keys.c.id).limit(1)).first():
            return False
        keep(insert_key(connection, database.clock(), wanted, LOCAL).secret)
    return True


def listing(database: Database) -> KeyList:
    """All keys, newest first, those that are good no more among them.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    with database.begin() as connection:
        rows = connection.execute(select(keys).order_by(keys.c.id.desc())).all()
    return KeyList(keys=tuple(_shown(row) for row in rows))


def revoke(database: Database, key_id: str, by: Caller = LOCAL) -> Key:
    """Make a key good for nothing from now on. Its jobs stay; a key that was revoked before stays as it is.

    Raises:
        KeyNotFound: there is no such key.
        StoreUnavailable: nothing was written.
    """
    now = database.clock()
    with database.begin() as connection:
        revoked = connection.execute(
            update(keys)
            .where(keys.c.id == encodable(key_id), keys.c.revoked_at.is_(None))
            .values(revoked_at=now)
        ).rowcount
        if revoked:
            audit_log.note(connection, now, by, "key.revoked", key_id)
        return _shown(_row(connection, key_id))


def rotate(database: Database, key_id: str, grace_s: float, by: Caller = LOCAL) -> NewKey:
    """Make a key that is like another, which stays good for a while longer.

    A key that expires is followed by one of the same lifetime.

    Args:
        database: Where.
        key_id: The key to follow.
        grace_s: Seconds for which the old one stays good, unless it ends sooner.
        by: Who does it, for the audit log.

    Raises:
        KeyNotFound: there is no such key.
        KeyNotGood: it was revoked, has expired, or was rotated before.
        StoreUnavailable: nothing was written.
    """
    with database.alone("rotate key") as connection:
        now = database.clock()
        old = _row(connection, key_id)
        if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= now):
            raise KeyNotGood("This key was revoked or has expired.", "Create a new one.")
        if audit_log.has(connection, "key.rotated", key_id):
            raise KeyNotGood(
                "This key was rotated before, and ends with its grace.",
                "Rotate the one that followed it, or create a new one.",
            )
        ends = now + grace_s if old.expires_at is None else min(now + grace_s, old.expires_at)
        connection.execute(update(keys).where(keys.c.id == key_id).values(expires_at=ends))
        audit_log.note(connection, now, by, "key.rotated", key_id)
        wanted = KeyRequest(
            name=old.name,
            tenant=old.tenant,
            scopes=frozenset(Scope(scope) for scope in old.scopes.split()),
            expires_in_s=None if old.expires_at is None else old.expires_at - old.created_at,
            max_running=old.max_running,
            max_queued=old.max_queued,
            per_minute=old.per_minute,
        )
        return insert_key(connection, now, wanted, by)


def _row(connection: Connection, key_id: str) -> Any:
    row = connection.execute(select(keys).where(keys.c.id == encodable(key_id))).one_or_none()
    if row is None:
        raise KeyNotFound(f"There is no key with the id {key_id[:64]!r}.", "List the keys to see their ids.")
    return row


def _shown(row: Any) -> Key:
    return Key(
        id=row.id,
        name=row.name,
        tenant=row.tenant,
        prefix=row.prefix,
        scopes=tuple(Scope(scope) for scope in row.scopes.split()),
        max_running=row.max_running,
        max_queued=row.max_queued,
        per_minute=row.per_minute,
        created_at=moment(row.created_at),
        expires_at=moment(row.expires_at),
        revoked_at=moment(row.revoked_at),
        last_used_at=moment(row.last_used_at),
    )
