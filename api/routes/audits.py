"""``/v1/audits``: have Solidity code audited, and see what came out. Reports are in ``reports.py``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Response

from api.auth import Reader, Submitter
from api.deps import ServicesDep, json_only
from api.editing import Editor
from api.problems import Problem
from api.repeats import DELETED, REPLAYED, IdempotencyKey, looking_back
from api.routes.examples import AUDITS
from api.routes.filters import NOT_ENDED, BeginWithin, FiltersDep
from api.waking import wake
from verifiers.audit_values import AuditRequest
from worker.errors import AlreadyAccepted
from worker.states import JobState
from worker.store import audits, removal
from worker.store.idempotency import once
from worker.store.records import AuditJob, AuditPage, AuditSummary

RESPONSES: dict[int | str, dict[str, Any]] = {
    422: {"model": Problem, "description": "A field is wrong; the problem names it and the fix."},
    503: {"model": Problem, "description": "The job store does not answer; try again later."},
}
router = APIRouter(prefix="/v1/audits", tags=["audits"], responses=RESPONSES)
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no audit with this id."}
}


@router.post(
    "",
    status_code=202,
    summary="Submit an audit",
    dependencies=[Depends(json_only)],
    response_description="Accepted: the audit will end in exactly one final state.",
    responses={
        400: {"model": Problem, "description": "The body is not JSON."},
        413: {"model": Problem, "description": "The body is too large."},
        415: {"model": Problem, "description": "The body is not declared as JSON."},
        **DELETED,
    },
)
def submit(
    request: Annotated[AuditRequest, Body(openapi_examples=AUDITS)],
    response: Response,
    given: ServicesDep,
    caller: Submitter,
    idempotency_key: IdempotencyKey = None,
    begin_within_s: BeginWithin = None,
) -> AuditSummary:
    """Store Solidity code and let a worker audit it. No model is needed.

    The answer comes at once; ask for the audit's state at the address in the `Location` header. It ends in
    `audited`, whatever the verdict is, or in `cancelled` or `error`. Send a whole Foundry or Hardhat project
    as `files` (what is judged), `libraries` (what it imports of others) and `tests` (its forge tests).
    """
    given.check_audit(request)
    repeat = once(idempotency_key, "audits", request)
    deadline_at = begin_within_s and given.database.clock() + begin_within_s
    try:
        summary = audits.submit(
            given.database, request, given.wake_after_s, caller, deadline_at=deadline_at, once=repeat
        )
        wake(given, summary.id)
    except AlreadyAccepted as earlier:
        with looking_back():
            summary = audits.summary(given.database, earlier.job_id, caller.tenant)
        response.headers[REPLAYED] = "true"
    response.headers["Location"] = f"/v1/audits/{summary.id}"
    return summary


@router.get("", summary="List audits")
def listing(
    given: ServicesDep,
    caller: Reader,
    filters: FiltersDep,
    limit: Annotated[int, Query(ge=1, le=200, description="At most so many audits.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=64, description="`next_cursor` of the page before.")
    ] = None,
    state: Annotated[
        list[JobState], Query(description="Only audits in this state; may be given several times.")
    ] = [],  # noqa: B006 - FastAPI copies it
) -> AuditPage:
    """Audits, newest first, with their verdicts and without their code and reports."""
    return audits.page(given.database, limit, cursor, set(state), caller.sees, filters)


@router.get("/{audit_id}", summary="Get an audit", responses=NOT_FOUND)
def get(audit_id: str, given: ServicesDep, caller: Reader) -> AuditJob:
    """An audit's state and, once it has ended, all that it found out.

    In the state `error` there is no audit; `error` says what was missing or broken.
    """
    return audits.get(given.database, audit_id, caller.sees)


@router.delete("/{audit_id}", status_code=204, summary="Delete an audit", responses=NOT_FOUND | NOT_ENDED)
def delete(audit_id: str, given: ServicesDep, caller: Submitter) -> None:
    """Delete an audit that has ended: its code, its report and its events."""
    audits.summary(given.database, audit_id, caller.sees)
    removal.remove(given.database, audit_id, caller, given.forget)


@router.post("/{audit_id}/cancel", summary="Cancel an audit", responses=NOT_FOUND)
def cancel(audit_id: str, given: ServicesDep, caller: Editor) -> AuditSummary:
    """Cancel an audit: at once if it is queued, within seconds if it runs.

    An audit that has ended stays as it is.
    """
    return audits.cancel(given.database, audit_id, caller.sees)
