"""Deliveries of webhooks as people see them, and sending one again. Sending them is in ``outbox.py``."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from worker.access import Caller
from worker.errors import Conflict, NotFound
from worker.store.database import Database
from worker.store.records import moment
from worker.store.schema import webhook_deliveries
from worker.store.text import encodable
from worker.store.webhooks import endpoints
from worker.store.webhooks.outbox import TAKEN
from worker.store.webhooks.records import Delivery, DeliveryPage, DeliveryState


def page(
    database: Database, endpoint_id: str, limit: int, cursor: str | None = None, tenant: str | None = None
) -> DeliveryPage:
    """An endpoint's deliveries, newest first.

    Args:
        database: Where from.
        endpoint_id: The endpoint.
        limit: At most so many.
        cursor: ``DeliveryPage.next_cursor`` of the page before.
        tenant: Only if it is this one's; None for anybody's.

    Raises:
        NotFound: there is no such endpoint.
        StoreUnavailable: they cannot be read.
    """
    endpoints.get(database, endpoint_id, tenant)
    query = select(webhook_deliveries).where(webhook_deliveries.c.endpoint_id == endpoint_id)
    if cursor:
        query = query.where(webhook_deliveries.c.id < encodable(cursor))
    with database.begin() as connection:
        rows = connection.execute(query.order_by(webhook_deliveries.c.id.desc()).limit(limit + 1)).all()
    shown = tuple(_delivery(row) for row in rows[:limit])
    return DeliveryPage(deliveries=shown, next_cursor=shown[-1].id if len(rows) > limit else None)


def send_test(database: Database, endpoint_id: str, by: Caller) -> Delivery:
    """Have something sent to an endpoint that tells of nothing.

    Raises:
        NotFound: there is no such endpoint.
        Conflict: it is disabled.
        StoreUnavailable: nothing was stored.
    """
    _enabled(database, endpoint_id, by)
    data = {"message": "This is a test."}
    with database.begin() as connection:
        delivery_id = endpoints.insert_delivery(
            connection, endpoint_id, endpoint_id, by.tenant, endpoints.TEST, data, database.clock()
        )
        return _get(connection, endpoint_id, delivery_id)


def redeliver(database: Database, endpoint_id: str, delivery_id: str, by: Caller) -> Delivery:
    """Send a delivery now, again or sooner than it would be; the ``webhook-id`` stays the same.

    One that is being sent at this moment is left alone.

    Raises:
        NotFound: there is no such endpoint or no such delivery to it.
        Conflict: the endpoint is disabled.
        StoreUnavailable: nothing was written.
    """
    _enabled(database, endpoint_id, by)
    now = database.clock()
    under_way = (webhook_deliveries.c.state == DeliveryState.PENDING.value) & (
        webhook_deliveries.c.next_at >= TAKEN
    )
    values = {
        "state": DeliveryState.PENDING.value,
        "attempts": 0,
        "next_at": now,
        "give_up_at": now + endpoints.GIVE_UP_S,
        "token": webhook_deliveries.c.token + 1,
    }
    with database.begin() as connection:
        connection.execute(
            update(webhook_deliveries).where(_is(endpoint_id, delivery_id), ~under_way).values(values)
        )
        return _get(connection, endpoint_id, delivery_id)


def _enabled(database: Database, endpoint_id: str, by: Caller) -> None:
    if not endpoints.get(database, endpoint_id, by.sees).enabled:
        raise Conflict("This webhook is disabled.", "Enable it first.")


def _is(endpoint_id: str, delivery_id: str) -> ColumnElement[bool]:
    return (webhook_deliveries.c.id == encodable(delivery_id)) & (
        webhook_deliveries.c.endpoint_id == endpoint_id
    )


def _waits(row: Any) -> bool:
    return bool(row.state == DeliveryState.PENDING and row.next_at < TAKEN)


def _get(connection: Connection, endpoint_id: str, delivery_id: str) -> Delivery:
    row = connection.execute(select(webhook_deliveries).where(_is(endpoint_id, delivery_id))).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no delivery with the id {delivery_id[:64]!r} to this webhook.",
            "List the webhook's deliveries to see their ids.",
        )
    return _delivery(row)


def _delivery(row: Any) -> Delivery:
    created = moment(row.created_at)
    assert created is not None
    return Delivery(
        id=row.id,
        webhook_id=row.endpoint_id,
        job_id=row.job_id,
        kind=row.kind,
        payload=json.loads(row.payload),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created_at=created,
        next_at=moment(row.next_at) if _waits(row) else None,
        delivered_at=moment(row.delivered_at),
        last_status=row.last_status,
        last_error=row.last_error,
    )
