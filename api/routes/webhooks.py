"""``/v1/webhooks``: be told when tasks, audits and batches end, and see what became of each telling."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Response
from pydantic import Field, field_validator

from api.auth import Reader, Submitter
from api.deps import ServicesDep, json_only
from api.editing import Editor
from api.problems import Problem
from api.routes.examples import WEBHOOKS
from verifiers.domain import Value
from worker.store.webhooks import deliveries, endpoints
from worker.store.webhooks.records import Delivery, DeliveryPage, Endpoint, EndpointList, NewEndpoint

router = APIRouter(
    prefix="/v1/webhooks",
    tags=["webhooks"],
    responses={
        422: {"model": Problem, "description": "A field is wrong; the problem names it and the fix."},
        503: {"model": Problem, "description": "The store does not answer; try again later."},
    },
)
_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no webhook with this id."}
}
_DISABLED: dict[int | str, dict[str, Any]] = {
    **_NOT_FOUND,
    409: {"model": Problem, "description": "The webhook is disabled; enable it first."},
}
_SECRET = {"Cache-Control": "no-store"}


class WebhookRequest(Value):
    """Where to tell of what.

    Attributes:
        url: Where deliveries are posted to.
        kinds: What to tell of; everything if empty.
    """

    url: str = Field(min_length=1, max_length=2_000)
    kinds: tuple[str, ...] = Field(
        default=(),
        max_length=len(endpoints.KINDS),
        json_schema_extra={"items": {"type": "string", "enum": list(endpoints.KINDS)}},
    )

    @field_validator("kinds")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for kind in value:
            if kind not in endpoints.KINDS:
                raise ValueError(f"must be some of {', '.join(endpoints.KINDS)}")
        return value


@router.post(
    "",
    status_code=201,
    summary="Create a webhook",
    dependencies=[Depends(json_only)],
    response_description="Created. The secret is shown this once.",
    responses={
        400: {"model": Problem, "description": "The body is not JSON."},
        409: {"model": Problem, "description": "There are as many webhooks as there can be."},
        413: {"model": Problem, "description": "The body is too large."},
        415: {"model": Problem, "description": "The body is not declared as JSON."},
    },
)
def create(
    request: Annotated[WebhookRequest, Body(openapi_examples=WEBHOOKS)],
    response: Response,
    given: ServicesDep,
    caller: Submitter,
) -> NewEndpoint:
    """Have the ends of the tenant's tasks, audits and batches posted to a URL.

    Deliveries follow the Standard Webhooks specification: check their signature with any of its libraries
    and the secret in this answer. Answer with a status from 200 to 299 within 15 seconds; whatever else
    happens, the delivery is repeated for three days, under the same `webhook-id`.
    """
    given.webhooks.target(request.url)
    made = endpoints.create(given.database, request.url, request.kinds, caller)
    response.headers.update({**_SECRET, "Location": f"/v1/webhooks/{made.webhook.id}"})
    return made


@router.get("", summary="List webhooks")
def listing(given: ServicesDep, caller: Reader) -> EndpointList:
    """All webhooks, newest first, without their secrets."""
    return EndpointList(webhooks=endpoints.listing(given.database, caller.sees))


@router.get("/{webhook_id}", summary="Get a webhook", responses=_NOT_FOUND)
def get(webhook_id: str, given: ServicesDep, caller: Reader) -> Endpoint:
    """One webhook, without its secret; whether deliveries fail, and why it is disabled if it is."""
    return endpoints.get(given.database, webhook_id, caller.sees)


@router.delete("/{webhook_id}", status_code=204, summary="Delete a webhook", responses=_NOT_FOUND)
def delete(webhook_id: str, given: ServicesDep, caller: Submitter) -> None:
    """Delete a webhook and the record of its deliveries."""
    endpoints.remove(given.database, webhook_id, caller)


@router.post("/{webhook_id}/rotate", summary="Give a webhook a new secret", responses=_NOT_FOUND)
def rotate(webhook_id: str, response: Response, given: ServicesDep, caller: Editor) -> NewEndpoint:
    """Make a new secret, which is shown this once.

    For a day deliveries carry two signatures, so that a receiver that knows either secret accepts them.
    """
    response.headers.update(_SECRET)
    return endpoints.rotate(given.database, webhook_id, caller)


@router.post("/{webhook_id}/enable", summary="Enable a webhook", responses=_NOT_FOUND)
def enable(webhook_id: str, given: ServicesDep, caller: Editor) -> Endpoint:
    """Tell of what happens from now on; what happened meanwhile is not told."""
    return endpoints.enable(given.database, webhook_id, caller)


@router.post("/{webhook_id}/disable", summary="Disable a webhook", responses=_NOT_FOUND)
def disable(webhook_id: str, given: ServicesDep, caller: Editor) -> Endpoint:
    """Tell nothing more. Deliveries that are waiting are given up, and can be sent again by hand."""
    return endpoints.disable(given.database, webhook_id, caller)


@router.post("/{webhook_id}/test", status_code=202, summary="Send a test", responses=_DISABLED)
def test(webhook_id: str, given: ServicesDep, caller: Editor) -> Delivery:
    """Have a delivery of the kind `webhook.test` sent; its state shows among the deliveries."""
    return deliveries.send_test(given.database, webhook_id, caller)


@router.get("/{webhook_id}/deliveries", summary="List deliveries", responses=_NOT_FOUND)
def delivery_list(
    webhook_id: str,
    given: ServicesDep,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=200, description="At most so many deliveries.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=64, description="`next_cursor` of the page before.")
    ] = None,
) -> DeliveryPage:
    """A webhook's deliveries of the last 30 days, newest first: what was told, how often, what was said."""
    return deliveries.page(given.database, webhook_id, limit, cursor, caller.sees)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    status_code=202,
    summary="Send a delivery again",
    responses=_DISABLED,
)
def redeliver(webhook_id: str, delivery_id: str, given: ServicesDep, caller: Editor) -> Delivery:
    """Send a delivery now, whether it arrived before or not. Its `webhook-id` stays the same."""
    return deliveries.redeliver(given.database, webhook_id, delivery_id, caller)
