"""Whose key it is that came with a request.

A key is 256 random bits, so that a plain digest is as good as a slow one, and looking a digest up tells
nothing by its timing that would help to guess a key.
"""

from __future__ import annotations

import hashlib
import logging
import re
from typing import Any

from sqlalchemy import ColumnElement, Double, and_, bindparam, or_, select, update

from worker.access import Caller, Scope
from worker.errors import StoreUnavailable
from worker.store.database import Database
from worker.store.schema import keys
from worker.store.turns import Moment

_LOG = logging.getLogger(__name__)
_SHAPE = re.compile(r"acr_[A-Za-z0-9_-]{43}")
_USE_NOTED_EVERY_S = 60.0


def authenticate(database: Database, secret: str) -> Caller | None:
    """Whose key this is, or None if it is good for nothing: unknown, expired or revoked.

    Raises:
        StoreUnavailable: it cannot be said.
    """
    if not _SHAPE.fullmatch(secret):
        return None
    now = database.clock()
    with database.begin() as connection:
        row = connection.execute(_BY_SECRET, {"secret": digest(secret), "now": now}).one_or_none()
    return _caller(database, row, now)


def caller_where(database: Database, condition: ColumnElement[bool]) -> Caller | None:
    """The caller of the one key that the condition picks, if that key is good; its use is noted.

    Raises:
        StoreUnavailable: it cannot be said.
    """
    now = database.clock()
    with database.begin() as connection:
        row = connection.execute(select(keys).where(condition, is_good(now))).one_or_none()
    return _caller(database, row, now)


def _caller(database: Database, row: Any, now: float) -> Caller | None:
    if row is None:
        return None
    if row.last_used_at is None or row.last_used_at < now - _USE_NOTED_EVERY_S:
        _note_use(database, row.id, now)
    return Caller(
        tenant=row.tenant,
        key_id=row.id,
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes.split()),
        max_running=row.max_running,
        max_queued=row.max_queued,
        per_minute=row.per_minute,
    )


def is_good(now: Moment) -> ColumnElement[bool]:
    """The condition that a key is neither expired nor revoked."""
    return and_(keys.c.revoked_at.is_(None), or_(keys.c.expires_at.is_(None), keys.c.expires_at > now))


# Built once: every request asks it.
_BY_SECRET = select(keys).where(
    keys.c.secret_hash == bindparam("secret"), is_good(bindparam("now", type_=Double))
)


def digest(secret: str) -> str:
    """What the store holds of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _note_use(database: Database, key_id: str, now: float) -> None:
    # Once a minute, and only if nobody else just did: a write for every request would be the dearer part.
    unnoted = or_(keys.c.last_used_at.is_(None), keys.c.last_used_at < now - _USE_NOTED_EVERY_S)
    try:
        with database.begin() as connection:
            connection.execute(update(keys).where(keys.c.id == key_id, unnoted).values(last_used_at=now))
    except StoreUnavailable as error:  # a full disk: what only reads shall go on
        _LOG.warning("The use of a key could not be noted: %s", error)
