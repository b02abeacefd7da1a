"""A number, a log line and an id for every request."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.access import Caller
from worker.observing.logs import request_id

HEADER = "X-Request-ID"

_LOG = logging.getLogger("acrisol.access")
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
_NO_ROUTE = "none"  # refused before any route saw it, or there is none at this address
GONE = 499  # what nginx logs for a client that went away; nobody reads it
_LONGEST = 200


class HttpMetrics:
    """The numbers; labels are templates of routes, methods and statuses: nothing that a client chose."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route")
        self.requests = Counter(
            "acrisol_http_requests", "Answered requests.", (*labels, "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "acrisol_http_request_seconds",
            "From a request to the beginning of its answer; a stream may go on for longer.",
            labels,
            registry=self.registry,
            buckets=_SECONDS,
        )
        self.open = Gauge("acrisol_http_requests_open", "Requests in work.", registry=self.registry)


class Observed:
    """Counts, logs and names every request.

    A client may name its request itself, by a header of the same name; what is no plain id is not taken.

    Args:
        app: The app behind it.
        metrics: Counts.
    """

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        name = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
        began = time.monotonic()
        seen: dict[str, float] = {}

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"], seen["seconds"] = message["status"], time.monotonic() - began
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        token = request_id.set(name)
        self._metrics.open.inc()
        try:
            await self._app(scope, receive, named)
        except Exception:
            seen.setdefault("status", 500)  # answered further out
            raise
        finally:
            self._metrics.open.dec()
            seen.setdefault("seconds", time.monotonic() - began)
            self._tell(scope, int(seen.get("status", GONE)), seen["seconds"], time.monotonic() - began)
            request_id.reset(token)

    def _tell(self, scope: Scope, status: int, seconds: float, whole: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = str(getattr(scope.get("route"), "path", _NO_ROUTE))
        self._metrics.requests.labels(method, route, status).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)
        if _LOG.isEnabledFor(logging.INFO):
            fields = {"status": status, "route": route, "ms": round(whole * 1000, 1), **_caller(scope)}
            path = scope.get("raw_path", b"").partition(b"?")[0].decode("latin-1")[:_LONGEST]
            _LOG.info("%s %s", method, path, extra={"fields": fields})


def _caller(scope: MutableMapping[str, Any]) -> dict[str, str]:
    client = scope.get("client")
    found = {"client": client[0]} if client else {}
    caller = scope.get("state", {}).get("caller")
    if isinstance(caller, Caller):
        found |= {"tenant": caller.tenant, "key": caller.key_id or ""}
    return found
