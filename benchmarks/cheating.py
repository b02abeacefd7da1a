"""The cheating candidates of the test suite, judged apart and shared."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.report import progress
from tests.integration.execution import cases
from verifiers.domain import Candidate, CodingTask, SourceFile, Status, TestSuite
from verifiers.errors import ToolError
from verifiers.execution.python_tests import PythonTestsVerifier
from verifiers.execution.run import TestLimits
from verifiers.sandbox.protocol import Sandbox

TESTS = """
from solution import add

def test_one():
    assert add(2, 3) == 5

def test_two():
    assert add(10, 4) == 14
"""
_LIMITS = TestLimits(cpu_s=2, wall_s=8, runs=1)
WRONG = "def add(a, b):\n    return None\n"


@dataclass(frozen=True)
class Cheat:
    """One candidate that does not compute what the tests ask for.

    Attributes:
        name: Of the case.
        kind: What it cheats with; see ``tests/integration/execution/cases``.
        apart: Whether it passes in a process of its own.
        shared: Whether it passes in one process with the tests.
    """

    name: str
    kind: str
    apart: bool
    shared: bool

    def row(self) -> list[object]:
        """A line of the table."""
        return [
            self.name,
            self.kind,
            *("accepted" if passed else "rejected" for passed in (self.apart, self.shared)),
        ]


def judge_cheats(sandbox: Sandbox) -> list[Cheat]:
    """Every cheat in both ways."""
    apart = PythonTestsVerifier(sandbox, _LIMITS)
    shared = PythonTestsVerifier(sandbox, _LIMITS, always_shared=True)

    def judge(case: tuple[str, str, CodingTask, Candidate]) -> Cheat:
        name, kind, task, candidate = case
        progress(f"cheat: {name}")
        return Cheat(name, kind, _passes(apart, task, candidate), _passes(shared, task, candidate))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(judge, _cases()))


def _passes(verifier: PythonTestsVerifier, task: CodingTask, candidate: Candidate) -> bool:
    try:
        return verifier.verify(task, candidate, 60.0).status is Status.PASSED
    except ToolError:  # it broke the judge: no verdict, so no pass
        return False


def _cases() -> Iterator[tuple[str, str, CodingTask, Candidate]]:
    for kind in ("process", "objects", "other", "files"):
        for name in cases.names(kind):
            files, tests = cases.load(kind, name)
            if kind == "files":
                files = {"solution.py": WRONG, **files}
            suite = TestSuite(files=_sources(tests or {"test_solution.py": TESTS}))
            yield (
                name,
                kind,
                CodingTask(instruction="Write the function.", tests=suite),
                Candidate(files=_sources(files)),
            )


def _sources(files: dict[str, str]) -> tuple[SourceFile, ...]:
    return tuple(SourceFile(path=path, content=content) for path, content in files.items())
