"""The verifier ``python-import``: what can be said of a candidate when nobody gave tests.

Its module is imported in the guest's sandbox, and the examples in its docstrings are run by the judge. The
examples are the candidate's own claims: that they hold is worth something, but the evidence says
``tests: none given``.
"""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator
from typing import Any

from verifiers.domain import Candidate, CodingTask, Judging, Language, Verdict
from verifiers.execution.outcome import decide, no_python_file
from verifiers.execution.parsing import Unparsable, parse
from verifiers.execution.plan import find_modules, project_files
from verifiers.execution.run import TestLimits
from verifiers.execution.running import Plan, run_apart
from verifiers.sandbox.protocol import Sandbox
from verifiers.verifier import Stage

MAX_DOCTESTS = 200


class PythonImportVerifier:
    """Imports the candidate's main module and runs its doctests.

    Args:
        sandbox: Where judge and candidate run.
        limits: What that may use.
    """

    name = "python-import"
    stage = Stage.RUN

    def __init__(self, sandbox: Sandbox, limits: TestLimits | None = None) -> None:
        self._sandbox = sandbox
        self._limits = limits or TestLimits()

    def applies_to(self, task: CodingTask) -> bool:
        """Python tasks without tests."""
        return task.language is Language.PYTHON and task.tests is None

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """See :class:`verifiers.verifier.Verifier`.

        Raises:
            ToolError: no sandbox could be had, or the judge broke.
        """
        project = project_files(task, candidate)
        modules = find_modules(project, [file.path for file in candidate.files], (), ())
        if modules is None:
            return no_python_file(self.name, 0)
        tests = list(doctests(project[modules.main_path].content, modules.main_path))[:MAX_DOCTESTS]
        expected = (f"import {modules.main}", *(test["id"] for test in tests))
        config: dict[str, Any] = {
            "modules": modules.names, "main": modules.main, "starred": [], "classes": [], "test_modules": [],
            "bare_names": [], "overrides": [], "scripts": [], "pytest_files": [], "doctest_files": [],
            "doctests": tests, "only_import": True, "entry_point": "", "seeds": False,
        }  # fmt: skip
        run = run_apart(self._sandbox, Plan({}, project, config), self._limits, seconds)
        return decide(
            self.name, expected, run, self._limits, Judging.APART, seconds,
            {"tests": "none given", "doctests": len(tests)},
        )  # fmt: skip


def doctests(source: str, path: str) -> Iterator[dict[str, Any]]:
    """The docstrings that hold ``>>>`` examples: ``id``, ``path``, ``line`` (from 1) and ``source``."""
    try:
        tree = parse(source, path)
    except Unparsable:
        return
    kinds = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in ast.walk(tree):
        if not isinstance(node, kinds) or ">>>" not in (text := ast.get_docstring(node) or ""):
            continue
        name = "module" if isinstance(node, ast.Module) else node.name
        line = node.body[0].lineno
        try:
            has_examples = bool(doctest.DocTestParser().get_examples(text))
        except ValueError:
            has_examples = True  # malformed examples fail when they are run
        if has_examples:
            yield {"id": f"{path}::{name}:{line}", "path": path, "line": line, "source": text + "\n"}
