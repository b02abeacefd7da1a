"""What model platforms ask of a container: ``/ping`` and ``/invocations``, as SageMaker calls them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.auth import Submitter
from api.deps import Services, ServicesDep, json_only
from api.observing import GONE
from api.openai import chat
from api.openai.waiting import Waiting
from api.problems import Problem
from api.routes import health
from api.waking import wake
from verifiers.domain import CodingTask
from worker.access import Caller
from worker.chat_values import MODEL, ChatRequest, completion_of, task_of
from worker.store import jobs
from worker.store.records import Job

router = APIRouter(tags=["platforms"])

_MOST = 16  # instances of one request
_INSTANCES = "instances"
_EXAMPLES = {
    "task": {"value": {"instruction": "Write a function `add(a, b)`."}},
    "chat": {"value": {"messages": [{"role": "user", "content": "Write a function `add(a, b)` in Python."}]}},
    "vertex": {"value": {"instances": [{"instruction": "Write a function `add(a, b)`."}]}},
}


def install(app: FastAPI, health_route: str | None, predict_route: str | None) -> None:
    """Answer at the addresses that a platform chose, too.

    Args:
        app: Where.
        health_route: Vertex' ``AIP_HEALTH_ROUTE``.
        predict_route: Vertex' ``AIP_PREDICT_ROUTE``.
    """
    if health_route:
        app.add_api_route(health_route, ping, include_in_schema=False)
    if predict_route:
        guards = [Depends(json_only)]
        app.add_api_route(
            predict_route, invocations, methods=["POST"], dependencies=guards, include_in_schema=False
        )


@router.get(
    "/ping",
    summary="Can tasks be accepted?",
    responses={503: {"model": Problem, "description": "The job store does not answer, or the server stops."}},
)
def ping(given: ServicesDep) -> dict[str, str]:
    """As `/readyz`, at the address that SageMaker asks."""
    health.readyz(given)
    return {"status": "ok"}


@router.post(
    "/invocations",
    summary="Solve a task, and wait for it",
    dependencies=[Depends(json_only)],
    responses={
        400: {"model": Problem, "description": "The body is not JSON."},
        422: {"model": Problem, "description": "A field is wrong; the problem names it and the fix."},
        429: {"model": Problem, "description": "Too many requests wait for an answer."},
        503: {
            "model": Problem,
            "description": "The job store does not answer, or the task could not be run.",
        },
        504: {"model": Problem, "description": "The task did not end in time; it was cancelled."},
    },
)
async def invocations(
    body: Annotated[dict[str, Any], Body(openapi_examples=_EXAMPLES)],
    request: Request,
    given: ServicesDep,
    caller: Submitter,
) -> Response:
    """One address for all: a coding task (its end comes back, as from `/v1/tasks/ID`), a chat (as
    `/v1/chat/completions`), or `{"instances": [...]}` of either (`{"predictions": [...]}` comes back).

    The API key is sent as everywhere: `Authorization: Bearer KEY`.
    """
    if _INSTANCES not in body:
        asked = _read(body)
        if isinstance(asked, ChatRequest):
            return await chat.create(asked, request, given, caller)
        answers = await _answers(request, given, caller, [asked])
        return Response(status_code=GONE) if answers is None else JSONResponse(answers[0])
    instances = body[_INSTANCES]
    if not isinstance(instances, list) or not 1 <= len(instances) <= _MOST:
        raise HTTPException(422, f"{_INSTANCES}: send a list of 1 to {_MOST} tasks or chats.")
    all_asked = [_read(instance, _INSTANCES, place) for place, instance in enumerate(instances)]
    answers = await _answers(request, given, caller, all_asked)
    return Response(status_code=GONE) if answers is None else JSONResponse({"predictions": answers})


def _read(body: Any, *place: str | int) -> CodingTask | ChatRequest:
    kind = ChatRequest if isinstance(body, dict) and "messages" in body else CodingTask
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        found = [{**each, "loc": ("body", *place, *each["loc"])} for each in error.errors()]
        raise RequestValidationError(found) from error


async def _answers(
    request: Request, given: Services, caller: Caller, all_asked: Sequence[CodingTask | ChatRequest]
) -> list[dict[str, Any]] | None:
    """Solve tasks and chats side by side; a client that goes away gets None and leaves none behind."""
    give_free = given.places.take(caller)
    waits: list[Waiting] = []
    try:
        for asked in all_asked:
            job_id = await run_in_threadpool(_submit, given, asked, caller)
            waits.append(
                Waiting(
                    given.database,
                    given.watchers,
                    job_id,
                    given.chat_wait_s,
                    keeps=False,
                    give_free=give_free,
                )
            )
        for waiting in waits:
            async for _ in waiting.words():
                if await request.is_disconnected():
                    return None
        return [_answer(asked, waiting.job) for asked, waiting in zip(all_asked, waits, strict=True)]
    finally:
        give_free()
        for waiting in waits:
            await waiting.leave()


def _submit(given: Services, asked: CodingTask | ChatRequest, caller: Caller) -> str:
    task = task_of(asked) if isinstance(asked, ChatRequest) else asked
    given.check(task)
    deadline = given.database.clock() + given.chat_wait_s
    job_id = jobs.submit(given.database, task, given.wake_after_s, caller, deadline_at=deadline).id
    wake(given, job_id)
    return job_id


def _answer(asked: CodingTask | ChatRequest, job: Job) -> dict[str, Any]:
    if isinstance(asked, ChatRequest) and job.outcome is not None:
        return completion_of(job.outcome, task_id=job.id, model=MODEL, created=int(time.time()))
    return job.model_dump(mode="json")
