"""``/v1/files``: the inputs and results of batches, as OpenAI's clients send and fetch them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from api.auth import Reader, Submitter
from api.deps import ServicesDep
from api.openai.errors import RESPONSES, ErrorBody
from verifiers.domain import Value
from verifiers.errors import InvalidInput
from worker.store import files
from worker.store.files import Purpose, StoredFile

_NO_JSON = {status: told for status, told in RESPONSES.items() if status != 415}
_NO_BODY = {status: told for status, told in _NO_JSON.items() if status != 413}
_NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "There is no file with this id."}
}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "purpose"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "purpose": {"type": "string", "enum": ["batch"]},
                    },
                }
            }
        },
    }
}
_CHUNK_BYTES = 2**18

router = APIRouter(prefix="/v1/files", tags=["openai"])


class FileObject(Value):
    """A file as OpenAI's clients know it.

    Attributes:
        id: Its id.
        object: What this is.
        bytes: Its length.
        created_at: Seconds since the epoch.
        filename: Its name.
        purpose: ``batch`` for inputs, ``batch_output`` for results.
        status: Always ``processed``.
        expires_at: Files stay until they are deleted.
    """

    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: int
    filename: str
    purpose: Purpose
    status: Literal["processed"] = "processed"
    expires_at: int | None = None


class FileList(Value):
    """Some files; ask for those after ``last_id`` next if there are more."""

    object: Literal["list"] = "list"
    data: tuple[FileObject, ...]
    first_id: str | None
    last_id: str | None
    has_more: bool


class FileDeleted(Value):
    """A file that is no more."""

    id: str
    object: Literal["file"] = "file"
    deleted: Literal[True] = True


@router.post("", summary="Upload a file", responses=_NO_JSON, openapi_extra=_FORM)
async def upload(request: Request, given: ServicesDep, caller: Submitter) -> FileObject:
    """Keep a file of at most 200 MB, to be the input of a batch: one JSON object a line.

    Its content is looked at once a batch is made of it.
    """
    # Read here and not as a parameter, which FastAPI would read before it asked for a key.
    try:
        async with request.form(max_files=1, max_fields=10, max_part_size=4096) as form:
            sent = _sent(form)
            chunks: Iterator[bytes] = iter(lambda: sent.file.read(_CHUNK_BYTES), b"")
            kept = await run_in_threadpool(files.store, given.database, chunks, sent.filename or "", caller)
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise InvalidInput("body", "is not a form that can be read.", "Send multipart/form-data.") from error
    return _object(kept)


@router.get("", summary="List files", responses=_NO_BODY)
def listing(
    given: ServicesDep,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=10_000, description="At most so many files.")] = 1000,
    after: Annotated[str | None, Query(max_length=64, description="`last_id` of the page before.")] = None,
    order: Annotated[Literal["asc", "desc"], Query(description="By creation.")] = "desc",
    purpose: Annotated[str | None, Query(max_length=32, description="Only files of this purpose.")] = None,
) -> FileList:
    """Files, newest first, without their content."""
    page = files.page(given.database, limit, after, caller.sees, purpose=purpose, oldest_first=order == "asc")
    shown = tuple(_object(file) for file in page.files)
    return FileList(
        data=shown,
        first_id=shown[0].id if shown else None,
        last_id=shown[-1].id if shown else None,
        has_more=page.more,
    )


@router.get("/{file_id}", summary="Get a file", responses=_NO_BODY | _NOT_FOUND)
def get(file_id: str, given: ServicesDep, caller: Reader) -> FileObject:
    """What is known of a file; its content is at `/content`."""
    return _object(files.get(given.database, file_id, caller.sees))


@router.get(
    "/{file_id}/content",
    summary="Get a file's content",
    response_class=StreamingResponse,
    responses=_NO_BODY
    | _NOT_FOUND
    | {200: {"content": {"application/octet-stream": {}}, "description": "The file's bytes."}},
)
def content(file_id: str, given: ServicesDep, caller: Reader) -> StreamingResponse:
    """A file's content, piece by piece as it is read."""
    file = files.get(given.database, file_id, caller.sees)
    headers = {
        "Content-Length": str(file.bytes),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    pieces = files.content(given.database, file_id)
    return StreamingResponse(pieces, headers=headers, media_type="application/octet-stream")


@router.delete(
    "/{file_id}",
    summary="Delete a file",
    responses=_NO_BODY
    | _NOT_FOUND
    | {409: {"model": ErrorBody, "description": "A batch that has not ended reads it."}},
)
def delete(file_id: str, given: ServicesDep, caller: Submitter) -> FileDeleted:
    """Delete a file and its content. It cannot be had back."""
    files.remove(given.database, file_id, caller.sees, caller)
    given.database.purge()
    return FileDeleted(id=file_id)


def _sent(form: FormData) -> UploadFile:
    purpose, sent = form.get("purpose"), form.get("file")
    if not isinstance(sent, UploadFile):
        raise InvalidInput("file", "is missing.", "Send it as multipart/form-data, with a file name.")
    if purpose != "batch":
        raise InvalidInput("purpose", "is not 'batch'.", "Files are only kept for batches.")
    return sent


def _object(file: StoredFile) -> FileObject:
    return FileObject(
        id=file.id,
        bytes=file.bytes,
        created_at=int(file.created_at),
        filename=file.name,
        purpose=file.purpose,
    )
