"""The queue on the page: what waits, who works on what, and what was given up."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.auth import Reader
from api.deps import Services, ServicesDep
from api.page.rendering import page
from worker.errors import BrokerUnavailable
from worker.states import JobState
from worker.store import audits, jobs
from worker.store.counts import counts
from worker.store.running import running

router = APIRouter(include_in_schema=False)
_SHOWN = 100


@router.get("/queue")
def show(request: Request, given: ServicesDep, caller: Reader) -> Response:
    """Numbers of the whole server; jobs by name only where the caller may see them."""
    dead = {JobState.DEAD}
    return page(
        request,
        "queue",
        caller,
        section="Queue",
        counts=counts(given.database),
        messages=_messages(given),
        running=running(given.database, _SHOWN, caller.sees),
        dead_tasks=jobs.page(given.database, _SHOWN, None, dead, caller.sees).jobs,
        dead_audits=audits.page(given.database, _SHOWN, None, dead, caller.sees).audits,
    )


def _messages(given: Services) -> int | None:
    try:
        return given.broker.depth()
    except BrokerUnavailable:
        return None
