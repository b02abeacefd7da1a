"""API keys on the page, for admins: made and shown once, rotated, revoked; and the log of what was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.auth import Admin
from api.deps import ServicesDep
from api.page.forms import Faulty, Form, read, value
from api.page.rendering import form_page, page
from verifiers.errors import InvalidInput
from worker.access import Caller, Scope
from worker.store.access import audit_log, keys
from worker.store.access.values import KeyRequest, NewKey

router = APIRouter(prefix="/keys", include_in_schema=False)
_GRACE_S = 86_400.0
_DAY_S = 86_400


@router.get("")
def listing(request: Request, given: ServicesDep, caller: Admin) -> Response:
    """All keys, and the form for a new one."""
    return _page(request, given, caller)


@router.post("")
def create(request: Request, given: ServicesDep, caller: Admin, form: Form) -> Response:
    """Make a key and show it, this once."""
    fields = read(form)
    try:
        wanted = _wanted(fields, form.getlist("scopes"))
    except Faulty as error:
        return _page(request, given, caller, fields=fields, faults=error.faults)
    return _page(request, given, caller, made=keys.create(given.database, wanted, caller))


@router.post("/{key_id}/rotate")
def rotate(key_id: str, request: Request, given: ServicesDep, caller: Admin) -> Response:
    """Make a key like another, which stays good for a day."""
    return _page(request, given, caller, made=keys.rotate(given.database, key_id, _GRACE_S, caller))


@router.post("/{key_id}/revoke")
def revoke(key_id: str, request: Request, given: ServicesDep, caller: Admin) -> Response:
    """Make a key good for nothing."""
    keys.revoke(given.database, key_id, caller)
    return _page(request, given, caller)


@router.get("/log")
def log(
    request: Request,
    given: ServicesDep,
    caller: Admin,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """What was done with which key."""
    shown = audit_log.page(given.database, 100, cursor)
    names = {key.id: key.name for key in keys.listing(given.database).keys}
    return page(request, "key_log", caller, section="Keys", shown=shown, names=names, cursor=cursor)


def _wanted(fields: dict[str, str], scopes: Sequence[object]) -> KeyRequest:
    days = fields.pop("days", "").strip()
    if days and not (days.isdecimal() and len(days) < 6):
        raise Faulty([InvalidInput("days", "must be a whole number of days, or nothing for never.")])
    if days:
        fields["expires_in_s"] = str(int(days) * _DAY_S)
    fields.pop("scopes", None)
    chosen = frozenset(Scope(str(scope)) for scope in scopes if scope in list(Scope))
    return value(KeyRequest, fields, scopes=chosen)


def _page(
    request: Request,
    given: ServicesDep,
    caller: Caller,
    *,
    fields: dict[str, str] | None = None,
    faults: tuple[InvalidInput, ...] = (),
    made: NewKey | None = None,
) -> Response:
    return form_page(
        request,
        "keys",
        caller,
        fields,
        faults,
        section="Keys",
        shown=keys.listing(given.database).keys,
        made=made,
    )
