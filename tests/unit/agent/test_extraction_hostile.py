"""Extraction never raises and takes linear time, whatever it is given."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.extraction import Found, Wanted, extract
from verifiers.domain import Language, SourceFile
from verifiers.execution import parsing

STUB = Wanted(prefix="def f(x):\n", stub="f", names=frozenset({"f"}))
WANTED = [Wanted(), STUB, Wanted(language=Language.SOLIDITY, path="Contract.sol")]
SHREDS = st.sampled_from(
    ["```", "~~~", "```python\n", "\n", "def f(x):", "    ", "\t", "return x", "class A:", '"""', "'''", "@a",
     "else:", "<think>", "</think>", ">>> ", "&lt;", "# x.py\n", "**a/../b.py**\n", "import os",
     "contract A {",
     "}", "//", "/*", "\r", "\x00", "\ud800", "\ufeff", "(", "'", "I'm sorry", "> ", "\\"]
)  # fmt: skip
ANSWERS = st.one_of(st.text(), st.lists(st.one_of(SHREDS, st.text(max_size=5)), max_size=40).map("".join))


@settings(max_examples=50, deadline=None)
@given(
    answer=ANSWERS, wanted=st.sampled_from(WANTED), reason=st.sampled_from(["stop", "length", "refusal", "x"])
)
def test_any_text_gives_an_answer(answer: str, wanted: Wanted, reason: str) -> None:
    extraction = extract(answer, wanted, reason)
    assert (extraction.found is Found.FILES) == bool(extraction.files)
    assert (extraction.found is Found.FILES) or extraction.reason
    for file in extraction.files:
        assert isinstance(file, SourceFile)
        assert file.path.endswith((".py", ".sol"))
    assert extraction == type(extraction).model_validate_json(extraction.model_dump_json())


BOMBS = {
    "spaces": " ",
    "newlines": "\n",
    "backticks": "`",
    "tildes": "~",
    "fences": "```\n",
    "open fences": "```python\n",
    "one statement": "x=1\n",
    "words": "word ",
    "letters": "a",
    "names": "a.py ",
    "brackets": "(",
    "minus": "-",
    "not": "not ",
    "lambda": "lambda:",
    "attributes": "a.a",
    "definitions": "def f(): pass\n",
    "decorators": "@a\n",
    "else": "else:\n",
    "quotes": '"""',
    "mixed quotes": "\"\"\"'''\n",
    "thoughts": "<think>\n",
    "ended thoughts": "</think>\n",
    "entities": "&lt;",
    "prompts": ">>> a=1\n",
    "quotations": "> ",
    "slashes": "/*",
    "stars": "*",
    "contracts": "contract A ",
    "contract lines": "contract A\n",
    "braces": "contract A {\n",
    "imports": "import {",
    "escapes": "\\",
    "strings": "'\\",
    "terminal": "\x1b[0",
    "sorry": "I'm sorry ",
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("wanted", WANTED[1:], ids=["python", "solidity"])
@pytest.mark.parametrize("shred", BOMBS.values(), ids=BOMBS)
def test_much_of_the_same_ends(shred: str, wanted: Wanted) -> None:
    """Quadratic work on this much text would take far longer than the limit above."""
    for text in (shred * (12_000 // len(shred)), "```python\n" + shred * (12_000 // len(shred))):
        extract(text, wanted, "length")


@pytest.mark.parametrize(
    "shred", ["x = 1\n", "def f():\n    return 1\n", "prose and more prose\n", "x = (\n"]
)
def test_the_parser_reads_no_more_than_a_few_times_the_text(
    monkeypatch: pytest.MonkeyPatch, shred: str
) -> None:
    """Counts characters rather than seconds, so that a busy machine changes nothing."""
    read = 0

    def counting(source: str, path: str) -> ast.Module:
        nonlocal read
        read += len(source)
        return ast.parse(source, path)

    class Counted:
        parse = staticmethod(counting)

    monkeypatch.setattr(parsing, "ast", Counted)
    text = "Here is the code:\n" + shred * (10_000 // len(shred)) + "and that was it\n"
    extract(text, STUB, "length")
    assert read <= 25 * len(text)
    assert read > 0


def test_a_megabyte_of_prose_is_told_to_be_too_long() -> None:
    extraction = extract("lorem ipsum dolor\n" * 70_000, Wanted())
    assert extraction.found is Found.NOTHING
    assert "too long" in extraction.reason
