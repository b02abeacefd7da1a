"""The page's own style, and htmx as a Python package carries it."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from verifiers.domain import digest

_OWN = {"page.css": "text/css", "icon.svg": "image/svg+xml"}
# Only its files are used: scripts/install brings the package without Django.
_CARRIER = "django_htmx"
_HTMX = {"htmx.js": "htmx-4.min.js", "hx-sse.js": "ext/hx-sse-4.min.js"}


def _texts() -> dict[str, str]:
    own = files("api.page").joinpath("static")
    texts = {name: own.joinpath(name).read_text("utf-8") for name in _OWN}
    found = find_spec(_CARRIER)
    if found is not None and found.origin is not None:
        folder = Path(found.origin).parent / "static" / "django_htmx"
        texts |= {name: (folder / path).read_text("utf-8") for name, path in _HTMX.items()}
    return texts


_TEXTS = _texts()
SCRIPTS = tuple(name for name in _HTMX if name in _TEXTS)
VERSION = digest("".join(_TEXTS.values()))[:12]  # in the addresses, so that browsers may keep the files

router = APIRouter(include_in_schema=False)


@router.get("/static/{version}/{name}")
def asset(version: str, name: str) -> Response:
    """A file that pages load; the same for everybody, so that it needs no key."""
    if name not in _TEXTS:
        raise HTTPException(404)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if version == VERSION else "no-cache",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
    return Response(_TEXTS[name], media_type=_OWN.get(name, "text/javascript"), headers=headers)
