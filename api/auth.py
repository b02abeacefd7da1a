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
from worker.access import LOCAL, Caller, Scope


def needs(scope: Scope) -> Callable[[Request], Caller]:
    """A dependency that gives the caller, or refuses the request."""

    def caller(request: Request) -> Caller:
        found = _caller(request)
        if not found.may(scope):
            raise HTTPException(403, f"This key may not do that: it lacks the scope {scope.value!r}.")
        return found

    return caller


def _caller(request: Request) -> Caller:
    authenticate = services(request).authenticate
    if authenticate is None:
        return LOCAL
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    found = authenticate(secret.strip()) if scheme.lower() == "bearer" and secret else None
    if found is None:
        detail = "Send a key that is good here, with the header 'Authorization: Bearer KEY'."
        raise HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})
    return found


Reader = Annotated[Caller, Depends(needs(Scope.READ))]
Submitter = Annotated[Caller, Depends(needs(Scope.SUBMIT))]
Admin = Annotated[Caller, Depends(needs(Scope.ADMIN))]
