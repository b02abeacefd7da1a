"""Whether the service lives, for load balancers and people."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from starlette.exceptions import HTTPException

from api.deps import ServicesDep
from api.problems import Problem
from verifiers.domain import Value
from worker.errors import BrokerUnavailable
from worker.store import jobs

router = APIRouter(tags=["health"])


class Health(Value):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(Value):
    """What the service stands on.

    Attributes:
        database: The job store answers.
        broker: ``down`` if Redis does not answer; tasks are then accepted, and run once it does.
    """

    database: Literal["ok"] = "ok"
    broker: Literal["ok", "down"]


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> Health:
    """Answers as long as the process does."""
    # A coroutine: also while all threads are taken.
    return Health()


@router.get(
    "/readyz",
    summary="Can tasks be accepted?",
    responses={503: {"model": Problem, "description": "The job store does not answer, or it stops."}},
)
def readyz(given: ServicesDep) -> Readiness:
    """Tasks are accepted while the job store answers, even without Redis.

    A server that was told to stop is not ready any more, though it still answers what it is sent.
    """
    if given.draining.is_set():
        raise HTTPException(503, "This server is being stopped. Send requests to another one, or try again.")
    jobs.ask(given.database)
    try:
        given.broker.depth()
    except BrokerUnavailable:
        return Readiness(broker="down")
    return Readiness(broker="ok")
