"""Webhooks and their deliveries as the store gives them back."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, Field, JsonValue

from verifiers.domain import Value


class Endpoint(Value):
    """Where a tenant wants to be told. The secret is not in it.

    Attributes:
        id: Names it.
        url: Where deliveries are posted to.
        kinds: What it is told of; empty for everything.
        enabled: Whether anything is sent to it.
        disabled_because: Why nothing is.
        failing_since: When deliveries began to fail; None if the last one arrived.
    """

    id: str
    url: str
    kinds: tuple[str, ...]
    enabled: bool
    disabled_because: str | None = None
    created_at: AwareDatetime
    failing_since: AwareDatetime | None = None


class NewEndpoint(Value):
    """An endpoint with the secret that its receiver checks signatures with; it is shown this once."""

    webhook: Endpoint
    secret: str = Field(repr=False)


class EndpointList(Value):
    """All of a tenant's webhooks, newest first."""

    webhooks: tuple[Endpoint, ...]


class DeliveryState(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"  # the receiver acknowledged it
    GIVEN_UP = "given_up"


class Delivery(Value):
    """A telling of something that happened to one endpoint.

    Attributes:
        id: The ``webhook-id`` that the receiver sees, the same at every attempt.
        webhook_id: The endpoint.
        job_id: What it is about: a task, an audit or a batch.
        payload: The body.
        attempts: How often it was tried.
        next_at: When it is tried next; None if it is not.
        last_status: The HTTP status of the last answer.
        last_error: Why the last attempt failed.
    """

    id: str
    webhook_id: str
    job_id: str
    kind: str
    payload: dict[str, JsonValue]
    state: DeliveryState
    attempts: int
    created_at: AwareDatetime
    next_at: AwareDatetime | None = None
    delivered_at: AwareDatetime | None = None
    last_status: int | None = None
    last_error: str | None = None


class DeliveryPage(Value):
    """Some deliveries, newest first.

    Attributes:
        next_cursor: Asks for the page after this one. None at the end.
    """

    deliveries: tuple[Delivery, ...]
    next_cursor: str | None = None
