"""The verifier ``python-tests``: the user's tests, decided in a process that the candidate never enters."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from pydantic import JsonValue

from verifiers.domain import Candidate, CodingTask, Judging, Language, Status, TestSuite, Verdict
from verifiers.errors import InvalidInput
from verifiers.execution.flaky import repeated
from verifiers.execution.needs_shared import why_shared
from verifiers.execution.outcome import decide, no_python_file
from verifiers.execution.plan import (
    HIDDEN,
    Modules,
    entry_point,
    find_modules,
    module_name,
    overridden_builtins,
    project_files,
)
from verifiers.execution.run import TestLimits
from verifiers.execution.running import Plan, run_apart, run_shared
from verifiers.execution.suite import TestFile, read_suite, used_as_classes
from verifiers.sandbox.protocol import Sandbox
from verifiers.verifier import Stage


class PythonTestsVerifier:
    """Runs the user's tests.

    Args:
        sandbox: Where judge and candidate run.
        limits: What a suite may use.
        always_shared: Run everything in one process with the candidate, whatever the policy says: to measure
            what keeping them apart costs and brings. Never what a user should get.
    """

    name = "python-tests"
    stage = Stage.RUN

    def __init__(
        self, sandbox: Sandbox, limits: TestLimits | None = None, *, always_shared: bool = False
    ) -> None:
        self._sandbox = sandbox
        self._limits = limits or TestLimits()
        self._always_shared = always_shared

    def applies_to(self, task: CodingTask) -> bool:
        """Python tasks with tests."""
        return task.language is Language.PYTHON and task.tests is not None

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """See :class:`verifiers.verifier.Verifier`.

        Raises:
            InvalidInput: the tests do not parse, hold no test, or need an entry point that cannot be told.
            ToolError: no sandbox could be had, or the judge broke.
        """
        if task.tests is None:
            raise InvalidInput("tests", "there are none:", "give tests, or use the verifier python-import.")
        _check_paths(task.tests)
        tests = read_suite(task.tests)
        expected = tuple(test for file in tests for test in file.ids)
        project = project_files(task, candidate)
        paths = [file.path for file in task.tests.files]
        modules = find_modules(project, [file.path for file in candidate.files], tests, paths)
        if modules is None:
            return no_python_file(self.name, len(expected))
        config = _configure(task, tests, modules, project[modules.main_path].content)
        plan = Plan({file.path: file for file in task.tests.files}, project, config)
        reason = why_shared(tests, modules.names, project)
        if self._always_shared:
            reason = reason or "asked for"
        elif reason is not None and not task.policy.allow_shared_judge:
            return _not_apart(self.name, reason)
        judging = Judging.APART if reason is None else Judging.SHARED
        extra: dict[str, JsonValue] = {"tests": "given"}
        if reason is not None:
            extra["shared_because"] = reason

        def judge(left: float) -> Verdict:
            run = (run_apart if reason is None else run_shared)(self._sandbox, plan, self._limits, left)
            return decide(self.name, expected, run, self._limits, judging, left, extra)

        return repeated(judge, seconds, self._limits.runs)


def _check_paths(suite: TestSuite) -> None:
    for place, file in enumerate(suite.files):
        if PurePosixPath(file.path).parts[0] == HIDDEN:
            raise InvalidInput(
                f"tests.files.{place}.path", f"{HIDDEN} is reserved:", "choose another folder."
            )


def _configure(task: CodingTask, tests: Sequence[TestFile], modules: Modules, source: str) -> dict[str, Any]:
    overrides = overridden_builtins(task, tests, source)
    checked = any(file.style == "check" for file in tests)
    stems = {PurePosixPath(file.path).stem for file in tests} | {module_name(file.path) for file in tests}
    bare = set().union(*(file.bare_names for file in tests)) | overrides
    return {
        "modules": modules.names,
        "main": modules.main,
        "classes": sorted(used_as_classes(file.tree for file in tests)),
        "starred": sorted(_may_be_starred(tests) | overrides),
        "test_modules": sorted(stems | {"__main__"}),
        "bare_names": sorted(bare),
        "overrides": sorted(overrides),
        "scripts": [
            {
                "path": file.path,
                "tests": {str(line): test for line, test in file.steps.items()},
                "check": f"{file.path}::check" if file.style == "check" else "",
            }
            for file in tests
            if file.style in ("script", "check")
        ],
        "pytest_files": [file.path for file in tests if file.style == "pytest" or file.in_doubt],
        "open_files": [file.path for file in tests if file.style == "pytest" and file.in_doubt],
        "doctests": [],
        "doctest_files": [
            {"path": file.path, "tests": {str(line): test for line, test in file.steps.items()}}
            for file in tests
            if file.style == "doctest"
        ],
        "seeds": any({"random", "seed"} <= file.mentioned for file in tests),
        "only_import": False,
        "entry_point": entry_point(task, source) if checked else "",
    }


def _may_be_starred(tests: Sequence[TestFile]) -> set[str]:
    """Names that ``from solution import *`` may bring into the tests.

    A star must not replace what the tests import or define, nor a builtin or a standard module: the
    candidate would put its own ``math`` under the assertions.
    """
    mentioned = set().union(*(file.mentioned for file in tests))
    own = set().union(*(file.top_level for file in tests))
    return mentioned - own - set(dir(builtins)) - sys.stdlib_module_names - {"pytest"}


def _not_apart(name: str, reason: str) -> Verdict:
    return Verdict(
        verifier=name,
        status=Status.INCOMPLETE,
        summary=(
            f"the tests can only run in one process with the candidate ({reason}), where it could reach the "
            "verdict; allow that with policy.allow_shared_judge, or rewrite the test"
        ),
        evidence={"judging": Judging.SHARED.value, "shared_because": reason, "ran": False},
    )
