"""Imports of packages that may not exist: the ``dependencies`` verifier.

Models make packages up, and whoever publishes one under such a name is run by everybody who installs it.
What is neither well known nor in a complete list (if the user has one) is a finding; without a complete list
nobody can tell, so that it advises, and the evidence says which list it rests on.
"""

from __future__ import annotations

import time
from pathlib import Path

from pydantic import JsonValue

from verifiers.domain import Candidate, CodingTask, Finding, Location, Severity, SourceFile, Verdict
from verifiers.scanners.conclusion import Gap, Scan, conclude
from verifiers.scanners.imports import LANGUAGES, Import, Unreadable, imports_of, own_names
from verifiers.scanners.javascript_imports import UNKNOWN
from verifiers.scanners.known_packages import Known, complete_list, lookup
from verifiers.scanners.source import language_of, readings
from verifiers.verifier import Stage

NAME = "dependencies"
_MOST_UNKNOWN = 50  # in a file: looking for names that are close takes milliseconds each
# Elsewhere an import names a module, and what is to be installed may be called otherwise.
_BY_NAME = ("javascript", "typescript", "rust", "go")


class DependenciesVerifier:
    """Looks up what the candidate imports. Runs in this process: it reads syntax trees and runs nothing.

    Args:
        packages: Folder of complete package lists; None if there is none.
    """

    name = NAME
    stage = Stage.SCAN

    def __init__(self, packages: Path | None = None) -> None:
        self._packages = packages

    def applies_to(self, task: CodingTask) -> bool:
        """For the languages whose imports name packages of a registry."""
        return task.language.value in LANGUAGES

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Look up all imports of the candidate; see :class:`verifiers.verifier.Verifier`.

        Raises:
            ToolFailed: a list of packages cannot be read.
        """
        started = time.monotonic()
        own: dict[str, frozenset[str]] = {}
        findings: list[Finding] = []
        gaps: list[Gap] = []
        looked_at: list[str] = []
        for file in candidate.files:
            language = language_of(file.path, file.content)
            if language not in LANGUAGES:
                continue
            looked_at.append(file.path)
            if language not in own:
                own[language] = own_names((*candidate.files, *task.files), language)
            if time.monotonic() - started > seconds:
                gaps.append(Gap(file=file.path, reason="the scan ran out of time"))
                continue
            for text in readings(file.content, language):
                try:
                    found = imports_of(file, text, language)
                except Unreadable as error:
                    gaps.append(Gap(file=file.path, reason=str(error)))
                else:
                    if complete_list(language, self._packages) is not None:
                        gaps += [_unnamed_gap(file.path, item) for item in found if item.name == UNKNOWN]
                    unknown = self._unknown(file, found, language, own[language])
                    findings += unknown
                    if len(unknown) == _MOST_UNKNOWN:
                        gaps.append(Gap(file=file.path, reason="too many imports are unknown"))
        scan = Scan(
            findings=tuple(findings),
            gaps=tuple(gaps),
            files=tuple(looked_at),
            tool="acrisol dependencies",
            evidence=self._evidence(task, findings),
        )
        return conclude(NAME, task, scan, time.monotonic() - started)

    def _unknown(
        self, file: SourceFile, found: tuple[Import, ...], language: str, own: frozenset[str]
    ) -> list[Finding]:
        findings: list[Finding] = []
        complete = complete_list(language, self._packages) is not None
        for item in {item.name: item for item in reversed(found)}.values():
            if len(findings) == _MOST_UNKNOWN:
                break
            if item.name == UNKNOWN:
                findings.append(_unnamed(file.path, item))
                continue
            if _is_own(item.name, language, own):
                continue
            known = lookup(item.name, language, self._packages)
            if not known.exists:
                findings.append(_finding(file.path, item, language, known, complete))
        return findings

    def _evidence(self, task: CodingTask, findings: list[Finding]) -> dict[str, JsonValue]:
        complete = complete_list(task.language.value, self._packages)
        return {
            "list": "well-known names" if complete is None else f"complete: {len(complete)} names",
            "unknown": len({finding.message for finding in findings}),
        }


def _is_own(name: str, language: str, own: frozenset[str]) -> bool:
    if language in ("java", "go"):
        separator, end = (".", "") if language == "java" else ("/", "/")
        parts = name.split(separator)
        below = (separator.join(parts[:count]) + end for count in range(1, len(parts) + 1))
        return name in own or any(prefix in own for prefix in below)
    return name in own


def _unnamed(path: str, item: Import) -> Finding:
    return Finding(
        rule="dependencies.unnamed-package",
        message="A package is loaded whose name is only known when the program runs.",
        fix="Write the package's name where it is loaded.",
        severity=Severity.LOW,
        cwe="CWE-829",
        owasp="A08:2021",
        location=Location(path=path, line=item.line),
    )


def _unnamed_gap(path: str, item: Import) -> Gap:
    return Gap(file=path, reason=f"line {item.line} imports a package by a name that is made at run time")


def _finding(path: str, item: Import, language: str, known: Known, complete: bool) -> Finding:
    name = item.name[:80]
    where = "in the list of its registry" if complete else "among the well-known packages"
    hint = f" Did you mean '{known.close_to}'?" if known.close_to else ""
    sure = complete and (language in _BY_NAME or bool(known.close_to))
    return Finding(
        rule="dependencies.unknown-package",
        message=f"The import of '{name}' names a package that is not {where}.{hint}",
        fix=f"Use '{known.close_to}'." if known.close_to else "Use the standard library or a known package.",
        severity=Severity.MEDIUM if sure else Severity.LOW,
        cwe="CWE-829",
        owasp="A08:2021",
        location=Location(path=path, line=item.line),
    )
