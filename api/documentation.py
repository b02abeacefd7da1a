"""The OpenAPI document and its page, served without any other host being asked."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from api.openai.errors import ErrorBody, has_openai_address
from api.problems import MEDIA_TYPE, Problem

_ASSETS = "/docs/assets"
_REFUSALS = {
    "401": "The key is missing or not good here.",
    "403": "The key lacks the scope, or another site sent the request.",
    "429": "Too many requests; `Retry-After` says when to come back.",
    "503": "The store does not answer; try again later.",
}
_OF_JSON = {
    "400": "The body is not JSON.",
    "413": "The body is too large.",
    "415": "The body is not declared as JSON.",
}
_DESCRIPTION = """
Code generation that returns only code which has been **run, attacked and scanned**.

Submit a task, get its id at once, and ask for its state until it is one of the final ones: `solved`,
`exhausted`, `refused`, `needs_review`, `cancelled` or `error`. Submit Solidity that is there already as an
audit; once it is `audited`, its report is there as JSON, page, PDF and SARIF.
Every error is a problem document (RFC 9457).
"""


def install(app: FastAPI) -> None:
    """Serve ``/docs`` from files of the ``fastapi-offline`` package, and describe errors as what they are."""
    app.mount(_ASSETS, StaticFiles(packages=[("fastapi_offline", "static")]), name="docs-assets")

    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=f"{app.title} API",
        swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{_ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{_ASSETS}/favicon.png",
    )
    page.headers["Content-Security-Policy"] = _content_policy(bytes(page.body).decode())

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return page

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _content_policy(page: str) -> str:
    # Its one script is named by its digest; the styles that Swagger UI sets on elements cannot be.
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    named = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src 'self' {named}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
    for address, path in document["paths"].items():
        for operation in path.values():
            if "security" in operation:  # a route that needs a key: api/auth.py
                body = operation.get("requestBody", {}).get("content", {})
                refusals = _REFUSALS | (_OF_JSON if "application/json" in body else {})
                _add_refusals(operation["responses"], refusals, has_openai_address(address))
            if has_openai_address(address):
                operation["responses"].pop("422", None)  # which FastAPI adds; these routes answer 400
                continue
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if status >= "400" and "application/json" in content:
                    content[MEDIA_TYPE] = content.pop("application/json")
    return document


def _add_refusals(responses: dict[str, Any], refusals: Mapping[str, str], as_openai: bool) -> None:
    name = ErrorBody.__name__ if as_openai else Problem.__name__
    schema = {"$ref": f"#/components/schemas/{name}"}
    for status, description in refusals.items():
        content = {"application/json": {"schema": schema}}
        responses.setdefault(status, {"description": description, "content": content})
