"""Tasks on the page: the list, one task with all that is known of it, and what can be done with it."""

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
from api.page.attempts import Choice, Progress, view
from api.page.forms import Faulty, Form, read, rows, value
from api.page.listing import WantedDep
from api.page.live import Watching, changes
from api.page.rendering import form_page, page
from api.page.task_forms import UPLOADS, blank, fields_of, task_of
from api.routes import tasks as resource
from api.waking import wake
from verifiers.errors import InvalidInput
from worker.access import Caller
from worker.errors import AlreadyAccepted
from worker.states import JobState
from worker.store import events, feedback, jobs
from worker.store.feedback import FeedbackRequest
from worker.store.records import Job
from worker.store.text import to_json

router = APIRouter(include_in_schema=False)
_SHOWN = 30
ChoiceDep = Annotated[Choice, Query()]
_STATES = tuple(state for state in JobState if state is not JobState.AUDITED)


@router.get("/")
def listing(request: Request, given: ServicesDep, caller: Reader, wanted: WantedDep) -> Response:
    """The newest tasks."""
    shown = jobs.page(given.database, _SHOWN, wanted.cursor, wanted.states, caller.sees, wanted.filters)
    moving = any(not job.state.terminal for job in shown.jobs)
    return page(
        request, "tasks", caller, section="Tasks", shown=shown, wanted=wanted, states=_STATES, moving=moving
    )


@router.get("/tasks/new")
def new(
    request: Request, given: ServicesDep, caller: Editor, like: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """The form for a task; ``like`` fills in what another task was asked for."""
    fields = fields_of(jobs.get(given.database, like, caller.sees).task) if like else blank()
    return _form_page(request, caller, fields)


@router.post("/tasks")
def submit(request: Request, given: ServicesDep, caller: Submitter, form: Form) -> Response:
    """Store a task and go to its page; show the form again where something is wrong."""
    fields: dict[str, str] = {}
    try:
        fields = read(form, UPLOADS)
        mark = fields.pop(sent_twice.FIELD, "")
        task = task_of(fields)
        given.check(task)
    except Faulty as error:
        return _form_page(request, caller, fields, error.faults)
    except InvalidInput as error:
        return _form_page(request, caller, fields, (error,))
    once = sent_twice.once(mark, f"task {to_json(task)}")
    try:
        made = jobs.submit(given.database, task, given.wake_after_s, caller, once=once).id
        wake(given, made)
    except AlreadyAccepted as earlier:
        made = earlier.job_id
    return RedirectResponse(f"/tasks/{made}", 303)


@router.get("/tasks/{task_id}")
def show(task_id: str, request: Request, given: ServicesDep, caller: Reader, choice: ChoiceDep) -> Response:
    """One task: the outcome first, with its evidence."""
    job = jobs.get(given.database, task_id, caller.sees)
    progress = Progress()
    read_on(given, job, progress)
    return page(request, "task", caller, section="Tasks", **shown(given, job, progress, choice))


def _watched(task_id: str, given: ServicesDep, caller: Reader) -> Job:
    return jobs.get(given.database, task_id, caller.sees)


@router.get("/tasks/{task_id}/live", response_class=EventSourceResponse)
async def live(
    job: Annotated[Job, Depends(_watched)], given: Watching, caller: Reader, choice: ChoiceDep
) -> AsyncIterator[ServerSentEvent]:
    """The part of a task's page that changes, whenever it does."""
    look = _Look(given, job, caller, choice)
    async for event in changes("task_live", look, given):
        yield event


@router.post("/tasks/{task_id}/cancel")
def cancel(task_id: str, given: ServicesDep, caller: Submitter) -> Response:
    """Cancel a task and show it."""
    jobs.cancel(given.database, task_id, caller.sees)
    return RedirectResponse(f"/tasks/{task_id}", 303)


class _Look:
    """Looks whether something has changed since it last looked."""

    def __init__(self, given: Services, job: Job, caller: Caller, choice: Choice) -> None:
        self._given, self._job, self._caller, self._choice = given, job, caller, choice
        self._progress = Progress()
        self._seen: object = None

    def __call__(self) -> tuple[dict[str, Any] | None, bool]:
        summary = jobs.summary(self._given.database, self._job.id)
        if summary.state.terminal:
            self._job = jobs.get(self._given.database, self._job.id)
        else:
            self._job = self._job.model_copy(update=dict(summary))
        read_on(self._given, self._job, self._progress)
        before, self._seen = self._seen, (summary, self._progress.after)
        if before == self._seen:
            return None, summary.state.terminal
        values = {"caller": self._caller, **shown(self._given, self._job, self._progress, self._choice)}
        return values, summary.state.terminal


@router.post("/tasks/{task_id}/delete")
def delete(task_id: str, given: ServicesDep, caller: Submitter) -> Response:
    """Delete a task and show those that are left."""
    resource.delete(task_id, given, caller)
    return RedirectResponse("/", 303)


@router.post("/tasks/{task_id}/feedback")
def give_feedback(task_id: str, given: ServicesDep, caller: Submitter, form: Form) -> Response:
    """Keep what somebody says of a task, and show it."""
    fields = read(form, ("corrected",))
    consent = bool(fields.pop("consent", ""))
    try:
        request = value(FeedbackRequest, fields, consent=consent)
    except Faulty as error:
        raise error.faults[0] from error
    feedback.give(given.database, task_id, request, caller)
    return RedirectResponse(f"/tasks/{task_id}#feedback", 303)


def read_on(given: Services, job: Job, progress: Progress) -> None:
    """Take what has happened since; nothing once there is an outcome, which tells all."""
    while job.outcome is None:
        new = events.read(given.database, job.id, progress.after).events
        progress.take(new)
        if not new:
            return


def shown(given: Services, job: Job, progress: Progress, choice: Choice) -> dict[str, Any]:
    """What the templates show of a task."""
    said = feedback.listing(given.database, job.id).feedback if job.state.terminal else ()
    attempts = job.outcome.attempts if job.outcome else progress.attempts
    return {
        "job": job,
        "outcome": job.outcome,
        "round": progress.round,
        "choice": choice,
        "said_of_it": said,
        "corrected": rows({}, "corrected"),
        **view(attempts, job.outcome, job.language, choice),
    }


def _form_page(
    request: Request, caller: Caller, fields: dict[str, str], faults: tuple[InvalidInput, ...] = ()
) -> Response:
    return form_page(
        request,
        "task_new",
        caller,
        fields,
        faults,
        section="Tasks",
        tests=rows(fields, "tests.files"),
        files=rows(fields, "files"),
    )
