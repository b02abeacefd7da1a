"""What a piece of Solidity text is, and which part of it is code."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)"""
    r"|(?P<open>\{)|(?P<close>\})|(?P<end>;)"
)
_UNIT = re.compile(
    r"^[ \t]*(?:abstract[ \t]+contract|contract|library|interface)[ \t]+([A-Za-z_$][\w$]*)[^;{}()]{0,500}\{",
    re.MULTILINE,
)
_START = re.compile(
    r"^[ \t]*(?://[ \t]*SPDX-License-Identifier|pragma[ \t]+solidity|import[ \t]+[\"'{*]"
    r"|(?:abstract[ \t]+contract|contract|library|interface)[ \t]+[A-Za-z_$][\w$]*[^;{}()\n]{0,200}(?:\{|$))",
    re.MULTILINE,
)
_SPDX = re.compile(r"^[ \t]*//[ \t]*SPDX-License-Identifier[^\n]*\n?", re.MULTILINE)


@dataclass(frozen=True)
class Outline:
    """Where the top-level parts of a text end.

    Attributes:
        names: Contracts, libraries and interfaces.
        complete: Every brace that was opened is closed again.
        last_end: Just behind the last top-level ``}`` or ``;``.
    """

    names: frozenset[str]
    complete: bool
    last_end: int


def outline(code: str) -> Outline:
    """Read the braces, passing over strings and comments; one pass."""
    depth = 0
    last_end = 0
    for token in _TOKEN.finditer(code):
        if token.lastgroup == "open":
            depth += 1
        elif token.lastgroup == "close":
            depth = max(depth - 1, 0)
        if depth == 0 and token.lastgroup in ("close", "end"):
            last_end = token.end()
    return Outline(names=frozenset(_UNIT.findall(code)), complete=depth == 0, last_end=last_end)


def code_in_prose(text: str) -> str:
    """From the first line that begins a source file to the last brace that closes one; empty if none."""
    start = _START.search(text)
    if start is None:
        return ""
    code = text[start.start() :]
    found = outline(code)
    if not found.names:
        return ""
    return code[: found.last_end] if found.complete and found.last_end else code


def without_unfinished_end(code: str) -> str:
    """Only the complete top-level parts; empty if no contract is among them."""
    kept = code[: outline(code).last_end]
    return kept if outline(kept).names else ""


def joined(parts: list[str]) -> str:
    """Several parts as one file; a second licence line would be a compiler error."""
    first, *rest = parts
    return "\n\n".join([first, *(_SPDX.sub("", part) for part in rest)])
