from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.estimators import (
    bootstrap_mean,
    bootstrap_p,
    mcnemar_exact,
    pass_at_k,
    wilson,
)


@given(st.integers(1, 9), st.data())
def test_pass_at_k_is_the_share_of_subsets_that_hold_a_right_one(samples: int, data: st.DataObject) -> None:
    correct = data.draw(st.integers(0, samples))
    k = data.draw(st.integers(1, samples))
    answers = [True] * correct + [False] * (samples - correct)
    subsets = list(itertools.combinations(answers, k))
    assert pass_at_k(samples, correct, k) == pytest.approx(sum(map(any, subsets)) / len(subsets))


def test_pass_at_k_holds_where_binomials_overflow_floats() -> None:
    assert pass_at_k(2000, 1, 1000) == pytest.approx(0.5)
    assert pass_at_k(200, 3, 100) == pytest.approx(1 - math.comb(197, 100) / math.comb(200, 100))


@pytest.mark.parametrize(("samples", "correct", "k"), [(5, 6, 1), (5, -1, 1), (5, 2, 6), (5, 2, 0)])
def test_pass_at_k_refuses_what_is_not_defined(samples: int, correct: int, k: int) -> None:
    with pytest.raises(ValueError, match="not defined"):
        pass_at_k(samples, correct, k)


def test_wilson_is_that_of_the_literature() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263, method 3.
    found = wilson(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    none, every = wilson(0, 20), wilson(20, 20)
    assert (none.low, round(none.high, 4)) == (0.0, 0.1611)
    assert (round(every.low, 4), every.high) == (0.8389, 1.0)


def test_the_bootstrap_covers_the_normal_interval_and_repeats_itself() -> None:
    values = [0.0] * 60 + [1.0] * 40
    found = bootstrap_mean(values, seed=3)
    half = 1.96 * math.sqrt(0.4 * 0.6 / 100)
    assert found.value == pytest.approx(0.4)
    assert found.low == pytest.approx(0.4 - half, abs=0.015)
    assert found.high == pytest.approx(0.4 + half, abs=0.015)
    assert bootstrap_mean(values, seed=3) == found
    assert bootstrap_mean(values, seed=4) != found


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_the_bootstrap_feigns_no_certainty_where_all_values_are_the_same(value: float) -> None:
    found = bootstrap_mean([value] * 20)
    assert (found.value, found.high - found.low) == (value, pytest.approx(0.1611, abs=1e-4))


def test_a_gain_of_nothing_may_be_a_loss_as_well() -> None:
    same = bootstrap_mean([0.0] * 20, least=-1.0)
    assert (same.value, same.low, same.high) == (0.0, pytest.approx(-0.1611, abs=1e-4), -same.low)
    lost = bootstrap_mean([-1.0] * 20, least=-1.0)
    assert (lost.value, lost.low, lost.high) == (-1.0, -1.0, pytest.approx(2 * 0.1611 - 1, abs=1e-4))


def test_the_bootstrap_tells_a_clear_difference_from_none() -> None:
    assert bootstrap_p([0.2] * 30 + [0.0] * 70) < 0.001
    assert bootstrap_p([0.2, -0.2] * 50) > 0.5


@pytest.mark.parametrize(
    ("first", "second", "p"),
    [(0, 0, 1.0), (0, 6, 0.03125), (1, 9, 22 / 1024), (5, 5, 1.0), (0, 5000, 0.0)],
)
def test_mcnemar_is_a_binomial_test(first: int, second: int, p: float) -> None:
    assert mcnemar_exact(first, second) == pytest.approx(p, abs=1e-12)
    assert mcnemar_exact(second, first) == pytest.approx(p, abs=1e-12)
