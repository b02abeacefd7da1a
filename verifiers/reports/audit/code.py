"""Source text as HTML: coloured, numbered, and with nothing in it that a browser would obey or hide. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape
from pygments.lexer import Lexer
from pygments.lexers.solidity import SolidityLexer
from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, String, Token, _TokenType

from verifiers.audit_values import Excerpt
from verifiers.reports.text import fit

_LEXER = SolidityLexer(stripnl=False, ensurenl=False)
_LONGEST = 8_000  # characters that are coloured; the lexer is a set of regular expressions, the text hostile
_MOST_LINES = 160  # of a test's source
_MOST_CHARS = 160  # of a line in it: attacks carry bytecode
# Characters that change the order in which others are shown, or show nothing: with them source text can read
# differently from what a compiler sees ("Trojan Source").
_UNSEEN = re.compile(
    "[\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\u3164\ufeff\U000e0000-\U000e0fff]"
)
_CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "c"),
    (Keyword.Type, "t"),
    (Keyword, "k"),
    (String, "s"),
    (Number, "n"),
    (Literal, "n"),
    (Name.Entity, "e"),
    (Name.Function, "e"),
    (Operator.Word, "k"),
)


class Line:
    """One line to show.

    Args:
        number: As in the file.
        html: The line.
        marked: The finding is about it.
    """

    def __init__(self, number: int, html: Markup, marked: bool = False) -> None:
        self.number = number
        self.html = html
        self.marked = marked


def plain(text: str) -> str:
    """Text that shows all that is in it: what is unseen or unfit stands as its number."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", fit(text))


def excerpt(found: Excerpt) -> tuple[Line, ...]:
    """A finding's excerpt."""
    first, last = found.marked
    return tuple(
        Line(number, html, first <= number <= last)
        for number, html in enumerate(coloured(found.lines), start=found.first)
    )


def source(text: str) -> tuple[tuple[Line, ...], int]:
    """A test's source, and how many lines of it were left out at the end."""
    lines = [_cut(line) for line in text.strip("\n").split("\n")]
    shown = lines[:_MOST_LINES]
    numbered = tuple(Line(number, html) for number, html in enumerate(coloured(shown), start=1))
    return numbered, len(lines) - len(shown)


def _cut(line: str) -> str:
    line = line.rstrip().expandtabs(4)
    if len(line) <= _MOST_CHARS:
        return line
    return f"{line[:_MOST_CHARS]} … ({len(line) - _MOST_CHARS:,} more characters)"


def coloured(lines: Sequence[str], lexer: Lexer = _LEXER, longest: int = _LONGEST) -> list[Markup]:
    """Lines of source text as HTML, one for one.

    Args:
        lines: The lines.
        lexer: Knows the language; must neither strip nor add line ends.
        longest: Characters that are coloured; longer text stays plain.
    """
    text = "\n".join(plain(line.replace("\n", " ")) for line in lines)
    if len(text) > longest:
        return [escape(line) for line in text.split("\n")]
    made: list[Markup] = [Markup()]
    for kind, value in _tokens(text, lexer):
        name = next((name for parent, name in _CLASSES if kind in parent), "")
        for place, part in enumerate(value.split("\n")):
            if place:
                made.append(Markup())
            if part:
                made[-1] += Markup('<span class="{}">{}</span>').format(name, part) if name else escape(part)
    return made


def _tokens(text: str, lexer: Lexer) -> Iterator[tuple[_TokenType, str]]:
    for kind, value in lexer.get_tokens(text):
        yield (kind if kind is not Token.Error else Token.Text), value
