"""What happens in a task or an audit: as a list, or live as server-sent events."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.auth import Reader
from api.deps import Services, ServicesDep
from api.openai.streams import EventStream
from api.problems import Problem
from verifiers.domain import Value
from worker.access import Caller
from worker.store import audits, events, jobs
from worker.store.records import EventPage

_STREAM = "text/event-stream"

router = APIRouter(
    responses={
        200: {
            "description": "The events; as a stream where `Accept` asks for one.",
            "content": {_STREAM: {"schema": {"type": "string"}}},
        },
        204: {"description": "There is nothing to stream after `Last-Event-ID`: do not come back."},
        422: {"model": Problem, "description": "A parameter is wrong; the problem names it and the fix."},
        429: {"model": Problem, "description": "Too many streams are open."},
        503: {"model": Problem, "description": "The job store does not answer; try again later."},
    },
)


class _Asked(Value):
    """What part of the events is wanted, and how."""

    after: int
    limit: int
    live: bool


def _asked(
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**53, description="Only events with a larger `seq`.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many, in a list.")] = 1000,
    last_event_id: Annotated[
        int | None, Header(ge=0, le=2**53, description="The same as `after`, as browsers send it.")
    ] = None,
) -> _Asked:
    live = _STREAM in request.headers.get("accept", "").lower()
    return _Asked(after=after if last_event_id is None else last_event_id, limit=limit, live=live)


_AskedDep = Annotated[_Asked, Depends(_asked)]


def _not_found(what: str) -> dict[int | str, dict[str, Any]]:
    return {404: {"model": Problem, "description": f"There is no {what} with this id."}}


@router.get(
    "/v1/tasks/{task_id}/events",
    tags=["tasks"],
    summary="What happened so far, and what happens",
    response_model=EventPage,
    responses=_not_found("task"),
)
async def of_task(
    task_id: str, response: Response, given: ServicesDep, caller: Reader, asked: _AskedDep
) -> Any:
    """A task's events in order: attempts, candidates, verdicts, feedback and, as the last one, its end.

    With `Accept: text/event-stream` they come as they are stored, each once: `id` is its `seq`, `event` its
    kind, `data` what the list has. The stream closes after the last one. One that breaks off is taken up
    with `Last-Event-ID`, which a browser's `EventSource` does by itself.
    """
    await run_in_threadpool(jobs.summary, given.database, task_id, caller.sees)
    return await _answer(given, caller, task_id, asked, response)


@router.get(
    "/v1/audits/{audit_id}/events",
    tags=["audits"],
    summary="What happened so far, and what happens",
    response_model=EventPage,
    responses=_not_found("audit"),
)
async def of_audit(
    audit_id: str, response: Response, given: ServicesDep, caller: Reader, asked: _AskedDep
) -> Any:
    """An audit's events in order: verdicts as they come in and, as the last one, its end.

    With `Accept: text/event-stream` they come as they are stored; see the events of a task.
    """
    await run_in_threadpool(audits.summary, given.database, audit_id, caller.sees)
    return await _answer(given, caller, audit_id, asked, response)


async def _answer(given: Services, caller: Caller, job_id: str, asked: _Asked, response: Response) -> Any:
    response.headers["Vary"] = "Accept"
    if not asked.live:
        return await run_in_threadpool(events.read, given.database, job_id, asked.after, asked.limit)
    head = (await run_in_threadpool(events.heads, given.database, [job_id])).get(job_id)
    if head is None or (head.ended and asked.after >= head.seq):
        return Response(status_code=204)  # which tells EventSource not to come back
    give_free = given.streams.take(caller)

    async def leave() -> None:
        give_free()

    return EventStream(given.watchers.follow(job_id, asked.after), leave)
