"""``/v1/chat/completions``: a conversation is a task, and its answer is code that was accepted."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi.openapi.models import Example
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from api.auth import Submitter
from api.deps import Services, ServicesDep, json_only
from api.observing import GONE
from api.openai.errors import RESPONSES, ErrorBody, error_body
from api.openai.models import no_such_model
from api.openai.streams import DONE, EITHER, EventStream, chat_frames, chat_opening, comment, data
from api.openai.waiting import Waiting
from api.repeats import IdempotencyKey, looking_back
from api.waking import wake
from verifiers.errors import AcrisolError, InvalidInput
from worker.access import Caller
from worker.chat_values import MODEL, ChatRequest, completion_of, task_of
from worker.errors import AlreadyAccepted
from worker.store import jobs
from worker.store.idempotency import once
from worker.store.records import Job

router = APIRouter(tags=["openai"], responses=RESPONSES)

_EXAMPLES = {
    "python": Example(
        summary="Python with tests",
        value={
            "model": MODEL,
            "messages": [{"role": "user", "content": "Write a function `add(a, b)` in Python."}],
            "acrisol": {
                "tests": {"files": [{"path": "test_add.py", "content": "assert add(1, 2) == 3\n"}]},
                "budget": {"attempts": 3, "samples": 2, "seconds": 60},
            },
        },
    )
}


@router.post(
    "/v1/chat/completions",
    summary="Answer a conversation by verified code",
    dependencies=[Depends(json_only)],
    responses={
        200: EITHER,
        404: {"model": ErrorBody, "description": "There is no such model."},
        409: {"model": ErrorBody, "description": "What an earlier request with this key made is deleted."},
        504: {"model": ErrorBody, "description": "The task did not end in time; it was cancelled."},
    },
)
async def create(
    body: Annotated[ChatRequest, Body(openapi_examples=_EXAMPLES)],
    request: Request,
    given: ServicesDep,
    caller: Submitter,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Make a task of the conversation, wait for its end, and answer with the accepted code in fences.

    Where nothing was accepted the message says why and `finish_reason` is `content_filter`; code that was
    not accepted is never in it. The field `acrisol` of the answer holds the evidence; the field of the same
    name in the request takes tests, policy, budget, language and files, as `/v1/tasks` does.

    A client that goes away cancels its task, unless it has sent an `Idempotency-Key`: then the task goes on,
    and the same request with the same key is given its answer.
    """
    if body.model != MODEL:
        raise no_such_model(body.model)
    give_free = given.places.take(caller)
    try:
        job_id = await run_in_threadpool(_submit, given, body, caller, idempotency_key)
    except BaseException:
        give_free()
        raise
    waiting = Waiting(
        given.database,
        given.watchers,
        job_id,
        given.chat_wait_s,
        keeps=idempotency_key is not None,
        give_free=give_free,
    )
    if body.stream:
        return EventStream(_frames(waiting, body), waiting.leave)
    try:
        async for _ in waiting.words():
            if await request.is_disconnected():
                return Response(status_code=GONE)
    finally:
        await waiting.leave()
    return JSONResponse(_completion(waiting.job, body, int(time.time())))


def _submit(given: Services, body: ChatRequest, caller: Caller, idempotency_key: str | None) -> str:
    task = task_of(body)
    try:
        given.check(task)
    except InvalidInput as error:
        raise InvalidInput(f"acrisol.{error.field}", error.message, error.hint) from error
    deadline = given.database.clock() + given.chat_wait_s
    repeat = once(idempotency_key, "chat", task)
    try:
        job = jobs.submit(given.database, task, given.wake_after_s, caller, deadline_at=deadline, once=repeat)
    except AlreadyAccepted as earlier:
        with looking_back():
            return jobs.summary(given.database, earlier.job_id, caller.tenant).id
    wake(given, job.id)
    return job.id


async def _frames(waiting: Waiting, body: ChatRequest) -> AsyncIterator[str]:
    usage = bool(body.stream_options and body.stream_options.include_usage)
    created = int(time.time())
    yield chat_opening(f"chatcmpl-{waiting.job_id}", body.model, created, usage=usage)
    try:
        async for words in waiting.words():
            yield comment(f"working, {words}")
        for frame in chat_frames(_completion(waiting.job, body, created), usage=usage):
            yield frame
    except HTTPException as error:
        yield data(error_body(error.status_code, error.detail).model_dump())
    except AcrisolError as error:
        yield data(error_body(503, str(error)).model_dump())
    yield DONE


def _completion(job: Job, body: ChatRequest, created: int) -> dict[str, Any]:
    """The answer.

    Raises:
        HTTPException: 503, the task has no outcome, because something was missing or broken.
    """
    if job.outcome is None:
        # The task was tried again before it came to this: a client that does so too would only double it.
        said = f"{job.error or 'The task came to no end.'} See /v1/tasks/{job.id}."
        raise HTTPException(503, said, headers={"x-should-retry": "false"})
    return completion_of(
        job.outcome, task_id=job.id, model=body.model, created=created, not_followed=body.not_followed
    )
