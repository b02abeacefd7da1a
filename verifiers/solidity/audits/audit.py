"""An audit: every verifier over code that is there already, within a deadline that always holds.

The screen (does it compile) comes first; ``side_by_side.py`` says what comes after it when. A tool that
breaks behind the screen costs its own verdict and not the audit: the other verdicts are worth having, and the
one that broke keeps the audit from passing.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from verifiers.audit_tests import Measurement
from verifiers.audit_values import Audit, AuditRequest
from verifiers.domain import CodingTask, Verdict
from verifiers.policy import in_force
from verifiers.reports.normalise import normalised
from verifiers.solidity.audits.audit_assembly import assembled
from verifiers.solidity.audits.audit_evidence import compiles
from verifiers.solidity.audits.side_by_side import (
    PATIENCE_S,
    POLL_S,
    AuditStopped,
    left_until,
    side_by_side,
)
from verifiers.stopping import NoLongerWanted, Stop
from verifiers.verifier import Stage, Verifier

_LOG = logging.getLogger(__name__)

Measure = Callable[[AuditRequest, float], Measurement]


def run_audit(
    request: AuditRequest,
    verifiers: Sequence[Verifier],
    version: str,
    *,
    measure: Measure = lambda request, seconds: Measurement(),
    on_verdict: Callable[[Verdict], None] = lambda verdict: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Audit:
    """Audit some code. Ends at most 2 s after ``request.deadline_s``.

    Args:
        request: What to audit.
        verifiers: All there are; those that apply to Solidity, or that the policy requires, are run.
        version: Acrisol's.
        measure: Measures gas and coverage of the given tests, within seconds; called where there are any.
        on_verdict: Called with each verdict as it comes in, in the caller's thread.
        should_stop: Asked ten times a second.

    Raises:
        ToolError: there is no sandbox or no compiler, so that nothing at all can be said.
        AuditStopped: ``should_stop`` said so.
    """
    started_at, begin = datetime.now(UTC), time.monotonic()
    end = begin + request.deadline_s
    task, candidate = in_force(request.task), request.candidate
    chosen = _chosen(task, verifiers)
    verdicts: list[Verdict] = []

    def take(verdict: Verdict) -> None:
        verdicts.append(verdict)
        on_verdict(verdict)

    for verifier in (each for each in chosen if each.stage is Stage.SCREEN):
        take(normalised(verifier.verify(task, candidate, left_until(end)), candidate.files))
        if should_stop():
            raise AuditStopped
    measurement = Measurement()
    if all(compiles(verdict) for verdict in verdicts):
        with Stop() as stop:
            tested = threading.Event()
            measured = _begun(measure, request, end, tested, stop) if request.tests else None
            rest = [each for each in chosen if each.stage is not Stage.SCREEN]
            waiting_for = {each.name for each in rest if each.stage is Stage.RUN}
            for verdict in side_by_side(
                rest, task, candidate, end, thorough=request.thorough, should_stop=should_stop
            ):
                take(verdict)
                waiting_for.discard(verdict.verifier)
                if not waiting_for:
                    tested.set()
            tested.set()
            measurement = _awaited(measured, end, should_stop) if measured else measurement
    order = {each.name: place for place, each in enumerate(chosen)}
    verdicts.sort(key=lambda verdict: order[verdict.verifier])
    return assembled(
        request,
        verdicts,
        measurement=measurement,
        required=tuple(order),
        version=version,
        started_at=started_at,
        duration_s=time.monotonic() - begin,
    )


def _chosen(task: CodingTask, verifiers: Sequence[Verifier]) -> list[Verifier]:
    wanted = [each for each in verifiers if each.name in task.policy.require or each.applies_to(task)]
    return sorted(wanted, key=lambda each: each.stage)


def _begun(
    measure: Measure, request: AuditRequest, end: float, after: threading.Event, stop: Stop
) -> queue.SimpleQueue[Measurement]:
    """Measures beside the verifiers, once ``after`` is set: whatever decides something goes first.

    What comes out decides nothing, so nothing that breaks there counts.
    """
    ended: queue.SimpleQueue[Measurement] = queue.SimpleQueue()

    def work() -> None:
        after.wait(left_until(end))
        try:
            with suppress(NoLongerWanted), stop.governs():
                ended.put(measure(request, left_until(end)))
        except Exception as error:  # noqa: BLE001 - logged, and told in the report
            _LOG.exception("gas and coverage could not be measured")
            said = f"Gas and coverage were not measured: an internal error ({type(error).__name__})."
            ended.put(Measurement(missing=said))

    threading.Thread(target=work, daemon=True, name="acrisol-measure").start()
    return ended


def _awaited(
    measured: queue.SimpleQueue[Measurement], end: float, should_stop: Callable[[], bool]
) -> Measurement:
    while True:
        if should_stop():
            raise AuditStopped
        try:
            return measured.get(timeout=POLL_S)
        except queue.Empty:
            if time.monotonic() > end + PATIENCE_S:
                said = "Gas and coverage were not measured: the audit's time ended before they were."
                return Measurement(missing=said)
