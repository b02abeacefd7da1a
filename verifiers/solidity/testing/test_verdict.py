"""From the outcomes of Solidity tests to a verdict: only positive evidence passes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from verifiers.audit_values import TestResult
from verifiers.domain import Finding, Judging, Location, Severity, Status, Verdict
from verifiers.solidity.audits.audit_evidence import tests_of
from verifiers.solidity.compiling.compilation import NotCompiled
from verifiers.solidity.testing.test_ids import ExpectedTest
from verifiers.solidity.testing.test_layout import Layout
from verifiers.solidity.testing.watched_run import Outcome, WatchedRun

NAME = "solidity-tests"
MAX_LISTED = 200
MAX_FINDINGS = 50
_MAX_SUMMARY = 300
_LISTS = ("passed", "failed", "skipped", "skipped-by-candidate", "xfailed", "missing")
# "unseen" is no list of its own: to a reader of the lists such a test was never reported.
_LISTED_AS = {"unseen": "missing"}
_SHOWN_AS = {"missing": "failed", "unseen": "failed"}
_CHEATING_FIX = "Take that call out: a contract on a chain has no test runner to call."


def id_of(layout: Layout, test: ExpectedTest) -> str:
    """Names a test in verdicts: ``Vault.t.sol::VaultTest.test_withdraw``."""
    return f"{layout.known_as(test.path)}::{test.contract}.{test.name}"


def rows_of(verdict: Verdict) -> tuple[TestResult, ...]:
    """The tests of a verdict with their gas, failures first; empty if it tells of none."""
    return tests_of((verdict,))


def decide(layout: Layout, run: WatchedRun, evidence: Mapping[str, JsonValue], *, shared: str) -> Verdict:
    """The verdict on a run that has a report.

    Args:
        layout: What lies where.
        run: The run.
        evidence: Of how it was run.
        shared: Why candidate and tests could not be kept apart, where the policy accepts that.
    """
    outcomes = run.outcomes
    listed = evidence_of(layout, outcomes)
    facts: dict[str, JsonValue] = {**evidence, **listed, "limit": None}
    facts["judging"] = (Judging.SHARED if shared else Judging.APART).value
    if shared:
        facts["shared_because"] = shared
    findings = (*_cheating(layout, run), *_set_up(layout, run), *_failures(layout, outcomes))
    status, said = _status(run, outcomes, shared)
    if status is Status.PASSED or status is Status.INCOMPLETE:
        findings = ()
    return Verdict(
        verifier=NAME, status=status, summary=said, findings=findings[:MAX_FINDINGS], evidence=facts
    )


def _status(run: WatchedRun, outcomes: Sequence[Outcome], shared: str) -> tuple[Status, str]:
    by_status: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_status.setdefault(outcome.status, []).append(outcome)
    if run.cheats:
        return Status.FAILED, f"the candidate interferes with the tests: {next(iter(run.cheats))}"[
            :_MAX_SUMMARY
        ]
    if failed := (*by_status.get("failed", ()), *by_status.get("missing", ())):
        worst = f"{failed[0].test.contract}.{failed[0].test.name}"
        return Status.FAILED, f"{len(failed)} of {len(outcomes)} tests failed, first {worst}"[:_MAX_SUMMARY]
    if run.shared and not shared:
        return Status.INCOMPLETE, not_apart(run.shared)
    if skipped := by_status.get("skipped"):
        said = f"{len(skipped)} of {len(outcomes)} tests were skipped, among them {skipped[0].test.name}; by "
        return Status.INCOMPLETE, f"{said}whom cannot be told, so take out a test that is to be skipped"
    if unseen := by_status.get("unseen"):
        first = unseen[0]
        said = f"{len(unseen)} of {len(outcomes)} tests pass, but were not watched: {first.test.name}, "
        return Status.INCOMPLETE, f"{said}{first.reason}"[:_MAX_SUMMARY]
    passed = len(by_status.get("passed", ()))
    return Status.PASSED, f"{passed} of {len(outcomes)} tests passed"


def not_apart(reason: str) -> str:
    """What is said where the candidate's code would run as part of the tests."""
    return (
        f"the tests can only run with the candidate's code as part of them (because {reason}), where it "
        "could reach the verdict; allow that with policy.allow_shared_judge, or test it from outside"
    )


def not_built(layout: Layout, made: NotCompiled) -> Verdict:
    """The verdict where project and tests do not compile together."""
    findings = tuple(_as_known(layout, finding) for finding in made.findings)
    places = [finding.location.path for finding in findings if finding.location]
    in_tests = bool(places) and places[0] in layout.given.values()
    part = "tests" if in_tests else "candidate"
    errors = [finding for finding in findings if finding.severity.rank >= Severity.HIGH.rank]
    first = errors[0] if errors else None
    where = f"{first.location.path}:{first.location.line}: " if first and first.location else ""
    said = f": {where}{first.message}" if first else f": {made.summary}"
    if in_tests and first is not None and "ParserError" in first.rule:
        what = f"the test file {places[0]} is not valid Solidity, whatever the candidate is"
    elif in_tests:
        what = "the candidate does not fit the tests, which do not compile"
    else:
        what = "the candidate does not compile with the tests"
    if made.status is not Status.FAILED:
        what = "nothing was tested"
    return Verdict(
        verifier=NAME,
        status=made.status,
        summary=f"{what}{said}"[:_MAX_SUMMARY],
        findings=findings,
        evidence={**made.evidence, "built": False, "part": part},
        tool=made.tool,
    )


def no_report(
    layout: Layout, run: WatchedRun, expected: Sequence[ExpectedTest], evidence: Mapping[str, JsonValue], *,
    hurried: bool,
) -> Verdict:  # fmt: skip
    """The verdict where the runner gave no report."""
    lost = [Outcome(test, "missing", run.problem) for test in expected]
    facts: dict[str, JsonValue] = {**evidence, **evidence_of(layout, lost)}
    facts |= {"limit": "time" if run.timed_out else None, "judging": Judging.APART.value}
    blamed = run.timed_out or "MiB" in run.problem
    if not blamed or hurried:
        return Verdict(verifier=NAME, status=Status.INCOMPLETE, summary=run.problem, evidence=facts)
    findings = _failures(layout, lost)[:MAX_FINDINGS]
    return Verdict(
        verifier=NAME, status=Status.FAILED, summary=run.problem, findings=findings, evidence=facts
    )


def evidence_of(layout: Layout, outcomes: Sequence[Outcome]) -> dict[str, JsonValue]:
    """Lists of ids by outcome, as for other languages, and a row for each test."""
    ids: dict[str, list[str]] = {name: [] for name in _LISTS}
    for outcome in outcomes:
        ids[_LISTED_AS.get(outcome.status, outcome.status)].append(id_of(layout, outcome.test))
    lists: dict[str, JsonValue] = {
        name.replace("-", "_"): [*found[:MAX_LISTED]] for name, found in ids.items()
    }
    return {
        "tests": "given",
        "expected": len(outcomes),
        "counts": {name: len(found) for name, found in ids.items()},
        **lists,
        "cases": [_case(layout, outcome) for outcome in outcomes[: 5 * MAX_LISTED]],
    }


def _case(layout: Layout, outcome: Outcome) -> dict[str, JsonValue]:
    test = outcome.test
    case: dict[str, JsonValue] = {
        "path": layout.known_as(test.path),
        "contract": test.contract,
        "name": test.name,
        "kind": test.kind.value,
        "status": _SHOWN_AS.get(outcome.status, outcome.status),
        "origin": "given",
        "reason": outcome.reason,
        "counterexample": outcome.counterexample,
        "gas": outcome.gas,
        "runs": outcome.runs,
    }
    return case if outcome.watched is None else {**case, "watched_runs": outcome.watched}


def _failures(layout: Layout, outcomes: Sequence[Outcome]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule=id_of(layout, outcome.test),
            message=outcome.reason or "failed",
            severity=Severity.HIGH,
            location=Location(path=layout.known_as(outcome.test.defined_in), line=outcome.test.line),
            counterexample=outcome.counterexample or None,
        )
        for outcome in outcomes
        if outcome.status in ("failed", "missing")
    )


def _set_up(layout: Layout, run: WatchedRun) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            rule=f"{layout.known_as(case.path)}::{case.contract}.{case.name}",
            message=case.reason or "failed",
            severity=Severity.HIGH,
        )
        for case in run.set_up
    )


def _cheating(layout: Layout, run: WatchedRun) -> tuple[Finding, ...]:
    found = []
    for said, (path, name) in run.cheats.items():
        line = _line_of(layout.project.sources.get(path, ""), name)
        found.append(
            Finding(
                rule="cheating",
                message=f"{said}: only the tests may do that.",
                fix=_CHEATING_FIX,
                severity=Severity.HIGH,
                location=Location(path=path, line=line) if path in layout.candidate else None,
            )
        )
    return tuple(found)


def _line_of(text: str, name: str) -> int:
    words = ("contract", name)
    lines = (line.split("{")[0].split() for line in text.splitlines())
    return next((number for number, line in enumerate(lines, 1) if words == tuple(line[:2])), 1)


def _as_known(layout: Layout, finding: Finding) -> Finding:
    place = finding.location
    if place is None or place.path not in layout.given:
        return finding
    return finding.model_copy(
        update={"location": place.model_copy(update={"path": layout.known_as(place.path)})}
    )
