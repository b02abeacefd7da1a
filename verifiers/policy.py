"""The gate: from verdicts to a decision. Fail-closed: only positive evidence accepts."""

from __future__ import annotations

from collections.abc import Sequence

from verifiers.domain import Policy, Status, Value, Verdict


class Decision(Value):
    """Whether a candidate is acceptable.

    Attributes:
        accepted: Every required verifier passed, or is waived while incomplete.
        reason: One sentence for a person.
        blocking: The verdicts that stand in the way.
        missing: Required verifiers that gave no verdict.
        waived: Verifiers whose ``incomplete`` the policy accepts.
    """

    accepted: bool
    reason: str
    blocking: tuple[Verdict, ...] = ()
    missing: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()

    @property
    def undecided(self) -> bool:
        """Nothing speaks against the candidate, but not everything could be looked at."""
        return (
            not self.accepted
            and bool(self.blocking)
            and all(verdict.status is not Status.FAILED for verdict in self.blocking)
        )


def decide(policy: Policy, required: Sequence[str], verdicts: Sequence[Verdict]) -> Decision:
    """Decide on one candidate.

    Args:
        policy: What the user accepts.
        required: Names of the verifiers that apply to the task; ``policy.require`` is added to them.
        verdicts: All verdicts on the candidate. A verdict of a verifier that is not required counts too:
            whatever has spoken against the candidate blocks it.

    Returns:
        The decision. With no required verifier at all it is never accepted: nothing was looked at.
    """
    needed = tuple(dict.fromkeys((*required, *policy.require)))
    answered = {verdict.verifier for verdict in verdicts}
    missing = tuple(name for name in needed if name not in answered)
    waived = tuple(
        verdict.verifier
        for verdict in verdicts
        if verdict.status is Status.INCOMPLETE and verdict.verifier in policy.waive
    )
    blocking = tuple(
        verdict
        for verdict in verdicts
        if verdict.status is not Status.PASSED and verdict.verifier not in waived
    )
    passed = any(verdict.status is Status.PASSED for verdict in verdicts)
    accepted = bool(needed) and passed and not missing and not blocking
    return Decision(
        accepted=accepted,
        reason=_reason(needed, blocking, missing, waived, passed),
        blocking=blocking,
        missing=missing,
        waived=waived,
    )


def _reason(
    needed: tuple[str, ...],
    blocking: tuple[Verdict, ...],
    missing: tuple[str, ...],
    waived: tuple[str, ...],
    passed: bool,
) -> str:
    if not needed:
        return "No verifier applies to this task, so nothing vouches for the code."
    if blocking:
        return "; ".join(f"{verdict.verifier} {verdict.status}: {verdict.summary}" for verdict in blocking)
    if missing:
        return f"No verdict from {', '.join(missing)}."
    if not passed:
        return "Every verdict was waived, so nothing vouches for the code."
    if waived:
        return f"All verifiers passed, apart from {', '.join(waived)}, whose incomplete verdict was waived."
    return f"All verifiers passed: {', '.join(needed)}."
