"""Source text as a syntax tree, within limits that hold for hostile text as well.

Some texts cost a Tree-sitter grammar time that grows with the square of their length (``a?a?`` in Bash, line
ends behind backslashes in Python), so its work is counted, not timed: what it reads and how often it reports.
Too much of either ends it, at the same place in every run.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath
from typing import NamedTuple

import tree_sitter
import tree_sitter_bash
import tree_sitter_c
import tree_sitter_cpp
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_python
import tree_sitter_rust
import tree_sitter_solidity
import tree_sitter_typescript
from tree_sitter import Node

MAX_BYTES = 1_000_000
_CHUNK = 1024  # bytes a read gives
# Of 465 usual files none read a byte more than 24 times or reported more than 0.017 times a byte.
_MOST_READS = 30
_MOST_REPORTS = 0.02

_GRAMMARS = {
    "bash": tree_sitter_bash.language,
    "c": tree_sitter_c.language,
    "cpp": tree_sitter_cpp.language,
    "go": tree_sitter_go.language,
    "java": tree_sitter_java.language,
    "javascript": tree_sitter_javascript.language,
    "python": tree_sitter_python.language,
    "rust": tree_sitter_rust.language,
    "solidity": tree_sitter_solidity.language,
    "tsx": tree_sitter_typescript.language_tsx,
    "typescript": tree_sitter_typescript.language_typescript,
}
LANGUAGES = frozenset(_GRAMMARS) - {"tsx"}

COMMENTS = frozenset({"comment", "line_comment", "block_comment", "html_comment"})
# What holds text of the program's: its bytes mean something, also its spaces and line ends. A heredoc begins
# behind `<<` and ends with its last line, whose own tabs count.
STRINGS = frozenset(
    {
        *("string", "concatenated_string", "template_string", "regex", "string_literal", "character_literal"),
        *("interpreted_string_literal", "raw_string_literal", "rune_literal", "char_literal"),
        *("system_lib_string", "raw_string", "ansi_c_string", "translated_string", "heredoc_redirect"),
        *("heredoc_body", "hex_string_literal", "unicode_string_literal"),
    }
)


class Source(NamedTuple):
    """A text and its tree.

    Attributes:
        language: One of :data:`LANGUAGES`.
        grammar: The grammar's name; differs from the language for TSX.
        data: UTF-8; a tree's places count bytes of it.
        root: The tree.
    """

    language: str
    grammar: str
    data: bytes
    root: Node

    def text(self, node: Node | None) -> str:
        """What a node spans; empty for no node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace") if node else ""

    @property
    def sound(self) -> bool:
        """The grammar understood all of it."""
        return not self.root.has_error


def parse(text: str, language: str, path: str = "") -> Source | None:
    """Parse a text; None where there is no grammar, or the text is too long or costs the grammar too much.

    Args:
        text: Hostile; lone surrogates are replaced.
        language: A :class:`~verifiers.domain.Language`'s value, or anything.
        path: Tells TypeScript's two grammars apart.
    """
    grammar = "tsx" if language == "typescript" and PurePosixPath(path).suffix.lower() == ".tsx" else language
    if grammar not in _GRAMMARS or len(text) > MAX_BYTES:
        return None
    data = text.encode("utf-8", "replace")
    if len(data) > MAX_BYTES:
        return None
    root = _bounded(data, _language(grammar))
    return Source(language, grammar, data, root) if root else None


def _bounded(data: bytes, language: tree_sitter.Language) -> Node | None:
    reads = 64 + _MOST_READS * (len(data) // _CHUNK + 1)
    reports = 200 + int(_MOST_REPORTS * len(data))

    def read(start: int, _point: object) -> bytes:
        nonlocal reads
        reads -= 1
        return data[start : start + _CHUNK] if reads > 0 else b""

    def stop(_place: int, _has_error: bool) -> bool:
        nonlocal reports
        reports -= 1
        return reports <= 0 or reads <= 0

    try:
        tree = tree_sitter.Parser(language).parse(read, progress_callback=stop)
    except ValueError:  # how it says that it was stopped
        return None
    return tree.root_node if reads > 0 else None


def walk(root: Node, closed: frozenset[str] = frozenset()) -> Iterator[tuple[Node, int]]:
    """A node and all below it with their depths, in the order of the source, however deep the tree is.

    Args:
        root: Where to begin; has depth 0.
        closed: Kinds of node whose inside is left out; they themselves are given.
    """
    cursor = root.walk()
    depth = 0
    while True:
        node = cursor.node
        if node is not None:
            yield node, depth
            if node.type not in closed and cursor.goto_first_child():
                depth += 1
                continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            depth -= 1


def tokens(source: Source, without: frozenset[str] = COMMENTS) -> Iterator[tuple[str, int, bytes]]:
    """What a program consists of: each leaf's kind, its depth in the tree, and its bytes.

    Strings count as leaves. Two texts with the same tokens are the same program.

    Args:
        source: The text and its tree.
        without: Kinds of node that do not count.
    """
    for node, depth in walk(source.root, STRINGS | without):
        kind = node.type
        if depth and kind not in without and (kind in STRINGS or not node.child_count):
            yield kind, depth, source.data[node.start_byte : node.end_byte]


def found(source: Source, kinds: frozenset[str], closed: frozenset[str] = frozenset()) -> list[Node]:
    """All nodes of some kinds, in order; nodes inside such nodes, or inside ``closed`` ones, are left out."""
    return [node for node, _ in walk(source.root, kinds | closed) if node.type in kinds]


@cache
def _language(grammar: str) -> tree_sitter.Language:
    with warnings.catch_warnings():
        # Solidity's package gives its grammar in the older way, as a number.
        warnings.simplefilter("ignore", DeprecationWarning)
        return tree_sitter.Language(_GRAMMARS[grammar]())
