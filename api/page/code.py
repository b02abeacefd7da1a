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

MOST_LINES = 2_000
_MOST_COLOURED = 60_000  # characters
_LONGEST_LINE = 1_000
_MOST_COMPARED = 1_500  # lines a side: comparing takes time that grows with the square
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
    files = tuple(_listing(file, found, shown, language) for file in candidate.files)
    return files, tuple(each for each in found if id(each) not in shown)


def compared(old: Candidate, new: Candidate, language: Language) -> tuple[Comparison, ...]:
    """What changed from one candidate to another, file by file; files that are equal are left out."""
    before = {file.path: file.content for file in old.files}
    after = {file.path: file.content for file in new.files}
    return tuple(
        Comparison(path, _changes(before.get(path, ""), after.get(path, ""), language))
        for path in dict.fromkeys((*after, *before))
        if before.get(path) != after.get(path)
    )


def _listing(
    file: SourceFile, found: Sequence[MergedFinding], shown: set[int], language: Language
) -> Listing:
    on_line: dict[int, list[MergedFinding]] = {}
    html = _html(file.content, language)
    for each in found:
        line = _line_in(each.finding, file.path)
        if 0 < line <= min(len(html), MOST_LINES):
            on_line.setdefault(line, []).append(each)
            shown.add(id(each))
    lines = tuple(
        Line(number, line, tuple(on_line.get(number, ())))
        for number, line in enumerate(html[:MOST_LINES], start=1)
    )
    return Listing(file.path, lines, max(0, len(html) - MOST_LINES))


def _line_in(finding: Finding, path: str) -> int:
    """The line of a file that a finding is about; 0 if it is about none."""
    if finding.location is not None and finding.location.path == path:
        return finding.location.line
    # A failed test stands in the tests; where in the code it was raised is more to the point.
    raised = _RAISED.search(finding.message)
    return int(raised.group(2)) if raised and raised.group(1) == path else 0


def _changes(old: str, new: str, language: Language) -> tuple[Change, ...] | None:
    before, after = old.splitlines(), new.splitlines()
    if max(len(before), len(after)) > _MOST_COMPARED:
        return None
    matcher = SequenceMatcher(None, before, after)
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


def _html(content: str, language: Language) -> list[Markup]:
    lines = [_cut(line.expandtabs(4)) for line in content.splitlines()]
    return coloured(lines, _lexer(language), _MOST_COLOURED) if lines else []


def _cut(line: str) -> str:
    if len(line) <= _LONGEST_LINE:
        return line
    return f"{line[:_LONGEST_LINE]} … ({len(line) - _LONGEST_LINE:,} more characters)"


@cache
def _lexer(language: Language) -> Lexer:
    return get_lexer_by_name(language.value, stripnl=False, ensurenl=False)
