"""The scanners in a real sandbox."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.requirements import require
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, Verdict
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import SEMGREP, Environments, build_environments
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners.semgrep import SemgrepVerifier
from verifiers.verifier import Verifier

TOOLS = Path(__file__).parents[3] / ".tools"
INSTALL = {"eslint": "scripts/install-scanners", "bandit": "pip install bandit"}
Scan = Callable[..., Verdict]


def candidate(code: dict[str, str]) -> Candidate:
    """A candidate of these texts."""
    return Candidate(files=tuple(SourceFile(path=path, content=text) for path, text in code.items()))


def scanned(verifier: Verifier, language: Language, code: dict[str, str], seconds: float = 60.0) -> Verdict:
    """What a scanner says of these texts."""
    return verifier.verify(CodingTask(instruction="Write it.", language=language), candidate(code), seconds)


@pytest.fixture(scope="session")
def environments() -> Environments:
    """The tools of this machine."""
    return build_environments(tools=TOOLS)


@pytest.fixture(scope="session")
def sandbox(environments: Environments) -> Iterator[Sandbox]:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    require("semgrep", SEMGREP in environments, "pip install semgrep")
    backend = Bubblewrap(environments)
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def scan(sandbox: Sandbox) -> Scan:
    """Scan a text as ``solution.py``, or a mapping of paths to texts, with Semgrep."""

    def run(
        code: str | dict[str, str], language: Language = Language.PYTHON, seconds: float = 60.0
    ) -> Verdict:
        texts = {"solution.py": code} if isinstance(code, str) else code
        return scanned(SemgrepVerifier(sandbox), language, texts, seconds)

    return run


@pytest.fixture
def installed(environments: Environments) -> Callable[[str], None]:
    """Skip the test unless the environment of a tool is there."""

    def check(name: str) -> None:
        how = INSTALL.get(name, "scripts/install-languages cpp")
        require(name, name in environments, how)

    return check
