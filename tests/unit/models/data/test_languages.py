"""Languages by name, first line and content."""

from __future__ import annotations

import pytest

from models.data.document import Document
from models.data.languages import LanguageStep, language_of
from models.data.step import Dropped, Kept


def document(path: str = "", text: str = "", language: str = "") -> Document:
    return Document(id="d", text=text, source="s", path=path, language=language)


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        ("a.py", "", "python"),
        ("A.PY", "", "python"),
        ("a.pyi", "", "python"),
        ("a.sol", "", "solidity"),
        ("a.tsx", "", "typescript"),
        ("a.h", "int f(void);", "c"),
        ("a.h", "namespace a { }", "cpp"),
        ("a.h", "#ifdef __cplusplus\nnamespace a {\n#endif\nint f(void);", "c"),
        ("a.ts", "export const a = 1", "typescript"),
        ("a.ts", "<?xml version='1.0'?><TS>", ""),
        ("run", "#!/usr/bin/env python3\n", "python"),
        ("run", "#!/bin/sh\n", "bash"),
        ("run", "#!/usr/bin/env -S node\n", "javascript"),
        ("run", "#!/bin/x\n", ""),
        ("Makefile", "all:", "make"),
        ("a.rb", "", "ruby"),
        ("a.xyzzy", "text", ""),
        ("", "", ""),
    ],
)
def test_the_language_is_told(path: str, text: str, language: str) -> None:
    assert language_of(document(path, text)) == language


@pytest.mark.parametrize(
    ("said", "language"), [("C++", "cpp"), ("Python", "python"), ("Solidity", "solidity")]
)
def test_what_a_dataset_says_counts(said: str, language: str) -> None:
    assert language_of(document("a.xyzzy", "", said)) == language


def test_only_what_is_wanted_is_kept() -> None:
    step = LanguageStep(keep=("python",))
    result = step(document("a.py"))
    assert isinstance(result, Kept)
    assert result.documents[0].language == "python"
    assert step(document("a.js")) == Dropped("language not wanted")
    assert step(document("a.xyzzy")) == Dropped("unknown language")


def test_wanted_languages_may_be_called_as_datasets_call_them() -> None:
    step = LanguageStep(keep=("C++", "JS", "Python"))
    assert step.keep == ("cpp", "javascript", "python")
    assert step(Document(id="a", text="", source="s", path="a.cc")) == Kept(
        (Document(id="a", text="", source="s", path="a.cc", language="cpp"),)
    )
