"""API keys. The store holds a key's SHA-256 and never the key: whoever reads it can use none of them.

A key is 256 random bits, so that a plain digest is as good as a slow one, and looking a digest up tells
nothing by its timing that would help to guess a key.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Callable
from typing import Any

from pydantic import AwareDatetime, Field, field_validator
from sqlalchemy import ColumnElement, Connection, Double, and_, bindparam, insert, or_, select, update

from verifiers.domain import Value
from worker.access import LOCAL, Caller, Scope
from worker.errors import KeyNotFound, KeyNotGood, StoreUnavailable
from worker.store import audit_log
from worker.store.database import Database
from worker.store.ids import new_id
from worker.store.records import moment
from worker.store.schema import keys
from worker.store.text import encodable
from worker.store.turns import Moment

_LOG = logging.getLogger(__name__)
_SHAPE = re.compile(r"acr_[A-Za-z0-9_-]{43}")
_PREFIX_CHARS = 12  # 48 of the 256 bits
_USE_NOTED_EVERY_S = 60.0


class KeyRequest(Value):
    """What a key shall be good for.

    Attributes:
        name: Tells people whose it is or what uses it.
        tenant: What is created with it belongs to this tenant, and only what belongs to it is seen.
        scopes: What it may do: ``read``, ``submit`` (create, cancel and delete) and ``admin`` (everything
            of every tenant).
        expires_in_s: Seconds until it is good for nothing. None for never.
        max_running: Jobs of this key at a time; more wait. None for no limit.
        max_queued: Jobs of this key that wait or run; more are refused. None for no limit.
        per_minute: Requests of this key. None for the server's own limit.
    """

    name: str = Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")
    tenant: str = Field(default="default", pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    scopes: frozenset[Scope] = Field(default=frozenset({Scope.READ, Scope.SUBMIT}), min_length=1)
    expires_in_s: float | None = Field(default=None, gt=0, le=100 * 366 * 86_400, allow_inf_nan=False)
    max_running: int | None = Field(default=None, ge=1, le=2**31 - 1)
    max_queued: int | None = Field(default=None, ge=1, le=2**31 - 1)
    per_minute: int | None = Field(default=None, ge=1, le=2**31 - 1)

    @field_validator("name")
    @classmethod
    def _says_something(cls, name: str) -> str:
        if not name.strip():
            raise ValueError("must not be blank")
        return name.strip()


class Key(Value):
    """A key as it is shown; the secret is not in it.

    Attributes:
        id: Names it.
        prefix: The beginning of the secret, for people to tell keys apart.
        expires_at: When it stops being good. None for never.
        revoked_at: When it was revoked. None if it was not.
        last_used_at: To the minute. None for never.
    """

    id: str
    name: str
    tenant: str
    prefix: str
    scopes: tuple[Scope, ...]
    max_running: int | None = None
    max_queued: int | None = None
    per_minute: int | None = None
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None
    last_used_at: AwareDatetime | None = None


class NewKey(Value):
    """A key that was just made, with its secret, which is shown this once.

    Attributes:
        key: The key.
        secret: What is sent with requests.
    """

    key: Key
    secret: str = Field(repr=False)


class KeyList(Value):
    """All keys, newest first."""

    keys: tuple[Key, ...]


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
        KeyNotGood: it was revoked or has expired.
        StoreUnavailable: nothing was written.
    """
    with database.alone("rotate key") as connection:
        now = database.clock()
        old = _row(connection, key_id)
        if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= now):
            raise KeyNotGood("This key was revoked or has expired.", "Create a new one.")
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
