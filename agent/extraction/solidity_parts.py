"""Solidity code in an answer."""

from __future__ import annotations

from collections.abc import Sequence

from agent.extraction.cleaning import unescaped
from agent.extraction.fences import Block
from agent.extraction.parts import Part
from agent.extraction.solidity_source import code_in_prose, outline, without_unfinished_end

MAX_CODE_CHARS = 200_000


def solidity_parts(text: str, blocks: Sequence[Block]) -> list[Part]:
    """All Solidity in an answer; see :func:`agent.extraction.parts.chosen` for what becomes of it."""
    parts = [part for block in blocks if (part := _part(block.code, block.file_name))]
    if parts or blocks:
        return parts
    part = _part(code_in_prose(text), "")
    return [part] if part else []


def _part(code: str, file_name: str) -> Part | None:
    if len(code) > MAX_CODE_CHARS:
        return None
    code = unescaped(code)
    found = outline(code)
    if not found.names:
        return None
    cut = False
    if not found.complete:
        rest = without_unfinished_end(code)
        if rest:
            code, found, cut = rest, outline(rest), True
    tests = {name for name in found.names if name.endswith("Test") or name.startswith("Test")}
    return Part(
        code=code,
        names=found.names - tests,
        file_name=file_name,
        sound=found.complete,
        tests_only=found.names == tests,
        cut=cut,
    )
