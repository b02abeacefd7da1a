"""C and C++ source as syntax trees."""

from __future__ import annotations

import re
from functools import cache

import tree_sitter_c
import tree_sitter_cpp
from tree_sitter import Language, Node, Parser, Tree

_KEYWORDS = """
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t class
compl const const_cast constexpr continue decltype default delete do double dynamic_cast else enum
explicit export extern false float for friend goto if inline int long mutable namespace new noexcept
not not_eq nullptr operator or or_eq private protected public register reinterpret_cast return short
signed sizeof static static_assert static_cast struct switch template this thread_local throw true
try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq main
NDEBUG
"""
KEYWORDS = frozenset(re.findall(r"\w+", _KEYWORDS))


@cache
def _parser(c: bool) -> Parser:
    return Parser(Language(tree_sitter_c.language() if c else tree_sitter_cpp.language()))


def parse(source: str, *, c: bool) -> Tree:
    """The tree of a source; what does not parse is in it as errors."""
    return _parser(c).parse(source.encode("utf-8", "replace"))


def text_of(node: Node | None) -> str:
    """The source of a node; empty for none."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def without_comments(source: str) -> str:
    """The source with its comments as spaces, so that positions stay."""

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        return re.sub(r"[^\n]", " ", found) if found[0] == "/" else found

    return re.sub(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", blank, source, flags=re.S)
