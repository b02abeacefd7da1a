"""Batches on the page: the list, one batch as it goes on, and starting one from an uploaded file."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.datastructures import UploadFile

from api.auth import Reader, Submitter
from api.deps import ServicesDep
from api.editing import Editor
from api.page import sent_twice
from api.page.forms import Form
from api.page.live import Watching, changes
from api.page.rendering import form_page, page
from verifiers.errors import InvalidInput
from worker.access import Caller
from worker.batches.lines import Endpoint
from worker.errors import AlreadyAccepted
from worker.store import files
from worker.store.batches import batches
from worker.store.batches.values import Batch
from worker.store.records import moment

router = APIRouter(prefix="/batches", include_in_schema=False)
_SHOWN = 30
_CHUNK_BYTES = 2**18


@router.get("")
def listing(
    request: Request,
    given: ServicesDep,
    caller: Reader,
    after: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """The newest batches, and the form for another."""
    return _page(request, given, caller, after)


@router.post("")
def submit(request: Request, given: ServicesDep, caller: Editor, form: Form) -> Response:
    """Keep the uploaded lines, start a batch over them, and go to its page."""
    upload, endpoint = form.get("file"), str(form.get("endpoint"))
    try:
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise InvalidInput("file", "is missing.", "Choose a file with one JSON object a line.")
        if endpoint not in list(Endpoint):
            raise InvalidInput("endpoint", "is not known.", f"Choose one of {', '.join(Endpoint)}.")
        digest = hashlib.sha256()
        kept = files.store(given.database, _chunks(upload, digest), upload.filename, caller)
    except InvalidInput as error:
        return _page(request, given, caller, None, (error,))
    once = sent_twice.once(str(form.get(sent_twice.FIELD) or ""), f"batch {endpoint} {digest.hexdigest()}")
    try:
        made = batches.create(given.database, kept.id, Endpoint(endpoint), {}, caller, once=once).id
    except AlreadyAccepted as earlier:
        files.remove(given.database, kept.id, by=caller)
        made = batches.named(earlier.job_id)
    return RedirectResponse(f"/batches/{made}", 303)


def _chunks(upload: UploadFile, digest: hashlib._Hash) -> Iterator[bytes]:
    while chunk := upload.file.read(_CHUNK_BYTES):
        digest.update(chunk)
        yield chunk


def _watched(batch_id: str, given: ServicesDep, caller: Reader) -> Batch:
    return batches.get(given.database, batch_id, caller.sees)


Watched = Annotated[Batch, Depends(_watched)]


@router.get("/{batch_id}")
def show(request: Request, caller: Reader, batch: Watched) -> Response:
    """One batch."""
    return page(request, "batch", caller, section="Batches", batch=batch, moment_of=moment)


@router.get("/{batch_id}/live", response_class=EventSourceResponse)
async def live(batch: Watched, given: Watching, caller: Reader) -> AsyncIterator[ServerSentEvent]:
    """The part of a batch's page that changes, whenever it does."""
    seen: list[Batch | None] = [None]

    def look() -> tuple[dict[str, Any] | None, bool]:
        current = batches.get(given.database, batch.id)
        before, seen[0] = seen[0], current
        values = {"caller": caller, "batch": current, "moment_of": moment}
        return None if before == current else values, current.state.ended

    async for event in changes("batch_live", look, given):
        yield event


@router.post("/{batch_id}/cancel")
def cancel(batch_id: str, given: ServicesDep, caller: Submitter) -> Response:
    """Cancel a batch and show it."""
    batches.cancel(given.database, batch_id, caller.sees)
    return RedirectResponse(f"/batches/{batch_id}", 303)


def _page(
    request: Request,
    given: ServicesDep,
    caller: Caller,
    after: str | None,
    faults: tuple[InvalidInput, ...] = (),
) -> Response:
    shown = batches.page(given.database, _SHOWN, after, caller.sees)
    return form_page(
        request,
        "batches",
        caller,
        faults=faults,
        section="Batches",
        shown=shown,
        after=after,
        endpoints=list(Endpoint),
        moment_of=moment,
        moving=any(not batch.state.ended for batch in shown.batches),
    )
