"""What every finding carries, whoever found it: an OWASP category, and an anchor that outlives edits.

An anchor stands for the words of the flagged lines, so it must be sure which lines a tool means. All tools
end a line at a line feed, and no other end counts here. Where a file holds anything that some tools count and
others do not, or that sets their count, its author could have a finding point at other words than those that
were found. There the anchor stands for the whole candidate: it does not outlive any edit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from verifiers.domain import Finding, Language, Location, SourceFile, Verdict
from verifiers.reports.weaknesses import owasp_of
from verifiers.source_names import languages_of
from verifiers.values import digest

_MOST_LINES = 5  # of a finding that are anchored: some tools flag a whole function
# Ends of lines to some: a bare carriage return (Python, Java), U+2028 (JavaScript); str.splitlines has more.
_DISPUTED = re.compile("\r(?!\n)|[\x0b\x1c-\x1e\x85\u2028\u2029]")
# To our readings alone (verifiers.scanners.spellings): a form feed in Solidity, an escape in Java.
_DISPUTED_IN = {".sol": re.compile("\f"), ".java": re.compile(r"\\u+000[aAdD]")}
_C_FAMILY = frozenset({Language.C, Language.CPP})
_PROSE = frozenset({".md", ".rst"})
_SPLICE = re.compile(r"(?:\\|\?\?/)[ \t\v\f]*\r?\n")
# "#line 7", "# 7", "%:line 7": compilers count on from there, even in the file that it names. A comment may
# stand in between; whoever writes one there loses no more than an anchor.
_LINE_MARK = re.compile(r"(?:#|%:|\?\?=)[^\S\n]*(?:/\*|line\b|\d)")


def normalised(verdict: Verdict, files: Sequence[SourceFile]) -> Verdict:
    """A verdict whose findings have an OWASP category where their CWE has one, and an anchor.

    Args:
        verdict: Any verifier's.
        files: The candidate's, whose lines are anchored.
    """
    if not verdict.findings:
        return verdict
    lines = {file.path: file.content.split("\n") for file in files}
    loose = _uncounted(files)
    whole = digest("\x00".join(part for file in files for part in (file.path, file.content))) if loose else ""
    found: list[Finding] = []
    seen: dict[str, int] = {}
    for finding in verdict.findings:
        place = finding.location
        if place is not None and place.path in loose:
            anchor = digest(f"{whole}{place.line}")[:16]
        else:
            anchor = finding.anchor or _anchor(place, lines)
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


def _uncounted(files: Sequence[SourceFile]) -> frozenset[str]:
    """Paths of the files whose lines tools may number otherwise than we do."""
    kinds = {file.path: languages_of(file.path) for file in files}
    if any(kind & _C_FAMILY for kind in kinds.values()) and any(
        kinds[file.path] <= _C_FAMILY
        and PurePosixPath(file.path).suffix not in _PROSE
        and _LINE_MARK.search(_SPLICE.sub("", file.content))
        for file in files
    ):
        return frozenset(kinds)
    return frozenset(file.path for file in files if _is_disputed(file))


def _is_disputed(file: SourceFile) -> bool:
    own = _DISPUTED_IN.get(PurePosixPath(file.path).suffix)
    return bool(_DISPUTED.search(file.content) or (own and own.search(file.content)))
