"""Signing in to the page.

What the page does: its form at ``SIGN_IN`` posts a key to a route that calls :func:`sign_in` and answers with
a redirect to :func:`after_sign_in`; its button posts to a route that calls :func:`sign_out`. Neither route
has a dependency of ``auth.py``; both functions refuse requests that another site sent. All other routes of
the page name ``Reader``, ``Submitter`` or ``Admin`` like those of the API: the cookie that ``sign_in`` sets
is as good as the key in the header, and a browser that asks for a page without it is sent to ``SIGN_IN``.

The cookie holds a random token, which stands for the key until the key is revoked or expires, the person
signs out, or a week has passed. Scripts cannot read it. Browsers do not send it along with requests that
other sites make; in case one does, each request with the cookie that may change something has to come from
a page of this very origin.
"""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from api.counting import count
from api.deps import services
from worker.access import Caller
from worker.store.access import authentication, sessions

SIGN_IN = "/sign-in"
_LIFETIME_S = 7 * 86_400
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def sign_in(request: Request, secret: str, response: Response) -> Caller | None:
    """Begin a session with a key: sets the cookie on the response.

    Whoever was signed in before in this browser is signed out, so that no session outlives its page.

    Returns:
        Who it is; None if the key is good for nothing, and no cookie is set.

    Raises:
        HTTPException: 403, the request does not come from this server's own page; 429, the key has sent too
            many requests.
        StoreUnavailable: nobody is signed in.
    """
    _refuse_other_origins(request)
    database = services(request).database
    found = authentication.authenticate(database, secret.strip())
    if found is None or found.key_id is None:
        return None
    count(request, found)
    _end(request)
    token = sessions.begin(database, found.key_id, _LIFETIME_S)
    response.set_cookie(
        _name(request),
        token,
        max_age=_LIFETIME_S,
        path="/",
        secure=_encrypted(request),
        httponly=True,
        samesite="strict",
    )
    return found


def sign_out(request: Request, response: Response) -> None:
    """End the session: the cookie is good for nothing from now on, also where it was copied to.

    Raises:
        HTTPException: 403, the request does not come from this server's own page.
        StoreUnavailable: the session goes on.
    """
    _refuse_other_origins(request)
    _end(request)
    response.delete_cookie(
        _name(request), path="/", secure=_encrypted(request), httponly=True, samesite="strict"
    )


def after_sign_in(wanted: str | None) -> str:
    """Where to go after signing in.

    Args:
        wanted: The parameter ``next`` of the sign-in page, which anybody can write into a link.

    Returns:
        A path on this server.
    """
    if wanted is None or not wanted.startswith("/") or "\\" in wanted or not wanted.isprintable():
        return "/"
    return "/" if wanted.startswith("//") else wanted


def session_caller(request: Request) -> Caller | None:
    """Whose session the request belongs to; None if it belongs to none.

    Raises:
        HTTPException: 403, it may change something, and does not come from this server's own page.
    """
    token = request.cookies.get(_name(request))
    if token is None:
        return None
    if request.method not in _READING:
        _refuse_other_origins(request)
    return sessions.caller(services(request).database, token)


def asks_for_page(request: Request) -> bool:
    """Whether a browser asks for a page, and not a program or a script for data."""
    return request.method in _READING and "text/html" in request.headers.get("accept", "")


def to_sign_in(request: Request) -> HTTPException:
    """Sends a browser to the sign-in page, and from there back to where it was going."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return HTTPException(303, headers={"Location": f"{SIGN_IN}?next={quote(wanted)}"})


def _refuse_other_origins(request: Request) -> None:
    # What a browser says by itself and no page can change; old ones say Origin only. A reverse proxy may
    # have changed the scheme, so hosts are compared.
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        same = site == "same-origin"
    else:
        host = request.headers.get("origin", "").partition("://")[2]
        same = host != "" and host == request.headers.get("host")
    if not same:
        detail = (
            "This request does not come from this server's own page. Send it from there, or with an API key."
        )
        raise HTTPException(403, detail)


def _end(request: Request) -> None:
    token = request.cookies.get(_name(request))
    if token is not None:
        sessions.end(services(request).database, token)


def _name(request: Request) -> str:
    # With the prefix, no other host of the same domain can set it, and no page without encryption.
    return "__Host-acrisol" if _encrypted(request) else "acrisol"


def _encrypted(request: Request) -> bool:
    return request.url.scheme == "https"
