"""The step ``weaknesses``: what our scanners hold against a file keeps it out of training, or marks it."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from models.data.document import Document
from models.data.filters.scanning import Scanned, scan
from models.data.step import Dropped, Kept, kept
from verifiers.domain import MAX_FILES, Finding, Language, Severity, SourceFile, Value
from verifiers.sandbox.docker import DEFAULT_ENGINE
from verifiers.sandbox.environments import build_environments
from verifiers.sandbox.protocol import Sandbox
from verifiers.sandbox.selection import Choice, open_sandbox
from verifiers.scanners.bandit import BanditVerifier
from verifiers.scanners.cppcheck import CppcheckVerifier
from verifiers.scanners.flawfinder import FlawfinderVerifier
from verifiers.scanners.semgrep import SemgrepVerifier
from verifiers.source_names import SUFFIXES
from verifiers.verifier import Verifier

Name = Literal["semgrep", "bandit", "cppcheck", "flawfinder"]
_MADE: Mapping[Name, Callable[[Sandbox], Verifier]] = {
    "semgrep": SemgrepVerifier,
    "bandit": BanditVerifier,
    "cppcheck": CppcheckVerifier,
    "flawfinder": FlawfinderVerifier,
}
_CODE_ALONE = frozenset({"", "docstring", "task"})  # methods whose text is code and nothing else


class WeaknessFilter(Value):
    """Drops code in which a scanner finds a weakness, or marks it as one of what not to write.

    Attributes:
        scanners: Which are asked, in a sandbox; each about the languages it is for.
        severity: From here on a finding counts.
        found: ``drop`` it, or ``mark``: it goes on with ``weaknesses`` in its metadata, a list of CWEs,
            and ends in files of its own.
        unscanned: What becomes of code that no scanner saw all of: it is not known to be clean.
        batch_size: Files that a scanner is given at once.
        seconds: Wall-clock seconds that one run of a scanner has. What does not end in them was not scanned,
            so on a machine that is too slow for them other documents are kept.
        sandbox: Which one.
        docker_host: The engine for the Docker sandbox.
        tools: Where ``scripts/install-scanners`` put its tools; None where they are not wanted.
    """

    step: Literal["weaknesses"] = "weaknesses"
    scanners: tuple[Name, ...] = Field(default=("semgrep", "bandit"), min_length=1)
    severity: Severity = Severity.MEDIUM
    found: Literal["drop", "mark"] = "drop"
    unscanned: Literal["drop", "keep"] = "drop"
    batch_size: int = Field(default=25, ge=1, le=MAX_FILES)
    seconds: float = Field(default=300.0, gt=0, le=3600, allow_inf_nan=False)
    sandbox: Choice = "auto"
    docker_host: str = DEFAULT_ENGINE
    tools: Path | None = None

    def together(self, documents: Sequence[Document]) -> Sequence[Kept | Dropped]:
        """See :class:`models.data.step.BatchStep`.

        Raises:
            SandboxUnavailable: no sandbox can be had.
            ToolMissing: a scanner is not installed.
        """
        scanners = _scanners(self.scanners, self.sandbox, self.docker_host, self.tools)
        return self.judged(documents, scanners)

    def judged(self, documents: Sequence[Document], scanners: Sequence[Verifier]) -> Sequence[Kept | Dropped]:
        """The same with scanners that there are already."""
        batches: dict[Language, dict[int, SourceFile]] = {}
        results: list[Kept | Dropped] = [kept(document) for document in documents]
        for number, document in enumerate(documents):
            if document.method not in _CODE_ALONE or document.language not in SUFFIXES:
                continue
            language = Language(document.language)
            file = _file(number, language, document.text)
            if file is None:
                results[number] = self._result(document, Scanned(gap="cannot be given to a scanner"))
            else:
                batches.setdefault(language, {})[number] = file
        for language, files in batches.items():
            scanned = scan(tuple(files.values()), language, scanners, self.seconds)
            for number, file in files.items():
                results[number] = self._result(documents[number], scanned[file.path])
        return results

    def _result(self, document: Document, scanned: Scanned) -> Kept | Dropped:
        counting = [item for item in scanned.findings if item.severity.rank >= self.severity.rank]
        if counting and self.found == "drop":
            return Dropped("weakness")
        if scanned.gap and not counting and self.unscanned == "drop":
            return Dropped("not scanned")
        counts = {"not scanned": 1} if scanned.gap else {}
        if not counting:
            return kept(document, counts)
        names = sorted({_weakness(item) for item in counting})
        marked = document.model_copy(update={"metadata": document.metadata | {"weaknesses": list(names)}})
        return kept(marked, counts | {"weaknesses marked": 1})


def _weakness(finding: Finding) -> str:
    return finding.cwe or finding.swc or finding.rule


def _file(number: int, language: Language, text: str) -> SourceFile | None:
    try:
        return SourceFile(path=f"f{number}{SUFFIXES[language][0]}", content=text)
    except ValidationError:
        return None


@cache
def _scanners(
    names: tuple[Name, ...], sandbox: Choice, docker_host: str, tools: Path | None
) -> tuple[Verifier, ...]:
    """One of each; opened once a process, and closed with it."""
    opened = open_sandbox(sandbox, build_environments(tools=tools), docker_host=docker_host)
    atexit.register(opened.close)
    return tuple(_MADE[name](opened) for name in names)
