"""Putting the page into the app."""

from __future__ import annotations

from fastapi import FastAPI

from api.page import assets, errors, signing_in, tasks


def install(app: FastAPI) -> None:
    """Add the page's routes, and pages for errors that a person sees."""
    for part in (assets, signing_in, tasks):
        app.include_router(part.router)
    errors.install(app)
