"""An audit's report, in the form that whoever reads it needs; one address each, so that it can be linked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import anyio
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.auth import Reader
from api.deps import Services, ServicesDep
from api.problems import Problem
from api.routes.audits import NOT_FOUND, RESPONSES
from api.routes.downloads import SOON, Responses, described, not_ended, sent
from verifiers.audit_values import Audit
from verifiers.errors import ToolMissing
from verifiers.reports.audit.html import audit_html, content_policy
from verifiers.reports.audit.pdf import audit_pdf
from verifiers.reports.sarif import sarif_text
from verifiers.version import acrisol_version
from worker.states import JobState
from worker.store import audits
from worker.store.records import AuditJob

router = APIRouter(prefix="/v1/audits/{audit_id}", tags=["audits"], responses=RESPONSES)
_JSON, _SARIF, _HTML, _PDF = "application/json", "application/sarif+json", "text/html", "application/pdf"
_NOT_YET = "The audit has not ended, or it ended without a report."
# Laying a report out takes seconds of CPU: many at a time would starve the rest of the API. Whoever waits
# for it does so in the event loop: in threads, forty of them would leave none to the other routes.
_LAYING_OUT: RunVar[anyio.CapacityLimiter] = RunVar("reports that are laid out")
_PATIENCE_S = 10.0
# A report quotes hostile code. The page itself lets nothing load or run; these hold even if it did not.
_SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_PAGE_POLICY = "frame-ancestors 'none'; sandbox"


def _as(media_type: str, description: str) -> Responses:
    return described(media_type, description, NOT_FOUND, _NOT_YET)


@router.get(
    "/report.json",
    summary="Get the report as JSON",
    response_class=Response,
    responses=_as(_JSON, "The audit, with its receipt."),
)
def as_json(audit_id: str, given: ServicesDep, caller: Reader) -> Response:
    """The audit by itself, as `acrisol audit --json` prints it; `acrisol receipt` checks its signature."""
    _, audit = _ended(given, audit_id, caller.sees)
    return _response(audit.model_dump_json(), _JSON, audit_id, "json")


@router.get(
    "/report.html",
    summary="Get the report as a page",
    response_class=Response,
    responses=_as(_HTML, "One page without scripts that loads nothing and prints well."),
)
def as_html(audit_id: str, given: ServicesDep, caller: Reader) -> Response:
    """The report for people."""
    _, audit = _ended(given, audit_id, caller.sees)
    headers = {"Content-Security-Policy": f"{content_policy()}; {_PAGE_POLICY}"}
    return _response(audit_html(audit), _HTML, audit_id, "html", headers)


@router.get(
    "/report.pdf",
    summary="Get the report as PDF",
    response_class=Response,
    responses={
        **_as(_PDF, "The same as the page, laid out on A4."),
        501: {"model": Problem, "description": "The server has no WeasyPrint; take the page and print it."},
    },
)
async def as_pdf(audit_id: str, given: ServicesDep, caller: Reader) -> Response:
    """The report for people who sign paper."""
    await run_in_threadpool(_ended, given, audit_id, caller.sees)  # what is not there needs no turn
    async with _turn():
        made = await run_in_threadpool(_laid_out, given, audit_id, caller.sees)
    return _response(made, _PDF, audit_id, "pdf")


@router.get(
    "/report.sarif",
    summary="Get the findings as SARIF",
    response_class=Response,
    responses=_as(_SARIF, "SARIF 2.1.0, as code scanning services take it."),
)
def as_sarif(audit_id: str, given: ServicesDep, caller: Reader) -> Response:
    """The findings for other programs."""
    job, audit = _ended(given, audit_id, caller.sees)
    required = tuple(check.verifier for check in audit.checks)
    today = datetime.now(UTC).date()
    made = sarif_text(
        job.request.task, job.request.files, audit.verdicts, required, acrisol_version(), today, {}
    )
    return _response(made, _SARIF, audit_id, "sarif")


@asynccontextmanager
async def _turn() -> AsyncIterator[None]:
    try:
        limiter = _LAYING_OUT.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(1)
        _LAYING_OUT.set(limiter)
    try:
        with anyio.fail_after(_PATIENCE_S):
            await limiter.acquire()
    except TimeoutError as error:
        detail = "Other reports are being laid out. Ask again, or take the page."
        raise HTTPException(503, detail, SOON) from error
    try:
        yield
    finally:
        limiter.release()


def _laid_out(given: Services, audit_id: str, tenant: str | None) -> bytes:
    _, audit = _ended(given, audit_id, tenant)
    try:
        return audit_pdf(audit)
    except ToolMissing as error:
        raise HTTPException(501, str(error)) from error


def _ended(given: Services, audit_id: str, tenant: str | None) -> tuple[AuditJob, Audit]:
    job = audits.get(given.database, audit_id, tenant)
    if job.audit is not None:
        return job, job.audit
    if not job.state.terminal:
        raise not_ended("audit", job.state)
    why = "it was cancelled." if job.state is JobState.CANCELLED else f"it ended in an error: {job.error}"
    raise HTTPException(409, f"There is no report of this audit: {why}")


def _response(
    made: str | bytes, media_type: str, audit_id: str, suffix: str, headers: dict[str, str] | None = None
) -> Response:
    return sent(made, media_type, f"audit-{audit_id}.{suffix}", {**_SAFE, **(headers or {})}, show=True)
