"""A real sandbox for the judge's tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.requirements import require
from verifiers.domain import Candidate, CodingTask, Policy, SourceFile, TestSuite, Verdict
from verifiers.execution.python_tests import PythonTestsVerifier
from verifiers.execution.run import TestLimits
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import build_environments
from verifiers.sandbox.protocol import Sandbox

Judge = Callable[..., Verdict]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    backend = Bubblewrap(build_environments())
    yield backend
    backend.close()


def as_files(content: str | dict[str, str], path: str) -> tuple[SourceFile, ...]:
    """One file under ``path``, or the files of a mapping."""
    mapping = {path: content} if isinstance(content, str) else content
    return tuple(SourceFile(path=name, content=text) for name, text in mapping.items())


@pytest.fixture(scope="session")
def judge(sandbox: Sandbox) -> Judge:
    """Judge a candidate: ``judge(code, tests)``; both a text or a mapping of paths to texts."""

    def run(
        code: str | dict[str, str],
        tests: str | dict[str, str],
        *,
        instruction: str = "Write the function.",
        entry_point: str | None = None,
        policy: Policy | None = None,
        limits: TestLimits | None = None,
        seconds: float = 60.0,
    ) -> Verdict:
        suite = TestSuite(files=as_files(tests, "test_solution.py"), entry_point=entry_point)
        task = CodingTask(instruction=instruction, tests=suite, policy=policy or Policy())
        candidate = Candidate(files=as_files(code, "solution.py"))
        return PythonTestsVerifier(sandbox, limits).verify(task, candidate, seconds)

    return run
