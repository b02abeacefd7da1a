"""Fenced blocks of a Markdown text, in one pass over its lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPENING = re.compile(r"[ \t]*(?:>[ \t]?)?(`{3,}|~{3,})([^`]*)")
_LONGEST_HINT = 200  # characters of a line that may name a file
_NAME = r"([A-Za-z0-9_./][A-Za-z0-9_./-]*\.[A-Za-z]{1,10})"
_NAME_IN_INFO = re.compile(_NAME)
_NAME_LINE = re.compile(
    r"(?:#+|//|/\*|<!--|[-*]|\d+\.)?\s*(?:\*\*|`|__)*\s*(?:file(?:\s?name)?|path)?\s*:?\s*[`*\"']*"
    + _NAME
    + r"[`*\"']*\s*:?\s*[`*]*\s*(?:\*/|-->)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        tag: The language tag in lower case, or empty.
        code: What stands between the fences.
        file_name: The file name that the answer gives for it, or empty.
        closed: Whether the closing fence was there.
    """

    tag: str
    code: str
    file_name: str = ""
    closed: bool = True


def fenced_blocks(text: str) -> list[Block]:
    """All fenced blocks, in order; three or more backticks or tildes, at any indentation."""
    blocks: list[Block] = []
    fence = ""
    info = hint = before = ""
    content: list[str] = []
    for line in text.split("\n"):
        if fence:
            if _closes(line, fence):
                blocks.append(_block(info, content, hint, closed=True))
                fence, before = "", ""
            else:
                content.append(line)
            continue
        opening = _OPENING.fullmatch(line) if len(line) <= _LONGEST_HINT else None
        if opening:
            fence, info, hint, content = opening.group(1), opening.group(2).strip(), before, []
        elif line.strip():
            before = line.strip()
    if fence:
        blocks.append(_block(info, content, hint, closed=False))
    return blocks


def named_file(line: str) -> str:
    """The file name, where a line (``# app.py``, ``**app.py**``, ``File: app.py``) is nothing else."""
    match = _NAME_LINE.fullmatch(line.strip()) if len(line) <= _LONGEST_HINT else None
    return match.group(1) if match else ""


def _closes(line: str, fence: str) -> bool:
    bare = line.strip().removeprefix("> ").strip()
    return len(bare) >= len(fence) and bare == fence[0] * len(bare)


def _block(info: str, content: list[str], hint: str, *, closed: bool) -> Block:
    tag = re.split(r"[\s:{,]", info, maxsplit=1)[0].lower()
    in_info = _NAME_IN_INFO.search(info)
    first = next((line for line in content if line.strip()), "")
    name = in_info.group(1) if in_info else named_file(hint)
    if not name and first.lstrip().startswith(("#", "//", "/*")):
        name = named_file(first)
    return Block(tag=tag, code=_unquoted(content), file_name=name, closed=closed)


def _unquoted(content: list[str]) -> str:
    """The lines, without the ``>`` of a Markdown quotation where every line has one."""
    filled = [line for line in content if line.strip()]
    if filled and all(line.startswith(">") and not line.startswith(">>>") for line in filled):
        content = [line[2:] if line.startswith("> ") else line[1:] for line in content]
    return "\n".join(content)
