"""``/v1/tasks/ID/feedback``: say what an outcome was worth, and what the code should have been."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends

from api.auth import Reader, Submitter
from api.deps import ServicesDep, json_only
from api.problems import Problem
from api.routes.examples import FEEDBACK
from worker.store import feedback
from worker.store.feedback import Feedback, FeedbackList, FeedbackRequest

router = APIRouter(
    prefix="/v1/tasks/{task_id}/feedback",
    tags=["tasks"],
    responses={
        404: {"model": Problem, "description": "There is no task with this id."},
        422: {"model": Problem, "description": "A field is wrong; the problem names it and the fix."},
        503: {"model": Problem, "description": "The job store does not answer; try again later."},
    },
)


@router.post(
    "",
    status_code=201,
    summary="Give feedback on a task",
    dependencies=[Depends(json_only)],
    responses={
        400: {"model": Problem, "description": "The body is not JSON."},
        409: {"model": Problem, "description": "The task has not ended."},
        413: {"model": Problem, "description": "The body is too large."},
        415: {"model": Problem, "description": "The body is not declared as JSON."},
    },
)
def give(
    task_id: str,
    request: Annotated[FeedbackRequest, Body(openapi_examples=FEEDBACK)],
    given: ServicesDep,
    caller: Submitter,
) -> Feedback:
    """Say whether an ended task's outcome was of use, and give the code as it should have been.

    It is kept with the task and deleted with it. Models are trained on it only with `consent`; the last
    feedback on a task counts, so that consent is taken back by another one without it.
    """
    return feedback.give(given.database, task_id, request, caller)


@router.get("", summary="List the feedback on a task")
def listing(task_id: str, given: ServicesDep, caller: Reader) -> FeedbackList:
    """All feedback on a task, newest first."""
    return feedback.listing(given.database, task_id, caller.sees)
