"""An audit: every verifier over code that is there already, within a deadline that always holds.

The screen (does it compile) comes first. All that comes after it begins at once, symbolic execution first,
because it takes whatever time there is. A tool that breaks behind the screen costs its own verdict and not
the audit: the other verdicts are worth having, and the one that broke keeps the audit from passing.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from verifiers.audit_tests import Measurement
from verifiers.audit_values import Audit, AuditRequest
from verifiers.domain import Candidate, CodingTask, Status, Verdict
from verifiers.errors import AcrisolError, ToolError
from verifiers.policy import in_force
from verifiers.reports.normalise import normalised
from verifiers.solidity.audits.audit_assembly import assembled
from verifiers.solidity.audits.audit_evidence import compiles
from verifiers.stopping import NoLongerWanted, Stop
from verifiers.verifier import Stage, Verifier

_LOG = logging.getLogger(__name__)
_THREADS = 4  # symbolic execution, tests, and two for the scanners, which take turns
_RESERVE_S = 0.5  # of the deadline, for putting the audit together
_PATIENCE_S = 1.0  # beyond the deadline; a verifier that is not back by then is not waited for
_POLL_S = 0.1

Measure = Callable[[AuditRequest, float], Measurement]


class AuditStopped(Exception):
    """The caller wants no more."""


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
        take(normalised(verifier.verify(task, candidate, _left(end)), candidate.files))
        if should_stop():
            raise AuditStopped
    measurement = Measurement()
    if all(compiles(verdict) for verdict in verdicts):
        with Stop() as stop:
            tested = threading.Event()
            measured = _begun(measure, request, end, tested, stop) if request.tests else None
            rest = [each for each in chosen if each.stage is not Stage.SCREEN]
            waiting_for = {each.name for each in rest if each.stage is Stage.RUN}
            rest.sort(key=lambda each: (each.stage is not Stage.DEEP_SCAN, each.stage))
            for verdict in _side_by_side(rest, task, candidate, end, should_stop):
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


def _left(end: float) -> float:
    return max(end - time.monotonic() - _RESERVE_S, 0.5)


def _side_by_side(
    verifiers: Sequence[Verifier],
    task: CodingTask,
    candidate: Candidate,
    end: float,
    should_stop: Callable[[], bool],
) -> Iterator[Verdict]:
    """One verdict of each verifier, in the order in which they come in.

    When nobody waits any more, the sandboxes that they wait for are ended. The threads are daemons: a
    verifier that hangs all the same holds up neither the audit nor the end of the process.
    """
    waiting: queue.SimpleQueue[Verifier] = queue.SimpleQueue()
    ended: queue.SimpleQueue[Verdict] = queue.SimpleQueue()
    stop = Stop()
    for verifier in verifiers:
        waiting.put(verifier)

    def work() -> None:
        with suppress(NoLongerWanted), stop.governs():
            while not stop.told:
                try:
                    verifier = waiting.get_nowait()
                except queue.Empty:
                    return
                ended.put(_verdict(verifier, task, candidate, end))

    for _ in range(min(_THREADS, len(verifiers))):
        threading.Thread(target=work, daemon=True, name="acrisol-audit").start()
    missing = {verifier.name for verifier in verifiers}
    try:
        while missing and time.monotonic() < end + _PATIENCE_S:
            if should_stop():
                raise AuditStopped
            try:
                verdict = ended.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            missing.discard(verdict.verifier)
            yield verdict
    finally:
        stop.tell()
    for name in (verifier.name for verifier in verifiers if verifier.name in missing):
        yield Verdict(
            verifier=name,
            status=Status.INCOMPLETE,
            summary="It had not answered when the audit's time ended.",
            duration_s=max(0.0, task.budget.seconds),
            evidence={"gaps": ["the audit's time ended before it did"]},
        )


def _begun(
    measure: Measure, request: AuditRequest, end: float, after: threading.Event, stop: Stop
) -> queue.SimpleQueue[Measurement]:
    """Measures beside the verifiers, once ``after`` is set: whatever decides something goes first.

    What comes out decides nothing, so nothing that breaks there counts.
    """
    ended: queue.SimpleQueue[Measurement] = queue.SimpleQueue()

    def work() -> None:
        after.wait(_left(end))
        try:
            with suppress(NoLongerWanted), stop.governs():
                ended.put(measure(request, _left(end)))
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
            return measured.get(timeout=_POLL_S)
        except queue.Empty:
            if time.monotonic() > end + _PATIENCE_S:
                said = "Gas and coverage were not measured: the audit's time ended before they were."
                return Measurement(missing=said)


def _verdict(verifier: Verifier, task: CodingTask, candidate: Candidate, end: float) -> Verdict:
    """The verifier's verdict, or one that says what became of it; never a pass that it did not give."""
    begin = time.monotonic()
    if begin > end - _RESERVE_S:
        return Verdict(
            verifier=verifier.name,
            status=Status.INCOMPLETE,
            summary="The audit's time ended before it began.",
            evidence={"gaps": ["the audit's time ended before it began"]},
        )
    try:
        verdict = normalised(verifier.verify(task, candidate, _left(end)), candidate.files)
        verdict.model_dump_json()
        if verdict.verifier == verifier.name:
            return verdict
        said = f"It answered in the name of {verdict.verifier}."
    except ToolError as error:
        said = str(error)
    except AcrisolError as error:
        said = f"It could not begin: {error}"
    except Exception as error:  # noqa: BLE001 - logged, and told as an error: a bug is never a pass
        _LOG.exception("the verifier %s failed", verifier.name)
        said = f"It failed with an internal error ({type(error).__name__}); the log has the details."
    return Verdict(
        verifier=verifier.name,
        status=Status.ERROR,
        summary=said,
        duration_s=time.monotonic() - begin,
        evidence={"gaps": ["it broke, so nothing is known of what it looks for"]},
    )
