"""What every finding carries, whoever found it: an OWASP category, and an anchor that outlives edits."""

from __future__ import annotations

from collections.abc import Sequence

from verifiers.domain import Finding, Location, SourceFile, Verdict
from verifiers.reports.weaknesses import owasp_of
from verifiers.values import digest

_MOST_LINES = 5  # of a finding that are anchored: some tools flag a whole function


def normalised(verdict: Verdict, files: Sequence[SourceFile]) -> Verdict:
    """A verdict whose findings have an OWASP category where their CWE has one, and an anchor.

    Args:
        verdict: Any verifier's.
        files: The candidate's, whose lines are anchored.
    """
    if not verdict.findings:
        return verdict
    lines = {file.path: file.content.splitlines() for file in files}
    found: list[Finding] = []
    seen: dict[str, int] = {}
    for finding in verdict.findings:
        anchor = finding.anchor or _anchor(finding.location, lines)
        owasp = finding.owasp or owasp_of(finding.cwe)
        changed = finding.model_copy(update={"anchor": anchor, "owasp": owasp})
        # The same words may stand in a file twice: the second is another fault than the first.
        count = seen[changed.fingerprint] = seen.get(changed.fingerprint, 0) + 1
        if anchor and count > 1:
            changed = changed.model_copy(update={"anchor": digest(f"{anchor}{count}")[:16]})
        found.append(changed)
    return verdict.model_copy(update={"findings": tuple(found)})


def _anchor(place: Location | None, lines: dict[str, list[str]]) -> str:
    """Stands for the words of the flagged lines, however they are indented; empty where there are none."""
    if place is None or place.path not in lines:
        return ""
    end = min(max(place.end_line or place.line, place.line), place.line + _MOST_LINES - 1)
    words = " ".join(" ".join(line.split()) for line in lines[place.path][place.line - 1 : end]).strip()
    return digest(words)[:16] if words else ""
