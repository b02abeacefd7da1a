"""From verdicts to an audit: one list of faults, what was run, what was not. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from verifiers.audit_tests import Measurement
from verifiers.audit_values import (
    Audit,
    AuditedFinding,
    AuditRequest,
    Check,
    Excerpt,
    Role,
    ScopedFile,
)
from verifiers.domain import Finding, Policy, Status, Verdict, digest
from verifiers.policy import Decision, accepted_because, blocks, decide, effective_status, suppressed_findings
from verifiers.policy_values import Suppression
from verifiers.reports.merge import MergedFinding, merged
from verifiers.solidity.audits.audit_evidence import compiler_of, compiles, gaps_of, reach_of, tests_of
from verifiers.solidity.audits.audit_limits import limits_of
from verifiers.terms import Confirmation

_AROUND = 3  # lines shown before and after those that a finding is about
_MOST_MARKED = 12
_MOST_CHARS = 240  # of a line in an excerpt
_MOST_FINDINGS = 500


def assembled(
    request: AuditRequest,
    verdicts: Sequence[Verdict],
    *,
    required: Sequence[str],
    version: str,
    started_at: datetime,
    duration_s: float,
    measurement: Measurement | None = None,
    today: date | None = None,
) -> Audit:
    """Put an audit together.

    Args:
        request: What was audited.
        verdicts: All verdicts, in the order in which they are shown.
        required: Names of the verifiers that had to give one.
        version: Acrisol's.
        started_at: When the audit began.
        duration_s: Wall-clock seconds that it took.
        measurement: What the given tests cost and run; None where nothing was measured.
        today: The date by which suppressions expire; today's (UTC) if None.
    """
    task, today = request.task, today or datetime.now(UTC).date()
    policy = task.policy.for_language(task.language)
    decision = decide(task.policy, required, verdicts, language=task.language, today=today)
    checks = _checks(policy, verdicts, decision, today)
    tests, measured = tests_of(verdicts), measurement or Measurement()
    return Audit(
        name=request.title,
        verdict=verdict_of(policy, decision, today),
        reason=decision.reason,
        acrisol=version,
        started_at=started_at,
        duration_s=duration_s,
        deadline_s=request.deadline_s,
        policy=request.policy,
        scope=_scope(request),
        compiler=compiler_of(verdicts),
        checks=checks,
        findings=_findings(request, policy, verdicts, today),
        tests=tests,
        gas=measured.gas,
        coverage=measured.coverage,
        unmeasured=measured.missing,
        reach=reach_of(verdicts),
        limits=limits_of(request, checks, verdicts, tests, measured),
        verdicts=tuple(verdicts),
    )


def verdict_of(policy: Policy, decision: Decision, today: date) -> Status:
    """The audit's verdict by the gate's decision. ``error`` outweighs ``incomplete``: somebody must act."""
    if decision.accepted:
        return Status.PASSED
    against = {effective_status(policy, verdict, today) for verdict in decision.blocking}
    return next((status for status in (Status.FAILED, Status.ERROR) if status in against), Status.INCOMPLETE)


def _scope(request: AuditRequest) -> tuple[ScopedFile, ...]:
    tests = request.tests.files if request.tests else ()
    given = ((Role.JUDGED, request.files), (Role.TEST, tests), (Role.LIBRARY, request.libraries))
    return tuple(
        ScopedFile(
            path=file.path, role=role, lines=len(file.content.splitlines()), sha256=digest(file.content)
        )
        for role, files in given
        for file in files
    )


def _checks(
    policy: Policy, verdicts: Sequence[Verdict], decision: Decision, today: date
) -> tuple[Check, ...]:
    ran = [
        Check(
            verifier=verdict.verifier,
            status=verdict.status,
            summary=verdict.summary,
            seconds=verdict.duration_s,
            tool=verdict.tool,
            isolation=str(verdict.evidence.get("isolation") or ""),
            gaps=gaps_of(verdict),
            accepted=accepted_because(policy, verdict, today),
        )
        for verdict in verdicts
    ]
    why = _why_missing(verdicts)
    return (*ran, *(Check(verifier=name, status=None, summary=why) for name in decision.missing))


def _why_missing(verdicts: Sequence[Verdict]) -> str:
    screen = next((verdict for verdict in verdicts if verdict.verifier == "solc"), None)
    if screen is None or compiles(screen):
        return "It gave no verdict."
    if screen.status is Status.FAILED:
        return "It was not run, because the code does not compile."
    return "It was not run, because the compiler did not come to an end."


def _findings(
    request: AuditRequest, policy: Policy, verdicts: Sequence[Verdict], today: date
) -> tuple[AuditedFinding, ...]:
    by = {(item.verifier, item.finding): item.by for item in suppressed_findings(policy, verdicts, today)}
    lines = {
        file.path: file.content.split("\n")
        for file in (*request.files, *(request.tests.files if request.tests else ()), *request.libraries)
    }
    found = [_audited(group, policy, by, lines) for group in merged(verdicts)]
    found.sort(key=_weight)
    return tuple(
        item.model_copy(update={"id": f"A-{place}"})
        for place, item in enumerate(found[:_MOST_FINDINGS], start=1)
    )


def _weight(item: AuditedFinding) -> tuple[bool, bool, int, bool]:
    """What is read first: what blocks, then what is worst, then what was shown to be true."""
    refuted = item.confirmation is Confirmation.REFUTED
    confirmed = item.confirmation is Confirmation.CONFIRMED
    return refuted, not item.blocks, -item.finding.severity.rank, not confirmed


def _audited(
    group: MergedFinding,
    policy: Policy,
    by: Mapping[tuple[str, Finding], Suppression],
    lines: Mapping[str, Sequence[str]],
) -> AuditedFinding:
    standing = [
        source
        for source in group.sources
        if blocks(policy, source.finding) and (source.verifier, source.finding) not in by
    ]
    accepted = [by[key] for source in group.sources if (key := (source.verifier, source.finding)) in by]
    finding, confirmation = _told(group)
    return AuditedFinding(
        id="A",
        finding=finding,
        confirmation=confirmation,
        found_by=group.found_by,
        also_as=group.also_as,
        blocks=bool(standing),
        accepted=f"until {accepted[0].expires}: {accepted[0].reason}" if accepted and not standing else "",
        excerpt=excerpt_of(finding, lines),
    )


def _told(group: MergedFinding) -> tuple[Finding, Confirmation | None]:
    """The finding that says most, with the attack of whichever source was attacked to the clearest end."""
    attacks = [source.finding.counterexample for source in group.sources if source.finding.counterexample]
    shown: dict[str, object] = {"counterexample": attacks[0] if attacks else None}
    confirmation = _confirmation(group)
    if confirmation is not None:
        proofs = [source.finding for source in group.sources if source.finding.confirmation is confirmation]
        proof = next((finding for finding in proofs if finding.attack_test), proofs[0] if proofs else None)
        shown["confirmation"] = confirmation
        if proof is not None:
            shown["attack_test"] = proof.attack_test
            shown["counterexample"] = proof.counterexample or shown["counterexample"]
    return group.finding.model_copy(update=shown), confirmation


def _confirmation(group: MergedFinding) -> Confirmation | None:
    """One that was refuted for some of its sources only is not refuted: somebody's case still stands."""
    ends = [source.finding.confirmation for source in group.sources]
    if Confirmation.CONFIRMED in ends:
        return Confirmation.CONFIRMED
    if all(end is Confirmation.REFUTED for end in ends):
        return Confirmation.REFUTED
    return Confirmation.UNCONFIRMED if any(ends) else None


def excerpt_of(finding: Finding, lines: Mapping[str, Sequence[str]]) -> Excerpt | None:
    """The lines around a finding; None where it names no place that is there."""
    place = finding.location
    text = lines.get(place.path) if place else None
    if place is None or text is None or place.line > len(text):
        return None
    last = min(max(place.end_line or place.line, place.line), len(text))
    shown_last = min(last, place.line + _MOST_MARKED - 1)
    first = max(1, place.line - _AROUND)
    shown = text[first - 1 : min(len(text), shown_last + _AROUND)]
    return Excerpt(first=first, lines=tuple(_cut(line) for line in shown), marked=(place.line, last))


def _cut(line: str) -> str:
    line = line.rstrip("\r").expandtabs(4)
    return line if len(line) <= _MOST_CHARS else f"{line[:_MOST_CHARS]} …"
