"""What rustc says, as findings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifiers.domain import Finding, Location, Severity

_LINE = re.compile(
    r"^(?P<path>[^:\n]+):(?P<line>\d+):(?P<column>\d+): "
    r"(?P<level>error|warning)(\[(?P<code>\w+)\])?: (?P<said>.*)$",
    re.MULTILINE,
)
_BARE = re.compile(r"^error(\[(?P<code>\w+)\])?: (?P<said>.*)$", re.MULTILINE)
_LAST_WORDS = ("aborting due to", "could not compile")


def compiler_findings(said: str, paths: Sequence[str]) -> tuple[Finding, ...]:
    """Findings from ``rustc --error-format=short``: errors are HIGH, warnings LOW.

    Args:
        said: What the compiler wrote.
        paths: Files of which findings are wanted.
    """
    found = []
    for match in _LINE.finditer(said):
        path = match["path"].removeprefix("/work/").removeprefix("./")
        if path in paths:
            place = Location(path=path, line=int(match["line"]), column=int(match["column"]))
            found.append(_finding(match, Severity.HIGH if match["level"] == "error" else Severity.LOW, place))
    for match in _BARE.finditer(said):
        if not match["said"].startswith(_LAST_WORDS):
            found.append(_finding(match, Severity.HIGH, None))
    return tuple(found)


def _finding(match: re.Match[str], severity: Severity, place: Location | None) -> Finding:
    level = "error" if severity is Severity.HIGH else "warning"
    rule = f"rustc.{match['code'] or level}"
    return Finding(rule=rule, message=match["said"][:1000], severity=severity, location=place)
