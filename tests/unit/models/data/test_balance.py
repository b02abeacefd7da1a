"""Shares of languages, and what is held out."""

from __future__ import annotations

import pytest

from models.data.document import Document
from models.data.engine.balance import fraction, shares
from models.data.engine.publishing import split_of
from models.data.recipe import Split
from models.data.set_steps import LanguageBalance


@pytest.mark.parametrize(
    ("counts", "most", "left"),
    [
        ({"a": 900, "b": 60, "c": 40}, 0.5, {"a": 100, "b": 60, "c": 40}),
        ({"a": 900, "b": 800, "c": 100, "d": 100}, 0.4, {"a": 400, "b": 400, "c": 100, "d": 100}),
        ({"a": 100, "b": 100}, 0.5, {"a": 100, "b": 100}),
        ({"a": 100, "b": 50}, 0.2, {"a": 50, "b": 50}),
        ({"a": 100}, 0.5, {"a": 100}),
        ({"a": 10, "b": 10, "c": 10}, 1.0, {"a": 10, "b": 10, "c": 10}),
        ({}, 0.5, {}),
    ],
)
def test_no_language_has_more_than_its_share(
    counts: dict[str, int], most: float, left: dict[str, int]
) -> None:
    kept = shares(counts, LanguageBalance(most=most))
    assert {name: pytest.approx(kept[name] * count) for name, count in counts.items()} == left


def test_a_number_of_documents_caps_as_well() -> None:
    kept = shares({"a": 1000, "b": 10}, LanguageBalance(most=1.0, documents=50))
    assert kept == {"a": 0.05, "b": 1.0}


def test_fractions_are_uniform_and_depend_on_their_arguments_alone() -> None:
    drawn = [fraction(0, "split", str(key)) for key in range(4000)]
    assert sum(value < 0.25 for value in drawn) == pytest.approx(1000, abs=120)
    assert drawn[:10] == [fraction(0, "split", str(key)) for key in range(10)]
    assert drawn[:10] != [fraction(1, "split", str(key)) for key in range(10)]


def test_a_repository_is_in_one_split_only() -> None:
    split = Split(validation=0.3, test=0.3)
    where: dict[str, set[str]] = {}
    for repository in range(60):
        for file in range(5):
            document = Document(id=f"{repository}/{file}", text="x", source="s", repository=f"r{repository}")
            where.setdefault(f"r{repository}", set()).add(split_of(document, split, seed=3))
    assert all(len(splits) == 1 for splits in where.values())
    assert {split for splits in where.values() for split in splits} == {"train", "validation", "test"}
