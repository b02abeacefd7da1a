"""The compiler's words as findings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifiers.domain import Finding, Location, Severity

_SAID = re.compile(
    r"^(?P<path>[^\n:]*):(?P<line>\d+):(?P<column>\d+): (?P<kind>error|warning): "
    r"\[(?P<code>[\w.-]+)\] (?P<message>[^\n]*(?:\n  [^\n]*)*)",
    re.MULTILINE,
)


def compiler_findings(said: str, paths: Sequence[str]) -> tuple[Finding, ...]:
    """Errors and warnings with lines, of the named files only."""
    known = frozenset(paths)
    return tuple(
        Finding(
            rule="javac." + re.sub(r"^compiler\.(err|warn)\.(proc\.)?", "", found["code"]),
            message=re.sub(r"\n {2,}", "\n", found["message"]).strip() or found["code"],
            severity=Severity.HIGH if found["kind"] == "error" else Severity.LOW,
            location=Location(path=found["path"], line=int(found["line"]), column=int(found["column"])),
        )
        for found in _SAID.finditer(said)
        if found["path"] in known and int(found["line"]) > 0 and int(found["column"]) > 0
    )
