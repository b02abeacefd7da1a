"""Doctest examples in test files, read before anything runs."""

from __future__ import annotations

import ast
import doctest
from pathlib import PurePosixPath

from verifiers.domain import SourceFile
from verifiers.errors import InvalidInput
from verifiers.execution.parsing import Unparsable, parse

TEXT_SUFFIXES = (".txt", ".md", ".rst", ".doctest")


def examples_in_text(source: SourceFile, place: int) -> tuple[ast.Module, dict[int, str]]:
    """What a text file's examples run, and the id of each by its line (from 1).

    Args:
        source: The file.
        place: Among the suite's files, for messages.

    Raises:
        InvalidInput: an example is malformed or does not parse.
    """
    return _examples(source.content, source.path, place, 1)


def examples_in_module(tree: ast.Module, path: str, place: int) -> tuple[ast.Module, dict[int, str]]:
    """The same for the docstrings of a Python file.

    Raises:
        InvalidInput: as above.
    """
    body: list[ast.stmt] = []
    steps: dict[int, str] = {}
    for line, text in docstrings(tree):
        module, found = _examples(text, path, place, line)
        body += module.body
        steps.update(found)
    return ast.Module(body, []), steps


def docstrings(tree: ast.Module) -> list[tuple[int, str]]:
    """Docstrings with examples: the line where each begins (from 1), and its text as it is written."""
    kinds = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, kinds) and ">>>" in (text := ast.get_docstring(node, clean=False) or ""):
            found.append((node.body[0].lineno, text))
    return sorted(found)


def may_hold_examples(source: SourceFile) -> bool:
    """Whether a file is a text with examples."""
    return PurePosixPath(source.path).suffix in TEXT_SUFFIXES and ">>>" in source.content


def _examples(text: str, path: str, place: int, first: int) -> tuple[ast.Module, dict[int, str]]:
    body: list[ast.stmt] = []
    steps: dict[int, str] = {}
    try:
        for example in doctest.DocTestParser().get_examples(text, path):
            if example.options.get(doctest.SKIP):
                continue
            line = first + example.lineno
            tree = parse(example.source, path)
            body += ast.increment_lineno(tree, line - 1).body
            steps[line] = f"{path}:{line}"
    except Unparsable as error:
        raise _malformed(
            place, f"{path}: the example in line {line} does not parse: {error.message}."
        ) from error
    except ValueError as error:
        raise _malformed(place, f"{path}: {error}.") from error
    return ast.Module(body, []), steps


def _malformed(place: int, what: str) -> InvalidInput:
    return InvalidInput(f"tests.files.{place}.content", what, "Correct the example.")
