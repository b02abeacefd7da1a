"""Signing in with an API key, and out; what a session is stands in :mod:`api.sessions`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import sessions
from api.counting import count_failure
from api.page.rendering import page

router = APIRouter(include_in_schema=False)
_LONGEST = 2_000


@router.get(sessions.SIGN_IN)
def form(
    request: Request, to: Annotated[str | None, Query(alias="next", max_length=_LONGEST)] = None
) -> Response:
    """The form; whoever is signed in already may change to another key."""
    return page(request, "sign_in", section="", wanted=sessions.after_sign_in(to), refused=False)


@router.post(sessions.SIGN_IN)
def sign_in(
    request: Request,
    key: Annotated[str, Form(max_length=500)] = "",
    wanted: Annotated[str | None, Form(alias="next", max_length=_LONGEST)] = None,
) -> Response:
    """Begin a session and go where the person was going."""
    there = sessions.after_sign_in(wanted)
    answer = RedirectResponse(there, 303)
    if sessions.sign_in(request, key, answer) is None:
        count_failure(request)
        return page(request, "sign_in", status=401, section="", wanted=there, refused=True)
    return answer


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    answer = RedirectResponse(sessions.SIGN_IN, 303)
    sessions.sign_out(request, answer)
    return answer
