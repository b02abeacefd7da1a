"""``/v1/keys`` and ``/v1/audit-log``: who may do what, and what was done with that. For admins."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query
from pydantic import Field

from api.auth import Admin
from api.deps import ServicesDep, json_only
from api.problems import Problem
from api.routes.examples import KEYS
from verifiers.domain import Value
from worker.store.access import audit_log, keys
from worker.store.access.audit_log import AuditLogPage
from worker.store.access.values import Key, KeyList, KeyRequest, NewKey

router = APIRouter(
    prefix="/v1",
    tags=["keys"],
    responses={
        422: {"model": Problem, "description": "A field is wrong; the problem names it and the fix."},
        503: {"model": Problem, "description": "The job store does not answer; try again later."},
    },
)
_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no key with this id."}
}
_BODY: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "The body is not JSON."},
    413: {"model": Problem, "description": "The body is too large."},
    415: {"model": Problem, "description": "The body is not declared as JSON."},
}
_A_DAY_S = 86_400.0


class Rotation(Value):
    """How a key is followed by a new one.

    Attributes:
        grace_s: Seconds for which the old one stays good, unless it ends sooner.
    """

    grace_s: float = Field(default=_A_DAY_S, ge=0, le=366 * _A_DAY_S, allow_inf_nan=False)


@router.get("/keys", summary="List keys")
def listing(given: ServicesDep, caller: Admin) -> KeyList:
    """All keys of all tenants, newest first, without their secrets; also those that are good no more."""
    return keys.listing(given.database)


@router.post(
    "/keys",
    status_code=201,
    summary="Make a key",
    dependencies=[Depends(json_only)],
    response_description="The key with its secret, which is shown this once.",
    responses=_BODY,
)
def create(
    wanted: Annotated[KeyRequest, Body(openapi_examples=KEYS)], given: ServicesDep, caller: Admin
) -> NewKey:
    """Make a key. The secret in the answer is what is sent as `Authorization: Bearer SECRET`.

    The store holds its digest only: whoever loses the secret makes a new key.
    """
    return keys.create(given.database, wanted, caller)


@router.post("/keys/{key_id}/revoke", summary="Revoke a key", responses=_NOT_FOUND)
def revoke(key_id: str, given: ServicesDep, caller: Admin) -> Key:
    """Make a key good for nothing from now on, and end the sessions that were begun with it.

    What was created with it stays. A key that was revoked before stays as it is.
    """
    return keys.revoke(given.database, key_id, caller)


@router.post(
    "/keys/{key_id}/rotate",
    status_code=201,
    summary="Rotate a key",
    dependencies=[Depends(json_only)],
    response_description="The new key with its secret, which is shown this once.",
    responses={
        **_NOT_FOUND,
        **_BODY,
        409: {"model": Problem, "description": "The key was revoked, has expired, or was rotated before."},
    },
)
def rotate(key_id: str, how: Rotation, given: ServicesDep, caller: Admin) -> NewKey:
    """Make a key that is like this one, which stays good for a while: a day, unless `grace_s` says otherwise.

    A key that expires is followed by one of the same lifetime.
    """
    return keys.rotate(given.database, key_id, how.grace_s, caller)


@router.get("/audit-log", summary="What was done with keys, and what was deleted")
def log(
    given: ServicesDep,
    caller: Admin,
    limit: Annotated[int, Query(ge=1, le=200, description="At most so many entries.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=64, description="`next_cursor` of the page before.")
    ] = None,
) -> AuditLogPage:
    """Entries of all tenants, newest first: who made, rotated or revoked which key, and who deleted what."""
    return audit_log.page(given.database, limit, cursor)
