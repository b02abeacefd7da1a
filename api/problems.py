"""Every error that leaves the API is a problem document (RFC 9457)."""

from __future__ import annotations

import errno
import json
import logging
import uuid
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.headers import SAFE
from api.openai.errors import in_openai_shape
from verifiers.domain import Value
from verifiers.errors import AcrisolError, InvalidInput, ToolError
from verifiers.validation import problems as sentences
from worker.errors import Conflict, NotFound, TooManyJobs
from worker.store.text import encodable

MEDIA_TYPE = "application/problem+json"

_LOG = logging.getLogger(__name__)
_MOST_FIELDS = 20
_LONGEST = 300  # characters of a field's path or of a sentence: both can repeat what a client sent
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_RETRY_AFTER = {"Retry-After": "5"}
_FIXES = {
    "missing": "Add it.",
    "extra_forbidden": "Remove it; /docs lists the fields that there are.",
    "string_too_short": "Give it some text.",
    "string_type": "Send a JSON string.",
    "string_unicode": "Send valid Unicode text.",
    "string_too_long": "Shorten it.",
    "too_long": "Send fewer.",
    "too_short": "Send at least one.",
    "int_type": "Send a whole number.",
    "int_parsing": "Send a whole number.",
    "model_attributes_type": "Send a JSON object.",
    "model_type": "Send a JSON object.",
}


class FieldProblem(Value):
    """What is wrong with one field of a request.

    Attributes:
        field: Dotted path, for example ``tests.files.0.content``.
        message: What is wrong with it.
        fix: What to do about it; empty where the message says so.
    """

    field: str
    message: str
    fix: str = ""


class Problem(Value):
    """A problem document.

    Attributes:
        type: A URI of the kind of problem; ``about:blank`` where the status says it all.
        title: The status in words.
        status: The HTTP status.
        detail: One sentence and the next step, for a person.
        instance: Names this one occurrence, for finding it in the server's log.
        errors: The fields that are wrong, at most the first twenty.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: tuple[FieldProblem, ...] = ()


def problem(
    status: int,
    detail: str,
    errors: tuple[FieldProblem, ...] = (),
    instance: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A response that holds a problem document."""
    body = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, instance=instance, errors=errors
    )
    text = encodable(json.dumps(body.model_dump(exclude_none=True), ensure_ascii=False))
    return Response(text, status, headers=headers, media_type=MEDIA_TYPE)


def invalid(errors: Iterable[Mapping[str, Any]]) -> Response:
    """The response to a request that does not fit its schema.

    Args:
        errors: As from ``RequestValidationError.errors()``.
    """
    found = tuple(_field_problem(error) for error, _ in zip(errors, range(_MOST_FIELDS), strict=False))
    first = found[0]
    return problem(422, f"{first.field}: {first.message}. {first.fix}".strip(), found)


def install(app: FastAPI) -> None:
    """Answer every error of the app by a problem document."""
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(AcrisolError, _on_acrisol)
    app.add_exception_handler(OSError, _on_system)
    app.add_exception_handler(Exception, _on_mistake)


async def refuse(scope: Scope, receive: Receive, send: Send, status: int, detail: str) -> None:
    """Answer a request with a problem from within a middleware."""
    await problem(status, detail, headers={"Connection": "close"})(scope, receive, send)


def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return invalid(error.errors())


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    detail = str(error.detail)
    if error.status_code == 404 and detail == HTTPStatus(404).phrase:
        detail = "There is nothing at this address; /docs lists the addresses that there are."
    elif error.status_code == 405:
        detail = f"{request.method} is not possible here; /docs lists what is."
    elif error.status_code == 400:
        detail = "The body cannot be read: send one JSON object in UTF-8."
    return problem(error.status_code, detail, headers=error.headers)


def _on_acrisol(request: Request, error: Exception) -> Response:
    match error:
        case NotFound():
            return problem(404, str(error))
        case Conflict():
            return problem(409, str(error))
        case TooManyJobs():
            return problem(429, str(error), headers=_RETRY_AFTER)
        case InvalidInput():
            wrong = FieldProblem(field=error.field, message=error.message, fix=error.hint)
            return problem(422, str(error), (wrong,))
        case ToolError():
            _LOG.error("%s", error)
            return problem(503, str(error), headers=_RETRY_AFTER)
        case _:
            return _on_mistake(request, error)


def _on_system(request: Request, error: Exception) -> Response:
    assert isinstance(error, OSError)
    if error.errno not in _FULL:
        raise error
    _LOG.error("There is no room for what was sent: %s", error)
    detail = "The server has no room on its disk for what was sent. Try again later, or tell who runs it."
    return problem(503, detail, headers=_RETRY_AFTER)


def _on_mistake(request: Request, error: Exception) -> Response:
    # Starlette raises the error again behind this answer, and the server logs its traceback.
    instance = f"urn:uuid:{uuid.uuid4()}"
    _LOG.error("%s %s failed: %s", request.method, request.url.path, instance)
    detail = "The server made a mistake. Its log has the details under this instance's id."
    answer = in_openai_shape(request.url.path, problem(500, detail, instance=instance))
    answer.headers.update(SAFE)  # it goes out past all middleware
    return answer


def _field_problem(error: Mapping[str, Any]) -> FieldProblem:
    kind = str(error["type"])
    place = tuple(error["loc"])
    if kind == "json_invalid":
        reason = error.get("ctx", {}).get("error", "")
        return FieldProblem(
            field="body",
            message=_cut(f"is not valid JSON at character {place[-1]}: {reason}"),
            fix="Send one JSON object.",
        )
    named = place[1:] if len(place) > 1 else place  # without 'body', 'query', 'path'
    (said,) = sentences([{**error, "loc": named}])
    return FieldProblem(field=_cut(said.field), message=_cut(said.message), fix=_FIXES.get(kind, ""))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
