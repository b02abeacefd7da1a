"""Sessions: a person signed in to the page with an API key, and has its rights for as long as it is good."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, insert, select

from worker.access import Caller
from worker.store.access.authentication import caller_where, digest
from worker.store.database import Database
from worker.store.schema import keys as key_table
from worker.store.schema import sessions

_MOST = 20  # sessions of one key


def begin(database: Database, key_id: str, lifetime_s: float) -> str:
    """Begin a session with a key; those that have expired are dropped, and the key's oldest beyond twenty.

    Returns:
        The token that stands for it; the store holds its digest only.

    Raises:
        StoreUnavailable: nothing was stored.
    """
    token = secrets.token_urlsafe(32)
    now = database.clock()
    with database.begin() as connection:
        connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
        newest = (
            select(sessions.c.token_hash)
            .where(sessions.c.key_id == key_id)
            .order_by(sessions.c.created_at.desc(), sessions.c.token_hash)
            .limit(_MOST - 1)
        )
        oldest = sessions.c.token_hash.not_in(newest)
        connection.execute(delete(sessions).where(sessions.c.key_id == key_id, oldest))
        connection.execute(
            insert(sessions).values(
                token_hash=digest(token),
                key_id=key_id,
                created_at=now,
                expires_at=now + lifetime_s,
            )
        )
    return token


def caller(database: Database, token: str) -> Caller | None:
    """Whose session it is; None if there is no such session any more, or its key is good for nothing.

    Raises:
        StoreUnavailable: it cannot be said.
    """
    whose = select(sessions.c.key_id).where(
        sessions.c.token_hash == digest(token), sessions.c.expires_at > database.clock()
    )
    return caller_where(database, key_table.c.id == whose.scalar_subquery())


def end(database: Database, token: str) -> None:
    """End a session, if there is one.

    Raises:
        StoreUnavailable: nothing was written.
    """
    with database.begin() as connection:
        connection.execute(delete(sessions).where(sessions.c.token_hash == digest(token)))
