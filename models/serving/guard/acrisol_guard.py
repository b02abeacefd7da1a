"""Runs inside of vLLM's server, in front of everything: what has no key gets nothing but health and numbers.

vLLM asks for its key below ``/v1`` and a few other prefixes only. What it adds for hosting platforms stands
outside of them: ``/invocations`` generates text and ``/adapters`` loads adapters, for whoever asks (seen in
0.32). So this lets through a list of paths, and each of them with the key only.

Imports nothing of this project: vLLM has an interpreter of its own, and finds this file because it is started
in this folder.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

OPEN = ("/health", "/metrics")
GUARDED = ("/v1/",)


class Guard:
    """An ASGI middleware, as vLLM's ``--middleware`` takes it.

    Args:
        app: The server behind it.
        key: The API key; None takes the one that vLLM was given by its environment. Without any nothing but
            :data:`OPEN` answers.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], key: str | None = None) -> None:
        if key is None:
            from vllm import envs

            key = envs.VLLM_API_KEY
        self._app = app
        self._wanted = f"Bearer {key}".encode() if key else None

    async def __call__(
        self, scope: MutableMapping[str, Any], receive: Callable[..., Any], send: Callable[..., Any]
    ) -> None:
        """See the ASGI specification."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no web socket of vLLM's is used here
        status = self._refusal(scope)
        if status is None:
            await self._app(scope, receive, send)
            return
        body = b'{"error": {"message": "%s"}}' % (
            b"Not found." if status == 404 else b"The API key is wrong."
        )
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _refusal(self, scope: MutableMapping[str, Any]) -> int | None:
        path = scope["path"]
        if path in OPEN and scope["method"] in ("GET", "HEAD"):
            return None
        if not path.startswith(GUARDED):
            return 404
        given = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
        if self._wanted is None or len(given) != 1 or not hmac.compare_digest(given[0], self._wanted):
            return 401
        return None
