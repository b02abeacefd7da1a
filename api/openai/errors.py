"""Errors in OpenAI's shape, for the routes that have OpenAI's addresses.

Routes, dependencies and guards raise what they raise everywhere; on its way out a problem document
becomes what OpenAI's SDK knows how to read. Whoever adds such a route adds its path to ``PATHS`` and
``RESPONSES`` to its router, and nothing else.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verifiers.domain import Value

PATHS = ("/v1/chat/completions", "/v1/completions", "/v1/models", "/v1/files", "/v1/batches")

_PROBLEM = "application/problem+json"
_CODES = {
    401: "invalid_api_key",
    403: "insufficient_permissions",
    404: "not_found",
    409: "conflict",
    413: "request_too_large",
    429: "rate_limit_exceeded",
    503: "service_unavailable",
}

Kind = Literal[
    "invalid_request_error", "authentication_error", "permission_error", "rate_limit_error", "server_error"
]
_KINDS: dict[int, Kind] = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


class Error(Value):
    """What is wrong.

    Attributes:
        message: One sentence and the next step, for a person.
        type: The kind of error.
        param: Dotted path of the wrong field; None where it is no field.
        code: For a program; None where the type says it all.
    """

    message: str
    type: Kind
    param: str | None = None
    code: str | None = None


class ErrorBody(Value):
    """The body of every answer from 400 on."""

    error: Error


RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "A field is wrong; `param` names it."},
    401: {"model": ErrorBody, "description": "The key is missing or not good here."},
    403: {"model": ErrorBody, "description": "The key lacks the scope."},
    413: {"model": ErrorBody, "description": "The body is too large."},
    415: {"model": ErrorBody, "description": "The body is not declared as JSON."},
    429: {"model": ErrorBody, "description": "Too much at a time; `Retry-After` says when to come back."},
    503: {"model": ErrorBody, "description": "The job store or the model does not answer; try again later."},
}


def has_openai_address(path: str) -> bool:
    """Whether errors at this path are in OpenAI's shape."""
    return any(path == own or path.startswith(f"{own}/") for own in PATHS)


def error_body(status: int, message: str, param: str | None = None) -> ErrorBody:
    """The body of an error with this status."""
    kind = _KINDS.get(status, "invalid_request_error" if status < 500 else "server_error")
    return ErrorBody(error=Error(message=message, type=kind, param=param, code=_CODES.get(status)))


def in_openai_shape(path: str, problem: Response) -> Response:
    """A whole response: the problem document itself, or its OpenAI shape where the path asks for it."""
    if not has_openai_address(path):
        return problem
    status, body = _translated(problem.status_code, bytes(problem.body))
    return Response(body, status, media_type="application/json")


class OpenAIErrors:
    """Turns problem documents at OpenAI's addresses into OpenAI's errors, whoever sent them.

    Args:
        app: The app behind it, guards and all.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http" or not has_openai_address(scope["path"]):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def translating(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
                return
            if start is None:
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                status, body = _translated(start["status"], body)
                headers = MutableHeaders(raw=list(start["headers"]))
                headers["content-type"] = "application/json"
                headers["content-length"] = str(len(body))
                await send({**start, "status": status, "headers": headers.raw})
                await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, translating)


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith(_PROBLEM)


def _translated(status: int, problem: bytes) -> tuple[int, bytes]:
    document = json.loads(problem)
    fields = document.get("errors") or [{}]
    status = 400 if status == 422 else status  # OpenAI knows no other status for a wrong field
    body = error_body(status, document["detail"], fields[0].get("field"))
    return status, json.dumps(body.model_dump(), ensure_ascii=False).encode()
