"""Who sends a request, and whether they may.

Every route names what it needs by one of ``Reader``, ``Submitter`` and ``Admin``; a test walks over all
routes and finds the one that does not.

Programs send a key in the ``Authorization`` header. People sign in on the page, which is in ``sessions.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from api.deps import services
from api.headers import QUOTA
from api.sessions import asks_for_page, session_caller, to_sign_in
from worker.access import Caller, Scope
from worker.store.access import authentication

_UNKNOWN = (
    "Send an API key that is good here, with the header 'Authorization: Bearer KEY'. "
    "The server's own user finds one in the file api-key of ACRISOL_HOME; 'acrisol keys create' makes more."
)


_BEARER = HTTPBearer(auto_error=False, description="An API key, as `acrisol keys create` makes it.")


def needs(scope: Scope) -> Callable[..., Caller]:
    """A dependency that gives the caller, or refuses the request."""

    def caller(request: Request, _described: Annotated[object, Security(_BEARER)]) -> Caller:
        found = _caller(request)
        _count(request, found)
        if not found.may(scope):
            detail = (
                f"This key may not do that: it lacks the scope {scope.value!r}. "
                f"Use one that has it; 'acrisol keys create NAME --scope {scope.value}' makes one."
            )
            raise HTTPException(403, detail)
        return found

    return caller


def _caller(request: Request) -> Caller:
    sent = request.headers.getlist("authorization")
    if not sent:
        found = session_caller(request)
        if found is None and asks_for_page(request):
            raise to_sign_in(request)
    else:
        scheme, _, secret = sent[0].partition(" ")
        # Of two headers, a proxy in front might look at the one and this server at the other.
        bearer = len(sent) == 1 and scheme.lower() == "bearer"
        found = authentication.authenticate(services(request).database, secret.strip()) if bearer else None
        if found is None:
            count_failure(request)
    if found is None:
        raise HTTPException(401, _UNKNOWN, headers={"WWW-Authenticate": "Bearer"})
    request.state.caller = found  # for the access log
    return found


def _count(request: Request, caller: Caller) -> None:
    limiter = services(request).limiter
    quota = limiter.request(caller) if limiter else None
    setattr(request.state, QUOTA, quota)
    if quota is not None and quota.exceeded:
        detail = (
            f"This key has sent more than {quota.limit} requests within a minute. Wait as long as "
            "Retry-After says; whoever administrates this server can make a key with a larger limit."
        )
        raise HTTPException(429, detail, headers={"Retry-After": str(quota.reset_s)})


def count_failure(request: Request) -> None:
    """Count a wrong key against the address that it came from.

    Raises:
        HTTPException: 429, too many came from there.
    """
    # Good keys from the same address go on: what is limited is the noise, since no key can be guessed.
    limiter = services(request).limiter
    quota = limiter.failure(request.client.host) if limiter and request.client else None
    if quota is not None and quota.exceeded:
        detail = (
            "Too many wrong keys came from this address. Wait as long as Retry-After says, and check the key."
        )
        raise HTTPException(429, detail, headers={"Retry-After": str(quota.reset_s)})


Reader = Annotated[Caller, Depends(needs(Scope.READ))]
Submitter = Annotated[Caller, Depends(needs(Scope.SUBMIT))]
Admin = Annotated[Caller, Depends(needs(Scope.ADMIN))]
