"""What a source gives in place of a document that could not be had."""

from __future__ import annotations

from typing import NamedTuple


class Unread(NamedTuple):
    """Something of a source that could not be read; counted, and never ends a run.

    Attributes:
        reason: One of a few fixed phrases.
    """

    reason: str


class Part(NamedTuple):
    """Which part of a source is wanted: every ``of``-th item, from ``rank`` on."""

    rank: int
    of: int

    def has(self, index: int) -> bool:
        """Whether an item belongs to it."""
        return index % self.of == self.rank
