"""Headers of every response: what a browser may do with it, and where the client's quota stands."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.limits import Quota

# Unless a route says otherwise. JSON and text need nothing; the page, its reports and the API's description
# have policies of their own.
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_ONE_YEAR_OF_HTTPS = "max-age=31536000"
QUOTA = "quota"  # in the request's state
QUOTA_HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def _quota_headers(quota: Quota) -> dict[str, str]:
    """What a response tells of a client's quota."""
    values = (quota.limit, quota.remaining, quota.reset_s)
    return {name: str(value) for name, value in zip(QUOTA_HEADERS, values, strict=True)}


class SafeHeaders:
    """Adds headers to every response that does not have them.

    Args:
        app: The app behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE.items():
                    headers.setdefault(name, value)
                if "etag" not in headers:  # no file that is the same for everybody
                    headers.setdefault("Cache-Control", "no-store")
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", _ONE_YEAR_OF_HTTPS)
                quota = state.get(QUOTA)
                if isinstance(quota, Quota):
                    headers.update(_quota_headers(quota))
            await send(message)

        await self._app(scope, receive, with_headers)
