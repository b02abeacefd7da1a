"""Who sends a request, and whether they may.

Every route names what it needs by one of ``Reader``, ``Submitter`` and ``Admin``; a test walks over all
routes and finds the one that does not.

Programs send a key in the ``Authorization`` header. People sign in on the page, which is in ``sessions.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
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
_ADMITTED = "admitted"  # in a request's state: its caller, once looked up and counted
_BEARER = HTTPBearer(auto_error=False, description="An API key, as `acrisol keys create` makes it.")


@dataclass(frozen=True)
class Needs:
    """A dependency that gives the caller, or refuses the request.

    Attributes:
        scope: What the key has to have.
    """

    scope: Scope

    def __call__(self, request: Request, _described: Annotated[object, Security(_BEARER)]) -> Caller:
        """Who sends the request; see :func:`admit`."""
        return admit(request, self.scope)


def admit(request: Request, scope: Scope) -> Caller:
    """Who sends a request; asked again (``body.py`` is the first), it looks up and counts nothing anew.

    Raises:
        HTTPException: 401, 403 or 429; 303 for a browser that has to sign in.
        StoreUnavailable: it cannot be said.
    """
    found = getattr(request.state, _ADMITTED, None)
    if not isinstance(found, Caller):
        found = _caller(request)
        count(request, found)
        setattr(request.state, _ADMITTED, found)
    if not found.may(scope):
        detail = (
            f"This key may not do that: it lacks the scope {scope.value!r}. "
            f"Use one that has it; 'acrisol keys create NAME --scope {scope.value}' makes one."
        )
        raise HTTPException(403, detail)
    return found


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


def count(request: Request, caller: Caller) -> None:
    """Count a request of a key.

    Raises:
        HTTPException: 429, the key has sent too many.
    """
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


Reader = Annotated[Caller, Depends(Needs(Scope.READ))]
Submitter = Annotated[Caller, Depends(Needs(Scope.SUBMIT))]
Admin = Annotated[Caller, Depends(Needs(Scope.ADMIN))]
