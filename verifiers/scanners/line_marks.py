"""C and C++ without directives that name another file or line.

Behind ``#line 5 "accepted.c"`` Cppcheck reports a weakness as one of that file, where its rule may be
accepted. What it obeys (``#line``, ``# 5``, ``#file``, ``#endfile``) becomes a pragma of the same lines.
"""

from __future__ import annotations

import re

from verifiers.scanners import spellings

# As Cppcheck's preprocessor reads, simplecpp. What is never closed goes on to the end: one pass for any text.
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))"""
    r"""|\b(?:u8|[uUL])?R"(?P<delimiter>[^(\n]*)\((?:.*?\)(?P=delimiter)"|.*)"""
    r"""|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?""",
    re.DOTALL,
)
_NOT_END = re.compile(r"[^\n]")
_BLANKS = "[\x00-\x09\x0b-\x20\ufeff]*"  # simplecpp takes control characters for spaces
_START = re.compile(rf"^{_BLANKS}(?=#)", re.MULTILINE)
_MARK = re.compile(rf"#{_BLANKS}(?:line\b|file\b|endfile\b|\d)")


def without_line_marks(text: str) -> str:
    """The text with such directives as pragmas and with joined lines joined; all lines keep their numbers."""
    text = spellings.spliced(text.replace("\r\n", "\n").replace("\r", "\n"))
    # A directive may begin behind the last line of a comment, and go on behind a comment of several lines.
    lines = _TOKEN.sub(lambda found: _NOT_END.sub(" ", found[0]) if found["comment"] else found[0], text)
    joined = _TOKEN.sub(lambda found: " " * len(found[0]) if found["comment"] else found[0], text)
    pieces, end = [], 0
    for start in _START.finditer(lines):
        if _MARK.match(joined, start.end()):
            pieces += [text[end : start.end()], "#pragma "]
            end = start.end() + 1
    return "".join([*pieces, text[end:]])
