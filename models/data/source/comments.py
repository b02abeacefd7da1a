"""Taking comments out that teach a model nothing, without touching the program."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from tree_sitter import Node

from models.data.source.comment_kinds import CommentKind, kind_of, stands_alone
from models.data.source.grammars import COMMENTS, STRINGS, Source, found, parse, tokens, walk

NOISE = (
    CommentKind.EMPTY,
    CommentKind.TOOLING,
    CommentKind.LICENSE,
    CommentKind.CODE,
    CommentKind.TODO,
    CommentKind.BANNER,
)

_C_IMPORT = re.compile(rb'import\s+"C"')
_NEAR = 256  # bytes of a line that are looked at first: it may be long, with a comment every few bytes
# Their strings end with their line, so that what the grammar did not understand ends there, too.
_LOCAL_FAULTS = ("c", "cpp", "solidity")


class Cleaned(NamedTuple):
    """A text without some of its comments.

    Attributes:
        text: What is left.
        removed: How many comments of each kind are gone.
        reason: Why nothing was done, where something stood in the way; else empty.
    """

    text: str
    removed: Counter[CommentKind]
    reason: str = ""


class _Block(NamedTuple):
    start: int
    end: int
    alone: bool  # nothing else stands on its lines
    kind: CommentKind


def without_comments(
    text: str, language: str, path: str = "", remove: Collection[CommentKind] = NOISE
) -> Cleaned:
    """Take comments of some kinds out.

    The program stays the same: its tokens are compared afterwards, and where one differs nothing is changed.
    Strings, templates and heredocs keep their bytes, and what looks like a comment in them is none.
    Directives stay, whatever ``remove`` says.

    Args:
        text: Source code; hostile.
        language: One of :data:`~models.data.source.grammars.LANGUAGES`.
        path: The file's name.
        remove: What goes.
    """
    source = parse(text, language, path)
    if source is None or (b"\xef\xbf\xbd" in source.data and "\ufffd" not in text):
        return Cleaned(text, Counter(), "cannot be parsed")
    if not source.sound and language not in _LOCAL_FAULTS:
        return Cleaned(text, Counter(), "has errors")
    wanted = frozenset(remove) - {CommentKind.DIRECTIVE}
    going = [block for block in _blocks(source) if block.kind in wanted]
    if not going:
        return Cleaned(text, Counter())
    left = _cut(source.data, going).decode("utf-8", "replace")
    after = parse(left, language, path)
    if after is None or list(tokens(after)) != list(tokens(source)):
        return Cleaned(text, Counter(), "would change the program")
    return Cleaned(left, Counter(block.kind for block in going))


def _blocks(source: Source) -> list[_Block]:
    nodes = found(source, COMMENTS, closed=STRINGS)
    faults = _fault_lines(source)
    blocks = []
    for group in _grouped(source, nodes):
        start, end = group[0].start_byte, _end(source, group[-1])
        rows = range(group[0].start_point.row - 1, group[-1].end_point.row + 2)
        if faults and any(row in faults for row in rows):
            continue
        text = source.data[start:end].decode("utf-8", "replace")
        alone = _before(source.data, start) is not None and _ends(source.data, end)
        kind = kind_of(text, source.language, documents=alone and _documents(source, end))
        if _feeds_cgo(source, end):
            kind = CommentKind.DIRECTIVE
        blocks.append(_Block(start, end, alone, kind))
    return blocks


def _grouped(source: Source, nodes: Sequence[Node]) -> list[list[Node]]:
    """One-line comments below each other in the same column are one comment."""
    groups: list[list[Node]] = []
    for node in nodes:
        last = groups[-1][-1] if groups else None
        if (
            last is not None
            and node.start_point.column == last.start_point.column
            and node.start_point.row == last.start_point.row + 1
            and _mark(source, node) == _mark(source, last) != b""
            and _before(source.data, node.start_byte) is not None
            and _before(source.data, groups[-1][0].start_byte) is not None
            and not stands_alone(source.text(last))
            and not stands_alone(source.text(node))
        ):
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups


def _mark(source: Source, node: Node) -> bytes:
    """What a one-line comment begins with; empty for another. Documentation differs from what is none."""
    found = re.match(rb"#|//[/!]?", source.data[node.start_byte : node.start_byte + 3])
    return found[0] if found else b""


def _end(source: Source, node: Node) -> int:
    """Without the line end that some grammars count in."""
    end = node.end_byte
    while end > node.start_byte and source.data[end - 1] in b"\r\n":
        end -= 1
    return end


def _before(data: bytes, start: int) -> int | None:
    """Where the line begins if only blanks stand before a place in it."""
    if data[max(data.rfind(b"\n", max(0, start - _NEAR), start) + 1, start - _NEAR) : start].strip():
        return None
    line = data.rfind(b"\n", 0, start) + 1
    return line if not data[line:start].strip() else None


def _ends(data: bytes, end: int) -> bool:
    """Whether only blanks stand behind a place in its line."""
    near = data[end : end + _NEAR].partition(b"\n")[0]
    return not near.strip() and not data[end : _line_end(data, end)].strip()


def _documents(source: Source, end: int) -> bool:
    """In Go what stands right above a declaration documents it."""
    if source.language != "go":
        return False
    return bool(re.match(rb"\r?\n[ \t]*(?:func|type|var|const|package)\b", source.data[end : end + 80]))


def _feeds_cgo(source: Source, end: int) -> bool:
    """In Go the comment above ``import "C"`` is compiled."""
    return source.language == "go" and bool(_C_IMPORT.match(source.data[end : end + 80].lstrip()))


def _fault_lines(source: Source) -> frozenset[int]:
    """The lines that the grammar did not understand."""
    if source.sound:
        return frozenset()
    rows: set[int] = set()
    for node, _ in walk(source.root):
        if node.is_error or node.is_missing:
            rows.update(range(node.start_point.row, node.end_point.row + 1))
    if b'R"' in source.data:  # a string over several lines may be what it stumbled over
        rows.update(range(source.root.end_point.row + 1))
    return frozenset(rows)


def _cut(data: bytes, blocks: Sequence[_Block]) -> bytes:
    parts: list[bytes] = []
    at = 0
    for block in blocks:
        start, end = block.start, block.end
        gap = b""
        if block.alone:
            start = data.rfind(b"\n", 0, start) + 1
            newline = data.find(b"\n", end)
            end = newline + 1 if newline >= 0 else len(data)
            end, start = _without_blank_lines(data, start, end)
        elif _ends(data, end):  # behind code
            start = len(data[:start].rstrip(b" \t")) if start - at < 500 else start
            gap = b"\n" if b"\n" in data[block.start : block.end] and end >= len(data) else b""
        else:  # in the middle of a line: what it kept apart stays apart
            gap = b"\n" if b"\n" in data[block.start : block.end] else b" "
        parts += [data[at : max(at, start)], gap]
        at = max(at, end)
    parts.append(data[at:])
    return b"".join(parts)


def _without_blank_lines(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The end and start of a removed block, so that not two empty lines are left where one was on each side.

    At the start of a file none is left.
    """
    before_blank = start == 0 or data[max(0, start - 2) : start] in (b"\n\n", b"\n")
    while before_blank and end < len(data):
        line = data[end : _line_end(data, end) + 1]
        if line.strip() or not line:
            break
        end += len(line)
    return end, start


def _line_end(data: bytes, at: int) -> int:
    newline = data.find(b"\n", at)
    return newline if newline >= 0 else len(data)
