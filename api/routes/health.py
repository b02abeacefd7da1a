"""Whether the service lives, for load balancers and people."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from api.deps import ServicesDep
from api.problems import Problem
from verifiers.domain import Value
from verifiers.version import acrisol_version
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


@router.get("/", include_in_schema=False, response_class=PlainTextResponse)
def root() -> str:
    """Where to go from here."""
    where = "The API is described at /docs; tasks are at /v1/tasks, audits at /v1/audits."
    return f"Acrisol {acrisol_version()}. {where}\n"


@router.get("/healthz", summary="Is the process alive?")
def healthz() -> Health:
    """Answers as long as the process does."""
    return Health()


@router.get(
    "/readyz",
    summary="Can tasks be accepted?",
    responses={503: {"model": Problem, "description": "The job store does not answer."}},
)
def readyz(given: ServicesDep) -> Readiness:
    """Tasks are accepted while the job store answers, even without Redis."""
    jobs.page(given.database, 1)
    try:
        given.broker.depth()
    except BrokerUnavailable:
        return Readiness(broker="down")
    return Readiness(broker="ok")
