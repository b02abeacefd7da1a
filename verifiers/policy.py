"""The gate: from verdicts to a decision. Fail-closed: only positive evidence accepts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase

from verifiers.domain import CodingTask, Confirmation, Finding, Language, Policy, Status, Value, Verdict
from verifiers.policy_values import Incomplete, Suppression


class Suppressed(Value):
    """A blocking finding that does not block, and who says so.

    Attributes:
        verifier: Whose finding.
        finding: The finding.
        by: The suppression; of several, the one that lasts longest.
    """

    verifier: str
    finding: Finding
    by: Suppression


class Decision(Value):
    """Whether a candidate is acceptable.

    Attributes:
        accepted: Every required verifier passed, is waived while incomplete, or found what is suppressed.
        reason: One sentence for a person.
        blocking: The verdicts that stand in the way.
        missing: Required verifiers that gave no verdict.
        waived: Verifiers whose ``incomplete`` the policy accepts.
        undecided: Nothing speaks against the candidate, but not everything could be looked at.
        review: It is undecided, and the policy wants a person asked at once.
        suppressed: The blocking findings that a suppression takes out.
        expired: Suppressions of blocking findings that no longer count.
    """

    accepted: bool
    reason: str
    blocking: tuple[Verdict, ...] = ()
    missing: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    undecided: bool = False
    review: bool = False
    suppressed: tuple[Suppressed, ...] = ()
    expired: tuple[Suppression, ...] = ()


def in_force(task: CodingTask) -> CodingTask:
    """The task with the policy that is in force for its language, as verifiers and gate need it."""
    return task.model_copy(update={"policy": task.policy.for_language(task.language)})


def decide(
    policy: Policy,
    required: Sequence[str],
    verdicts: Sequence[Verdict],
    *,
    language: Language,
    today: date | None = None,
) -> Decision:
    """Decide on one candidate.

    Args:
        policy: What the user accepts.
        required: Names of the verifiers that apply to the task; the policy's are added to them.
        verdicts: All verdicts on the candidate. A verdict of a verifier that is not required counts too:
            whatever has spoken against the candidate blocks it.
        language: The task's; says which of the policy's rules are in force.
        today: The date by which suppressions expire; today's (UTC) if None.

    Returns:
        The decision. With no required verifier at all it is never accepted: nothing was looked at.
    """
    rules = policy.for_language(language)
    today = today or datetime.now(UTC).date()
    needed = tuple(dict.fromkeys((*required, *rules.require)))
    answered = {verdict.verifier for verdict in verdicts}
    missing = tuple(name for name in needed if name not in answered)
    standing = [(verdict, effective_status(rules, verdict, today)) for verdict in verdicts]
    waived = tuple(
        verdict.verifier
        for verdict, status in standing
        if status is Status.INCOMPLETE and verdict.verifier in rules.waive
    )
    against = [
        (verdict, status)
        for verdict, status in standing
        if status is not Status.PASSED and not (status is Status.INCOMPLETE and verdict.verifier in waived)
    ]
    blocking = tuple(verdict for verdict, _ in against)
    passed = any(status is Status.PASSED for _, status in standing)
    accepted = bool(needed) and passed and not missing and not blocking
    undecided = bool(against) and all(status is not Status.FAILED for _, status in against)
    decision = Decision(
        accepted=accepted,
        reason="",
        blocking=blocking,
        missing=missing,
        waived=waived,
        undecided=undecided,
        review=undecided and rules.incomplete is Incomplete.REVIEW,
        suppressed=suppressed_findings(rules, verdicts, today),
        expired=_expired(rules, verdicts, today),
    )
    return decision.model_copy(update={"reason": _reason(decision, needed, against, passed)})


def blocks(policy: Policy, finding: Finding) -> bool:
    """Whether a finding stands in the way of acceptance.

    One that an attack refuted never does; one that an attack neither confirmed nor refuted does where the
    policy says so.

    Args:
        policy: The one in force; see :func:`in_force`.
        finding: The finding.
    """
    if finding.severity.rank < policy.block_severity.rank or finding.confirmation is Confirmation.REFUTED:
        return False
    return policy.block_unconfirmed or finding.confirmation is not Confirmation.UNCONFIRMED


def effective_status(policy: Policy, verdict: Verdict, today: date) -> Status:
    """What a verdict comes to once suppressed findings are taken out.

    Only a failure that rests on nothing but its listed findings can become anything else, and only what its
    verifier says would be left: a scan that did not see everything stays incomplete.

    Args:
        policy: The one in force; see :func:`in_force`.
        verdict: The verdict.
        today: The date by which suppressions expire.
    """
    if verdict.status is not Status.FAILED or verdict.apart_from_findings is Status.FAILED:
        return verdict.status
    found = _blocking(policy, verdict)
    lifted = bool(found) and all(_suppression_of(policy, finding, today) for finding in found)
    return verdict.apart_from_findings if lifted else Status.FAILED


def accepted_because(policy: Policy, verdict: Verdict, today: date) -> str:
    """Why a verdict that is not a pass does not block, as the end of a sentence; else empty.

    The arguments are those of :func:`effective_status`.
    """
    status = effective_status(policy, verdict, today)
    if verdict.status is Status.FAILED and status is Status.PASSED:
        by = dict.fromkeys(
            f"{_what(item.by)} until {item.by.expires}: {item.by.reason}"
            for item in suppressed_findings(policy, [verdict], today)
        )
        return f"its findings are suppressed ({'; '.join(by)})"
    if status is Status.INCOMPLETE and verdict.verifier in policy.waive:
        return "the policy waives what is incomplete"
    return ""


def suppressed_findings(
    policy: Policy, verdicts: Iterable[Verdict], today: date | None = None
) -> tuple[Suppressed, ...]:
    """The blocking findings that are suppressed; with no ``today``, by suppressions of any date.

    A verdict in which any other blocking finding is left still blocks.
    """
    return tuple(
        Suppressed(verifier=verdict.verifier, finding=finding, by=by)
        for verdict in verdicts
        if verdict.apart_from_findings is not Status.FAILED
        for finding in _blocking(policy, verdict)
        if (by := _suppression_of(policy, finding, today))
    )


def misnamed(policy: Policy, known: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Verifiers that there are not: the field that names one, as a dotted path, and the name."""
    fields = [("require", policy.require), ("waive", policy.waive)]
    for language, rules in policy.languages.items():
        fields += [(f"languages.{language}.require", rules.require)]
        fields += [(f"languages.{language}.waive", rules.waive)]
    return tuple(
        (f"{field}.{place}", name)
        for field, names in fields
        for place, name in enumerate(names)
        if name not in known
    )


def covers(glob: str, path: str) -> bool:
    """Whether a glob matches a path; ``*`` and ``?`` stay within a folder, ``**`` does not.

    Takes time in proportion to the lengths: both the glob and the path may be hostile.
    """
    parts = path.split("/")
    reached = {0}
    for wanted in glob.split("/"):
        if wanted == "**":
            reached = set(range(min(reached), len(parts) + 1)) if reached else reached
        else:
            reached = {
                place + 1 for place in reached if place < len(parts) and fnmatchcase(parts[place], wanted)
            }
    return len(parts) in reached


def _blocking(policy: Policy, verdict: Verdict) -> list[Finding]:
    if verdict.status is not Status.FAILED:
        return []
    return [finding for finding in verdict.findings if blocks(policy, finding)]


def _suppression_of(policy: Policy, finding: Finding, today: date | None) -> Suppression | None:
    fitting = [
        suppression
        for suppression in policy.suppressions
        if _fits(suppression, finding) and not (today and suppression.has_expired(today))
    ]
    return max(fitting, key=lambda suppression: suppression.expires, default=None)


def _fits(suppression: Suppression, finding: Finding) -> bool:
    if suppression.path is not None and (
        finding.location is None or not covers(suppression.path, finding.location.path)
    ):
        return False
    if suppression.fingerprint is not None:
        # Without an anchor a fingerprint would follow the line number, whatever comes to stand there.
        return bool(finding.anchor) and suppression.fingerprint == finding.fingerprint
    return suppression.rule == finding.rule


def _expired(policy: Policy, verdicts: Sequence[Verdict], today: date) -> tuple[Suppression, ...]:
    """Those that a blocking finding which is not suppressed otherwise would need."""
    bare = [
        finding
        for verdict in verdicts
        if verdict.apart_from_findings is not Status.FAILED
        for finding in _blocking(policy, verdict)
        if _suppression_of(policy, finding, today) is None
    ]
    return tuple(
        suppression
        for suppression in policy.suppressions
        if suppression.has_expired(today) and any(_fits(suppression, finding) for finding in bare)
    )


def _reason(
    decision: Decision, needed: Sequence[str], against: Sequence[tuple[Verdict, Status]], passed: bool
) -> str:
    if not needed:
        return "No verifier applies to this task, so nothing vouches for the code."
    if against:
        held = [f"{verdict.verifier} {status}: {_said(verdict, status)}" for verdict, status in against]
        held += [f"the suppression of {_what(item)} expired on {item.expires}" for item in decision.expired]
        return "; ".join(held)
    if decision.missing:
        return f"No verdict from {', '.join(decision.missing)}."
    if not passed:
        return "Every verdict was waived, so nothing vouches for the code."
    if decision.waived:
        waived = ", ".join(decision.waived)
        said = f"All verifiers passed, apart from {waived}, whose incomplete verdict was waived."
    elif decision.suppressed:
        said = f"All verifiers passed or found only what the policy suppresses: {', '.join(needed)}."
    else:
        said = f"All verifiers passed: {', '.join(needed)}."
    return f"{said} {_suppressions(decision)}".rstrip()


def _said(verdict: Verdict, status: Status) -> str:
    if status is verdict.status:
        return verdict.summary
    return f"its findings are suppressed, but not all was looked at ({verdict.summary})"


def _suppressions(decision: Decision) -> str:
    if not decision.suppressed:
        return ""
    by = dict.fromkeys(f"{_what(item.by)} until {item.by.expires}" for item in decision.suppressed)
    count = len(decision.suppressed)
    return f"{count} finding{' is' if count == 1 else 's are'} suppressed: {', '.join(by)}."


def _what(suppression: Suppression) -> str:
    return suppression.rule or f"the finding {suppression.fingerprint}"
