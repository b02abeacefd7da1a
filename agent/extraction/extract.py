"""From a model's answer to files. Never raises, whatever the answer is, and takes linear time."""

from __future__ import annotations

import functools
import re
from enum import StrEnum

from agent.extraction.cleaning import MAX_ANSWER_CHARS, clean
from agent.extraction.fences import Block, fenced_blocks
from agent.extraction.parts import Part, chosen, files_of
from agent.extraction.python_parts import finished, python_parts
from agent.extraction.python_source import MAX_CODE_CHARS
from agent.extraction.shapes import SHAPES
from agent.extraction.solidity_parts import solidity_parts
from agent.extraction.solidity_source import joined
from agent.extraction.source_parts import source_parts
from agent.extraction.wanted import Wanted
from verifiers.domain import Language, SourceFile, Value

_REFUSAL = re.compile(
    r"\b(?:I(?:'m| am) (?:very |really )?(?:sorry|unable)"
    r"|I (?:can(?:'t|not| not)|won't|will not|must decline)"
    r"|(?:cannot|can't|unable to) (?:help|assist|fulfil|comply|provide)|as an AI)\b",
    re.IGNORECASE,
)
_MOST_BLOCKS = 100
_REFUSAL_WITHIN = 300  # characters from the start


class Found(StrEnum):
    """What an answer turned out to be."""

    FILES = "files"
    NOTHING = "nothing"
    REFUSAL = "refusal"


class Extraction(Value):
    """What was found in an answer.

    Attributes:
        found: Files, nothing usable, or a refusal.
        files: The files; at least one where ``found`` says so.
        reason: One sentence, for nothing and for a refusal.
        truncated: The answer was cut off; files then hold what was complete.
    """

    found: Found
    files: tuple[SourceFile, ...] = ()
    reason: str = ""
    truncated: bool = False


def extract(text: str, wanted: Wanted, finish_reason: str = "stop") -> Extraction:
    """Take the code out of an answer.

    Args:
        text: The answer; hostile.
        wanted: What the task expects.
        finish_reason: ``length`` says that the answer was cut off, ``refusal`` that the provider declined.
    """
    if finish_reason == "refusal":
        return Extraction(found=Found.REFUSAL, reason="The provider declined to answer.")
    cleaned, too_long = clean(text)
    truncated = too_long or finish_reason == "length"
    parts = chosen(_parts(cleaned, _blocks(cleaned), wanted, truncated=truncated), wanted)
    if truncated and any(part.cut or not part.sound for part in parts) and not _covers(parts, wanted):
        return _nothing("The answer was cut off before the code was complete.", truncated=True)
    files = files_of(parts, wanted, functools.partial(_joined, wanted=wanted))
    if files:
        return Extraction(found=Found.FILES, files=files, truncated=truncated)
    return _explain(cleaned, truncated=truncated)


def _blocks(text: str) -> list[Block]:
    """Fenced blocks, with those inside a fenced Markdown document in its place."""
    found: list[Block] = []
    for block in fenced_blocks(text):
        inner = fenced_blocks(block.code) if block.tag in ("markdown", "md") else []
        found.extend(inner or [block])
    return found[-_MOST_BLOCKS:]  # later ones win, so if any are to go it is the first


def _parts(text: str, blocks: list[Block], wanted: Wanted, *, truncated: bool) -> list[Part]:
    if wanted.language is Language.SOLIDITY:
        return solidity_parts(text, blocks)
    if wanted.language in SHAPES:
        return source_parts(text, blocks, wanted.language)
    return python_parts(text, blocks, wanted, truncated=truncated)


def _joined(codes: list[str], wanted: Wanted) -> str:
    if wanted.language is Language.SOLIDITY:
        return joined(codes)
    code = "\n\n\n".join(code.strip("\n") for code in codes)
    return finished(code, wanted) if wanted.language is Language.PYTHON else code


def _covers(parts: list[Part], wanted: Wanted) -> bool:
    """Whether the sound parts hold something of what is wanted."""
    names = {name for part in parts if part.sound for name in part.names}
    return bool(names & wanted.names if wanted.names else names)


def _explain(text: str, *, truncated: bool) -> Extraction:
    if not text.strip():
        return _nothing("The answer is empty.", truncated=truncated)
    if len(text) >= MAX_ANSWER_CHARS or len(text) > MAX_CODE_CHARS:
        return _nothing(f"The answer is too long: {len(text):,} characters and no code.", truncated=truncated)
    if _REFUSAL.search(text[:_REFUSAL_WITHIN].replace("\u2019", "'")):
        return Extraction(found=Found.REFUSAL, reason="The model declined to answer.")
    if truncated:
        return _nothing("The answer was cut off before the code was complete.", truncated=True)
    return _nothing("There is no code in the answer.", truncated=False)


def _nothing(reason: str, *, truncated: bool) -> Extraction:
    return Extraction(found=Found.NOTHING, reason=reason, truncated=truncated)
