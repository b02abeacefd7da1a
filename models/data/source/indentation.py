"""One way of writing blanks: spaces for tabs, no blanks at line ends, one kind of line end."""

from __future__ import annotations

import re
from typing import NamedTuple

from models.data.source.grammars import COMMENTS, STRINGS, Source, found, parse, tokens

_PYTHON_TAB = 8  # where Python's own tokenizer sees the next tab stop
_LEADING = re.compile(rb"[ \t]*")
_JSX = frozenset({"jsx_text"})  # its line starts mean nothing, in JSX itself either


class Indented(NamedTuple):
    """A text with its blanks in order.

    Attributes:
        text: What it became.
        lines: How many lines changed.
        reason: Why nothing was done, where something stood in the way; else empty.
    """

    text: str
    lines: int
    reason: str = ""


def normalised(text: str, language: str, path: str = "", width: int = 4) -> Indented:
    """Indent by spaces and drop blanks at line ends, without touching the program.

    Lines that begin inside a string, template or heredoc stay as they are, and so do comments over several
    lines. Carriage returns go only where every line has one: then a checkout put them there and no author. As
    for comments, the tokens are compared afterwards, in Python with their depths in the tree.

    Args:
        text: Source code; hostile.
        language: One of :data:`~models.data.source.grammars.LANGUAGES`.
        path: The file's name.
        width: Columns that a tab stands for.
    """
    unified = _one_line_end(text)
    source = parse(unified, language, path)
    if source is None:
        return Indented(text, 0, "cannot be parsed")
    if not source.sound:
        return Indented(text, 0, "has errors")
    data, changed = _rewritten(source, _tab(source, width))
    if not changed and unified == text:
        return Indented(text, 0)
    left = data.decode("utf-8", "replace")
    after = parse(left, language, path)
    if after is None or _meaning(after) != _meaning(source):
        return Indented(text, 0, "would change the program")
    return Indented(left, changed or text.count("\r\n"))


def _one_line_end(text: str) -> str:
    ends = text.count("\n")
    return text.replace("\r\n", "\n") if ends and text.count("\r\n") == ends == text.count("\r") else text


def _tab(source: Source, width: int) -> int:
    """Python allows tabs and spaces in one file where no reading of the tabs changes the blocks."""
    starts = [_blanks(line) for line in source.data.split(b"\n")]
    mixed = any(b"\t" in start for start in starts) and any(b" " in start for start in starts)
    return _PYTHON_TAB if source.language == "python" and mixed else width


def _rewritten(source: Source, tab: int) -> tuple[bytes, int]:
    held = _held(source)
    out: list[bytes] = []
    changed = at = place = 0
    for line in source.data.split(b"\n"):
        end = at + len(line)
        while place < len(held) and held[place][1] <= at:
            place += 1
        new = line
        if not (place < len(held) and held[place][0] < at):  # the line does not begin in a string
            start = _blanks(line)
            new = start.expandtabs(tab) + line[len(start) :]
        last = place
        while last < len(held) and held[last][1] <= end:
            last += 1
        if not (last < len(held) and held[last][0] <= end):  # nor does it end in one
            stripped = new.rstrip(b" \t")
            new = (
                new if stripped.endswith(b"\\") else stripped
            )  # a blank behind a backslash changes what it is
        changed += new != line
        out.append(new)
        at = end + 1
    return b"\n".join(out), changed


def _held(source: Source) -> list[tuple[int, int]]:
    """Where bytes stay: strings, and comments over several lines."""
    return [
        (node.start_byte, node.end_byte)
        for node in found(source, STRINGS | COMMENTS)
        if _holds(node.type, source.data[node.start_byte : node.end_byte])
    ]


def _holds(kind: str, text: bytes) -> bool:
    return kind in STRINGS or b"\n" in text.rstrip(b"\n")


def _blanks(line: bytes) -> bytes:
    found = _LEADING.match(line)
    return found[0] if found else b""


def _meaning(source: Source) -> list[tuple[str, int, bytes]]:
    return [
        (
            kind,
            depth if source.language == "python" else 0,
            text.strip() if kind in _JSX else _lines(kind, text),
        )
        for kind, depth, text in tokens(source)
    ]


def _lines(kind: str, text: bytes) -> bytes:
    """What is no string may span lines in some grammars: a macro's body, a line's end."""
    return text if kind in STRINGS else b" ".join(text.split())
