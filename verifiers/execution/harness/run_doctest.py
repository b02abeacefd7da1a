"""Runs doctest examples against stand-ins: those of test files, and those in the candidate's source."""

from __future__ import annotations

import ast
import doctest
import importlib
import os
import types
from typing import Any

from .exceptions import CandidateGone
from .link import Link
from .report import Reporter
from .run_script import describe


class _Runner(doctest.DocTestRunner):
    """Reports each example by its line."""

    def __init__(self, path: str, tests: dict[int, str], first: int, reporter: Reporter) -> None:
        super().__init__(verbose=False)
        self._path = path
        self._tests = tests
        self._first = first
        self._reporter = reporter

    def _tell(self, example: Any, outcome: str, message: str = "") -> None:
        line = self._first + example.lineno
        self._reporter.result(self._tests.get(line, self._path), outcome, message, line, self._path)

    def report_start(self, out: Any, test: Any, example: Any) -> None:
        """See ``doctest.DocTestRunner``."""

    def report_success(self, out: Any, test: Any, example: Any, got: str) -> None:
        """See ``doctest.DocTestRunner``."""
        self._tell(example, "passed")

    def report_failure(self, out: Any, test: Any, example: Any, got: str) -> None:
        """See ``doctest.DocTestRunner``."""
        difference = self._checker.output_difference(example, got, self.optionflags)  # type: ignore[attr-defined]
        self._tell(example, "failed", f"{example.source.strip()}\n{difference}")

    def report_unexpected_exception(self, out: Any, test: Any, example: Any, exc_info: Any) -> None:
        """See ``doctest.DocTestRunner``."""
        self._tell(example, "failed", f"{example.source.strip()}: {describe(exc_info[1], [])}")


def run_files(
    files: list[dict[str, Any]], root: str, space: dict[str, Any], reporter: Reporter, link: Link | None
) -> None:
    """Run the examples in test files, each reported by its own id.

    Args:
        files: Dictionaries with ``path`` and ``tests``, the line of each example and its id.
        root: The folder of the tests.
        space: Names that the examples may use without defining them.
        reporter: Where results go.
        link: The way to the candidate; None in a shared process.

    Raises:
        CandidateGone: the candidate's process has ended.
    """
    for file in files:
        path = file["path"]
        tests = {int(line): test for line, test in file["tests"].items()}
        with open(os.path.join(root, path), encoding="utf-8") as text:
            source = text.read()
        namespace = vars(types.ModuleType("__main__"))
        namespace.update(space, __file__=path)
        parts = [(1, source)]
        if path.endswith(".py"):
            tree = ast.parse(source, path)
            exec(compile(tree, path, "exec", dont_inherit=True), namespace)
            parts = sorted(_docstrings(tree))
        for first, part in parts:
            parsed = doctest.DocTestParser().get_doctest(part, namespace, path, path, 0)
            _Runner(path, tests, first, reporter).run(parsed, clear_globs=False)
        if link is not None and link.gone is not None:
            raise CandidateGone(link.gone)


def _docstrings(tree: ast.Module) -> list[tuple[int, str]]:
    kinds = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [
        (node.body[0].lineno, text)
        for node in ast.walk(tree)
        if isinstance(node, kinds) and ">>>" in (text := ast.get_docstring(node, clean=False) or "")
    ]


def run(tests: list[dict[str, Any]], module: str, reporter: Reporter) -> None:
    """Run each test's examples in a namespace of the candidate's names.

    Args:
        tests: Dictionaries with ``id``, ``path``, ``line`` (from 1) and ``source``.
        module: The candidate's module.
        reporter: Where results go.
    """
    for test in tests:
        place = (test["line"], test["path"])
        try:
            found: Any = importlib.import_module(module)
            space = {name: getattr(found, name) for name in dir(found) if not name.startswith("__")}
            parsed = doctest.DocTestParser().get_doctest(test["source"], space, test["id"], test["path"], 0)
            said: list[str] = []
            outcome = doctest.DocTestRunner(verbose=False).run(parsed, out=said.append)
        except CandidateGone as error:
            reporter.result(test["id"], "failed", str(error), *place)
        except Exception as error:  # noqa: BLE001  whatever the candidate raises fails its example
            reporter.result(test["id"], "failed", describe(error, []), *place)
        else:
            passed = outcome.failed == 0 and outcome.attempted > 0
            reporter.result(
                test["id"], "passed" if passed else "failed", "" if passed else "".join(said), *place
            )
