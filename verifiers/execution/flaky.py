"""Running tests again, to find out whether they say the same twice about the same code."""

from __future__ import annotations

import time
from collections.abc import Callable

from verifiers.domain import Finding, Severity, Status, Verdict

_ROOM = 1.5  # a run may take this much longer than the one before


def repeated(
    judge: Callable[[float], Verdict],
    seconds: float,
    runs: int,
    clock: Callable[[], float] = time.monotonic,
) -> Verdict:
    """Judge, and judge again while time allows; runs that disagree are ``incomplete`` and called flaky.

    Only verdicts that rest on what the tests said are checked again: a run that hit a limit, or code that
    did not compile, is not. Code that passes once and then crashes is flaky as well.

    Args:
        judge: Runs the tests once, within the seconds that it is given.
        seconds: Wall-clock seconds for all runs.
        runs: How many there are at most; 1 checks nothing.
        clock: Seconds, monotonic.

    Returns:
        The first verdict with ``runs`` in its evidence, or the flaky one.
    """
    start = clock()
    first = judge(seconds)
    took = clock() - start
    count = 1
    while count < runs and _rests_on_tests(first) and seconds - (clock() - start) > took * _ROOM + 1:
        verdict = judge(seconds - (clock() - start))
        count += 1
        if verdict.status is not first.status and _counts(verdict):
            return _flaky(first, verdict, count)
    return first.model_copy(update={"evidence": {**first.evidence, "runs": count, "flaky": False}})


def _rests_on_tests(verdict: Verdict) -> bool:
    if verdict.status is Status.PASSED:
        return True
    evidence = verdict.evidence
    ended_well = evidence.get("limit") is None and not evidence.get("candidate_left_first")
    return verdict.status is Status.FAILED and ended_well and bool(evidence.get("failed"))


def _counts(verdict: Verdict) -> bool:
    """Whether another run's answer can contradict the first: a time-out may be the machine's doing."""
    return verdict.status is Status.PASSED or (
        verdict.status is Status.FAILED and verdict.evidence.get("limit") != "time"
    )


def _flaky(first: Verdict, other: Verdict, count: int) -> Verdict:
    failing = first if first.status is Status.FAILED else other
    found = failing.evidence.get("failed")
    tests = [str(test) for test in found] if isinstance(found, list) else []
    findings = tuple(
        Finding(
            rule=test,
            message="flaky: passes in one run and fails in another, with the same code",
            severity=Severity.MEDIUM,
            fix="Do not depend on chance, the clock, or the order of maps and sets.",
        )
        for test in tests
    )
    named = tests[0] if tests else "a test"
    return first.model_copy(
        update={
            "status": Status.INCOMPLETE,
            "summary": f"flaky: {named} passed in one of {count} runs and failed in another",
            "findings": findings,
            "evidence": {**failing.evidence, "runs": count, "flaky": True},
            "duration_s": first.duration_s + other.duration_s,
        }
    )
