"""From a run's results to numbers with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from pydantic import Field

from models.evaluation.estimators import Estimate, bootstrap_mean, pass_at_k, wilson
from models.evaluation.results import Manifest, Result
from models.evaluation.text_match import TextMatch
from models.examining import Problem
from verifiers.domain import Policy, Status, Value
from verifiers.policy import blocks, in_force

_POLICY = Policy()
KS = (1, 10, 100)
INSECURE_GOAL = 0.05


class ProblemCount(Value):
    """What became of one problem's answers.

    Attributes:
        id: The problem's.
        family: See :class:`models.examining.Problem`.
        samples: Answers that were judged, those included that no tool could judge.
        passed: Those whose tests passed.
        clean: Those that scanners found clean.
        scanned: Those that scanners gave an opinion on.
        secure: Those that passed and are clean.
        undecided: Those that a broken tool left open; they count as not passed.
        returned: Answers that there are: the loop may give none.
    """

    id: str
    family: str = ""
    samples: int
    passed: int
    clean: int = 0
    scanned: int = 0
    secure: int = 0
    undecided: int = 0
    returned: int = 0


class Family(Value):
    """The same for all problems of a family: a language, a CWE.

    Attributes:
        problems: How many.
        pass_at_1: Share of passed answers.
        insecure: Share of scanned answers that were flagged; None without scans.
        secure_pass: Share that passed and is clean; None without scans.
    """

    problems: int
    pass_at_1: Estimate
    insecure: Estimate | None = None
    secure_pass: Estimate | None = None


class Weakness(Value):
    """How often scanners flagged one CWE.

    Attributes:
        answers: Answers with at least one such finding that blocks.
        share: Of all scanned answers.
    """

    answers: int
    share: float


class Summary(Value):
    """A run in numbers. Intervals are of 95%.

    Attributes:
        run: What the run was.
        complete: No answer is missing and none is undecided.
        answers: Judged ones.
        missing: Those that there should be and are not.
        undecided: Those that a broken tool left open; they count as not passed.
        pass_at: k as text to the unbiased estimate; only the k that every problem has answers for.
        insecure: Share of scanned answers that were flagged.
        secure_pass: Share of answers that passed their tests and that scanners found clean.
        unscanned: Answers, where there should be scans, on which none gave an opinion.
        returned: Share of answers that there are; less than 1 with the loop only.
        rounds: Mean rounds an answer took.
        families: By family; empty where there are none.
        weaknesses: By CWE, the most frequent first; ``none`` stands for findings without one.
        text: How like the references the first answers are; None where there are no references.
        problems: One by one, in the suite's order.
    """

    run: Manifest
    complete: bool
    answers: int
    missing: int
    undecided: int
    pass_at: dict[str, Estimate]
    insecure: Estimate | None = None
    secure_pass: Estimate | None = None
    unscanned: int = 0
    returned: Estimate | None = None
    rounds: float = 1.0
    families: dict[str, Family] = Field(default={})
    weaknesses: dict[str, Weakness] = Field(default={})
    text: TextMatch | None = None
    problems: tuple[ProblemCount, ...]


def summarise(
    manifest: Manifest,
    problems: Sequence[Problem],
    results: Mapping[str, Sequence[Result]],
    expected: int,
    *,
    text: TextMatch | None = None,
    seed: int = 0,
) -> Summary:
    """Put a run into numbers.

    Args:
        manifest: What the run is.
        problems: Of the suite, in its order. Those without results are missing, not failed.
        results: By problem.
        expected: Answers that there should be.
        text: Computed apart, since it reads the code.
        seed: Of the bootstrap.
    """
    counts = [_count(problem, results[problem.id]) for problem in problems if results.get(problem.id)]
    answers = sum(count.samples for count in counts)
    undecided = sum(count.undecided for count in counts)
    flat = [result for count in counts for result in results[count.id]]
    fewest = min((count.samples for count in counts), default=0)
    families = sorted({count.family for count in counts} - {""})
    return Summary(
        run=manifest,
        complete=answers >= expected and not undecided,
        answers=answers,
        missing=max(expected - answers, 0),
        undecided=undecided,
        pass_at={str(k): _pass_at(counts, k, seed) for k in KS if k <= fewest},
        insecure=_insecure(counts, seed),
        secure_pass=_secure_pass(counts, seed),
        unscanned=sum(count.returned - count.scanned for count in counts) if manifest.scan else 0,
        returned=_share(counts, lambda count: count.returned, lambda count: count.samples, seed)
        if any(count.returned < count.samples for count in counts)
        else None,
        rounds=sum(result.rounds for result in flat) / len(flat) if flat else 1.0,
        families={
            name: _family([count for count in counts if count.family == name], seed) for name in families
        },
        weaknesses=_weaknesses(flat, {each.id: in_force(each.task).policy for each in problems}),
        text=text,
        problems=tuple(counts),
    )


def _count(problem: Problem, results: Sequence[Result]) -> ProblemCount:
    return ProblemCount(
        id=problem.id,
        family=problem.family,
        samples=len(results),
        passed=sum(result.passed for result in results),
        clean=sum(result.clean is True for result in results),
        scanned=sum(result.clean is not None for result in results),
        secure=sum(result.passed and result.clean is True for result in results),
        undecided=sum(result.judged is None for result in results),
        returned=sum(result.returned for result in results),
    )


def _pass_at(counts: Sequence[ProblemCount], k: int, seed: int) -> Estimate:
    if k == 1:
        return _share(counts, lambda count: count.passed, lambda count: count.samples, seed)
    return bootstrap_mean([pass_at_k(count.samples, count.passed, k) for count in counts], seed, least=0.0)


def _share(
    counts: Sequence[ProblemCount],
    part: Callable[[ProblemCount], int],
    whole: Callable[[ProblemCount], int],
    seed: int,
) -> Estimate:
    """The mean over problems of a share: Wilson's interval where each has one answer, else the bootstrap's.

    Several answers to one problem are no independent draws, so the interval must be over problems.
    """
    counts = [count for count in counts if whole(count)]
    if all(whole(count) == 1 for count in counts):
        return wilson(sum(map(part, counts)), len(counts))
    return bootstrap_mean([part(count) / whole(count) for count in counts], seed, least=0.0)


def _insecure(counts: Sequence[ProblemCount], seed: int) -> Estimate | None:
    if not any(count.scanned for count in counts):
        return None
    return _share(counts, lambda count: count.scanned - count.clean, lambda count: count.scanned, seed)


def _secure_pass(counts: Sequence[ProblemCount], seed: int) -> Estimate | None:
    if not any(count.scanned for count in counts):
        return None
    return _share(counts, lambda count: count.secure, lambda count: count.samples, seed)


def _family(counts: Sequence[ProblemCount], seed: int) -> Family:
    return Family(
        problems=len(counts),
        pass_at_1=_pass_at(counts, 1, seed),
        insecure=_insecure(counts, seed),
        secure_pass=_secure_pass(counts, seed),
    )


def _weaknesses(results: Sequence[Result], policies: Mapping[str, Policy]) -> dict[str, Weakness]:
    scanned = [result for result in results if result.clean is not None]
    found = Counter(cwe for result in scanned for cwe in cwes_of(result, policies[result.problem]))
    return {
        cwe: Weakness(answers=count, share=count / len(scanned))
        for cwe, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    }


def cwes_of(result: Result, policy: Policy = _POLICY) -> frozenset[str]:
    """The CWEs of what failed scans found in an answer and what blocks by the policy that is in force.

    Tests and compilers name no CWE, and so do a few rules of scanners: with those alone it is ``none``.
    """
    if result.judged is None or result.clean is not False:
        return frozenset()
    failed = [verdict for verdict in result.judged.attempt.verdicts if verdict.status is Status.FAILED]
    blocking = (finding for verdict in failed for finding in verdict.findings if blocks(policy, finding))
    named = frozenset(finding.cwe for finding in blocking if finding.cwe)
    return named or frozenset(["none"])
