"""The outbox of webhooks: taking what is due, and noting what became of it.

A delivery that was taken is due by no clock, so that one that is set has nobody send it a second time.
Whoever sees it taken for too long, by their own monotonic clock, lets it go: then it is sent again under the
same id. What was acknowledged is never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, update

from worker.store.database import Database
from worker.store.schema import webhook_deliveries, webhook_endpoints
from worker.store.text import encodable
from worker.store.webhooks import endpoints
from worker.store.webhooks.records import DeliveryState

PER_ENDPOINT = 4
"""Deliveries to one endpoint that are under way at a time."""

TAKEN = 1e12
"""When a delivery is due that is being sent: never."""

_FAILING_S = 2 * 86_400.0  # after which an endpoint to which a delivery is given up is disabled
_ERROR_CHARS = 300


@dataclass(frozen=True)
class Due:
    """A delivery that was taken, to be sent now.

    Args:
        id: The ``webhook-id``.
        endpoint_id: The endpoint.
        token: What is noted for another token than the row's is ignored.
        attempts: This attempt's number, from 1.
        url: Where to.
        secrets: To sign with; two for a while after a rotation.
        payload: The body.
    """

    id: str
    endpoint_id: str
    token: int
    attempts: int
    url: str
    secrets: tuple[str, ...] = field(repr=False)
    payload: str


def take(database: Database, limit: int, busy: Collection[str] = ()) -> list[Due]:
    """Take deliveries that are due, of each endpoint those that have waited longest.

    Args:
        database: Where from.
        limit: At most so many, and at most ``PER_ENDPOINT`` of an endpoint.
        busy: Endpoints to leave alone.

    Raises:
        StoreUnavailable: nothing was taken.
    """
    now = database.clock()
    with database.begin() as connection:  # apart, so that looking does not hold SQLite's one write lock
        chosen = _chosen(connection, now, limit, busy)
    if not chosen:
        return []
    # Lasting: with it the end that is told is on the disk, even where its worker still waits for that.
    with database.begin() as connection:
        rows = connection.execute(
            update(webhook_deliveries)
            .where(webhook_deliveries.c.id.in_(chosen), _due(now))  # another one may have been faster
            .values(
                next_at=TAKEN,
                token=webhook_deliveries.c.token + 1,
                attempts=webhook_deliveries.c.attempts + 1,
            )
            .returning(
                webhook_deliveries.c.id,
                webhook_deliveries.c.endpoint_id,
                webhook_deliveries.c.token,
                webhook_deliveries.c.attempts,
                webhook_deliveries.c.payload,
            )
        ).all()
        wanted = {row.endpoint_id for row in rows}
        by_id = {
            row.id: row
            for row in connection.execute(
                select(webhook_endpoints).where(webhook_endpoints.c.id.in_(sorted(wanted)))
            )
        }
    return [
        Due(
            id=row.id,
            endpoint_id=row.endpoint_id,
            token=row.token,
            attempts=row.attempts,
            url=by_id[row.endpoint_id].url,
            secrets=_secrets(by_id[row.endpoint_id], now),
            payload=row.payload,
        )
        for row in rows
    ]


def taken(database: Database) -> dict[str, int]:
    """What is being sent, or was when its sender died: ids and tokens.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    query = select(webhook_deliveries.c.id, webhook_deliveries.c.token).where(
        webhook_deliveries.c.state == DeliveryState.PENDING, webhook_deliveries.c.next_at >= TAKEN
    )
    with database.begin() as connection:
        return {row.id: row.token for row in connection.execute(query)}


def let_go(database: Database, delivery_id: str, token: int) -> None:
    """Have a delivery sent again whose sender was not heard of.

    Raises:
        StoreUnavailable: nothing was written.
    """
    with database.begin(lasting=False) as connection:
        connection.execute(
            update(webhook_deliveries)
            .where(webhook_deliveries.c.id == delivery_id, webhook_deliveries.c.token == token)
            .where(webhook_deliveries.c.next_at >= TAKEN)
            .values(next_at=database.clock(), token=token + 1)
        )


def acknowledged(database: Database, sent: Due, status: int) -> None:
    """Note that the receiver has it.

    Raises:
        StoreUnavailable: nothing was written; it will be sent again.
    """
    now = database.clock()
    values = {
        "state": DeliveryState.DELIVERED.value,
        "delivered_at": now,
        "last_status": status,
        "last_error": None,
    }
    with database.begin() as connection:
        if connection.execute(_held(sent).values(values)).rowcount:
            connection.execute(
                update(webhook_endpoints)
                .where(webhook_endpoints.c.id == sent.endpoint_id)
                .where(webhook_endpoints.c.failing_since.is_not(None))
                .values(failing_since=None)
            )


def failed(database: Database, sent: Due, error: str, delay_s: float, status: int | None = None) -> None:
    """Note that an attempt failed: it is tried again, or given up if that would be too late.

    Args:
        database: Where.
        sent: What was sent.
        error: Why, for a person.
        delay_s: Seconds until the next attempt.
        status: The answer's HTTP status. 410, "gone", disables the endpoint.

    Raises:
        StoreUnavailable: nothing was written; it will be let go, and sent again.
    """
    now = database.clock()
    endpoint = webhook_endpoints.c.id == sent.endpoint_id
    with database.begin(lasting=False) as connection:
        given_up_at = connection.execute(
            _held(sent)
            .values(last_status=status, last_error=encodable(error)[:_ERROR_CHARS], next_at=now + delay_s)
            .returning(webhook_deliveries.c.give_up_at)
        ).scalar_one_or_none()
        if given_up_at is None:
            return
        since = connection.execute(
            update(webhook_endpoints)
            .where(endpoint)
            .values(failing_since=func.coalesce(webhook_endpoints.c.failing_since, now))
            .returning(webhook_endpoints.c.failing_since)
        ).scalar_one()
        if status == 410:
            endpoints.switch_off(connection, now, endpoint, "It answered 410: it wants nothing any more.")
        elif now + delay_s > given_up_at:
            connection.execute(_held(sent).values(state=DeliveryState.GIVEN_UP.value))
            if since <= now - _FAILING_S:
                endpoints.switch_off(connection, now, endpoint, f"Nothing arrived for days: {error}")


def prune(database: Database, older_than_s: float) -> None:
    """Delete what was delivered or given up and was written longer ago than that.

    Raises:
        StoreUnavailable: nothing was deleted.
    """
    old = webhook_deliveries.c.created_at < database.clock() - older_than_s
    with database.begin() as connection:
        connection.execute(
            delete(webhook_deliveries).where(webhook_deliveries.c.state != DeliveryState.PENDING, old)
        )


def _chosen(connection: Connection, now: float, limit: int, busy: Collection[str]) -> list[str]:
    """Ids of what to take: a few of each endpoint, however much waits for one of them."""
    something = exists().where(webhook_deliveries.c.endpoint_id == webhook_endpoints.c.id, _due(now))
    endpoints = (
        select(webhook_endpoints.c.id)
        .where(webhook_endpoints.c.disabled_at.is_(None), something)
        .where(webhook_endpoints.c.id.not_in(list(busy)))
        .order_by(func.random())  # or the last ones would never have their turn
        .limit(limit)
    )
    chosen: list[str] = []
    for endpoint_id in connection.execute(endpoints).scalars().all():
        turn = (
            select(webhook_deliveries.c.id)
            .where(webhook_deliveries.c.endpoint_id == endpoint_id, _due(now))
            .order_by(webhook_deliveries.c.next_at)
            .limit(PER_ENDPOINT)
        )
        chosen += connection.execute(turn).scalars()
    return chosen[:limit]


def _due(now: float) -> ColumnElement[bool]:
    return (webhook_deliveries.c.state == DeliveryState.PENDING.value) & (webhook_deliveries.c.next_at <= now)


def _held(sent: Due) -> Any:
    return update(webhook_deliveries).where(
        webhook_deliveries.c.id == sent.id,
        webhook_deliveries.c.state == DeliveryState.PENDING.value,
        webhook_deliveries.c.token == sent.token,
    )


def _secrets(endpoint: Any, now: float) -> tuple[str, ...]:
    old = endpoint.old_secret if (endpoint.old_secret_until or 0) > now else None
    return (endpoint.secret,) if old is None else (endpoint.secret, old)
