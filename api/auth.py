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

from api.counting import count, count_failure
from api.deps import services
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


Reader = Annotated[Caller, Depends(Needs(Scope.READ))]
Submitter = Annotated[Caller, Depends(Needs(Scope.SUBMIT))]
Admin = Annotated[Caller, Depends(Needs(Scope.ADMIN))]
