"""A real sandbox with the toolchains of all languages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.requirements import require
from verifiers.domain import Candidate, CodingTask, Language, Policy, SourceFile, TestSuite, Verdict
from verifiers.execution.languages.build_verifier import LanguageBuildVerifier
from verifiers.execution.languages.table import language_environments, support_for
from verifiers.execution.languages.tests_verifier import LanguageTestsVerifier
from verifiers.execution.run import TestLimits
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import build_environments
from verifiers.sandbox.protocol import Sandbox
from verifiers.source_names import SUFFIXES

Judge = Callable[..., Verdict]
TOOLS = Path(os.environ.get("TOOLS", ".tools")).resolve()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    backend = Bubblewrap(build_environments(languages=language_environments(TOOLS)))
    yield backend
    backend.close()


def as_files(content: str | dict[str, str], path: str) -> tuple[SourceFile, ...]:
    """One file under ``path``, or the files of a mapping."""
    mapping = {path: content} if isinstance(content, str) else content
    return tuple(SourceFile(path=name, content=text) for name, text in mapping.items())


def require_language(language: Language) -> None:
    """Skip the calling test where the toolchain is missing; fail where CI promised it."""
    support = support_for(language)
    assert support is not None
    there = support.toolchain(TOOLS) is not None
    require(support.environment, there, f"scripts/install-languages {support.environment}")


@pytest.fixture(scope="session")
def judge(sandbox: Sandbox) -> Judge:
    """Judge a candidate: ``judge(language, code, tests)``; both a text or a mapping of paths to texts.

    A text of the candidate's is called ``solution`` with the language's suffix (``Solution.java``), a text of
    the tests ``test_solution`` (``SolutionTest.java``, ``solution_test.go``). Without tests it is only built.
    """

    def run(
        language: Language,
        code: str | dict[str, str],
        tests: str | dict[str, str] | None,
        *,
        instruction: str = "Write the function.",
        policy: Policy | None = None,
        limits: TestLimits | None = None,
        seconds: float = 60.0,
    ) -> Verdict:
        require_language(language)
        support = support_for(language)
        assert support is not None
        path, test_path = _names(language)
        suite = TestSuite(files=as_files(tests, test_path)) if tests is not None else None
        task = CodingTask(language=language, instruction=instruction, tests=suite, policy=policy or Policy())
        candidate = Candidate(files=as_files(code, path))
        limits = limits or TestLimits(runs=1)
        if suite is None:
            return LanguageBuildVerifier(sandbox, support, language, limits).verify(task, candidate, seconds)
        return LanguageTestsVerifier(sandbox, support, language, limits).verify(task, candidate, seconds)

    return run


def _names(language: Language) -> tuple[str, str]:
    suffix = SUFFIXES[language][0]
    if language is Language.JAVA:
        return "Solution.java", "SolutionTest.java"
    if language is Language.GO:
        return "solution.go", "solution_test.go"
    return f"solution{suffix}", f"test_solution{suffix}"
