"""What a request has to pass before any route sees it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import refuse


class HostGuard:
    """Refuses requests that use another name for this server.

    A page on a hostile site can point its own name at 127.0.0.1 and then talk to this server with the
    visitor's browser ("DNS rebinding"); its requests still carry the hostile name.

    Args:
        app: The app behind it.
        hosts: Lower-case names without a port; ``*`` for any.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] == "http" and "*" not in self._hosts:
            name = _without_port(Headers(scope=scope).get("host", "")).lower()
            if name not in self._hosts:
                detail = (
                    "This server does not go by the name in the Host header. "
                    "Use one of its own names, or add yours to ACRISOL_ALLOWED_HOSTS."
                )
                await refuse(scope, receive, send, 421, detail)
                return
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuses a request body that is too large, whatever length it claims to have.

    Args:
        app: The app behind it.
        max_bytes: The largest body.
        elsewhere: The largest body at an address where it is another.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, elsewhere: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._elsewhere = dict(elsewhere or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._elsewhere.get(scope["path"], self._max_bytes)
        detail = f"The body is too large: at most {most:,} bytes can be sent."
        claimed = Headers(scope=scope).get("content-length", "0")
        if not claimed.isdecimal() or len(claimed) > 18 or int(claimed) > most:
            await refuse(scope, receive, send, 413, detail)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413, detail, headers={"Connection": "close"})
            return message

        await self._app(scope, counted, send)


def _without_port(host: str) -> str:
    if host.startswith("["):  # an IPv6 address
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
