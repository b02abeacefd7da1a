"""Webhook endpoints, and the outbox: what is to be told is written in the transaction in which it happens.

Sending what is in it begins in ``outbox.py``.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, true, update

from worker.access import Caller
from worker.errors import Conflict, NotFound
from worker.states import TERMINAL, JobState
from worker.store.access import audit_log
from worker.store.database import Database
from worker.store.ids import new_id
from worker.store.records import moment
from worker.store.schema import audits, webhook_deliveries, webhook_endpoints
from worker.store.text import encodable
from worker.store.webhooks.records import DeliveryState, Endpoint, NewEndpoint
from worker.store.webhooks.sealing import SealBroken

TEST = "webhook.test"
KINDS: tuple[str, ...] = (
    *sorted(f"task.{state}" for state in TERMINAL - {JobState.AUDITED}),
    *(f"audit.{state}" for state in ("audited", "cancelled", "dead", "error")),
    *(f"batch.{state}" for state in ("cancelled", "completed", "expired", "failed")),
)
"""What can be told, beside :data:`TEST`."""

GIVE_UP_S = 3 * 86_400.0
"""Seconds after which a delivery that nobody acknowledged is given up."""

# Built once: every end of a job asks it.
_ANY = (
    select(webhook_endpoints.c.id)
    .where(webhook_endpoints.c.tenant == bindparam("of"), webhook_endpoints.c.disabled_at.is_(None))
    .limit(1)
)

_OLD_SECRET_S = 86_400.0
_MOST = 20  # endpoints a tenant
_SECRET_BYTES = 32  # the specification: 24 to 64

_NOT_SENT = "The webhook was disabled before this was sent."


def create(database: Database, url: str, kinds: tuple[str, ...], by: Caller) -> NewEndpoint:
    """Store an endpoint of the caller's tenant.

    Args:
        database: Where.
        url: An address that was checked.
        kinds: Some of :data:`KINDS`; empty for everything.
        by: Whose it is.

    Raises:
        Conflict: the tenant has as many as it can have.
        StoreUnavailable: nothing was stored.
    """
    now, secret = database.clock(), _new_secret()
    row: dict[str, Any] = {
        "id": new_id(now),
        "tenant": by.tenant,
        "url": url,
        "secret": database.seal.close(secret),
        "kinds": " ".join(sorted(set(kinds))),
        "created_at": now,
    }
    with database.begin() as connection:
        connection.execute(insert(webhook_endpoints).values(row))
        count = select(func.count()).where(webhook_endpoints.c.tenant == by.tenant)
        if connection.execute(count).scalar_one() > _MOST:
            raise Conflict(f"There are {_MOST} webhooks already.", "Delete one that is not needed any more.")
        audit_log.note(connection, now, by, "webhook.created", row["id"])
    return NewEndpoint(webhook=get(database, row["id"]), secret=secret)


def get(database: Database, endpoint_id: str, tenant: str | None = None) -> Endpoint:
    """One endpoint.

    Args:
        database: Where from.
        endpoint_id: Which.
        tenant: Only if it is this one's; None for anybody's.

    Raises:
        NotFound: there is no such endpoint.
        StoreUnavailable: it cannot be read.
    """
    with database.begin() as connection:
        row = connection.execute(select(webhook_endpoints).where(_is(endpoint_id, tenant))).one_or_none()
    if row is None:
        raise not_found(endpoint_id)
    return _endpoint(row)


def listing(database: Database, tenant: str | None = None) -> tuple[Endpoint, ...]:
    """All endpoints of a tenant, newest first; of everybody for None.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    mine = true() if tenant is None else webhook_endpoints.c.tenant == tenant
    query = select(webhook_endpoints).where(mine).order_by(webhook_endpoints.c.id.desc())
    with database.begin() as connection:
        return tuple(_endpoint(row) for row in connection.execute(query))


def remove(database: Database, endpoint_id: str, by: Caller) -> None:
    """Delete an endpoint with all of its deliveries.

    Raises:
        NotFound: there is no such endpoint.
        StoreUnavailable: nothing was deleted.
    """
    with database.begin() as connection:
        gone = connection.execute(delete(webhook_endpoints).where(_is(endpoint_id, by.sees))).rowcount
        if not gone:
            raise not_found(endpoint_id)
        audit_log.note(connection, database.clock(), by, "webhook.deleted", endpoint_id)


def rotate(database: Database, endpoint_id: str, by: Caller) -> NewEndpoint:
    """Give an endpoint a new secret. For a day deliveries are signed with the old one as well.

    Raises:
        NotFound: there is no such endpoint.
        StoreUnavailable: nothing was written.
    """
    now, secret = database.clock(), _new_secret()
    values = {
        "secret": database.seal.close(secret),
        "old_secret": webhook_endpoints.c.secret,
        "old_secret_until": now + _OLD_SECRET_S,
    }
    _change(database, endpoint_id, by, values, "webhook.rotated")
    return NewEndpoint(webhook=get(database, endpoint_id), secret=secret)


def enable(database: Database, endpoint_id: str, by: Caller) -> Endpoint:
    """Tell an endpoint again of what happens from now on.

    Raises:
        NotFound: there is no such endpoint.
        StoreUnavailable: nothing was written.
    """
    values = {"disabled_at": None, "disabled_because": None, "failing_since": None}
    _change(database, endpoint_id, by, values, "webhook.enabled")
    return get(database, endpoint_id)


def disable(database: Database, endpoint_id: str, by: Caller) -> Endpoint:
    """Tell an endpoint nothing any more. What is waiting is given up, and can be sent again by hand.

    Raises:
        NotFound: there is no such endpoint.
        StoreUnavailable: nothing was written.
    """
    with database.begin() as connection:
        if not switch_off(connection, database.clock(), _is(endpoint_id, by.sees), "It was switched off."):
            raise not_found(endpoint_id)
        audit_log.note(connection, database.clock(), by, "webhook.disabled", endpoint_id)
    return get(database, endpoint_id)


def seal_all(database: Database) -> int:
    """Seal the secrets that are not, or not with the first key.

    Returns:
        How many endpoints have a secret that was sealed with none of the keys there are.

    Raises:
        StoreUnavailable: not all were sealed.
    """
    with database.begin() as connection:
        rows = connection.execute(select(webhook_endpoints)).all()
    broken, changed = 0, False
    for row in rows:
        stored = {"secret": row.secret, "old_secret": row.old_secret}
        sealed = {name: text and _renewed(database, text) for name, text in stored.items()}
        broken += sealed["secret"] is None
        if row.secret != (sealed["secret"] or row.secret) or row.old_secret != sealed["old_secret"]:
            sealed["secret"] = sealed["secret"] or row.secret
            # Not over one that was given in the meantime.
            same = (webhook_endpoints.c.id == row.id) & (webhook_endpoints.c.secret == row.secret)
            with database.begin() as connection:
                connection.execute(update(webhook_endpoints).where(same).values(sealed))
            changed = True
    if changed:
        database.purge()
    return broken


def switch_off(connection: Connection, now: float, which: ColumnElement[bool], because: str) -> bool:
    """Disable an endpoint within a transaction; False if there is none."""
    found = connection.execute(
        update(webhook_endpoints)
        .where(which)
        .values(disabled_at=now, disabled_because=because)
        .returning(webhook_endpoints.c.id)
    ).scalar_one_or_none()
    waiting = (webhook_deliveries.c.endpoint_id == found) & (
        webhook_deliveries.c.state == DeliveryState.PENDING
    )
    connection.execute(
        update(webhook_deliveries)
        .where(waiting)
        .values(
            state=DeliveryState.GIVEN_UP.value,
            last_error=func.coalesce(webhook_deliveries.c.last_error, _NOT_SENT),
        )
    )
    return found is not None


def enqueue(
    connection: Connection, job_id: str, tenant: str, kind: str, data: Mapping[str, Any], now: float
) -> None:
    """Note what happened for every endpoint of the tenant that wants to know, within a transaction.

    Args:
        connection: The transaction in which it happens: both are stored or neither is.
        job_id: The job or batch it is about.
        tenant: Whose it is.
        kind: One of :data:`KINDS`.
        data: What is told; identifiers rather than contents. JSON values only.
        now: Seconds since the epoch.
    """
    wanted = select(webhook_endpoints.c.id, webhook_endpoints.c.kinds).where(
        webhook_endpoints.c.tenant == tenant, webhook_endpoints.c.disabled_at.is_(None)
    )
    for row in connection.execute(wanted).all():
        if not row.kinds or kind in row.kinds.split():
            insert_delivery(connection, row.id, job_id, tenant, kind, data, now)


def job_ended(connection: Connection, job_id: str, tenant: str, state: JobState, now: float) -> None:
    """Note the end of a task or an audit, within the transaction that ends it."""
    if connection.execute(_ANY, {"of": tenant}).one_or_none() is None:  # the usual case, and the cheapest
        return
    audit = connection.execute(select(audits.c.job_id).where(audits.c.job_id == job_id)).one_or_none()
    what = "task" if audit is None else "audit"
    data = {"id": job_id, "state": state.value, "path": f"/v1/{what}s/{job_id}"}
    enqueue(connection, job_id, tenant, f"{what}.{state.value}", data, now)


def insert_delivery(
    connection: Connection,
    endpoint_id: str,
    job_id: str,
    tenant: str,
    kind: str,
    data: Mapping[str, Any],
    now: float,
) -> str:
    """Insert a delivery that is due at once; its id."""
    delivery_id = new_id(now)
    happened = moment(now)
    assert happened is not None
    payload = {"type": kind, "timestamp": happened.isoformat().replace("+00:00", "Z"), "data": data}
    connection.execute(
        insert(webhook_deliveries).values(
            id=delivery_id,
            endpoint_id=endpoint_id,
            tenant=tenant,
            job_id=job_id,
            kind=kind,
            payload=encodable(json.dumps(payload, ensure_ascii=False, separators=(",", ":"))),
            state=DeliveryState.PENDING.value,
            next_at=now,
            give_up_at=now + GIVE_UP_S,
            created_at=now,
        )
    )
    return delivery_id


def not_found(endpoint_id: str) -> NotFound:
    """The error for an id that names no endpoint."""
    return NotFound(
        f"There is no webhook with the id {endpoint_id[:64]!r}.", "List the webhooks to see their ids."
    )


def _change(database: Database, endpoint_id: str, by: Caller, values: dict[str, Any], action: str) -> None:
    with database.begin() as connection:
        changed = connection.execute(
            update(webhook_endpoints).where(_is(endpoint_id, by.sees)).values(values)
        ).rowcount
        if not changed:
            raise not_found(endpoint_id)
        audit_log.note(connection, database.clock(), by, action, endpoint_id)


def _is(endpoint_id: str, tenant: str | None) -> ColumnElement[bool]:
    mine = true() if tenant is None else webhook_endpoints.c.tenant == tenant
    return (webhook_endpoints.c.id == encodable(endpoint_id)) & mine


def _renewed(database: Database, stored: str) -> str | None:
    try:
        return database.seal.renewed(stored)
    except SealBroken:
        return None


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def _endpoint(row: Any) -> Endpoint:
    created = moment(row.created_at)
    assert created is not None
    return Endpoint(
        id=row.id,
        url=row.url,
        kinds=tuple(row.kinds.split()),
        enabled=row.disabled_at is None,
        disabled_because=row.disabled_because,
        created_at=created,
        failing_since=moment(row.failing_since),
    )
