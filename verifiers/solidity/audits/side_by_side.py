"""Which verifier of an audit begins when, and how long it may take.

Tests and scanners begin at once. Deep scans begin when the scanners have answered, and may take all the time
that is left; code that is blocked by then they look at only briefly, unless the audit is to be thorough: what
blocks it has to be mended first, and mended code is other code. A verdict says so where it is cut short.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from verifiers.domain import Candidate, CodingTask, Status, Verdict
from verifiers.errors import AcrisolError, ToolError
from verifiers.policy import effective_status
from verifiers.reports.normalise import normalised
from verifiers.stopping import NoLongerWanted, Stop
from verifiers.verifier import Stage, Verifier

_LOG = logging.getLogger(__name__)
RESERVE_S = 0.5  # of the deadline, for putting the audit together
PATIENCE_S = 1.0  # beyond the deadline; a verifier that is not back by then is not waited for
POLL_S = 0.1
BRIEF_S = 10.0  # of a deep scan of code that is blocked already, with attacks on what it finds
_THREADS = 3
_SCANNING = 0.25  # of the time, after which deep scans no longer wait for scanners


class AuditStopped(Exception):
    """The caller wants no more."""


def left_until(end: float) -> float:
    """Seconds that a verifier may take; the audit still has to be put together after it."""
    return max(end - time.monotonic() - RESERVE_S, 0.5)


def side_by_side(
    verifiers: Sequence[Verifier],
    task: CodingTask,
    candidate: Candidate,
    end: float,
    *,
    thorough: bool,
    should_stop: Callable[[], bool],
) -> Iterator[Verdict]:
    """One verdict of each verifier, in the order in which they come in.

    When nobody waits any more, the sandboxes that they wait for are ended. The threads are daemons: a
    verifier that hangs all the same holds up neither the audit nor the end of the process.

    Args:
        verifiers: Those behind the screen.
        task: With the policy in force.
        candidate: What is audited.
        end: The audit's deadline, by ``time.monotonic()``.
        thorough: Deep scans take the whole time on code that is blocked, too.
        should_stop: Asked ten times a second.

    Raises:
        AuditStopped: ``should_stop`` said so.
    """
    ended: queue.SimpleQueue[Verdict] = queue.SimpleQueue()
    stop = Stop()
    deep = [each for each in verifiers if each.stage is Stage.DEEP_SCAN]
    scanning = {each.name for each in verifiers if each.stage is Stage.SCAN}
    missing = [each.name for each in verifiers]
    latest = time.monotonic() + _SCANNING * (end - time.monotonic())
    blocked = False
    _begin([each for each in verifiers if each not in deep], task, candidate, end, stop, ended)
    try:
        while missing and time.monotonic() < end + PATIENCE_S:
            if should_stop():
                raise AuditStopped
            if deep and (not scanning or time.monotonic() > latest):
                brief = blocked and not thorough
                until = min(end, time.monotonic() + BRIEF_S) if brief else end
                _begin(deep, task, candidate, until, stop, ended, brief=brief)
                deep = []
            with suppress(queue.Empty):
                verdict = ended.get(timeout=POLL_S)
                missing.remove(verdict.verifier)
                scanning.discard(verdict.verifier)
                today = datetime.now(UTC).date()
                blocked = blocked or effective_status(task.policy, verdict, today) is Status.FAILED
                yield verdict
    finally:
        stop.tell()
    for name in missing:
        yield Verdict(
            verifier=name,
            status=Status.INCOMPLETE,
            summary="It had not answered when the audit's time ended.",
            duration_s=max(0.0, task.budget.seconds),
            evidence={"gaps": ["the audit's time ended before it did"]},
        )


def _begin(
    verifiers: Sequence[Verifier],
    task: CodingTask,
    candidate: Candidate,
    until: float,
    stop: Stop,
    ended: queue.SimpleQueue[Verdict],
    *,
    brief: bool = False,
) -> None:
    """Start threads that take turns with these verifiers."""
    waiting: queue.SimpleQueue[Verifier] = queue.SimpleQueue()
    for verifier in verifiers:
        waiting.put(verifier)

    def work() -> None:
        with suppress(NoLongerWanted, queue.Empty), stop.governs():
            while not stop.told:
                verdict = _verdict(waiting.get_nowait(), task, candidate, until)
                ended.put(_cut_short(verdict) if brief else verdict)

    for _ in range(min(_THREADS, len(verifiers))):
        threading.Thread(target=work, daemon=True, name="acrisol-audit").start()


def _cut_short(verdict: Verdict) -> Verdict:
    """The verdict, with the reason why it had so little time; unchanged where that was enough."""
    gaps = verdict.evidence.get("gaps")
    if not isinstance(gaps, list) or not gaps:
        return verdict
    why = f"it was given {BRIEF_S:g} s, because the code is blocked already; a thorough audit gives it all"
    return verdict.model_copy(update={"evidence": {**verdict.evidence, "gaps": [*gaps, why]}})


def _verdict(verifier: Verifier, task: CodingTask, candidate: Candidate, end: float) -> Verdict:
    """The verifier's verdict, or one that says what became of it; never a pass that it did not give."""
    begin = time.monotonic()
    if begin > end - RESERVE_S:
        return Verdict(
            verifier=verifier.name,
            status=Status.INCOMPLETE,
            summary="The audit's time ended before it began.",
            evidence={"gaps": ["the audit's time ended before it began"]},
        )
    try:
        verdict = normalised(verifier.verify(task, candidate, left_until(end)), candidate.files)
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
