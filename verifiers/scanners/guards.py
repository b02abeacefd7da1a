"""Python with the guards of ``match`` as ``if``, because Semgrep does not look at them.

``case y if f(y):`` is read as ``if f(y):`` and a case without a guard as ``if 1:``, inside a loop in place of
``match``. Lines keep their numbers.
"""

from __future__ import annotations

import ast
import io
import tokenize
from bisect import bisect_left
from collections.abc import Iterator

from verifiers.execution.parsing import Unparsable, parse
from verifiers.scanners import spellings

_BEFORE_A_STATEMENT = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.COMMENT}
_Edit = tuple[int, int, str]  # from, to (in characters), what is there instead


def python(text: str) -> tuple[str, ...]:
    """The text that Python takes a file for, and one with guards as ``if`` where there are any."""
    return tuple(reading for spelled in spellings.python(text) for reading in (spelled, *_without(spelled)))


def _without(text: str) -> Iterator[str]:
    if "match" not in text or "case" not in text:
        return
    try:
        tree = parse(text, "")
    except Unparsable:
        return  # scanners say so themselves
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Match)]
    if not any(case.guard for node in found for case in node.cases):
        return
    try:
        source = _Source(text)
    except (tokenize.TokenError, SyntaxError):
        yield f"{text}\nguards that cannot be read\n"  # so that the file is not taken for scanned in full
        return
    for start, end, instead in sorted((edit for node in found for edit in source.edits(node)), reverse=True):
        text = text[:start] + instead + text[end:]
    yield text


class _Source:
    """A text with its tokens, by their offset in characters."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [f"{line}\n" for line in text.split("\n")]
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self._tokens = [
            (self._starts[token.start[0] - 1] + token.start[1], token)
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
        ]
        self._offsets = [offset for offset, _ in self._tokens]

    def edits(self, node: ast.Match) -> Iterator[_Edit]:
        """What makes loops and conditions of a ``match`` and its cases."""
        start = self._at(node.lineno, node.col_offset)
        yield start, start + len("match"), "for _ in"
        for case in node.cases:
            keyword = self._before(self._at(case.pattern.lineno, case.pattern.col_offset), "case")
            if case.guard is None:
                end = self._colon(self._at(case.pattern.end_lineno, case.pattern.end_col_offset))
                yield keyword, end, self._blank("if 1", keyword, end)
            else:
                end = self._before(self._at(case.guard.lineno, case.guard.col_offset), "if") + len("if")
                yield keyword, end, self._blank("if", keyword, end)

    def _at(self, line: int | None, column: int | None) -> int:
        line = line or 1
        before = self._lines[line - 1].encode()[: column or 0]
        return self._starts[line - 1] + len(before.decode())

    def _before(self, offset: int, word: str) -> int:
        """Where the last such keyword before an offset is; ``case`` begins a statement."""
        place = bisect_left(self._offsets, offset) - 1
        while place > 0:
            token, previous = self._tokens[place][1], self._tokens[place - 1][1]
            if token.string == word and (word != "case" or previous.type in _BEFORE_A_STATEMENT):
                break
            place -= 1
        return self._offsets[place]

    def _colon(self, offset: int) -> int:
        place = bisect_left(self._offsets, offset)
        while self._tokens[place][1].string != ":":
            place += 1
        return self._offsets[place]

    def _blank(self, instead: str, start: int, end: int) -> str:
        first, *rest = self._text[start:end].split("\n")
        lines = [instead.ljust(len(first)), *(" " * len(line) for line in rest)]
        return " \\\n".join(lines)
