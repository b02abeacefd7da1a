"""Semgrep in a real sandbox."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest

from tests.requirements import require
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, Verdict
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import SEMGREP, build_environments
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners.semgrep import SemgrepVerifier

Scan = Callable[..., Verdict]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    environments = build_environments()
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    require("semgrep", SEMGREP in environments, "pip install semgrep")
    backend = Bubblewrap(environments)
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def scan(sandbox: Sandbox) -> Scan:
    """Scan a text as ``solution.py``, or a mapping of paths to texts."""

    def run(
        code: str | dict[str, str], language: Language = Language.PYTHON, seconds: float = 60.0
    ) -> Verdict:
        texts = {"solution.py": code} if isinstance(code, str) else code
        files = tuple(SourceFile(path=path, content=text) for path, text in texts.items())
        task = CodingTask(instruction="Write it.", language=language)
        return SemgrepVerifier(sandbox).verify(task, Candidate(files=files), seconds)

    return run
