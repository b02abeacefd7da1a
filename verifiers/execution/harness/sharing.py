"""Containers that both sides hold during one call, and how a change on one side reaches the other."""

from __future__ import annotations

from operator import is_
from typing import Any

from .codec import CodecError, Decoder, Encoder, Tree
from .kinds import MUTABLE


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
        self.table = containers
        self._photos: list[Any] = []

    def look(self) -> None:
        """Remember what the containers hold; before anything can have changed them on this side."""
        for container in self.table[len(self._photos) :]:
            kind = type(container)
            photo = list(container) if kind is list else _photograph(container) if kind in MUTABLE else None
            self._photos.append(photo)

    def known(self) -> dict[int, int]:
        """``id(container)`` to its number."""
        return {id(container): number for number, container in enumerate(self.table)}

    def with_more(self, containers: list[Any]) -> Shared:
        """A table for a call within this one: the same containers and some more."""
        wider = Shared(self.table + containers)
        wider._photos = list(self._photos)
        wider.look()
        return wider

    def is_unchanged(self) -> bool:
        """Whether the containers hold what they held at the last look."""
        return all(
            photo is None or _same(photo, container if type(container) is list else _photograph(container))
            for container, photo in zip(self.table, self._photos, strict=True)
        )

    def changes(self, encoder: Encoder) -> list[Tree]:
        """What the containers hold now, for those that have changed since the last look."""
        changed: list[Tree] = []
        for number, photo in enumerate(self._photos):
            if photo is None:
                continue
            container = self.table[number]
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
            if number < len(self._photos):
                self._photos[number] = _photograph(self.table[number])
