"""What happens before a request's body is read.

FastAPI reads and parses a body before it asks any dependency. So whoever asks for the body first is stopped
here: the key is looked at before the first byte is taken, and how a JSON body is built before it is parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from fastapi import Request
from fastapi.dependencies.models import Dependant
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Connection

from api.auth import Needs, admit
from verifiers.errors import ToolError
from worker.access import Scope

# Sixteen tasks with 2 * MAX_FILES files each have 26,000. Every part may be a fault that is told: what is
# wrong with a body of so many takes 0.3 s to be said, and with one of a million five.
_MOST_PARTS = 50_000
# Each quote begins a match and nothing is looked at twice: a string without an end goes to the body's end.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_RETRY_AFTER = {"Retry-After": "5"}


class BeforeBody:
    """Lets a route have the body once the key is one that may do what the route does.

    Args:
        app: The app behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        first = True

        async def guarded() -> Message:
            nonlocal first
            if not first:
                return await receive()
            first = False
            wanted = needed(scope.get("route"))
            if wanted:
                await run_in_threadpool(_admit, Request(scope), wanted)
            return await (_checked(receive) if _is_json(scope) else receive())

        await self._app(scope, guarded, send)


def needed(route: object) -> frozenset[Scope]:
    """The scopes that a route asks a key for; none where anybody may come."""
    dependant = getattr(route, "dependant", None)
    return frozenset(_scopes(dependant)) if isinstance(dependant, Dependant) else frozenset()


def structure_fault(body: bytes) -> str | None:
    """Why a JSON body, in UTF-8, is not parsed; None if it may be."""
    around = _STRING.sub(b"", body)
    if around.count(b",") + around.count(b"{") + around.count(b"[") > _MOST_PARTS:
        return f"The body has too many parts: it can have at most {_MOST_PARTS:,} fields, items and brackets."
    return None


def _scopes(dependant: Dependant) -> Iterable[Scope]:
    if isinstance(dependant.call, Needs):
        yield dependant.call.scope
    for below in dependant.dependencies:
        yield from _scopes(below)


def _admit(request: Request, wanted: frozenset[Scope]) -> None:
    try:
        for scope in wanted:
            admit(request, scope)
    except ToolError as error:  # anything else than this FastAPI takes for a body that cannot be read
        raise HTTPException(503, str(error), headers=_RETRY_AFTER) from error


async def _checked(receive: Receive) -> Message:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return message  # the client went away
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    body = b"".join(parts)
    if not json.detect_encoding(body).startswith("utf-8"):
        # It would be parsed, but an escaped quote looks like another in it, and hides parts from _STRING.
        raise HTTPException(400)
    fault = structure_fault(body)
    if fault is not None:
        raise HTTPException(413, fault)
    return {"type": "http.request", "body": body, "more_body": False}


def _is_json(scope: Connection) -> bool:
    return "json" in Headers(scope=scope).get("content-type", "").lower()
