"""Who sends a request, and whether they may.

Every route names what it needs by one of ``Reader``, ``Submitter`` and ``Admin``; a test walks over all
routes and finds the one that does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from api.deps import services
from worker.access import Caller, Scope
from worker.store import keys

_UNKNOWN = (
    "Send an API key that is good here, with the header 'Authorization: Bearer KEY'. "
    "The server's own user finds one in the file api-key of ACRISOL_HOME; 'acrisol keys create' makes more."
)


def needs(scope: Scope) -> Callable[[Request], Caller]:
    """A dependency that gives the caller, or refuses the request."""

    def caller(request: Request) -> Caller:
        found = _caller(request)
        if not found.may(scope):
            raise HTTPException(403, f"This key may not do that: it lacks the scope {scope.value!r}.")
        return found

    return caller


def _caller(request: Request) -> Caller:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        found = keys.authenticate(services(request).database, secret.strip())
        if found is not None:
            return found
    raise HTTPException(401, _UNKNOWN, headers={"WWW-Authenticate": "Bearer"})


Reader = Annotated[Caller, Depends(needs(Scope.READ))]
Submitter = Annotated[Caller, Depends(needs(Scope.SUBMIT))]
Admin = Annotated[Caller, Depends(needs(Scope.ADMIN))]
