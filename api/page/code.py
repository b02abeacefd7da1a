"""A candidate's files line by line, with what was found on each line, and what changed between two. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import NamedTuple

from markupsafe import Markup
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

from verifiers.domain import Candidate, Finding, Language, SourceFile, Verdict
from verifiers.reports.audit.code import coloured
from verifiers.reports.merge import MergedFinding, merged

MOST_LINES = 3_000  # of all files together
_MOST_COLOURED = 100_000  # characters of all files together
_LONGEST_LINE = 1_000
_MOST_COMPARED = 1_500  # lines a side, of all files together: the time to compare grows with the square
_CONTEXT = 3
_RAISED = re.compile(r"^raised in the candidate: ([^\n]{1,255}):(\d{1,7})\b", re.MULTILINE)


class Line(NamedTuple):
    """One line, with the findings that begin on it."""

    number: int
    html: Markup
    findings: tuple[MergedFinding, ...]


class Listing(NamedTuple):
    """A file as it is shown; ``left_out`` lines at its end are not."""

    path: str
    lines: tuple[Line, ...]
    left_out: int


class Change(NamedTuple):
    """One line of a comparison: ``+`` came, ``-`` went, `` `` stayed, ``@`` stands for lines left out."""

    sign: str
    old: int | None
    new: int | None
    html: Markup


class Comparison(NamedTuple):
    """What became of one file; no changes at all if it is too long to compare."""

    path: str
    changes: tuple[Change, ...] | None


def listings(
    candidate: Candidate, verdicts: Sequence[Verdict], language: Language
) -> tuple[tuple[Listing, ...], tuple[MergedFinding, ...]]:
    """The files, and the findings that belong to no line of them."""
    found = merged(verdicts)
    shown: set[int] = set()
    made: list[Listing] = []
    lines, chars = MOST_LINES, _MOST_COLOURED
    for file in candidate.files:
        made.append(_listing(file, found, shown, _html(file.content, language, chars)[:lines]))
        lines -= len(made[-1].lines)
        chars -= len(file.content)
    return tuple(made), tuple(each for each in found if id(each) not in shown)


def compared(old: Candidate, new: Candidate, language: Language) -> tuple[Comparison, ...]:
    """What changed from one candidate to another, file by file; files that are equal are left out."""
    before = {file.path: file.content for file in old.files}
    after = {file.path: file.content for file in new.files}
    made: list[Comparison] = []
    left = _MOST_COMPARED
    for path in dict.fromkeys((*after, *before)):
        one, other = before.get(path, ""), after.get(path, "")
        if one != other:
            left -= max(one.count("\n"), other.count("\n"))
            made.append(Comparison(path, _changes(one, other, language) if left > 0 else None))
    return tuple(made)


def _listing(
    file: SourceFile, found: Sequence[MergedFinding], shown: set[int], html: Sequence[Markup]
) -> Listing:
    on_line: dict[int, list[MergedFinding]] = {}
    for each in found:
        line = _line_in(each.finding, file.path)
        if 0 < line <= len(html):
            on_line.setdefault(line, []).append(each)
            shown.add(id(each))
    lines = tuple(
        Line(number, line, tuple(on_line.get(number, ()))) for number, line in enumerate(html, start=1)
    )
    return Listing(file.path, lines, len(_lines(file.content)) - len(html))


def _line_in(finding: Finding, path: str) -> int:
    """The line of a file that a finding is about; 0 if it is about none."""
    if finding.location is not None and finding.location.path == path:
        return finding.location.line
    # A failed test stands in the tests; where in the code it was raised is more to the point.
    raised = _RAISED.search(finding.message)
    return int(raised.group(2)) if raised and raised.group(1) == path else 0


def _changes(old: str, new: str, language: Language) -> tuple[Change, ...]:
    matcher = SequenceMatcher(None, _lines(old), _lines(new))
    return tuple(_rows(matcher, _html(old, language), _html(new, language)))


def _rows(matcher: SequenceMatcher[str], old: list[Markup], new: list[Markup]) -> Iterator[Change]:
    for place, group in enumerate(matcher.get_grouped_opcodes(_CONTEXT)):
        if place or group[0][1]:
            yield Change("@", None, None, Markup())
        for kind, old_from, old_to, new_from, new_to in group:
            if kind == "equal":
                for offset in range(old_to - old_from):
                    yield Change(" ", old_from + offset + 1, new_from + offset + 1, new[new_from + offset])
                continue
            for number in range(old_from, old_to):
                yield Change("-", number + 1, None, old[number])
            for number in range(new_from, new_to):
                yield Change("+", None, number + 1, new[number])


def _html(content: str, language: Language, most_coloured: int = _MOST_COLOURED) -> list[Markup]:
    lines = [_cut(line.expandtabs(4)) for line in _lines(content)]
    return coloured(lines, _lexer(language), most_coloured) if lines else []


def _lines(content: str) -> list[str]:
    # As the tools count them: other characters that end a line do not, and must not seem to.
    lines = [
        line.removesuffix("\r").replace("\r", "\N{SYMBOL FOR CARRIAGE RETURN}")
        for line in content.split("\n")
    ]
    return lines if lines[-1] else lines[:-1]


def _cut(line: str) -> str:
    if len(line) <= _LONGEST_LINE:
        return line
    return f"{line[:_LONGEST_LINE]} … ({len(line) - _LONGEST_LINE:,} more characters)"


@cache
def _lexer(language: Language) -> Lexer:
    return get_lexer_by_name(language.value, stripnl=False, ensurenl=False)
