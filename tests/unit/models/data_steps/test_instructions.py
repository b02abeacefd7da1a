from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.document import Document
from models.data.pairs.instructions import InstructionStep
from models.data.step import Dropped, Kept

TEXT = '''def total(prices):
    """Returns the sum of all prices that are positive.

    Args:
        prices: Numbers.
    """
    return sum(price for price in prices if price > 0)


def short():
    """Helps."""
    a = 1
    return a


def test_total():
    """Tests that the sum of all prices is right."""
    a = 1
    assert a


def later(a):
    """TODO: write what this does and then do it."""
    a = 1
    return a


class Basket:
    """Holds what a customer wants to buy until it is paid."""

    def add(self, item):
        """Adds an item to what the customer wants to buy."""
        self.items = [item]
        return self
'''


def _document(text: str = TEXT, language: str = "python", path: str = "shop.py") -> Document:
    return Document(id="s/shop.py", text=text, source="s", path=path, language=language, license="MIT")


def _pairs(step: InstructionStep, document: Document) -> tuple[Document, ...]:
    done = step(document)
    return done.documents if isinstance(done, Kept) else ()


def test_documented_code_becomes_what_is_asked_and_answered() -> None:
    file, function, shop = _pairs(InstructionStep(), _document())
    assert file == _document()
    assert (function.id, shop.id) == ("s/shop.py#total@1", "s/shop.py#Basket@28")
    assert function.method == "docstring"
    assert function.license == "MIT"
    assert function.text.startswith("def total(prices):\n")
    assert function.text.endswith("if price > 0)")
    assert "sum of all prices that are positive" in function.prompt
    assert "```python\ndef total(prices):\n```" in function.prompt
    assert "Args" not in function.prompt


def test_a_noun_is_not_asked_for_as_if_it_were_a_verb() -> None:
    for said in ("List of all prices that a shop has.", "Sum of what all the things cost."):
        text = f'def f(a):\n    """{said}"""\n    b = a\n    return b\n'
        for seed in range(6):
            (_, pair) = _pairs(InstructionStep(seed=seed), _document(text))
            assert f"\n\n{said}\n\n" in pair.prompt


def test_it_asks_in_several_ways_and_the_seed_decides() -> None:
    asked = {_pairs(InstructionStep(seed=seed), _document())[1].prompt for seed in range(12)}
    assert {prompt.split("\n")[0] for prompt in asked} == {
        "Write a Python function to return the sum of all prices that are positive.",
        "I need a Python function `total` to return the sum of all prices that are positive.",
        "Write the Python function `total`:",
    }
    assert _pairs(InstructionStep(), _document()) == _pairs(InstructionStep(), _document())


def test_methods_on_demand() -> None:
    step = InstructionStep(kinds=("method",), keep_file=False)
    assert [pair.metadata["symbol"] for pair in _pairs(step, _document())] == ["Basket.add"]


def test_the_file_goes_where_it_is_not_kept_and_has_nothing() -> None:
    assert InstructionStep(keep_file=False)(_document("x = 1\n")) == Dropped("nothing documented")


def test_tests_are_not_what_users_ask_for() -> None:
    assert _pairs(InstructionStep(keep_file=False), _document(path="tests/shop.py")) == ()


def test_a_file_with_much_in_it_gives_some_of_all_of_it() -> None:
    text = "".join(
        f'def f{n}():\n    """Does the thing number {n} well."""\n    return {n}\n\n' for n in range(100)
    )
    pairs = _pairs(InstructionStep(per_file=4, keep_file=False), _document(text))
    assert [pair.metadata["symbol"] for pair in pairs] == ["f0", "f25", "f50", "f75"]


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        (
            "go",
            "package p\n\n// Add returns the sum of both.\nfunc Add(a, b int) int {\n\treturn a + b\n}\n",
            "Go function",
        ),
        ("rust", "/// Returns the sum of both.\nfn add(a: i32) -> i32 {\n    a\n}\n", "Rust function"),
        ("solidity", "/// @notice Holds the money of owners.\ncontract Safe {\n  int a;\n}\n", "contract"),
        ("c", "/* Holds the money of its owners. */\nstruct safe {\n  int a;\n};\n", "C struct"),
        ("javascript", "/** Returns the sum of both. */\nfunction add(a) {\n  return a;\n}\n", "JavaScript"),
    ],
)  # fmt: skip
def test_other_languages(language: str, text: str, said: str) -> None:
    (pair,) = _pairs(InstructionStep(keep_file=False), _document(text, language, "a"))
    assert said in pair.prompt
    assert f"```{language}\n" in pair.prompt


@given(text=st.text(alphabet="def f():\n\"'#@class A \\\t\0", max_size=80))
def test_hostile_text_never_raises(text: str) -> None:
    InstructionStep()(_document(text))
