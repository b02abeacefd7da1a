"""From what a scanner found, and what it could not look at, to its verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import Field, JsonValue

from verifiers.domain import CodingTask, Finding, Status, Value, Verdict
from verifiers.policy import blocks

MAX_LISTED = 100  # findings; the evidence counts them all


class Gap(Value):
    """What was not looked at, and why."""

    file: str
    reason: str


class Scan(Value):
    """What a run of a scanner established.

    Attributes:
        findings: All of them, in any order, also the same one twice.
        gaps: Empty only if the scanner saw all of every file that it is for.
        files: What it looked at, by the candidate's names.
        tool: Name and version.
        evidence: What else the verdict rests on.
    """

    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    files: tuple[str, ...] = ()
    tool: str = ""
    evidence: dict[str, JsonValue] = Field(default={})


def conclude(name: str, task: CodingTask, scan: Scan, duration_s: float) -> Verdict:
    """The verdict on a scan: a finding that blocks fails it, a gap leaves it incomplete.

    Args:
        name: The verifier's registry name.
        task: Its policy says from which severity on a finding blocks.
        scan: What was established. One that looked at no file and has no gap is incomplete, too.
        duration_s: Wall-clock seconds.
    """
    findings = _worst_first(scan.findings)
    blocking = [item for item in findings if blocks(task.policy, item)]
    gaps = tuple(dict.fromkeys(scan.gaps))
    if not scan.files and not gaps:
        gaps = (Gap(file="", reason="there is no file that this scanner is for"),)
    return Verdict(
        verifier=name,
        status=_status(blocking, gaps),
        summary=_summary(findings, blocking, gaps),
        findings=tuple(findings[:MAX_LISTED]),
        evidence={
            "files": list(dict.fromkeys(scan.files)),
            "not_scanned": [{"file": gap.file, "reason": gap.reason} for gap in gaps],
            "findings_total": len(findings),
            **scan.evidence,
        },
        tool=scan.tool,
        duration_s=duration_s,
        apart_from_findings=_apart_from_findings(blocking, gaps),
    )


def _worst_first(findings: Iterable[Finding]) -> list[Finding]:
    once: dict[str, Finding] = {}
    for finding in sorted(findings, key=_order):
        once.setdefault(finding.fingerprint, finding)
    return list(once.values())


def _order(finding: Finding) -> tuple[int, str, int, str]:
    place = finding.location
    return -finding.severity.rank, place.path if place else "", place.line if place else 0, finding.rule


def _status(blocking: Sequence[Finding], gaps: Sequence[Gap]) -> Status:
    if blocking:
        return Status.FAILED
    return Status.INCOMPLETE if gaps else Status.PASSED


def _apart_from_findings(blocking: Sequence[Finding], gaps: Sequence[Gap]) -> Status:
    if len(blocking) > MAX_LISTED:
        return Status.FAILED  # what is not listed cannot be suppressed
    return Status.INCOMPLETE if gaps else Status.PASSED


def _summary(findings: Sequence[Finding], blocking: Sequence[Finding], gaps: Sequence[Gap]) -> str:
    if blocking:
        return f"{_counted(len(blocking), 'blocking')}, first {blocking[0].rule} at {_where(blocking[0])}."
    if gaps:
        return f"Not all was scanned: {gaps[0].file or 'a file'}: {gaps[0].reason}."
    advice = f" ({_counted(len(findings), 'advisory')})" if findings else ""
    return f"Nothing was found that blocks{advice}."


def _counted(count: int, kind: str) -> str:
    return f"{count} {kind} {'finding' if count == 1 else 'findings'}"


def _where(finding: Finding) -> str:
    return f"{finding.location.path}:{finding.location.line}" if finding.location else "an unknown place"
