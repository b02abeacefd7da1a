"""What an ended task leaves: its accepted code, and reports for other programs; one address each."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from api.auth import Reader
from api.deps import Services, ServicesDep
from api.problems import Problem
from api.routes.downloads import Responses, described, not_ended, sent
from verifiers.domain import CodingTask, Outcome, Value
from verifiers.reports.archive import zip_of
from verifiers.reports.junit import junit_xml
from verifiers.reports.reported import reported_attempt
from verifiers.reports.sarif import sarif_text
from verifiers.required import required_by
from verifiers.version import acrisol_version
from worker.store import jobs

router = APIRouter(
    prefix="/v1/tasks/{task_id}/artifacts",
    tags=["tasks"],
    responses={
        422: {"model": Problem, "description": "The id is no text; the problem says why."},
        503: {"model": Problem, "description": "The job store does not answer; try again later."},
    },
)
_ZIP, _SARIF, _JUNIT, _JSON = (
    "application/zip",
    "application/sarif+json",
    "application/xml",
    "application/json",
)
_NOT_FOUND: Responses = {404: {"model": Problem, "description": "There is no task with this id."}}
# Hostile code and text from it: nothing that a browser shows, and if it did, nothing that would run.
_POLICY = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}


class Artifact(Value):
    """Something that can be fetched.

    Attributes:
        name: As in its address.
        media_type: Of what is there.
        path: Its address on this server.
    """

    name: str
    media_type: str
    path: str


class ArtifactList(Value):
    """What an ended task has."""

    artifacts: tuple[Artifact, ...]


def _as(media_type: str, description: str) -> Responses:
    missing = "The task has not ended, or it ended without this."
    return described(media_type, description, _NOT_FOUND, missing)


@router.get("", summary="List artifacts", responses=_NOT_FOUND)
def listing(task_id: str, given: ServicesDep, caller: Reader) -> ArtifactList:
    """What can be fetched of a task; nothing before it has ended."""
    outcome = jobs.get(given.database, task_id, caller.sees).outcome
    there: list[tuple[str, str]] = []
    if outcome is not None:
        there += [("findings.sarif", _SARIF), ("junit.xml", _JUNIT)]
        there += [("code.zip", _ZIP)] if outcome.solution is not None else []
        there += [("receipt.json", _JSON)] if outcome.receipt is not None else []
    return ArtifactList(
        artifacts=tuple(
            Artifact(name=name, media_type=media_type, path=f"/v1/tasks/{task_id}/artifacts/{name}")
            for name, media_type in sorted(there)
        )
    )


@router.get(
    "/code.zip",
    summary="Get the accepted code",
    response_class=Response,
    responses=_as(_ZIP, "A folder with the accepted files; the same bytes every time."),
)
def code(task_id: str, given: ServicesDep, caller: Reader) -> Response:
    """The code that passed, as an archive that is safe to unpack. There is none if no code was accepted."""
    _, outcome = _ended(given, task_id, caller.sees)
    if outcome.solution is None:
        raise HTTPException(409, f"No code was accepted: the task ended as {outcome.status}.")
    return _file(zip_of(outcome.solution.candidate.files, f"task-{task_id}"), _ZIP, task_id, "zip")


@router.get(
    "/findings.sarif",
    summary="Get the findings as SARIF",
    response_class=Response,
    responses=_as(_SARIF, "SARIF 2.1.0, as code scanning services take it."),
)
def findings(task_id: str, given: ServicesDep, caller: Reader) -> Response:
    """The findings on the accepted code; on the attempt that came nearest, if none was accepted."""
    task, outcome = _ended(given, task_id, caller.sees)
    attempt = reported_attempt(outcome)
    made = sarif_text(
        task,
        attempt.candidate.files if attempt else (),
        attempt.verdicts if attempt else (),
        required_by(task),
        acrisol_version(),
        datetime.now(UTC).date(),
    )
    return _file(made, _SARIF, task_id, "sarif")


@router.get(
    "/junit.xml",
    summary="Get the test results as JUnit XML",
    response_class=Response,
    responses=_as(_JUNIT, "JUnit XML, as CI servers take it."),
)
def tests(task_id: str, given: ServicesDep, caller: Reader) -> Response:
    """The test results of the accepted code; of the attempt that came nearest, if none was accepted."""
    task, outcome = _ended(given, task_id, caller.sees)
    attempt = reported_attempt(outcome)
    verdicts = attempt.verdicts if attempt else ()
    made = junit_xml(task, verdicts, required_by(task), datetime.now(UTC).date())
    return _file(made, _JUNIT, task_id, "xml")


@router.get(
    "/receipt.json",
    summary="Get the receipt",
    response_class=Response,
    responses=_as(_JSON, "A signed statement; `acrisol receipt` checks it."),
)
def receipt(task_id: str, given: ServicesDep, caller: Reader) -> Response:
    """The signed statement of what was run on which code, and what it said."""
    _, outcome = _ended(given, task_id, caller.sees)
    if outcome.receipt is None:
        raise HTTPException(409, f"There is no receipt: the task ended as {outcome.status} without one.")
    return _file(outcome.receipt.model_dump_json(), _JSON, task_id, "receipt.json")


def _ended(given: Services, task_id: str, tenant: str | None) -> tuple[CodingTask, Outcome]:
    job = jobs.get(given.database, task_id, tenant)
    if job.outcome is not None:
        return job.task, job.outcome
    if not job.state.terminal:
        raise not_ended("task", job.state)
    raise HTTPException(409, f"The task ended as {job.state}, without an outcome: {job.error}")


def _file(made: str | bytes, media_type: str, task_id: str, suffix: str) -> Response:
    return sent(made, media_type, f"task-{task_id}.{suffix}", _POLICY, show=False)
