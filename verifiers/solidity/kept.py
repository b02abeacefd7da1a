"""Answers that are kept by what was asked, up to so many bytes of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Those that were asked for the longest ago go first. Safe to use from several threads.

    Only what is the same whenever it is made belongs here, and only under a key that holds all that it was
    made from: whoever asks next may be somebody else.

    Args:
        most_bytes: Of all that is kept together; what is bigger than that alone is not kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._rows: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> T | None:
        """What is kept under a key; None if nothing is."""
        with self._lock:
            if key not in self._rows:
                return None
            self._rows.move_to_end(key)
            return self._rows[key][0]

    def put(self, key: str, value: T, size: int) -> None:
        """Keep something.

        Args:
            key: A digest.
            value: Not to be changed any more.
            size: Its bytes.
        """
        with self._lock:
            self._bytes -= self._rows.pop(key, (None, 0))[1]
            if size > self._most_bytes:
                return
            self._rows[key] = value, size
            self._bytes += size
            while self._bytes > self._most_bytes:
                _, (_, freed) = self._rows.popitem(last=False)
                self._bytes -= freed
