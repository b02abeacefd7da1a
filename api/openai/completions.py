"""``/v1/completions``: code at a cursor, asked of the model directly and scanned before it is returned."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi.openapi.models import Example
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from agent.fill_values import Fill, FillRequest
from api.auth import Submitter
from api.deps import Services, ServicesDep, json_only
from api.observing import GONE
from api.openai.completion_request import CompletionRequest, fill_request
from api.openai.errors import RESPONSES, ErrorBody, error_body
from api.openai.models import no_such_model
from api.openai.streams import DONE, EITHER, EventStream, comment, data, text_frames
from models.errors import ModelUnavailable
from verifiers.domain import Status
from verifiers.errors import AcrisolError
from worker.chat_values import MODEL

if TYPE_CHECKING:  # the model's client takes a second to import
    from agent.filling import Filler

router = APIRouter(tags=["openai"], responses=RESPONSES)

_LOOK_S, _BEAT_S, _NAME_S = 0.25, 2.0, 2.0
_EXAMPLES = {
    "python": Example(
        summary="Fill in Python",
        value={
            "model": MODEL,
            "prompt": "def is_even(number):\n    return ",
            "suffix": "\n\n\ndef is_odd(number):\n    return not is_even(number)\n",
            "max_tokens": 32,
            "acrisol": {"language": "python"},
        },
    )
}


@router.post(
    "/v1/completions",
    summary="Fill in code at a cursor",
    dependencies=[Depends(json_only)],
    responses={200: EITHER, 404: {"model": ErrorBody, "description": "There is no such model."}},
)
async def create(
    body: Annotated[CompletionRequest, Body(openapi_examples=_EXAMPLES)],
    request: Request,
    given: ServicesDep,
    caller: Submitter,
) -> Response:
    """Ask the model for the text between `prompt` and `suffix`, and scan the file with it.

    The code is not run: this is for editors, which want it within a second. Scanners look for weaknesses and
    secrets that it would bring into the file; if there are any, the text is empty, `finish_reason` is
    `content_filter`, and the field `acrisol` says why. `acrisol.scanned` is `incomplete` where not all
    could be looked at.
    """
    wanted = fill_request(body)
    give_free = given.fill_places.take(caller)
    work = asyncio.create_task(_fill(given, body, wanted))

    async def leave() -> None:
        give_free()
        work.cancel()

    if body.stream:
        return EventStream(_frames(work, body), leave)
    try:
        while not work.done():
            await asyncio.wait({work}, timeout=_LOOK_S)
            if not work.done() and await request.is_disconnected():
                return Response(status_code=GONE)
        return JSONResponse(_completion(work.result(), body, int(time.time())))
    finally:
        await leave()


async def _fill(given: Services, body: CompletionRequest, wanted: FillRequest) -> Fill:
    """Fill the gap.

    Raises:
        HTTPException: 404, no such model; 503, this server fills nothing in.
        ToolError: the model does not answer.
    """
    if given.filler is None:
        raise HTTPException(503, "This server fills in no code: it was started without a model.")
    filler = await given.filler.get()
    if body.model != MODEL and body.model != await _name(filler):
        raise no_such_model(body.model)
    return await filler.fill(wanted)


async def _name(filler: Filler) -> str | None:
    try:
        return await filler.model_name(_NAME_S)
    except ModelUnavailable:
        return None


async def _frames(work: asyncio.Task[Fill], body: CompletionRequest) -> AsyncIterator[str]:
    usage = bool(body.stream_options and body.stream_options.include_usage)
    try:
        while not work.done():
            yield comment("working")
            await asyncio.wait({work}, timeout=_BEAT_S)
        for frame in text_frames(_completion(work.result(), body, int(time.time())), usage=usage):
            yield frame
    except HTTPException as error:
        yield data(error_body(error.status_code, error.detail).model_dump())
    except AcrisolError as error:
        yield data(error_body(503, str(error)).model_dump())
    yield DONE


def _completion(fill: Fill, body: CompletionRequest, created: int) -> dict[str, Any]:
    choice = {"index": 0, "text": fill.text, "logprobs": None, "finish_reason": fill.finish_reason}
    scanned = fill.scanned
    return {
        "id": f"cmpl-{uuid.uuid4()}",
        "object": "text_completion",
        "created": created,
        "model": body.model,
        "choices": [choice],
        "usage": {
            "prompt_tokens": fill.usage.prompt_tokens,
            "completion_tokens": fill.usage.completion_tokens,
            "total_tokens": fill.usage.total,
        },
        "acrisol": {
            **scanned.model_dump(mode="json"),
            "scanned": "incomplete" if scanned.status is Status.INCOMPLETE else "complete",
            "not_followed": list(body.not_followed),
        },
    }
