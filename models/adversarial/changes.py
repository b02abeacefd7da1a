"""Which parts of two answers to one prompt differ: what makes the one secure and the other not."""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

_TOKEN = re.compile(r"\w+|[^\w\s]|\s+")
_MOST_TOKENS = 1_500  # difflib takes time of the third power: half a minute where only blanks are alike


class Changes(NamedTuple):
    """Ranges of characters, (start, end), in which two texts differ; whitespace at their ends left out.

    Attributes:
        chosen: In the one.
        rejected: In the other; empty where something was only put in.
        share: Of both texts' characters, how many lie in these ranges: 0 for equal texts, up to 1.
    """

    chosen: tuple[tuple[int, int], ...]
    rejected: tuple[tuple[int, int], ...]
    share: float


def changes(chosen: str, rejected: str) -> Changes:
    """Compare two texts word by word, as SVEN and SafeCoder mask code (see :mod:`.objective`).

    Words and signs, not a tokenizer's pieces, so that one pair of rows serves every model; the ranges come to
    cover whole pieces later. Texts of more than 1,500 words, signs and blanks count as wholly changed.
    """
    first, second = _tokens(chosen), _tokens(rejected)
    if max(len(first), len(second)) > _MOST_TOKENS:
        return Changes(((0, len(chosen)),), ((0, len(rejected)),), 1.0)
    ours: list[tuple[int, int]] = []
    theirs: list[tuple[int, int]] = []
    matcher = difflib.SequenceMatcher(
        None, [text for text, _ in first], [text for text, _ in second], autojunk=False
    )
    for tag, begin, end, other_begin, other_end in matcher.get_opcodes():
        if tag != "equal":
            ours += _range(first, begin, end)
            theirs += _range(second, other_begin, other_end)
    changed = sum(end - begin for begin, end in (*ours, *theirs))
    return Changes(tuple(ours), tuple(theirs), changed / max(len(chosen) + len(rejected), 1))


def _tokens(text: str) -> list[tuple[str, int]]:
    """Words, signs and blanks with the places where they begin."""
    return [(found.group(), found.start()) for found in _TOKEN.finditer(text)]


def _range(tokens: list[tuple[str, int]], begin: int, end: int) -> list[tuple[int, int]]:
    while begin < end and tokens[begin][0].isspace():
        begin += 1
    while end > begin and tokens[end - 1][0].isspace():
        end -= 1
    if begin == end:
        return []
    text, start = tokens[end - 1]
    return [(tokens[begin][1], start + len(text))]
