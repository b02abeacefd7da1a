"""Fill-in-the-middle: a text with a part taken out of it, where the syntax tree has its borders.

The format is that of Bavarian et al., "Efficient Training of Language Models to Fill in the Middle"
(arXiv:2207.14255): prefix-suffix-middle, or suffix-prefix-middle.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Literal, NamedTuple

from pydantic import model_validator

from models.data.source.grammars import COMMENTS, STRINGS, Source, walk
from verifiers.domain import Value, digest

_MOST_NODES = 20_000
_LONGEST_RUN = 3


class Sentinels(Value):
    """The tokens between the parts, as the model's tokenizer spells them; the defaults are StarCoder's.

    Attributes:
        prefix: Before what stands before the gap.
        suffix: Before what stands behind it.
        middle: Before what belongs into it.
    """

    prefix: str = "<fim_prefix>"
    suffix: str = "<fim_suffix>"
    middle: str = "<fim_middle>"

    @model_validator(mode="after")
    def _differ(self) -> Sentinels:
        if len({self.prefix, self.suffix, self.middle, ""}) != 4:
            raise ValueError("prefix, suffix and middle must be three different texts")
        return self

    def any_in(self, text: str) -> bool:
        """Whether a text holds one of them: it would be read as the border that it is not."""
        return self.prefix in text or self.suffix in text or self.middle in text


class Gap(NamedTuple):
    """A text in three parts, which joined are the text again."""

    prefix: str
    middle: str
    suffix: str


def gaps(source: Source, seed: str, count: int, least: int = 10, most: int = 2000) -> list[Gap]:
    """Take parts out of a text at the borders of its syntax tree's nodes.

    A part is one node, or some that follow each other in one parent (statements of a body). Nodes of each
    size are about equally likely, by powers of two: else nearly all would be names.

    Args:
        source: The text and its tree.
        seed: The same seed gives the same gaps for the same text.
        count: How many at most; fewer where the text has not so many places. No gap is given twice.
        least: Bytes in the middle at least.
        most: Bytes in the middle at most.
    """
    chance = random.Random(digest(f"{seed}\x00{source.data.decode('utf-8', 'replace')}"))
    by_size: dict[int, list[tuple[int, int]]] = {}
    for start, end in _places(source):
        if least <= end - start <= most:
            by_size.setdefault((end - start).bit_length(), []).append((start, end))
    chosen: list[tuple[int, int]] = []
    for _ in range(count * 3 if by_size else 0):
        span = chance.choice(by_size[chance.choice(sorted(by_size))])
        if span not in chosen and len(chosen) < count:
            chosen.append(span)
    return [_gap(source.data, start, end) for start, end in sorted(chosen)]


def _places(source: Source) -> Iterator[tuple[int, int]]:
    """Start and end, in bytes, of every named node and of up to three that follow each other."""
    for seen, (node, _) in enumerate(walk(source.root, STRINGS | COMMENTS)):
        if seen >= _MOST_NODES:
            return
        if node.type in STRINGS | COMMENTS:
            continue
        parts = node.named_children
        for number, part in enumerate(parts):
            for last in parts[number : number + _LONGEST_RUN]:
                if last.is_error or last.is_missing:
                    break
                yield part.start_byte, last.end_byte


def _gap(data: bytes, start: int, end: int) -> Gap:
    parts = (data[:start], data[start:end], data[end:])
    return Gap(*(part.decode("utf-8", "replace") for part in parts))


def joined(gap: Gap, order: Literal["psm", "spm"], sentinels: Sentinels) -> tuple[str, str]:
    """The prompt that asks for a middle, and the middle.

    Args:
        gap: The parts.
        order: ``psm``: prefix, suffix, middle. ``spm``: suffix first, so that the middle follows the prefix
            directly; its sentinels stand as in the paper's SPM variant 2.
        sentinels: The tokens between the parts.
    """
    if order == "psm":
        return f"{sentinels.prefix}{gap.prefix}{sentinels.suffix}{gap.suffix}{sentinels.middle}", gap.middle
    return f"{sentinels.prefix}{sentinels.suffix}{gap.suffix}{sentinels.middle}{gap.prefix}", gap.middle
