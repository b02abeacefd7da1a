"""Audits on the page: the list, one audit as it goes on and what it came to, and the form for a new one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.auth import Reader, Submitter
from api.deps import Services, ServicesDep
from api.editing import Editor
from api.page import sent_twice
from api.page.forms import Faulty, Form, read, rows, value
from api.page.listing import WantedDep
from api.page.live import Watching, changes
from api.page.rendering import form_page, page
from api.page.task_forms import fields_of_policy, policy_of
from api.routes import audits as resource
from api.waking import wake
from verifiers.audit_values import AuditRequest
from verifiers.domain import Verdict
from verifiers.errors import InvalidInput
from verifiers.reports.audit import words
from worker.access import Caller
from worker.errors import AlreadyAccepted
from worker.states import JobState
from worker.store import audits, events
from worker.store.records import AuditJob
from worker.store.text import to_json

router = APIRouter(prefix="/audits", include_in_schema=False)
_SHOWN = 30
_UPLOADS = ("files", "libraries", "tests.files")
_STATES = (
    JobState.QUEUED,
    JobState.RUNNING,
    JobState.AUDITED,
    JobState.CANCELLED,
    JobState.ERROR,
    JobState.DEAD,
)


@router.get("")
def listing(request: Request, given: ServicesDep, caller: Reader, wanted: WantedDep) -> Response:
    """The newest audits."""
    shown = audits.page(given.database, _SHOWN, wanted.cursor, wanted.states, caller.sees, wanted.filters)
    moving = any(not job.state.terminal for job in shown.audits)
    return page(
        request, "audits", caller, section="Audits", shown=shown, wanted=wanted, states=_STATES, moving=moving
    )


@router.get("/new")
def new(
    request: Request, given: ServicesDep, caller: Editor, like: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """The form for an audit; ``like`` fills in what another was asked for."""
    fields: dict[str, str] = {}
    if like:
        asked = audits.get(given.database, like, caller.sees).request
        fields = {"name": asked.name, "deadline_s": str(asked.deadline_s), **fields_of_policy(asked.policy)}
        fields |= {"thorough": "true"} if asked.thorough else {}
        given_files = {"files": asked.files, "libraries": asked.libraries}
        given_files["tests.files"] = asked.tests.files if asked.tests else ()
        for name, sources in given_files.items():
            for number, file in enumerate(sources):
                fields |= {f"{name}.{number}.path": file.path, f"{name}.{number}.content": file.content}
    return _form_page(request, caller, fields)


@router.post("")
def submit(request: Request, given: ServicesDep, caller: Submitter, form: Form) -> Response:
    """Store an audit and go to its page; show the form again where something is wrong."""
    fields: dict[str, str] = {}
    try:
        fields = read(form, _UPLOADS)
        mark = fields.pop(sent_twice.FIELD, "")
        plain = {name: text for name, text in fields.items() if not name.startswith("policy")}
        wanted = value(AuditRequest, plain, policy=policy_of(fields))
        given.check_audit(wanted)
    except Faulty as error:
        return _form_page(request, caller, fields, error.faults)
    except InvalidInput as error:
        return _form_page(request, caller, fields, (error,))
    once = sent_twice.once(mark, f"audit {to_json(wanted)}")
    try:
        made = audits.submit(given.database, wanted, given.wake_after_s, caller, once=once).id
        wake(given, made)
    except AlreadyAccepted as earlier:
        made = earlier.job_id
    return RedirectResponse(f"/audits/{made}", 303)


def _watched(audit_id: str, given: ServicesDep, caller: Reader) -> AuditJob:
    return audits.get(given.database, audit_id, caller.sees)


Watched = Annotated[AuditJob, Depends(_watched)]


@router.get("/{audit_id}")
def show(request: Request, given: ServicesDep, caller: Reader, job: Watched) -> Response:
    """One audit: what it came to first."""
    return page(request, "audit", caller, section="Audits", **_shown(given, job))


@router.get("/{audit_id}/live", response_class=EventSourceResponse)
async def live(job: Watched, given: Watching, caller: Reader) -> AsyncIterator[ServerSentEvent]:
    """The part of an audit's page that changes, whenever it does."""
    seen: list[object] = [None]

    def look() -> tuple[dict[str, Any] | None, bool]:
        summary = audits.summary(given.database, job.id)
        done = events.read(given.database, job.id).events
        before, seen[0] = seen[0], (summary, len(done))
        if seen[0] == before:
            return None, summary.state.terminal
        current = audits.get(given.database, job.id)
        return {"caller": caller, **_shown(given, current)}, summary.state.terminal

    async for event in changes("audit_live", look, given):
        yield event


@router.post("/{audit_id}/cancel")
def cancel(audit_id: str, given: ServicesDep, caller: Submitter) -> Response:
    """Cancel an audit and show it."""
    audits.cancel(given.database, audit_id, caller.sees)
    return RedirectResponse(f"/audits/{audit_id}", 303)


@router.post("/{audit_id}/delete")
def delete(audit_id: str, given: ServicesDep, caller: Submitter) -> Response:
    """Delete an audit and show those that are left."""
    resource.delete(audit_id, given, caller)
    return RedirectResponse("/audits", 303)


def _shown(given: Services, job: AuditJob) -> dict[str, Any]:
    happened = () if job.audit else events.read(given.database, job.id).events
    verdicts = [Verdict.model_validate(item.event.data) for item in happened if item.event.kind == "verdict"]
    return {"job": job, "audit": job.audit, "verdicts": verdicts, "words": words}


def _form_page(
    request: Request, caller: Caller, fields: dict[str, str], faults: tuple[InvalidInput, ...] = ()
) -> Response:
    return form_page(
        request,
        "audit_new",
        caller,
        fields,
        faults,
        section="Audits",
        **{name.replace(".", "_"): rows(fields, name) for name in _UPLOADS},
    )
