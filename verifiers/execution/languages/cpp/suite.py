"""The tests: which framework they are written for, and the ids that must be reported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from verifiers.domain import SourceFile, TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.cpp.syntax import without_comments

SOURCES = (".c", ".cc", ".cpp", ".cxx")
_TEXT = r'"((?:\\.|[^"\\\n])*)"'
_CASE = re.compile(rf"\b(?:TEST_CASE|SCENARIO)\s*\(\s*{_TEXT}")
_METHOD = re.compile(rf"\bTEST_CASE_(?:METHOD|FIXTURE)\s*\(\s*[\w:]+\s*,\s*{_TEXT}")
_PAIR = re.compile(r"\bTEST(?:_F)?\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)")
_MAIN = re.compile(r"\b(?:int|void|auto)\s+main\s*\(")
_UNUSED = re.compile(r"^[ \t]*#[ \t]*if[ \t]+0\b.*?^[ \t]*#[ \t]*endif", re.M | re.S)
_ESCAPES = {"n": "\n", "t": "\t"}


def test_sources(suite: TestSuite) -> list[SourceFile]:
    """The files that are compiled, not only included."""
    return [file for file in suite.files if PurePosixPath(file.path).suffix in SOURCES]


def _plain(text: str) -> str:
    return _UNUSED.sub("", without_comments(text))


def has_main(suite: TestSuite) -> bool:
    """Whether the tests bring a ``main`` of their own."""
    return any(_MAIN.search(_plain(file.content)) for file in test_sources(suite))


def expected_ids(suite: TestSuite) -> tuple[str, ...]:
    """Ids of the tests: ``path::name``, ``path::Suite.Name``, or ``path::main`` where there is no framework.

    Raises:
        InvalidInput: there is no test.
    """
    found: dict[str, None] = {}
    for file in test_sources(suite):
        for name in _names(_plain(file.content)):
            found[_bare(f"{file.path}::{name}")] = None
    if found:
        return tuple(found)
    for file in test_sources(suite):
        if _MAIN.search(_plain(file.content)):
            return (f"{file.path}::main",)
    raise InvalidInput(
        "tests",
        "they hold neither a main nor a TEST_CASE or TEST:",
        "write a main with asserts, or tests for Catch2, doctest or GoogleTest.",
    )


def _names(text: str) -> Iterator[str]:
    for match in sorted([*_CASE.finditer(text), *_METHOD.finditer(text)], key=lambda found: found.start()):
        yield re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), match[1])
    for match in _PAIR.finditer(text):
        yield f"{match[1]}.{match[2]}"


def _bare(test: str) -> str:
    """Without brackets, which mean one case of many in a report; the runtime does the same."""
    return test.replace("[", "(").replace("]", ")")


def main_of(suite: TestSuite) -> str:
    """``own-main``: no framework; ``frame``: a framework and no main; ``frame-main``: both."""
    registered = any(next(_names(_plain(file.content)), None) is not None for file in test_sources(suite))
    if not registered:
        return "own-main"
    return "frame-main" if has_main(suite) else "frame"
