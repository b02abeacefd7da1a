"""The FastAPI app."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import FastAPI

from api import documentation, problems
from api.deps import Services
from api.guards import BodyLimit, HostGuard
from api.openai import chat, models
from api.openai.errors import OpenAIErrors
from api.routes import audits, health, reports, tasks
from verifiers.version import acrisol_version


def create_app(services: Services, *, max_body_bytes: int, hosts: Collection[str]) -> FastAPI:
    """The API over these services.

    Args:
        services: What it stands on.
        max_body_bytes: The largest request body.
        hosts: Lower-case names that requests may use for this server; ``*`` for any.
    """
    app = FastAPI(title="Acrisol", version=acrisol_version(), docs_url=None, redoc_url=None)
    app.state.services = services
    problems.install(app)
    documentation.install(app)
    app.include_router(health.router)
    app.include_router(tasks.router)
    app.include_router(audits.router)
    app.include_router(reports.router)
    app.include_router(chat.router)
    app.include_router(models.router)
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes)
    app.add_middleware(HostGuard, hosts=hosts)
    app.add_middleware(OpenAIErrors)  # the outermost: it translates what the guards say, too
    return app
