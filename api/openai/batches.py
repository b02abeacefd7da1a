"""``/v1/batches``: up to fifty thousand tasks in one file, as OpenAI's clients know them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query
from fastapi.openapi.models import Example
from pydantic import Field

from api.auth import Reader, Submitter
from api.deps import ServicesDep, json_only
from api.editing import Editor
from api.openai.errors import RESPONSES, ErrorBody
from verifiers.domain import Text, Value
from worker.batches.lines import Endpoint
from worker.store.batches import batches
from worker.store.batches.values import Batch, BatchError, BatchState

_NO_BODY = {status: told for status, told in RESPONSES.items() if status not in (413, 415)}
_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "There is no batch with this id."}
}
_EXAMPLES = {
    "tasks": Example(
        summary="A batch of tasks",
        value={"input_file_id": "file-...", "endpoint": "/v1/tasks", "completion_window": "24h"},
    ),
    "chats": Example(
        summary="A batch of chats",
        value={
            "input_file_id": "file-...",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "metadata": {"project": "docs"},
        },
    ),
}
Labels = Annotated[
    dict[Annotated[Text, Field(max_length=64)], Annotated[Text, Field(max_length=512)]],
    Field(max_length=16),
]

router = APIRouter(prefix="/v1/batches", tags=["openai"])


class BatchRequest(Value):
    """What a batch is made of.

    Attributes:
        input_file_id: An uploaded file; ``docs/batches.md`` says what its lines look like.
        endpoint: What all of its lines ask for.
        completion_window: The batch ends after a day at the latest.
        metadata: The caller's own notes.
    """

    input_file_id: str = Field(max_length=64)
    endpoint: Endpoint
    completion_window: Literal["24h"]
    metadata: Labels | None = None


class Counts(Value):
    """How many lines there are, and how many have ended with a result or with an error."""

    total: int
    completed: int
    failed: int


class Errors(Value):
    """Why a batch failed as a whole."""

    object: Literal["list"] = "list"
    data: tuple[BatchError, ...]


class BatchObject(Value):
    """A batch as OpenAI's clients know it; times are seconds since the epoch."""

    id: str
    object: Literal["batch"] = "batch"
    endpoint: Endpoint
    errors: Errors | None = None
    input_file_id: str
    completion_window: str
    status: BatchState
    output_file_id: str | None = None
    error_file_id: str | None = None
    created_at: int
    in_progress_at: int | None = None
    expires_at: int
    finalizing_at: int | None = None
    completed_at: int | None = None
    failed_at: int | None = None
    expired_at: int | None = None
    cancelling_at: int | None = None
    cancelled_at: int | None = None
    request_counts: Counts
    metadata: dict[str, str] | None = None


class BatchList(Value):
    """Some batches; ask for those after ``last_id`` next if there are more."""

    object: Literal["list"] = "list"
    data: tuple[BatchObject, ...]
    first_id: str | None
    last_id: str | None
    has_more: bool


class BatchDeleted(Value):
    """A batch that is no more."""

    id: str
    object: Literal["batch"] = "batch"
    deleted: Literal[True] = True


@router.post(
    "",
    summary="Create a batch",
    dependencies=[Depends(json_only)],
    responses=RESPONSES
    | {404: {"model": ErrorBody, "description": "There is no such file with the purpose `batch`."}},
)
def create(
    body: Annotated[BatchRequest, Body(openapi_examples=_EXAMPLES)], given: ServicesDep, caller: Submitter
) -> BatchObject:
    """Work on every line of a file, after whatever is asked for by itself.

    Each `custom_id` comes out once, in the output file or in the error file; lines that cannot be read are
    in the error file with their number.
    """
    labels = body.metadata or {}
    return _object(batches.create(given.database, body.input_file_id, body.endpoint, labels, caller))


@router.get("", summary="List batches", responses=_NO_BODY)
def listing(
    given: ServicesDep,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many batches.")] = 20,
    after: Annotated[str | None, Query(max_length=64, description="`last_id` of the page before.")] = None,
) -> BatchList:
    """Batches, newest first."""
    page = batches.page(given.database, limit, after, caller.sees)
    shown = tuple(_object(batch) for batch in page.batches)
    return BatchList(
        data=shown,
        first_id=shown[0].id if shown else None,
        last_id=shown[-1].id if shown else None,
        has_more=page.more,
    )


@router.get("/{batch_id}", summary="Get a batch", responses=_NO_BODY | _NOT_FOUND)
def get(batch_id: str, given: ServicesDep, caller: Reader) -> BatchObject:
    """How far a batch has come; at its end also which files hold its results."""
    return _object(batches.get(given.database, batch_id, caller.sees))


@router.post(
    "/{batch_id}/cancel",
    summary="Cancel a batch",
    responses=_NO_BODY | _NOT_FOUND | {409: {"model": ErrorBody, "description": "The batch has ended."}},
)
def cancel(batch_id: str, given: ServicesDep, caller: Editor) -> BatchObject:
    """Begin no more lines and stop those that run. What has come out is kept."""
    return _object(batches.cancel(given.database, batch_id, caller.sees))


@router.delete(
    "/{batch_id}",
    summary="Delete a batch",
    responses=_NO_BODY | _NOT_FOUND | {409: {"model": ErrorBody, "description": "The batch has not ended."}},
)
def delete(batch_id: str, given: ServicesDep, caller: Submitter) -> BatchDeleted:
    """Delete an ended batch with its tasks and result files. Its input file stays."""
    batches.remove(given.database, batch_id, caller.sees, given.forget, caller)
    given.database.purge()
    return BatchDeleted(id=batch_id)


def _object(batch: Batch) -> BatchObject:
    ended = {f"{batch.state.value}_at": _whole(batch.finished_at)} if batch.state.ended else {}
    return BatchObject.model_validate(
        {
            "id": batch.id,
            "endpoint": batch.endpoint,
            "errors": None if batch.error is None else Errors(data=(batch.error,)),
            "input_file_id": batch.input_file_id,
            "completion_window": batch.completion_window,
            "status": batch.state,
            "output_file_id": batch.output_file_id,
            "error_file_id": batch.error_file_id,
            "created_at": _whole(batch.created_at),
            "in_progress_at": _whole(batch.in_progress_at),
            "expires_at": _whole(batch.expires_at),
            "finalizing_at": _whole(batch.finalizing_at),
            "cancelling_at": _whole(batch.cancelling_at),
            "request_counts": Counts(total=batch.total, completed=batch.completed, failed=batch.failed),
            "metadata": dict(batch.labels) or None,
            **ended,
        }
    )


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds)
