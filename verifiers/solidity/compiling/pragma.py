"""Which compiler a project's ``pragma solidity`` lines ask for. Pure.

The ranges are npm's, as solc reads them: ``^ ~ >= <= > <`` and ``=``, ``x`` or missing parts, ``a - b``,
several in a row that all must hold, ``||`` between alternatives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from verifiers.domain import Finding, Location, Severity, Value

MAX_PRAGMA_CHARS = 400
_MAX_SHOWN = 80

# Comments and strings. Every alternative also matches where the text ends too early, so that no start is
# tried twice and hostile text costs linear time.
_SKIPPED = re.compile(
    r"""//[^\n\r]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?""",
    re.DOTALL,
)
_PRAGMA = re.compile(r"\bpragma\s+solidity\b([^;]*)", re.DOTALL)
_NUMBER = r"([0-9]{1,6}|[xX*])"
_PART = re.compile(rf"\s*(\^|~|>=|<=|>|<|=)?\s*v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?(?![\w.*])")
_HYPHEN = re.compile(r"\s+-(?=\s)")


class Version(NamedTuple):
    """A compiler version; ordered."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


_ENDLESS = Version(10**9, 0, 0)


class Interval(NamedTuple):
    """Versions from ``low`` up to, but not with, ``high``."""

    low: Version
    high: Version

    def __contains__(self, version: object) -> bool:
        return isinstance(version, Version) and self.low <= version < self.high


Range = tuple[tuple[Interval, ...], ...]  # one of the alternatives, all of whose intervals hold


class BadPragma(ValueError):
    """A pragma that is not a range of versions."""


class Pragma(NamedTuple):
    """One ``pragma solidity`` line: its range as written, and where it stands (lines from 1)."""

    path: str
    line: int
    text: str


class Selection(Value):
    """What was chosen.

    Attributes:
        version: The newest compiler that satisfies every pragma; None where none does.
        allowed: All that do, newest first.
        pragmas: The ranges as they were written, without repetition.
        findings: Why there is no version, or that a file says nothing about it.
    """

    version: str | None
    allowed: tuple[str, ...] = ()
    pragmas: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def parse_version(text: str) -> Version | None:
    """``0.8.20`` as a version; None if it is not one."""
    match = re.fullmatch(r"([0-9]{1,6})\.([0-9]{1,6})\.([0-9]{1,6})", text)
    return Version(*map(int, match.groups())) if match else None


def without_comments(source: str) -> str:
    """The source with comments and strings blanked out; every line keeps its number."""
    return _SKIPPED.sub(_blank, source)


def _blank(found: re.Match[str]) -> str:
    return "\n".join(" " * len(line) for line in found.group().split("\n"))


def find_pragmas(path: str, source: str) -> tuple[Pragma, ...]:
    """The ``pragma solidity`` lines of one file, comments and strings left out."""
    text = without_comments(source)
    found, line, last = [], 1, 0
    for match in _PRAGMA.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        found.append(Pragma(path, line, " ".join(match.group(1)[: MAX_PRAGMA_CHARS + 1].split())))
    return tuple(found)


def parse_range(text: str) -> Range:
    """Read a range.

    Raises:
        BadPragma: it is not one.
    """
    if len(text) > MAX_PRAGMA_CHARS:
        raise BadPragma(f"longer than {MAX_PRAGMA_CHARS} characters")
    return tuple(_alternative(part) for part in text.split("||"))


def satisfies(version: Version, wanted: Range) -> bool:
    """Whether the version lies in the range."""
    return any(all(version in interval for interval in intervals) for intervals in wanted)


def select(sources: Mapping[str, str], installed: Sequence[str]) -> Selection:
    """Choose the newest installed compiler that satisfies every pragma of every file.

    Args:
        sources: Path -> text.
        installed: Versions that are there, such as ``0.8.20``; at least one.
    """
    pragmas = [pragma for path, source in sorted(sources.items()) for pragma in find_pragmas(path, source)]
    texts = tuple(dict.fromkeys(pragma.text for pragma in pragmas))
    candidates = sorted((version for text in installed if (version := parse_version(text))), reverse=True)
    findings = []
    for pragma in {pragma.text: pragma for pragma in reversed(pragmas)}.values():
        try:
            wanted = parse_range(pragma.text)
        except BadPragma as error:
            findings.append(_unreadable(pragma, str(error)))
            continue
        left = [version for version in candidates if satisfies(version, wanted)]
        if not left:
            findings.append(_impossible(pragma, texts, installed))
            break
        candidates = left
    if findings:
        return Selection(version=None, pragmas=texts, findings=tuple(findings[:20]))
    silent = sorted(sources.keys() - {pragma.path for pragma in pragmas})
    chosen = str(candidates[0])
    return Selection(
        version=chosen,
        allowed=tuple(map(str, candidates)),
        pragmas=texts,
        findings=tuple(missing(path, chosen) for path in silent[:20]),
    )


def allowing(libraries: Mapping[str, str], versions: Sequence[str]) -> tuple[tuple[str, ...], Pragma | None]:
    """The compilers among some that all library files allow, and the pragma that left none."""
    left = tuple(versions)
    for path, text in libraries.items():
        for pragma in find_pragmas(path, text):
            try:
                wanted = parse_range(pragma.text)
            except BadPragma:
                continue  # the compiler will say so, of a file that is not the project's
            before, left = left, tuple(each for each in left if satisfies(_known(each), wanted))
            if before and not left:
                return (), pragma
    return left, None


def _known(text: str) -> Version:
    return parse_version(text) or Version(0, 0, 0)


def _alternative(text: str) -> tuple[Interval, ...]:
    hyphen = _HYPHEN.split(text.strip())
    if len(hyphen) == 2:
        (low_operator, low), (high_operator, high) = (_only(part) for part in hyphen)
        if low_operator or high_operator:
            raise BadPragma("an operator beside a hyphen")
        return (Interval(_lowest(low), _above(high)),)
    if len(hyphen) > 2:
        raise BadPragma("more than one hyphen")
    parts = tuple(_interval(operator, numbers) for operator, numbers in _parts(text))
    if not parts:
        raise BadPragma("no version")
    return parts


def _only(text: str) -> tuple[str, tuple[int, ...]]:
    parts = list(_parts(text))
    if len(parts) != 1:
        raise BadPragma("not one version on each side of the hyphen")
    return parts[0]


def _parts(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """Operator and the numbers up to the first wildcard, for each comparator."""
    found, position = [], 0
    while text[position:].strip():
        match = _PART.match(text, position)
        if match is None:
            raise BadPragma(f"{text[position:].strip()[:_MAX_SHOWN]!r} is not a version")
        numbers: list[int] = []
        for group in match.groups()[1:]:
            if group is None or not group.isdigit():
                break
            numbers.append(int(group))
        found.append((match.group(1) or "", tuple(numbers)))
        position = match.end()
    return found


def _lowest(numbers: tuple[int, ...]) -> Version:
    return Version(*(*numbers, 0, 0, 0)[:3])


def _above(numbers: tuple[int, ...]) -> Version:
    """The first version above all that begin with the numbers."""
    if not numbers:
        return _ENDLESS
    raised = (*numbers[:-1], numbers[-1] + 1)
    return _lowest(raised)


def _interval(operator: str, numbers: tuple[int, ...]) -> Interval:
    zero, low, above = Version(0, 0, 0), _lowest(numbers), _above(numbers)
    if operator in ("", "="):
        return Interval(low, above)
    if operator == "^":
        # The first number that is not zero must stay; where all given ones are zero, they all must.
        firm = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
        return Interval(low, _above(numbers[: firm + 1]))
    if operator == "~":
        return Interval(low, _above(numbers[:2]))
    bounds = {">=": (low, _ENDLESS), ">": (above, _ENDLESS), "<": (zero, low), "<=": (zero, above)}
    return Interval(*bounds[operator])


def _shown(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "..."


def _unreadable(pragma: Pragma, why: str) -> Finding:
    return Finding(
        rule="solidity.pragma",
        message=f"'pragma solidity {_shown(pragma.text)}' is not a range of versions: {why}.",
        fix="Write a range such as: pragma solidity ^0.8.20;",
        severity=Severity.HIGH,
        location=Location(path=pragma.path, line=pragma.line),
    )


def _impossible(pragma: Pragma, texts: Sequence[str], installed: Sequence[str]) -> Finding:
    together = f"'pragma solidity {_shown(pragma.text)}'"
    if len(texts) > 1:
        together += f" (with {_shown(' and '.join(text for text in texts if text != pragma.text))})"
    return Finding(
        rule="solidity.pragma",
        message=f"No installed compiler satisfies {together}; there are {', '.join(installed)}.",
        fix="Use a range that one of these compilers satisfies, such as: pragma solidity ^0.8.20;",
        severity=Severity.HIGH,
        location=Location(path=pragma.path, line=pragma.line),
    )


def missing(path: str, chosen: str) -> Finding:
    """The note on a file that does not say which compiler it is for."""
    return Finding(
        rule="solidity.pragma-missing",
        message=f"There is no 'pragma solidity' line; the newest compiler, {chosen}, was used.",
        fix=f"Begin the file with: pragma solidity ^{chosen};",
        severity=Severity.INFO,
        location=Location(path=path, line=1),
    )
