"""What is fetched of an ended job: how it is described, refused and sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from fastapi import Response
from starlette.exceptions import HTTPException

from api.problems import Problem
from worker.states import JobState

SOON = {"Retry-After": "2"}
Responses = dict[int | str, dict[str, Any]]


def described(media_type: str, description: str, not_found: Responses, what: str) -> Responses:
    """The answers of a route that sends something of a job.

    Args:
        media_type: Of what is sent.
        description: What it is.
        not_found: What says that there is no such job.
        what: What is missing where there is none, as in "The task has not ended, or it ended without this."
    """
    schema = {"type": "string"} if media_type.startswith("text/") else {}
    shown = {"description": description, "content": {media_type: {"schema": schema}}}
    return {**not_found, 200: shown, 409: {"model": Problem, "description": what}}


def not_ended(kind: Literal["task", "audit"], state: JobState) -> HTTPException:
    """The error for a job of which there is nothing yet."""
    return HTTPException(409, f"The {kind} has not ended: it is {state}. Ask again later.", SOON)


def sent(made: str | bytes, media_type: str, name: str, headers: Mapping[str, str], show: bool) -> Response:
    """The answer that sends it.

    Args:
        made: What is sent.
        media_type: What it is.
        name: The file's name for whoever saves it.
        headers: Further ones.
        show: Whether a browser may show it instead of saving it.
    """
    place = f'{"inline" if show else "attachment"}; filename="{name}"'
    return Response(made, media_type=media_type, headers={**headers, "Content-Disposition": place})
