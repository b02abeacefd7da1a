"""JUnit XML: what a CI server shows of the tests, and of the other verifiers.

The tests' cases come from the verdict's evidence: every id that was expected is there, also one that was
never reported. Each other verifier is a case of its own. A verdict that is not a pass is never without a case
that failed, unless the policy accepts it: then it is a case that was skipped, with the policy's reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from xml.etree import ElementTree as Xml

from verifiers.domain import CodingTask, Finding, Status, Verdict
from verifiers.policy import accepted_because, in_force
from verifiers.reports.text import fit

# Lists in a tests verdict's evidence, the worst first -> the element in the case; None for a pass.
_KINDS: dict[str, str | None] = {
    "failed": "failure",
    "missing": "error",
    "skipped_by_candidate": "error",
    "skipped": "skipped",
    "xfailed": "skipped",
    "passed": None,
}
_SENTENCES = {
    "failed": "failed",
    "missing": "was never reported",
    "skipped_by_candidate": "the code under test skipped it",
    "skipped": "skipped",
    "xfailed": "expected to fail, and failed",
}
_WHOLE = "(the whole run)"


class _Case(NamedTuple):
    name: str
    kind: str | None = None
    message: str = ""
    text: str = ""


def junit_xml(task: CodingTask, verdicts: Sequence[Verdict], required: Sequence[str], today: date) -> str:
    """The verdicts on one candidate as JUnit XML.

    Args:
        task: What was asked for; its policy says what is accepted.
        verdicts: All on this candidate.
        required: Names of the verifiers that had to give a verdict.
        today: The date by which suppressions expire.
    """
    root = Xml.Element("testsuites", name="acrisol")
    policy = in_force(task).policy
    suites = [
        (verdict.verifier, _cases(verdict, accepted_because(policy, verdict, today)), verdict)
        for verdict in verdicts
    ]
    answered = {verdict.verifier for verdict in verdicts}
    for verifier, cases, verdict in suites:
        _suite(root, verifier, cases, verdict)
    for name in required:
        if name not in answered:
            _suite(root, name, [_Case(_WHOLE, "error", "required, and gave no verdict")], None)
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    root.set("time", _seconds(sum(verdict.duration_s for verdict in verdicts)))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _cases(verdict: Verdict, accepted: str) -> list[_Case]:
    cases = list(_tests(verdict)) if _has_tests(verdict) else []
    if not cases and verdict.status is Status.PASSED:
        return [_Case(_WHOLE)]
    told = any(case.kind in ("failure", "error") for case in cases)
    if verdict.status is not Status.PASSED and accepted:
        cases.insert(0, _Case(_WHOLE, "skipped", f"{verdict.status.value}, but {accepted}"))
    elif verdict.status is not Status.PASSED and not told:
        kind = "failure" if verdict.status is Status.FAILED else "error"
        text = "\n\n".join(_about(finding) for finding in verdict.findings)
        cases.insert(0, _Case(_WHOLE, kind, f"{verdict.status.value}: {verdict.summary}", text))
    return cases


def _has_tests(verdict: Verdict) -> bool:
    return "expected" in verdict.evidence and "counts" in verdict.evidence


def _tests(verdict: Verdict) -> Iterable[_Case]:
    """The tests by their ids; an id that is in several lists counts as the worst of them."""
    findings: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        findings.setdefault(finding.rule.partition("[")[0], []).append(finding)
    counts = verdict.evidence.get("counts")
    seen: set[str] = set()
    for name, kind in _KINDS.items():
        listed = verdict.evidence.get(name)
        ids = [str(item) for item in listed] if isinstance(listed, list) else []
        for test in ids:
            if test in seen:
                continue
            seen.add(test)
            found = findings.get(test, [])
            said = found[0].message.strip().split("\n", 1)[0] if found else _SENTENCES.get(name, "")
            text = "\n\n".join(_about(finding) for finding in found)
            yield _Case(test, kind, said if kind else "", text if kind else "")
        count = counts.get(name.replace("_", "-")) if isinstance(counts, dict) else None
        if isinstance(count, int) and count > len(ids):
            more = f"{count - len(ids):,} more that are not listed"
            yield _Case(more, kind, _SENTENCES.get(name, ""))


def _about(finding: Finding) -> str:
    place = f"{finding.location.path}:{finding.location.line}" if finding.location else ""
    ids = " ".join(name for name in (finding.cwe, finding.swc) if name)
    shown = f"{place}: " if place not in ("", finding.rule) else ""
    head = f"{shown}{finding.rule}{f' ({ids})' if ids else ''}, {finding.severity.value}"
    parts = [head, finding.message.strip()]
    parts += [f"fix: {finding.fix}"] if finding.fix else []
    parts += [f"it fails for: {finding.counterexample}"] if finding.counterexample else []
    return "\n".join(part for part in parts if part)


def _suite(root: Xml.Element, verifier: str, cases: Sequence[_Case], verdict: Verdict | None) -> None:
    kinds = [case.kind for case in cases]
    suite = Xml.SubElement(
        root,
        "testsuite",
        name=fit(verifier, 300),
        tests=str(len(cases)),
        failures=str(kinds.count("failure")),
        errors=str(kinds.count("error")),
        skipped=str(kinds.count("skipped")),
        time=_seconds(verdict.duration_s if verdict else 0.0),
    )
    for case in cases:
        file, _, name = case.name.rpartition("::")
        element = Xml.SubElement(
            suite,
            "testcase",
            classname=fit(f"{verifier}.{file}" if file else verifier, 500),
            name=fit(name or case.name, 500),
        )
        if case.kind:
            inner = Xml.SubElement(element, case.kind, message=fit(case.message, 1_000))
            if case.kind != "skipped":
                inner.set("type", case.kind)
                inner.text = fit(case.text or case.message)
    if verdict is not None:
        Xml.SubElement(suite, "system-out").text = fit(f"{verdict.summary}\n{verdict.tool}".strip())


def _seconds(duration: float) -> str:
    return f"{duration:.3f}"
