from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.source.comment_kinds import CommentKind, kind_of, words_of
from models.data.source.comments import without_comments
from models.data.source.documentation import tidy
from models.data.source.grammars import LANGUAGES, STRINGS, found, parse, tokens

ROOT = Path(__file__).resolve().parents[4]
ALL = frozenset(CommentKind)


@pytest.mark.parametrize(
    ("comment", "language", "kind"),
    [
        ("# Copyright (c) 2020 Somebody", "python", CommentKind.LICENSE),
        ("/*\n * Licensed under the Apache License, Version 2.0\n */", "java", CommentKind.LICENSE),
        ("// SPDX-License-Identifier: MIT", "go", CommentKind.LICENSE),
        ("// SPDX-License-Identifier: MIT", "solidity", CommentKind.DIRECTIVE),
        ("#x = foo(1)\n#y = 2", "python", CommentKind.CODE),
        ("# for x in y:\n#     print(x)", "python", CommentKind.CODE),
        ("# if foo(bar):", "python", CommentKind.CODE),
        ("# return None", "python", CommentKind.CODE),
        ("# return the value that was found", "python", CommentKind.OTHER),
        ("# see also", "python", CommentKind.OTHER),
        ("# print", "python", CommentKind.OTHER),
        ("// int x = compute(a, b);", "c", CommentKind.CODE),
        ("// This computes the sum of a and b;", "c", CommentKind.OTHER),
        ("// const a = require('b');", "javascript", CommentKind.CODE),
        ("// owner.transfer(amount);", "solidity", CommentKind.CODE),
        ("// fmt.Println(x)", "go", CommentKind.CODE),
        ("// let x = y.unwrap();", "rust", CommentKind.CODE),
        ("# rm -rf build; echo done", "bash", CommentKind.CODE),
        ("# eliminate duplicates", "bash", CommentKind.OTHER),
        ("# both parents map to the same newparent;", "bash", CommentKind.OTHER),
        ("# TODO: later", "python", CommentKind.TODO),
        ("// FIXME(me) wrong", "go", CommentKind.TODO),
        ("# Todoist is the service", "python", CommentKind.OTHER),
        ("# --------------------", "python", CommentKind.BANNER),
        ("// ==== helpers ====", "javascript", CommentKind.BANNER),
        ("# ...", "python", CommentKind.OTHER),
        ("#", "python", CommentKind.EMPTY),
        ("/* */", "c", CommentKind.BANNER),
        ("//# sourceMappingURL=a.js.map", "javascript", CommentKind.TOOLING),
        ("# vim: set ts=4", "python", CommentKind.TOOLING),
        ("#!/bin/sh", "bash", CommentKind.DIRECTIVE),
        ("# -*- coding: latin-1 -*-", "python", CommentKind.DIRECTIVE),
        ("# type: ignore[arg-type]", "python", CommentKind.DIRECTIVE),
        ("# noqa: E501", "python", CommentKind.DIRECTIVE),
        ("//go:build linux", "go", CommentKind.DIRECTIVE),
        ("// eslint-disable-next-line no-eval", "javascript", CommentKind.DIRECTIVE),
        ("/* istanbul ignore next */", "javascript", CommentKind.DIRECTIVE),
        ("// NOLINTNEXTLINE", "cpp", CommentKind.DIRECTIVE),
        ("/** Adds. */", "java", CommentKind.DOCUMENTATION),
        ("/// Adds.", "rust", CommentKind.DOCUMENTATION),
        ("/// @notice Adds.", "solidity", CommentKind.DOCUMENTATION),
        ("/**\n * Copyright 2020 X\n */", "java", CommentKind.LICENSE),
        ("# The cache is per process because fork copies it.", "python", CommentKind.OTHER),
    ],
)
def test_what_a_comment_is_there_for(comment: str, language: str, kind: CommentKind) -> None:
    assert kind_of(comment, language) is kind


PYTHON = '''#!/usr/bin/env python
# -*- coding: utf-8 -*-
# Copyright (c) 2020 Foo
# Licensed under the MIT

import os  # noqa

# ------------- helpers ------------
# The cache is per process because fork copies it.
CACHE = {}  # TODO: bound it
#x = foo(1)
def f(a):
    """doc # not a comment"""
    # return None
    s = "# no comment"

    #

    t = f"""a
    # inside
    """
    return s  # the caller closes it
'''


def test_noise_goes_and_the_rest_stays() -> None:
    cleaned = without_comments(PYTHON, "python")
    assert cleaned.text == (
        "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\nimport os  # noqa\n\n"
        "# The cache is per process because fork copies it.\nCACHE = {}\ndef f(a):\n"
        '    """doc # not a comment"""\n    s = "# no comment"\n\n    t = f"""a\n    # inside\n    """\n'
        "    return s  # the caller closes it\n"
    )
    assert cleaned.removed == {
        CommentKind.LICENSE: 1,
        CommentKind.BANNER: 1,
        CommentKind.TODO: 1,
        CommentKind.CODE: 2,
        CommentKind.EMPTY: 1,
    }


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("javascript", "const a = `// ${ /* TODO */ b } \n // TODO`;\n"),
        ("javascript", "const u = 'http://x' + /\\/\\/ TODO/.source;\n"),
        ("bash", "cat <<EOF\n# TODO: kept\nEOF\necho '# TODO' \"# TODO\" a#TODO\n"),
        ("python", 's = """\n# TODO: kept\n"""\nt = r"# TODO"\n'),
        ("rust", 'fn f() { let s = r#"// TODO "x" "#; }\n'),
        ("go", "package p\n\nvar s = `// TODO\n// FIXME`\n"),
        ("java", 'class A { String s = "// TODO"; String t = """\n  // TODO\n  """; }\n'),
        ("cpp", 'auto s = R"x(// TODO)" )x";\n'),
        ("c", 'char *s = "/* TODO */";\n'),
        ("go", 'package p\n\n// TODO: #include <x.h>\nimport "C"\n'),
    ],
)
def test_what_looks_like_a_comment_in_a_string_stays(language: str, text: str) -> None:
    assert without_comments(text, language, remove=ALL) == (text, {}, "")


@pytest.mark.parametrize(
    ("language", "text", "left"),
    [
        ("c", "int/* TODO */x;\n", "int x;\n"),
        ("javascript", "return /* TODO\n */ a\n", "return \n a\n"),
        ("go", "package p\n\nvar a = 1 // TODO\nvar b = 2\n", "package p\n\nvar a = 1\nvar b = 2\n"),
        ("python", "x = 1 # TODO", "x = 1"),
        ("python", "# TODO", ""),
        ("python", "if a:\n    # TODO\n    pass\n", "if a:\n    pass\n"),
        ("c", "a(); /* TODO */ b();\n", "a();   b();\n"),
        ("python", "a = 1\n\n# TODO\n\nb = 2\n", "a = 1\n\nb = 2\n"),
    ],
)
def test_what_a_comment_kept_apart_stays_apart(language: str, text: str, left: str) -> None:
    assert without_comments(text, language).text == left


def test_a_cut_that_would_change_the_program_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.data.source.comments._cut", lambda data, blocks: data.replace(b"1", b"2"))
    assert without_comments("x = 1  # TODO\n", "python") == (
        "x = 1  # TODO\n",
        {},
        "would change the program",
    )


def test_a_text_with_errors_is_left_alone() -> None:
    text = "# TODO\ndef f(:\n"
    assert without_comments(text, "python") == (text, {}, "has errors")


def test_in_c_an_error_holds_its_own_lines_only() -> None:
    text = "// TODO: gone\nint a;\n\n\nMACRO(int b c] ;\n// TODO: too near\n\n\nint d;\n\n// TODO: gone\n"
    left = without_comments(text, "c").text
    assert "too near" in left
    assert "gone" not in left


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "models").glob("*.py"))[:12] + sorted((ROOT / "verifiers" / "execution").glob("*.py"))[:6],
    ids=lambda path: path.name,
)
def test_python_means_the_same_without_any_comment(path: Path) -> None:
    text = path.read_text()
    left = without_comments(text, "python", remove=ALL).text
    assert ast.dump(ast.parse(left)) == ast.dump(ast.parse(text))
    assert _strings(left) == _strings(text)
    comments = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(left).readline)
        if token.type == tokenize.COMMENT
    ]
    assert all(kind_of(comment, "python") is CommentKind.DIRECTIVE for comment in comments)


def _strings(text: str) -> list[str]:
    return [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.STRING
    ]


SAMPLES = {
    "bash": ["f() {\n  cat <<E\n# x\nE\n}\n", "a='# b'\n", "if [ a ]; then b; fi\n"],
    "c": ["int f(void) {\n  return 1;\n}\n", 'char *s = "//";\n', "#define A(x) \\\n  x\n"],
    "cpp": ['auto s = R"(/*)";\n', "template <class T> struct A { T t; };\n"],
    "go": ["var a = `\n//\n`\n", "func f() int {\n\treturn 1\n}\n"],
    "java": ['class A { String s = "/*"; }\n', "class B { int f() { return 1; } }\n"],
    "javascript": ["const t = `\n// ${1}\n`;\n", "let a = 1\n", "function f() { return 1 }\n"],
    "python": ['s = """\n# x\n"""\n', "def f():\n    return 1\n", "x = (1,\n     2)\n"],
    "rust": ['const S: &str = r"//";\n', "fn f() -> i32 { 1 }\n"],
    "solidity": ['contract A { string s = "//"; }\n', "contract B { function f() public {} }\n"],
    "typescript": ["const a: string = `//`;\n", "interface B { c: number }\n"],
}
WORDS = st.sampled_from(
    ["TODO x", "useful words", "x = f(1);", "-----", "", "Copyright 2020 A B", "'\"`", "$(", "*"]
)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@given(data=st.data())
def test_the_program_and_its_strings_never_change(language: str, data: st.DataObject) -> None:
    """Comments of all kinds between, behind and inside statements; all of them removed."""
    parts = ["package p\n"] if language == "go" else []
    mark = "#" if language in ("python", "bash") else "//"
    for sample in data.draw(st.lists(st.sampled_from(SAMPLES[language]), min_size=1, max_size=4)):
        if data.draw(st.booleans()):
            parts.append(f"{mark} {data.draw(WORDS)}\n")
        behind = (
            f" {mark} {data.draw(WORDS)}"
            if data.draw(st.booleans()) and not sample.startswith("#define")
            else ""
        )
        parts.append(sample.removesuffix("\n") + behind + "\n")
    text = "".join(parts)
    before = parse(text, language)
    assert before is not None
    left = without_comments(text, language, remove=ALL)
    after = parse(left.text, language)
    assert after is not None
    assert list(tokens(after)) == list(tokens(before))
    assert [after.text(node) for node in found(after, STRINGS)] == [
        before.text(node) for node in found(before, STRINGS)
    ]
    if before.sound:
        assert left.reason == ""


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@given(text=st.text(alphabet="#/*\"'`\\\n ()a={}<$!\0", max_size=60))
def test_hostile_text_never_raises(language: str, text: str) -> None:
    left = without_comments(text, language, remove=ALL)
    assert len(left.text) <= len(text)


def test_megabytes_of_comments_take_linear_time() -> None:
    for text in ("# TODO x\n" * 2_500, "x = 1  # TODO\n" * 1_500, "#" * 200_000, "# a = f(1)\n" * 1_000):
        without_comments(text, "python")
    without_comments("/* TODO */ " * 40_000, "c")
    without_comments("/*" + "* TODO\n" * 10_000 + "*/", "java")


@pytest.mark.parametrize("line", ["a" + " " * 100_000 + "b", "-" * 100_000 + "a b", "." * 100_000 + "a"])
def test_one_long_line_of_a_comment_takes_linear_time(line: str) -> None:
    assert words_of(f"# {line}") == [line.strip()]
    without_comments(f"x = 1\n# {line}\n", "python")


def test_many_empty_lines_in_documentation_take_linear_time() -> None:
    assert tidy(["a", *[""] * 100_000, "@dev b"], "solidity").split() == ["a", "b"]
