"""Whether two models are the same one: logprobs and greedy choices, token by token.

The reference continues some prompts greedily; the other is asked at each position of that text what it would
choose. So every position is compared, and one near tie does not end the comparison.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import Field

from verifiers.domain import Value

LISTED = 8
"""The reference's likeliest tokens at a position whose logprobs are compared."""
LEAST = 30
"""Positions below which an agreement is not believed."""


@dataclass(frozen=True)
class Step:
    """One position of a continuation.

    Attributes:
        token: The token chosen.
        logprobs: Natural logarithms of the likeliest tokens' probabilities, by token id.
    """

    token: int
    logprobs: Mapping[int, float]


class Subject(Protocol):
    """A model that shows its logprobs."""

    @property
    def name(self) -> str:
        """For the table, such as ``adapter.gguf on base.gguf (llama.cpp)``."""
        ...

    def along(self, prompt: Sequence[int], told: Sequence[int]) -> list[Step | None]:
        """What it says at each position of a given continuation.

        Returns:
            A step for each token of ``told``, chosen with all before it given; None where it does not show.
        """
        ...


class Agreement(Value):
    """How two models compare.

    Attributes:
        subject: The one that was judged.
        reference: The one it should be.
        prompts: Prompts continued.
        tokens: Positions compared; llama.cpp does not show those where half a character would be chosen.
        same: Of these, positions where both chose the same token.
        widest_tie: The largest logprob, below its first choice's, that the reference gives to a token that
            the subject chose in its place; 0 where they always agree.
        worst: The largest difference of a logprob.
        mean: The mean difference.
        effect: The reference's own mean distance from the model before training, at the same positions; None
            where that was not measured. Far above ``mean``, or the agreement says little about the training.
        tolerance: What ``worst`` and ``widest_tie`` may come to.
        mean_tolerance: What ``mean`` may come to.
    """

    subject: str
    reference: str
    prompts: int = Field(ge=0)
    tokens: int = Field(ge=0)
    same: int = Field(ge=0)
    widest_tie: float = Field(ge=0)
    worst: float = Field(ge=0)
    mean: float = Field(ge=0)
    effect: float | None = None
    tolerance: float = Field(gt=0)
    mean_tolerance: float = Field(gt=0)

    @property
    def agrees(self) -> bool:
        """Whether they are the same model within the tolerance."""
        return not self.why_not

    @property
    def why_not(self) -> str:
        """What is beyond the tolerance, in words; empty if nothing is."""
        if self.tokens < LEAST:
            return f"only {self.tokens} tokens could be compared"
        if not self.worst <= self.tolerance:  # also when it is not a number
            return f"a logprob differs by {self.worst:.4f}, more than {self.tolerance:g}"
        if not self.mean <= self.mean_tolerance:
            return f"logprobs differ by {self.mean:.4f} in the mean, more than {self.mean_tolerance:g}"
        if not self.widest_tie <= self.tolerance:
            return (
                f"it chooses a token that is {self.widest_tie:.4f} less likely, more than {self.tolerance:g}"
            )
        return ""

    @property
    def telling(self) -> bool:
        """Whether the training moved the model further than the comparison can blur."""
        return self.effect is None or self.effect > 2 * self.mean


@dataclass(frozen=True)
class Tolerance:
    """How far a subject may be off, in natural-log probabilities.

    Attributes:
        worst: At any position, for any compared token.
        mean: Over all of them.
    """

    worst: float
    mean: float


@dataclass(frozen=True)
class Trace:
    """What the reference says: its greedy continuation of each prompt."""

    name: str
    prompts: tuple[tuple[int, ...], ...]
    steps: tuple[tuple[Step, ...], ...]

    def along(self, subject: Subject) -> list[list[Step | None]]:
        """What a subject says at each position."""
        pairs = zip(self.prompts, self.steps, strict=True)
        return [subject.along(prompt, [step.token for step in steps]) for prompt, steps in pairs]


def compared(
    trace: Trace,
    subject: Subject,
    tolerance: Tolerance,
    before: Sequence[Sequence[Step | None]] | None = None,
) -> Agreement:
    """Compare a subject with the reference.

    Args:
        trace: What the reference says.
        subject: The one to judge.
        tolerance: How far it may be off.
        before: What the untrained model says along the trace; for ``effect``.
    """
    pairs = list(_pairs(trace, trace.along(subject)))
    differences = [one for want, have in pairs for one in _differences(want, have)]
    others = [(want, have) for want, have in pairs if want.token != have.token]
    gaps = [
        want.logprobs[want.token] - want.logprobs.get(have.token, min(want.logprobs.values()))
        for want, have in others
    ]
    return Agreement(
        subject=subject.name,
        reference=trace.name,
        prompts=len(trace.prompts),
        tokens=len(pairs),
        same=len(pairs) - len(others),
        widest_tie=_worst(gaps),
        worst=_worst(differences),
        mean=_mean(differences),
        effect=None
        if before is None
        else _mean([one for want, had in _pairs(trace, before) for one in _differences(want, had)]),
        tolerance=tolerance.worst,
        mean_tolerance=tolerance.mean,
    )


def _pairs(trace: Trace, said: Sequence[Sequence[Step | None]]) -> Iterator[tuple[Step, Step]]:
    for steps, others in zip(trace.steps, said, strict=True):
        for want, have in zip(steps, others, strict=True):
            if have is not None:
                yield want, have


def _differences(want: Step, have: Step) -> list[float]:
    """Of the reference's likeliest tokens. One that the subject does not list is at most its last listed."""
    likeliest = sorted(want.logprobs.items(), key=lambda item: -item[1])[:LISTED]
    least = min(have.logprobs.values())
    found = []
    for token, logprob in likeliest:
        if token in have.logprobs:
            found.append(abs(have.logprobs[token] - logprob))
        elif not logprob <= least:
            found.append(logprob - least)
    return found


def _worst(differences: Sequence[float]) -> float:
    # max() loses a NaN that stands behind a number.
    return math.inf if any(not math.isfinite(one) for one in differences) else max(differences, default=0.0)


def _mean(differences: Sequence[float]) -> float:
    if any(not math.isfinite(one) for one in differences):
        return math.inf
    return sum(differences) / len(differences) if differences else 0.0
