"""Who sends a request, and whether they may.

Every route names what it needs by one of ``Reader``, ``Submitter`` and ``Admin``; a test walks over all
routes and finds the one that does not.

Programs send a key in the ``Authorization`` header. People sign in on the page, which is in ``sessions.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from api.deps import services
from api.sessions import asks_for_page, session_caller, to_sign_in
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
        found = keys.authenticate(services(request).database, secret.strip()) if bearer else None
    if found is None:
        raise HTTPException(401, _UNKNOWN, headers={"WWW-Authenticate": "Bearer"})
    return found


Reader = Annotated[Caller, Depends(needs(Scope.READ))]
Submitter = Annotated[Caller, Depends(needs(Scope.SUBMIT))]
Admin = Annotated[Caller, Depends(needs(Scope.ADMIN))]
