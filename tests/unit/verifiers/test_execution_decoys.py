"""Other values among which the tests' own cannot be told."""

from __future__ import annotations

import datetime
import decimal

import pytest

from verifiers.execution.harness.decoys import DECOYS, decoys

VALUES = [0, 7, 1000, 2.5, 1 + 2j, "", " ", "!", "é", "😀", "XIV", b"ab", b"\xff", [], [1, 2, 3], [None],
          (1, "x"), {1, 2}, {"a": 1}, {}, datetime.date(2024, 1, 1), datetime.timedelta(seconds=9),
          decimal.Decimal("1.50")]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_they_are_many_of_the_same_type_and_all_different(value):
    found = decoys(value)
    assert len(found) == DECOYS
    assert all(type(other) is type(value) and other != value for other in found)
    assert all(one != other for place, one in enumerate(found) for other in found[:place])


def near(a: str, b: str) -> bool:
    """Whether one edit leads from a to b."""
    at = 0
    while at < min(len(a), len(b)) and a[at] == b[at]:
        at += 1
    return a[at + 1 :] == b[at + 1 :] or a[at:] == b[at + 1 :] or a[at + 1 :] == b[at:]


def test_the_value_is_not_the_one_with_most_neighbours():
    hits = 0
    for _ in range(60):
        values = ["MCMXCIV", *decoys("MCMXCIV")]
        hits += max(values, key=lambda value: sum(near(value, other) for other in values)) == values[0]
    assert hits < 15


@pytest.mark.parametrize(
    ("value", "look"),
    [
        (4.25, lambda value: len(repr(value)) < 8),
        (12000, lambda value: value % 1000 == 0),
        (17, lambda value: 0 <= value < 200),
        ("HELLO", str.isupper),
        ([1, 2, 3, 5, 8], lambda value: value == sorted(value)),
    ],
)
def test_a_glance_does_not_tell_it(value, look):
    assert sum(map(look, decoys(value))) > 5


def test_a_long_value_does_not_take_long():
    assert len(decoys(list(range(100_000)))) == DECOYS
