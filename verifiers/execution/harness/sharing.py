"""Containers that both sides hold during one call, and how a change on one side reaches the other."""

from __future__ import annotations

from operator import is_
from typing import Any

from .codec import MUTABLE, CodecError, Decoder, Encoder, Tree


def _photograph(container: Any) -> Any:
    """A shallow copy that is good enough to see a change by identity."""
    if isinstance(container, bytearray):
        return bytes(container)
    if isinstance(container, dict):
        return [part for pair in container.items() for part in pair]
    return list(container)


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, bytes):
        return bool(before == after)
    return len(before) == len(after) and all(map(is_, before, after))


class Shared:
    """The numbered containers of one call; both sides build the same table.

    Args:
        containers: In the order of their numbers.
    """

    def __init__(self, containers: list[Any]) -> None:
        self.table = list(containers)
        self._photos = [self._photo(container) for container in containers]

    @staticmethod
    def _photo(container: Any) -> Any:
        return _photograph(container) if type(container) in MUTABLE else None

    def known(self) -> dict[int, int]:
        """``id(container)`` to its number."""
        return {id(container): number for number, container in enumerate(self.table)}

    def with_more(self, containers: list[Any]) -> Shared:
        """A table for a call within this one: the same containers and some more."""
        wider = Shared([])
        wider.table = self.table + containers
        wider._photos = self._photos + [self._photo(container) for container in containers]
        return wider

    def changes(self, encoder: Encoder) -> list[Tree]:
        """What the containers hold now, for those that have changed since the last look."""
        changed: list[Tree] = []
        for number, container in enumerate(self.table):
            photo = self._photos[number]
            if photo is None:
                continue
            now = _photograph(container)
            if not _same(photo, now):
                self._photos[number] = now
                changed.append([number, encoder.contents(container)])
        return changed

    def apply(self, decoder: Decoder, changed: Tree) -> None:
        """Bring the other side's changes into the same objects.

        Raises:
            CodecError: they are malformed.
        """
        if type(changed) is not list:
            raise CodecError("changes that are no list")
        for change in changed:
            if type(change) is not list or len(change) != 2 or type(change[1]) is not list:
                raise CodecError("a malformed change")
            number, trees = change
            if type(number) is not int or not 0 <= number < len(self.table):
                raise CodecError("a change of an unknown container")
            decoder.fill(self.table[number], trees)
            self._photos[number] = _photograph(self.table[number])
