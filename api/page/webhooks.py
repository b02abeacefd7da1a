"""Webhooks on the page: made, switched on and off, and what became of each telling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import Reader, Submitter
from api.deps import ServicesDep
from api.editing import Editor
from api.page.forms import Faulty, Form, read, value
from api.page.rendering import form_page, page
from api.routes import webhooks as resource
from verifiers.errors import InvalidInput
from worker.access import Caller
from worker.store.database import Database
from worker.store.webhooks import deliveries, endpoints
from worker.store.webhooks.records import NewEndpoint

router = APIRouter(prefix="/webhooks", include_in_schema=False)
_SHOWN = 50
_SWITCHES: dict[str, Callable[[Database, str, Caller], Any]] = {
    "enable": endpoints.enable,
    "disable": endpoints.disable,
    "test": deliveries.send_test,
}


@router.get("")
def listing(request: Request, given: ServicesDep, caller: Reader) -> Response:
    """All webhooks, and the form for a new one."""
    return _page(request, given, caller)


@router.post("")
def create(request: Request, given: ServicesDep, caller: Editor, form: Form) -> Response:
    """Make a webhook and show its secret, this once."""
    fields = read(form)
    kinds = tuple(str(kind) for kind in form.getlist("kinds"))
    try:
        wanted = value(resource.WebhookRequest, {"url": fields.get("url", "")}, kinds=kinds)
        made = resource.create(wanted, Response(), given, caller)
    except Faulty as error:
        return _page(request, given, caller, fields=fields, faults=error.faults)
    except InvalidInput as error:
        return _page(request, given, caller, fields=fields, faults=(error,))
    return _page(request, given, caller, made=made)


@router.get("/{webhook_id}")
def show(
    webhook_id: str,
    request: Request,
    given: ServicesDep,
    caller: Reader,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """A webhook with its deliveries."""
    return page(
        request,
        "webhook",
        caller,
        section="Webhooks",
        webhook=endpoints.get(given.database, webhook_id, caller.sees),
        shown=deliveries.page(given.database, webhook_id, _SHOWN, cursor, caller.sees),
        cursor=cursor,
    )


@router.post("/{webhook_id}/rotate")
def rotate(webhook_id: str, request: Request, given: ServicesDep, caller: Editor) -> Response:
    """Make a new secret and show it, this once."""
    return _page(request, given, caller, made=endpoints.rotate(given.database, webhook_id, caller))


@router.post("/{webhook_id}/delete")
def delete(webhook_id: str, given: ServicesDep, caller: Submitter) -> Response:
    """Delete a webhook and the record of its deliveries."""
    endpoints.remove(given.database, webhook_id, caller)
    return RedirectResponse("/webhooks", 303)


@router.post("/{webhook_id}/deliveries/{delivery_id}/redeliver")
def redeliver(webhook_id: str, delivery_id: str, given: ServicesDep, caller: Editor) -> Response:
    """Send a delivery again."""
    deliveries.redeliver(given.database, webhook_id, delivery_id, caller)
    return RedirectResponse(f"/webhooks/{webhook_id}", 303)


@router.post("/{webhook_id}/{switch}")
def switch(webhook_id: str, switch: str, given: ServicesDep, caller: Editor) -> Response:
    """Enable, disable or test a webhook."""
    if switch not in _SWITCHES:
        raise endpoints.not_found(f"{webhook_id}/{switch}")
    _SWITCHES[switch](given.database, webhook_id, caller)
    return RedirectResponse(f"/webhooks/{webhook_id}", 303)


def _page(
    request: Request,
    given: ServicesDep,
    caller: Caller,
    *,
    fields: dict[str, str] | None = None,
    faults: tuple[InvalidInput, ...] = (),
    made: NewEndpoint | None = None,
) -> Response:
    return form_page(
        request,
        "webhooks",
        caller,
        fields,
        faults,
        section="Webhooks",
        shown=endpoints.listing(given.database, caller.sees),
        kinds=endpoints.KINDS,
        made=made,
    )
