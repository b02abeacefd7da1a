from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.document import Document
from models.data.source.grammars import LANGUAGES, STRINGS, found, parse
from models.data.source.indentation import normalised
from models.data.source.normalising import CommentStep, IndentationStep
from models.data.step import Dropped, Kept


@pytest.mark.parametrize(
    ("language", "text", "left"),
    [
        ("python", "def f():\n\tif x:  \n\t\treturn 1\t\n", "def f():\n    if x:\n        return 1\n"),
        ("python", "if 1:\n\tx\n        y\n", "if 1:\n        x\n        y\n"),
        ("python", 'x = """a\n\tb  \n"""\t\n', 'x = """a\n\tb  \n"""\n'),
        ("javascript", "a(\n\t`x\n\t`,  \n\tb)\n", "a(\n    `x\n\t`,\n    b)\n"),
        (
            "bash",
            "cat <<-E\n\tfoo  \n\tE\nif a; then\n\tb\nfi\n",
            "cat <<-E\n\tfoo  \n\tE\nif a; then\n    b\nfi\n",
        ),
        ("bash", "echo a\\ \nb  \n", "echo a\\ \nb\n"),
        ("c", "#define X \\\n\tfoo\nint a;\t\n", "#define X \\\n    foo\nint a;\n"),
        (
            "java",
            "class A {\n\t/**\n\t * x\n\t */\n\tint a;\n}\n",
            "class A {\n    /**\n\t * x\n\t */\n    int a;\n}\n",
        ),
        ("python", "a = 1\r\nb = '''\r\n'''\r\n", "a = 1\nb = '''\n'''\n"),
        ("typescript", "const a = <b>\n\tc  \n</b>;\n", "const a = <b>\n    c\n</b>;\n"),
    ],
)
def test_blanks_outside_of_strings(language: str, text: str, left: str) -> None:
    assert normalised(text, language, "a.tsx" if "<b>" in text else "a").text == left


@pytest.mark.parametrize("text", ["a\r\nb = '''\n\r\n'''\n", "x = 'a\\\r\nb'\ny = 2\n", "a\rb\n"])
def test_carriage_returns_that_an_author_may_have_meant_stay(text: str) -> None:
    assert normalised(text, "python").text.count("\r") == text.count("\r")


def test_a_text_with_errors_is_left_alone() -> None:
    assert normalised("def f(:\n\tx\n", "python") == ("def f(:\n\tx\n", 0, "has errors")


BLOCKS = st.recursive(
    st.sampled_from(["x = 1", 's = """\n\t# \n"""', "pass", "f(1,\n\t  2)", "# a\tb"]),
    lambda inner: st.lists(inner, min_size=1, max_size=3),
    max_leaves=8,
)


def _written(block: object, indent: str, blanks: str) -> str:
    if isinstance(block, str):
        return f"{indent}{block}{blanks}\n"
    assert isinstance(block, list)
    body = "".join(_written(part, indent + "\t", blanks) for part in block)
    return f"{indent}if a:{blanks}\n{body}{indent}\tpass\n"


@given(block=BLOCKS, blanks=st.sampled_from(["", " ", "\t", "  \t"]))
def test_python_means_the_same(block: object, blanks: str) -> None:
    text = _written(block, "", blanks)
    left = normalised(text, "python")
    assert left.reason == ""
    assert ast.dump(ast.parse(left.text)) == ast.dump(ast.parse(text))
    before, after = parse(text, "python"), parse(left.text, "python")
    assert before is not None
    assert after is not None
    assert [after.text(node) for node in found(after, STRINGS)] == [
        before.text(node) for node in found(before, STRINGS)
    ]
    assert normalised(left.text, "python").text == left.text


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@given(text=st.text(alphabet="\t \n\r\\\"'`#/*{}()a=:<E\0", max_size=60))
def test_hostile_text_never_raises(language: str, text: str) -> None:
    normalised(text, language)


def _document(text: str, language: str, **more: str) -> Document:
    return Document(id="a", text=text, source="s", path="a.py", language=language, **more)


def test_the_steps_leave_prose_and_unknown_languages_alone() -> None:
    for document in (_document("\t# TODO", "ruby"), _document("\t# TODO", "python", prompt="why?")):
        assert CommentStep()(document) == Kept((document,))
        assert IndentationStep()(document) == Kept((document,))


def test_go_keeps_its_tabs() -> None:
    document = _document("package p\n\nfunc f() {\n\tg()\n}\n", "go")
    assert IndentationStep()(document) == Kept((document,))
    assert IndentationStep(tabs=())(document).documents[0].text.endswith("    g()\n}\n")  # type: ignore[union-attr]


def test_what_is_nothing_but_noise_is_dropped() -> None:
    assert CommentStep()(_document("# Copyright (c) 2020 A B\n", "python")) == Dropped("nothing but comments")


def test_what_was_done_is_counted() -> None:
    done = CommentStep()(_document("# TODO\nx = 1  # TODO\n", "python"))
    assert isinstance(done, Kept)
    assert (done.documents[0].text, done.counts) == ("x = 1\n", {"todo comments removed": 2})
    left = CommentStep()(_document("def f(:  # TODO\n", "python"))
    assert isinstance(left, Kept)
    assert left.counts == {"left as it is: has errors": 1}
