"""Rust's words, marks and brackets, found without a parser: what is in macros need be no program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*|\s+)"""
    r"""|(?P<text>\b[bc]?r(?P<hashes>\#*)"(?:.*?"(?P=hashes)|.*)|(?:\b[bc])?"(?:[^"\\]|\\.)*"?"""
    r"""|(?:\bb)?'(?:\\(?:u\{[\w]*\}|x[0-9A-Fa-f]{2}|.)|[^\\'])'|'[^\W\d]\w*)"""
    r"""|(?P<word>\$?(?:r\#)?[^\W\d]\w*)|(?P<number>\d\w*)"""
    r"""|(?P<mark>=>|::|->|==|<=|>=|!=|&&|\|\||\.\.[.=]?|.)""",
    re.DOTALL,
)
_COMMENT = re.compile(r"/\*|\*/")
CLOSERS = {")": "(", "]": "[", "}": "{"}
# In front of these, ``!`` is no macro's but the operator, and a bracket behind them is no call's.
KEYWORDS = frozenset(
    {
        "as",
        "async",
        "await",
        "box",
        "break",
        "const",
        "continue",
        "dyn",
        "else",
        "enum",
        "extern",
        "fn",
        "for",
    }
    | {"if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "static"}
    | {"struct", "trait", "type", "unsafe", "use", "where", "while", "yield"}
)
DECLARING = frozenset({"const", "extern", "fn", "impl", "let", "mod", "static", "trait", "unsafe", "use"})


@dataclass(frozen=True)
class RustCode:
    """Rust in pieces.

    Attributes:
        tokens: Its words and marks.
        gaps: The white space and comments before each, and after the last.
        partner: From each bracket's index to the other one's.
        live: The indices of opening brackets with a call or a declaration in them.
    """

    tokens: list[str]
    gaps: list[str]
    partner: dict[int, int]
    live: frozenset[int]

    def at(self, index: int) -> str:
        """The word or mark there; empty outside."""
        return self.tokens[index] if 0 <= index < len(self.tokens) else ""

    def joined(self, tokens: Sequence[str]) -> str:
        """The text with other words in the places of its own."""
        pieces = [piece for pair in zip(self.gaps, tokens, strict=False) for piece in pair]
        return "".join([*pieces, self.gaps[-1]])

    def inside(self, opening: int) -> list[int]:
        """The indices directly in a bracket; of brackets within it the opening ones."""
        found, index = [], opening + 1
        while index < self.partner[opening]:
            found.append(index)
            index = self.partner.get(index, index) + 1
        return found

    def is_live(self, indices: Sequence[int]) -> bool:
        """Whether something could be called or declared in these."""
        return any(
            index in self.live
            or (self.tokens[index] in DECLARING and len(indices) > 1)
            or (self.tokens[index] == "(" and is_called(self, index - 1))
            for index in indices
        )


def read_rust(text: str) -> RustCode | None:
    """The pieces of a text; None where its brackets do not fit."""
    tokens: list[str] = []
    gaps, gap = [], ""
    position = 0
    while found := _TOKEN.match(text, position):
        position = found.end()
        if found["skip"]:
            if found["skip"] == "/*":
                position = _end_of_comment(text, position)
            gap += text[found.start() : position]
            continue
        gaps.append(gap)
        gap = ""
        tokens.append(found[0])
    code = RustCode(tokens, [*gaps, gap], {}, frozenset())
    paired = _pair(code)
    return paired and RustCode(tokens, code.gaps, *paired)


def _end_of_comment(text: str, position: int) -> int:
    """Comments are in each other."""
    depth = 1
    while depth and (found := _COMMENT.search(text, position)):
        position = found.end()
        depth += 1 if found[0] == "/*" else -1
    return len(text) if depth else position


def _pair(code: RustCode) -> tuple[dict[int, int], frozenset[int]] | None:
    partner: dict[int, int] = {}
    live: set[int] = set()
    stack: list[int] = []
    for index, token in enumerate(code.tokens):
        if token in DECLARING and stack:
            live.add(stack[-1])
        if token in ("(", "[", "{"):
            if token == "(" and stack and is_called(code, index - 1):
                live.add(stack[-1])
            stack.append(index)
        elif token in CLOSERS:
            if not stack or code.tokens[stack[-1]] != CLOSERS[token]:
                return None
            opening = stack.pop()
            partner[opening], partner[index] = index, opening
            if opening in live and stack:
                live.add(stack[-1])
    return None if stack else (partner, frozenset(live))


def is_called(code: RustCode, before: int) -> bool:
    """Whether what ends here is called by a bracket behind it."""
    token = code.at(before)
    return is_word(token) or token in (">", ")", "]", "}")


def is_word(token: str) -> bool:
    """Whether it is a name, and no keyword."""
    return token.removeprefix("$").removeprefix("r#").isidentifier() and token not in KEYWORDS
