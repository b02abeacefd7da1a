"""Errors as pages, for people: the same problem that the API would state, in the same words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.page.rendering import page
from api.problems import MEDIA_TYPE, Problem
from verifiers.errors import AcrisolError

_KINDS = (RequestValidationError, HTTPException, AcrisolError, OSError, Exception)
_PROGRAMS = ("/v1/", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics")
_Handler = Callable[[Request, Any], Response | Awaitable[Response]]


def install(app: FastAPI) -> None:
    """Put pages over the problems that :func:`api.problems.install` has installed."""
    for kind in _KINDS:
        app.add_exception_handler(kind, _as_page(app.exception_handlers[kind]))


def _as_page(stated: _Handler) -> Callable[[Request, Any], Awaitable[Response]]:
    async def handler(request: Request, error: Any) -> Response:
        made = stated(request, error)
        answer = made if isinstance(made, Response) else await made
        if "hx-request" in request.headers:
            return _for_htmx(answer)
        if answer.media_type != MEDIA_TYPE or not _for_people(request):
            return answer
        problem = Problem.model_validate_json(bytes(answer.body))
        shown = page(request, "problem", status=problem.status, section="", problem=problem)
        kept = {name: answer.headers[name] for name in ("retry-after", "allow") if name in answer.headers}
        shown.headers.update(kept)
        return shown

    return handler


def _for_htmx(answer: Response) -> Response:
    """What goes wrong with a part of a page is not put into the page.

    Whoever is signed in no longer has the whole page loaded anew, which leads to the form and back.
    """
    if answer.status_code in (303, 401):
        return Response(status_code=401, headers={"HX-Refresh": "true"})
    return Response(status_code=answer.status_code, headers={"HX-Reswap": "none"})


def _for_people(request: Request) -> bool:
    accepts = request.headers.get("accept", "")
    return "text/html" in accepts and not request.url.path.startswith(_PROGRAMS)
