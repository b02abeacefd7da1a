"""Two runs of one suite, held against each other problem by problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.evaluation.estimators import Estimate, bootstrap_mean, bootstrap_p, mcnemar_exact
from models.evaluation.summary import ProblemCount, Summary
from verifiers.domain import Value
from verifiers.errors import InvalidInput


class Paired(Value):
    """A share in both runs, and what lies between them.

    Attributes:
        first: In the first run, over the shared problems.
        second: In the second.
        gain: Second less first, with the interval of the paired bootstrap.
        p: That there is no difference, two-sided, by the paired bootstrap over problems.
    """

    first: float
    second: float
    gain: Estimate
    p: float


class McNemar(Value):
    """The first answers of both runs, pair by pair.

    Attributes:
        both: Problems that both solve.
        only_first: Those that only the first run solves.
        only_second: Those that only the second does.
        neither: Those that neither does.
        p: That there is no difference, two-sided, exact.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    p: float


class Comparison(Value):
    """Two runs.

    Attributes:
        first: What the first was, in short.
        second: What the second was.
        shared: Problems that both have answers to.
        left_out: Problems that only one has.
        open: What is not known of either run, in words; empty where both are complete.
        pass_at_1: Of answers that pass.
        secure_pass: Of answers that pass and are clean; None where one run did not scan.
        insecure: Of scanned answers that were flagged, over problems with such in both runs; None likewise.
        mcnemar: Of the first answers; pairs are problems.
        better: Ids of problems that the second run solves more often.
        worse: Those that it solves less often.
    """

    first: str
    second: str
    shared: int
    left_out: int
    open: tuple[str, ...] = ()
    pass_at_1: Paired
    secure_pass: Paired | None = None
    insecure: Paired | None = None
    mcnemar: McNemar
    better: tuple[str, ...]
    worse: tuple[str, ...]


def compare(
    first: Summary,
    second: Summary,
    first_passed: Mapping[str, bool],
    second_passed: Mapping[str, bool],
    *,
    seed: int = 0,
) -> Comparison:
    """Compare two runs of the same suite.

    Args:
        first: The one to start from.
        second: The one that may be better.
        first_passed: Whether the first answer to each problem passed, in the first run.
        second_passed: The same in the second.
        seed: Of the bootstrap.

    Raises:
        InvalidInput: the suites differ, or no problem is in both.
    """
    if first.run.problems_digest != second.run.problems_digest:
        raise InvalidInput(
            "runs",
            f"are of different problems: {_suite(first)} and {_suite(second)}, or of different versions of "
            "one file.",
            "Compare runs of one suite.",
        )
    ones, others = ({count.id: count for count in each.problems} for each in (first, second))
    shared = [name for name in ones if name in others]
    if not shared:
        raise InvalidInput("runs", "share no problem.", "Let both get further.")
    pairs = [(ones[name], others[name]) for name in shared]
    scanned = [pair for pair in pairs if pair[0].scanned and pair[1].scanned]
    both_scan = first.run.scan and second.run.scan
    return Comparison(
        first=said(first),
        second=said(second),
        shared=len(shared),
        left_out=len(ones.keys() ^ others.keys()),
        open=tuple(
            f"{which} run: {unknown}"
            for which, each in (("first", first), ("second", second))
            if (unknown := incomplete(each))
        ),
        pass_at_1=_paired([(a.passed / a.samples, b.passed / b.samples) for a, b in pairs], seed),
        secure_pass=_paired([(a.secure / a.samples, b.secure / b.samples) for a, b in pairs], seed)
        if both_scan
        else None,
        insecure=_paired([(_flagged(a), _flagged(b)) for a, b in scanned], seed)
        if both_scan and scanned
        else None,
        mcnemar=_mcnemar([(first_passed[name], second_passed[name]) for name in shared]),
        better=tuple(a.id for a, b in pairs if a.passed / a.samples < b.passed / b.samples),
        worse=tuple(a.id for a, b in pairs if a.passed / a.samples > b.passed / b.samples),
    )


def said(summary: Summary) -> str:
    """A run in a few words."""
    run = summary.run
    return f"{run.source}, {run.mode}, {run.samples} a problem"


def incomplete(summary: Summary) -> str:
    """What of a run is missing, in words; empty if nothing is."""
    if summary.complete:
        return ""
    return (
        f"{summary.missing:,} answers are missing, {summary.undecided:,} could not be judged and count as "
        "not passed"
    )


def _suite(summary: Summary) -> str:
    return " ".join(part for part in (summary.run.suite, summary.run.split) if part)


def _flagged(count: ProblemCount) -> float:
    return 1 - count.clean / count.scanned


def _paired(pairs: Sequence[tuple[float, float]], seed: int) -> Paired:
    differences = [second - first for first, second in pairs]
    return Paired(
        first=sum(first for first, _ in pairs) / len(pairs),
        second=sum(second for _, second in pairs) / len(pairs),
        gain=bootstrap_mean(differences, seed, least=-1.0),
        p=1.0 if not any(differences) else bootstrap_p(differences, seed),
    )


def _mcnemar(pairs: Sequence[tuple[bool, bool]]) -> McNemar:
    only_first = sum(first and not second for first, second in pairs)
    only_second = sum(second and not first for first, second in pairs)
    return McNemar(
        both=sum(first and second for first, second in pairs),
        only_first=only_first,
        only_second=only_second,
        neither=sum(not first and not second for first, second in pairs),
        p=mcnemar_exact(only_first, only_second),
    )
