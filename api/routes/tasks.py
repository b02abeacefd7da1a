"""``/v1/tasks``: submit coding tasks, and see what became of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Response

from api.auth import Reader, Submitter
from api.deps import ServicesDep, json_only
from api.editing import Editor
from api.problems import Problem
from api.repeats import DELETED, REPLAYED, IdempotencyKey, looking_back
from api.routes.examples import TASKS
from api.routes.filters import NOT_ENDED, BeginWithin, FiltersDep
from api.waking import wake
from verifiers.domain import CodingTask
from worker.errors import AlreadyAccepted
from worker.states import JobState
from worker.store import jobs, removal
from worker.store.idempotency import once
from worker.store.records import Job, JobPage, JobSummary

router = APIRouter(
    prefix="/v1/tasks",
    tags=["tasks"],
    responses={
        422: {"model": Problem, "description": "A field is wrong; the problem names it and the fix."},
        503: {"model": Problem, "description": "The job store does not answer; try again later."},
    },
)
_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no task with this id."}
}


@router.post(
    "",
    status_code=202,
    summary="Submit a task",
    dependencies=[Depends(json_only)],
    response_description="Accepted: the task will end in exactly one final state.",
    responses={
        400: {"model": Problem, "description": "The body is not JSON."},
        413: {"model": Problem, "description": "The body is too large."},
        415: {"model": Problem, "description": "The body is not declared as JSON."},
        **DELETED,
    },
)
def submit(
    task: Annotated[CodingTask, Body(openapi_examples=TASKS)],
    response: Response,
    given: ServicesDep,
    caller: Submitter,
    idempotency_key: IdempotencyKey = None,
    begin_within_s: BeginWithin = None,
) -> JobSummary:
    """Store a task and let a worker solve it.

    The answer comes at once; ask for the task's state at the address in the `Location` header.
    """
    given.check(task)
    repeat = once(idempotency_key, "tasks", task)
    deadline_at = begin_within_s and given.database.clock() + begin_within_s
    try:
        summary = jobs.submit(
            given.database, task, given.wake_after_s, caller, deadline_at=deadline_at, once=repeat
        )
        wake(given, summary.id)
    except AlreadyAccepted as earlier:
        with looking_back():
            summary = jobs.summary(given.database, earlier.job_id, caller.tenant)
        response.headers[REPLAYED] = "true"
    response.headers["Location"] = f"/v1/tasks/{summary.id}"
    return summary


@router.get("", summary="List tasks")
def listing(
    given: ServicesDep,
    caller: Reader,
    filters: FiltersDep,
    limit: Annotated[int, Query(ge=1, le=200, description="At most so many tasks.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=64, description="`next_cursor` of the page before.")
    ] = None,
    state: Annotated[
        list[JobState], Query(description="Only tasks in this state; may be given several times.")
    ] = [],  # noqa: B006 - FastAPI copies it
) -> JobPage:
    """Tasks, newest first, without their code and outcomes."""
    return jobs.page(given.database, limit, cursor, set(state), caller.sees, filters)


@router.get("/{task_id}", summary="Get a task", responses=_NOT_FOUND)
def get(task_id: str, given: ServicesDep, caller: Reader) -> Job:
    """A task's state and, once it has ended, its outcome: the accepted code, its evidence, all attempts.

    In the state `error` there is no outcome; `error` says what was missing or broken.
    """
    return jobs.get(given.database, task_id, caller.sees)


@router.delete("/{task_id}", status_code=204, summary="Delete a task", responses=_NOT_FOUND | NOT_ENDED)
def delete(task_id: str, given: ServicesDep, caller: Submitter) -> None:
    """Delete a task that has ended: its code, its outcome, its events and what people said of it."""
    jobs.summary(given.database, task_id, caller.sees)
    removal.remove(given.database, task_id, caller, given.forget)


@router.post("/{task_id}/cancel", summary="Cancel a task", responses=_NOT_FOUND)
def cancel(task_id: str, given: ServicesDep, caller: Editor) -> Job:
    """Cancel a task: at once if it is queued, within seconds if it runs.

    A task that has ended stays as it is.
    """
    return jobs.cancel(given.database, task_id, caller.sees)
