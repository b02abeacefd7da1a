"""The queue on the page: what waits, who works on what, and what was given up."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import Reader, Submitter
from api.deps import Services, ServicesDep
from api.page.rendering import page
from api.waking import wake
from worker.errors import BrokerUnavailable, JobNotFound
from worker.states import JobState
from worker.store import audits, dead, jobs
from worker.store.counts import counts
from worker.store.running import running

router = APIRouter(include_in_schema=False)
_SHOWN = 100


@router.get("/queue")
def show(request: Request, given: ServicesDep, caller: Reader) -> Response:
    """Numbers of the whole server; jobs by name only where the caller may see them."""
    given_up = {JobState.DEAD}
    return page(
        request,
        "queue",
        caller,
        section="Queue",
        counts=counts(given.database),
        messages=_messages(given),
        running=running(given.database, _SHOWN, caller.sees),
        dead_tasks=jobs.page(given.database, _SHOWN, None, given_up, caller.sees).jobs,
        dead_audits=audits.page(given.database, _SHOWN, None, given_up, caller.sees).audits,
    )


@router.post("/queue/{job_id}/replay")
def replay(job_id: str, given: ServicesDep, caller: Submitter) -> Response:
    """Send a dead job back to the queue."""
    try:
        jobs.summary(given.database, job_id, caller.sees)
    except JobNotFound:
        audits.summary(given.database, job_id, caller.sees)
    dead.replay(given.database, job_id, given.forget)
    wake(given, job_id)
    return RedirectResponse("/queue", 303)


def _messages(given: Services) -> int | None:
    try:
        return given.broker.depth()
    except BrokerUnavailable:
        return None
