"""Putting the page into the app."""

from __future__ import annotations

from fastapi import FastAPI

from api.page import assets, audits, batches, errors, keys, models, queue, signing_in, tasks, webhooks


def install(app: FastAPI) -> None:
    """Add the page's routes, and pages for errors that a person sees."""
    for part in (assets, signing_in, tasks, audits, batches, queue, models, webhooks, keys):
        app.include_router(part.router)
    errors.install(app)
