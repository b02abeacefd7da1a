"""From counts to estimates with intervals: pass@k, shares, means over problems, and paired tests."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from verifiers.domain import Value

RESAMPLES = 2_000
_Z95 = 1.959963984540054  # the normal distribution's 97.5th percentile


class Estimate(Value):
    """A number with its 95% confidence interval.

    Attributes:
        value: The estimate.
        low: Lower end of the interval.
        high: Upper end.
        over: How many problems, or answers, it is an estimate over.
        method: Where the interval comes from: ``wilson`` or ``bootstrap``.
    """

    value: float
    low: float
    high: float
    over: int
    method: str


def pass_at_k(samples: int, correct: int, k: int) -> float:
    """The probability that at least one of ``k`` answers is right, unbiased.

    The product form of Chen et al. 2021 ("Evaluating Large Language Models Trained on Code", section 2.1):
    ``1 - C(n - c, k) / C(n, k) = 1 - prod_{i = n - c + 1}^{n} (1 - k / i)``.

    Args:
        samples: Answers that were drawn, n.
        correct: How many of them are right, c.
        k: At most n.

    Raises:
        ValueError: the numbers do not go together.
    """
    if not 0 <= correct <= samples or not 1 <= k <= samples:
        raise ValueError(f"pass@{k} of {correct} right ones out of {samples} answers is not defined")
    if samples - correct < k:
        return 1.0
    return 1.0 - math.prod(1.0 - k / i for i in range(samples - correct + 1, samples + 1))


def wilson(successes: int, total: int) -> Estimate:
    """A share with Wilson's score interval (Wilson 1927), which holds for few and for extreme counts too.

    Raises:
        ValueError: ``total`` is not positive.
    """
    if total < 1 or not 0 <= successes <= total:
        raise ValueError(f"{successes} of {total} is no share")
    share, z2 = successes / total, _Z95**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z95 / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    low = 0.0 if successes == 0 else max(middle - half, 0.0)  # exact at the ends, where rounding is not
    high = 1.0 if successes == total else min(middle + half, 1.0)
    return Estimate(value=share, low=low, high=high, over=total, method="wilson")


def bootstrap_mean(values: Sequence[float], seed: int = 0, *, least: float | None = None) -> Estimate:
    """A mean with the percentile bootstrap's interval (Efron 1979); the values are drawn again, with repeats.

    Where all values are the same, so is every resample, which would feign certainty. Then it is Wilson's
    bound for what was seen in none of the problems: so large a share of them may have any other value.

    Args:
        values: One a problem, so that the interval is over problems.
        seed: The same seed gives the same interval.
        least: Values are from it to 1: 0 for shares, -1 for their differences. None where that is not known;
            then only values that are all 0 or all 1 are taken for shares.

    Raises:
        ValueError: there are no values.
    """
    if len(set(values)) == 1 and (least is not None or values[0] in (0.0, 1.0)):
        value, unseen, least = values[0], wilson(0, len(values)).high, least or 0.0
        return Estimate(
            value=value,
            low=value - unseen * (value - least),
            high=value + unseen * (1 - value),
            over=len(values),
            method="wilson",
        )
    means = sorted(_resampled(values, seed))
    return Estimate(
        value=math.fsum(values) / len(values),
        low=_quantile(means, 0.025),
        high=_quantile(means, 0.975),
        over=len(values),
        method="bootstrap",
    )


def bootstrap_p(differences: Sequence[float], seed: int = 0) -> float:
    """Two-sided p-value that the mean of paired differences is zero.

    Twice the smaller share of resampled means on either side of zero, plus-one corrected (Davison and
    Hinkley 1997, section 4.4).

    Raises:
        ValueError: there are no differences.
    """
    means = _resampled(differences, seed)
    below = sum(mean <= 0 for mean in means)
    above = sum(mean >= 0 for mean in means)
    return min(1.0, 2 * (min(below, above) + 1) / (len(means) + 1))


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Two-sided p-value of McNemar's exact test: a binomial test on the pairs that differ.

    Args:
        only_first: Pairs in which only the first run is right.
        only_second: Pairs in which only the second is.
    """
    differing, fewer = only_first + only_second, min(only_first, only_second)
    tail: int = sum(math.comb(differing, i) for i in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**differing))  # whole numbers, so exact for any count


def _resampled(values: Sequence[float], seed: int) -> list[float]:
    if not values:
        raise ValueError("there are no values to draw from")
    draw, size = random.Random(seed), len(values)
    return [math.fsum(draw.choices(values, k=size)) / size for _ in range(RESAMPLES)]


def _quantile(ordered: Sequence[float], share: float) -> float:
    """By linear interpolation between the neighbours."""
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
