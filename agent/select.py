"""Which attempt wins, which is fed back, and when feeding back has stopped helping."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from agent.feedback import has_code, is_refusal
from verifiers.domain import Attempt, Confirmation, Finding, Severity, Status, Verdict, digest
from verifiers.verifier import Stage

Stages = Mapping[str, Stage]
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


def best_passing(attempts: Sequence[Attempt]) -> Attempt:
    """Of several that passed: the least found against it, then the shortest, then the earliest."""
    return min(
        attempts, key=lambda attempt: (_weight(attempt), _size(attempt), attempt.number, attempt.sample)
    )


def progress(attempt: Attempt, stages: Stages) -> tuple[int, float]:
    """How far an attempt got: the last stage it reached, and the share of tests it passed there."""
    if not has_code(attempt):
        return (-1 if is_refusal(attempt) else 0, 0.0)
    reached = max(
        (stages.get(verdict.verifier, Stage.SCREEN) for verdict in attempt.verdicts), default=Stage.SCREEN
    )
    return (int(reached), max(map(_share_passed, attempt.verdicts), default=0.0))


def failure_digest(attempt: Attempt) -> str:
    """Equal for attempts that fail in the same way; numbers such as seconds and addresses do not count."""
    parts = []
    for verdict in attempt.verdicts:
        if verdict.status is not Status.PASSED:
            held = sorted(
                {f"{finding.rule}:{_NUMBERS.sub('', finding.message)[:200]}" for finding in verdict.findings}
            )
            parts.append(f"{verdict.verifier}:{verdict.status}:{_NUMBERS.sub('', verdict.summary)}:{held}")
    return digest("\n".join(parts))[:16]


def worth_feeding_back(
    attempts: Sequence[Attempt], stages: Stages, fed_back: Collection[str], answered: int | None = None
) -> Attempt | None:
    """The best attempt so far, of all rounds: an answer to feedback can be worse than what it answers.

    Args:
        attempts: Of all rounds; none of them passed.
        stages: The verifiers' stages by name.
        fed_back: Failure digests of what was fed back before.
        answered: The last round's number, if it answered feedback.

    Returns:
        The attempt, or None where everything that is as good as the best has been fed back once already, or
        where the last round answered feedback and got no further than those before it. A small model then
        only repeats itself, and is better asked afresh.
    """
    candidates = [attempt for attempt in attempts if not is_refusal(attempt)]
    if not candidates:
        return None
    furthest = max(progress(attempt, stages) for attempt in candidates)
    before = [progress(attempt, stages) for attempt in candidates if attempt.number != answered]
    if answered is not None and before and max(before) == furthest:
        return None
    tied = [attempt for attempt in candidates if progress(attempt, stages) == furthest]
    unseen = [attempt for attempt in tied if failure_digest(attempt) not in fed_back]
    return best_passing(unseen) if unseen else None


def stuck_on_tools(undecided: Sequence[Attempt]) -> bool:
    """Whether different candidates were left undecided in the same way: another one will not help."""
    reasons: dict[str, set[str]] = {}
    for attempt in undecided:
        reasons.setdefault(failure_digest(attempt), set()).add(attempt.candidate.digest)
    return any(len(digests) > 1 for digests in reasons.values())


def promise(attempt: Attempt) -> tuple[tuple[int, ...], int]:
    """Sorts attempts that nothing speaks against so that the likeliest to be accepted comes first."""
    return (_weight(attempt), _size(attempt))


def _weight(attempt: Attempt) -> tuple[int, ...]:
    """Findings by severity, the worst first."""
    ranks = [finding.severity.rank for verdict in attempt.verdicts for finding in verdict.findings]
    return tuple(ranks.count(severity.rank) for severity in reversed(Severity))


def _size(attempt: Attempt) -> int:
    return sum(len(file.content) for file in attempt.candidate.files)


def _share_passed(verdict: Verdict) -> float:
    """The share of tests that passed, where the evidence has ``expected`` and ``counts.passed``."""
    expected, counts = verdict.evidence.get("expected"), verdict.evidence.get("counts")
    count = counts.get("passed") if isinstance(counts, dict) else None
    if isinstance(expected, int) and isinstance(count, int) and expected > 0:
        return count / expected
    return 0.0


def attacks_before(attempts: Sequence[Attempt], number: int) -> tuple[Finding, ...]:
    """Findings of the rounds before one that an attack in a running EVM confirmed, the newest last."""
    return tuple(
        finding
        for attempt in attempts
        if attempt.number < number
        for verdict in attempt.verdicts
        for finding in verdict.findings
        if finding.confirmation is Confirmation.CONFIRMED and finding.attack_test
    )
