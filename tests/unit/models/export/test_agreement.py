from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest

from models.training.export.agreement import Agreement, Step, Tolerance, Trace, compared
from models.training.export.errors import Disagreement

TOLERANCE = Tolerance(worst=0.01, mean=0.001)
LOGPROBS = {7: -0.1, 8: -2.6, 9: -4.0}


class Said:
    """A subject that says the same at every position."""

    name = "said"

    def __init__(self, token: int, logprobs: Mapping[int, float], *, hides: int = 0) -> None:
        self._step = Step(token, logprobs)
        self._hides = hides

    def along(self, prompt: Sequence[int], told: Sequence[int]) -> list[Step | None]:
        return [None if place < self._hides else self._step for place in range(len(told))]


def trace(logprobs: Mapping[int, float] = LOGPROBS, tokens: int = 40) -> Trace:
    return Trace("reference", ((1, 2),), (tuple(Step(7, logprobs) for _ in range(tokens)),))


def test_the_same_model_agrees() -> None:
    found = compared(trace(), Said(7, LOGPROBS), TOLERANCE)
    assert (found.agrees, found.tokens, found.same, found.worst) == (True, 40, 40, 0)


def test_a_logprob_beyond_the_tolerance_does_not() -> None:
    found = compared(trace(), Said(7, {**LOGPROBS, 9: -4.02}), TOLERANCE)
    assert "a logprob differs by 0.0200" in found.why_not


def test_many_small_differences_do_not_agree_either() -> None:
    shifted = {token: value - 0.005 for token, value in LOGPROBS.items()}
    assert "in the mean" in compared(trace(), Said(7, shifted), TOLERANCE).why_not


def test_another_token_is_a_tie_only_if_it_was_as_likely() -> None:
    near = {7: -0.70, 8: -0.705}
    assert compared(trace(near), Said(8, near), TOLERANCE).agrees
    far = compared(trace(), Said(8, LOGPROBS), TOLERANCE)
    assert "less likely" in far.why_not
    assert far.same == 0


def test_a_token_that_the_reference_does_not_list_is_at_least_as_unlikely_as_its_last() -> None:
    assert not compared(trace(), Said(999, LOGPROBS), TOLERANCE).agrees


def test_a_likely_token_that_the_subject_does_not_list_counts() -> None:
    found = compared(trace(), Said(7, {7: -0.1, 9: -4.0}), TOLERANCE)
    assert found.worst == pytest.approx(1.4)  # 8 is at most as likely there as 9, the last listed


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_never_agrees(broken: float) -> None:
    assert not compared(trace(), Said(7, {**LOGPROBS, 8: broken}), TOLERANCE).agrees
    assert not compared(trace({**LOGPROBS, 8: broken}), Said(7, LOGPROBS), TOLERANCE).agrees


def test_hidden_positions_are_left_out_and_too_few_are_not_believed() -> None:
    assert compared(trace(), Said(7, LOGPROBS, hides=5), TOLERANCE).tokens == 35
    assert "only 10 tokens" in compared(trace(), Said(7, LOGPROBS, hides=30), TOLERANCE).why_not


def test_the_effect_of_training_stands_beside_the_difference() -> None:
    untrained = [[Step(7, {token: value - 1 for token, value in LOGPROBS.items()}) for _ in range(40)]]
    found = compared(trace(), Said(7, LOGPROBS), TOLERANCE, untrained)
    assert found.effect == pytest.approx(1)
    assert found.telling
    unmoved = compared(trace(), Said(7, LOGPROBS), TOLERANCE, [[Step(7, LOGPROBS)] * 40])
    assert unmoved.agrees
    assert not unmoved.telling


def test_a_disagreement_says_what_and_by_how_much() -> None:
    good = compared(trace(), Said(7, LOGPROBS), TOLERANCE)
    bad = compared(trace(), Said(7, {**LOGPROBS, 9: -5.0}), TOLERANCE)
    error = Disagreement((good, bad))
    assert "differs by 1.0000, more than 0.01" in str(error)
    assert all(isinstance(one, Agreement) for one in error.agreements)
    assert "--as f16" not in error.hint
    assert "--as f16" in Disagreement((good, bad), rounded=True).hint
