"""From a run to a verdict: only positive evidence passes."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from verifiers.domain import Finding, Judging, Location, Severity, Status, Verdict
from verifiers.errors import ToolFailed
from verifiers.execution.report import Result, ids_by_outcome, out_of_cpu, why_gone
from verifiers.execution.run import Run, TestLimits

MAX_LISTED = 200
MAX_FINDINGS = 50


def decide(
    name: str,
    expected: Sequence[str],
    run: Run,
    limits: TestLimits,
    judging: Judging,
    seconds: float,
    extra: dict[str, JsonValue],
) -> Verdict:
    """The verdict on one run.

    Args:
        name: The verifier's name.
        expected: Ids that must be reported passed.
        run: What became of it.
        limits: The limits that were meant to apply.
        judging: Whether the candidate was kept apart.
        seconds: The wall-clock seconds that the caller allowed.
        extra: Further evidence.

    Raises:
        ToolFailed: the judge broke and the candidate had no part in it.
    """
    ids = ids_by_outcome(expected, run.report.results)
    evidence = {**_evidence(ids, expected, run, limits, judging), **extra}
    tool = ", ".join(f"{tool} {version}" for tool, version in run.report.versions.items())

    def verdict(status: Status, summary: str, findings: tuple[Finding, ...] = ()) -> Verdict:
        return Verdict(
            verifier=name, status=status, summary=summary, findings=findings, evidence=evidence, tool=tool,
            duration_s=run.linked.judge.wall_s,
        )  # fmt: skip

    gone = _gone(run, limits, judging)
    if gone is not None:
        kind, reason = gone
        evidence["limit"] = kind if kind in ("time", "memory") else None
        hurried = (
            run.wall_s < limits.wall_s and kind == "time" and not out_of_cpu(run.linked.guest, limits.cpu_s)
        )
        if hurried:
            return verdict(Status.INCOMPLETE, f"the task's budget left only {seconds:.1f} s for the tests")
        lost = [test for test in expected if test not in ids["passed"]] or list(expected)
        findings = (*_findings(run.report.results), *_lost(lost, f"the candidate {reason}"))
        return verdict(Status.FAILED, f"the candidate {reason}", findings[:MAX_FINDINGS])
    if ids["failed"] or ids["missing"]:
        findings = (*_findings(run.report.results), *_lost(ids["missing"], "was never reported"))
        count = len(expected)
        failed = len(set(ids["failed"]) & set(expected)) + len(ids["missing"])
        said = f"{failed} of {count} tests failed" if failed else "the tests did not run cleanly"
        return verdict(Status.FAILED, said, findings[:MAX_FINDINGS])
    if ids["skipped-by-candidate"]:
        return verdict(Status.INCOMPLETE, f"{len(ids['skipped-by-candidate'])} tests skipped themselves")
    if not ids["passed"]:
        return verdict(Status.INCOMPLETE, "no test ran: all are skipped or expected to fail")
    return verdict(Status.PASSED, f"{len(ids['passed'])} of {len(expected)} tests passed")


def _gone(run: Run, limits: TestLimits, judging: Judging) -> tuple[str, str] | None:
    """Why the run cannot count, as a kind and the rest of a sentence about the candidate."""
    report, judge = run.report, run.linked.judge
    if judging is Judging.SHARED:
        if report.ended and judge.exit_code == 0:
            return None
        return why_gone(run.linked, "ended before the tests were done", limits.cpu_s, run.wall_s,
                        limits.memory_bytes)  # fmt: skip
    if report.ended and judge.exit_code == 0 and report.gone is None and not run.linked.guest_left_first:
        return None
    if (report.ended and report.gone is not None) or run.linked.guest_left_first:
        return why_gone(run.linked, report.gone or "", limits.cpu_s, run.wall_s, limits.memory_bytes)
    if judge.timed_out or out_of_cpu(judge, int(run.wall_s) + 1):
        return "time", f"kept the tests from ending within {run.wall_s:g} s"
    if judge.out_of_memory:
        return "memory", "gave answers that do not fit into the judge's memory"
    raise ToolFailed(
        f"The judge ended with exit code {judge.exit_code} before its report was complete.", report.noise
    )


def _findings(results: Sequence[Result]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule=result.test,
            message=result.message or "failed",
            severity=Severity.HIGH,
            location=Location(path=result.path, line=result.line)
            if result.path and result.line > 0
            else None,
        )
        for result in results
        if result.outcome == "failed"
    )


def _lost(tests: Sequence[str], message: str) -> tuple[Finding, ...]:
    return tuple(Finding(rule=test, message=message, severity=Severity.HIGH) for test in tests)


def _evidence(
    ids: dict[str, list[str]], expected: Sequence[str], run: Run, limits: TestLimits, judging: Judging
) -> dict[str, JsonValue]:
    guest = run.linked.guest
    lists: dict[str, JsonValue] = {}
    for name in ("passed", "failed", "skipped", "skipped-by-candidate", "xfailed", "missing"):
        shown: list[JsonValue] = [*ids[name][:MAX_LISTED]]
        lists[name.replace("-", "_")] = shown
    return {
        "judging": judging.value,
        "isolation": run.linked.judge.isolation,
        "expected": len(expected),
        "counts": {name: len(found) for name, found in ids.items()},
        **lists,
        "versions": {**run.report.versions},
        "cpu_limit_s": limits.cpu_s,
        "wall_limit_s": run.wall_s,
        "candidate_exit_code": guest.exit_code,
        "candidate_cpu_s": guest.cpu_s,
        "judge_cpu_s": run.linked.judge.cpu_s,
        "candidate_memory_peak_bytes": guest.memory_peak_bytes,
        "candidate_left_first": run.linked.guest_left_first,
    }


def no_python_file(name: str, expected: int) -> Verdict:
    """The verdict on a candidate that has no Python file."""
    return Verdict(
        verifier=name,
        status=Status.FAILED,
        summary="the candidate has no Python file",
        findings=(
            Finding(
                rule="no-python-file",
                message="there is no .py file to run",
                severity=Severity.HIGH,
                fix="Answer with one Python file.",
            ),
        ),
        evidence={"expected": expected, "judging": Judging.APART.value},
    )
