"""One contract's audit with the product's own verifiers, brought down to what the measurement counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.solidity_data import category_of
from verifiers.audit_values import Audit, AuditRequest
from verifiers.domain import Finding, SourceFile, Status
from verifiers.policy import blocks
from verifiers.solidity.audits.audit import run_audit
from verifiers.verifier import Verifier
from verifiers.version import acrisol_version

_MOST_LINES = 5  # of a finding that count as its place


class Seen(NamedTuple):
    """What an audit came to.

    Attributes:
        reported: Kinds of weakness that any finding is of.
        blocking: Those of findings that stand in the way.
        places: Kind and line of all findings.
        blocked_by: Rules of the findings that stand in the way, by whatever verifier.
        unfinished: Verifiers that neither passed nor failed.
        seconds: Wall-clock seconds of the whole audit.
    """

    reported: frozenset[str]
    blocking: frozenset[str]
    places: frozenset[tuple[str, int]]
    blocked_by: tuple[str, ...]
    unfinished: tuple[str, ...]
    seconds: float


def audited(name: str, text: str, verifiers: Sequence[Verifier], deadline_s: float) -> Seen:
    """Audit one file by the default policy.

    Raises:
        ToolError: there is no sandbox or no compiler.
    """
    files = (SourceFile(path="Contract.sol", content=text),)
    request = AuditRequest(files=files, deadline_s=deadline_s, name=name[:200])
    return _seen(run_audit(request, verifiers, acrisol_version()), request)


def _seen(audit: Audit, request: AuditRequest) -> Seen:
    found = [finding for verdict in audit.verdicts for finding in verdict.findings]
    hard = [finding for finding in found if blocks(request.task.policy, finding)]
    failed = [each.verifier for each in audit.verdicts if each.status is Status.FAILED and not each.findings]
    return Seen(
        reported=_kinds(found),
        blocking=_kinds(hard),
        places=frozenset(
            (kind, line) for each in found if (kind := category_of(each)) for line in _lines(each)
        ),
        blocked_by=tuple(dict.fromkeys([*failed, *(finding.rule for finding in hard)])),
        unfinished=tuple(
            each.verifier for each in audit.verdicts if each.status not in (Status.PASSED, Status.FAILED)
        ),
        seconds=audit.duration_s,
    )


def _kinds(findings: Sequence[Finding]) -> frozenset[str]:
    return frozenset(kind for finding in findings if (kind := category_of(finding)))


def _lines(finding: Finding) -> range:
    if finding.location is None:
        return range(0)
    first = finding.location.line
    last = max(finding.location.end_line or first, first)
    return range(first, min(last, first + _MOST_LINES - 1) + 1)
