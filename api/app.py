"""The FastAPI app."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from api import documentation, problems
from api.body import BeforeBody
from api.deps import Services
from api.guards import BodyLimit, HostGuard
from api.headers import QUOTA_HEADERS, SafeHeaders
from api.observing import HttpMetrics, Observed
from api.openai import batches, chat, completions, files, models
from api.openai.errors import OpenAIErrors
from api.page import app as page
from api.routes import (
    artifacts,
    audits,
    events,
    feedback,
    health,
    keys,
    metrics,
    platforms,
    reports,
    tasks,
    webhooks,
)
from verifiers.version import acrisol_version

# A file of 200 MB, and what is around it in the request; and what anybody may send is small.
_OWN_LIMITS = {
    **dict.fromkeys(("/v1/files", "/batches"), 201 * 2**20),
    **dict.fromkeys(("/sign-in", "/sign-out"), 10_000),
}
# A key in a header may come from there; the page's cookie may not.
_CROSS_ORIGIN: Mapping[str, Any] = {
    "allow_methods": ["GET", "POST", "DELETE"],
    "allow_headers": ["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
    "expose_headers": ["Location", "Retry-After", "Idempotent-Replayed", *QUOTA_HEADERS],
    "allow_credentials": False,
}


def create_app(
    services: Services, *, max_body_bytes: int, hosts: Collection[str], origins: Sequence[str] = ()
) -> FastAPI:
    """The API over these services.

    Args:
        services: What it stands on.
        max_body_bytes: The largest request body.
        hosts: Lower-case names that requests may use for this server; ``*`` for any.
        origins: Of other sites, whose pages may send requests with a key.
    """
    app = FastAPI(title="Acrisol", version=acrisol_version(), docs_url=None, redoc_url=None)
    app.state.services = services
    problems.install(app)
    documentation.install(app)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(platforms.router)
    app.include_router(keys.router)
    app.include_router(tasks.router)
    app.include_router(audits.router)
    app.include_router(reports.router)
    app.include_router(webhooks.router)
    app.include_router(events.router)
    app.include_router(artifacts.router)
    app.include_router(feedback.router)
    app.include_router(chat.router)
    app.include_router(completions.router)
    app.include_router(models.router)
    app.include_router(files.router)
    app.include_router(batches.router)
    page.install(app)
    app.add_middleware(BeforeBody)
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes, elsewhere=_OWN_LIMITS)
    if origins:
        app.add_middleware(CORSMiddleware, allow_origins=origins, **_CROSS_ORIGIN)
    app.add_middleware(HostGuard, hosts=hosts)
    app.add_middleware(OpenAIErrors)  # it translates what the guards say, too
    app.add_middleware(SafeHeaders)
    app.state.http_metrics = HttpMetrics()
    app.add_middleware(Observed, metrics=app.state.http_metrics)  # the outermost: it sees what they refuse
    return app
