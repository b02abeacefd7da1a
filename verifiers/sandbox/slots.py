"""Back-pressure: so many at a time, in the order in which they came, and no wait without an end."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from verifiers.errors import SandboxUnavailable


class Held:
    """Slots that one run holds; they go back when it leaves, but for those that it has handed on."""

    def __init__(self, count: int) -> None:
        self.count = count

    def hand_on(self) -> None:
        """One slot is somebody else's to give back from now on, with :meth:`Slots.give`."""
        self.count -= 1


class Slots:
    """A number of slots. Who asks for one waits until everybody that asked before has got theirs.

    Args:
        most: Slots in all.
        wait_s: Seconds that one waits before it is turned away.
    """

    def __init__(self, most: int, wait_s: float) -> None:
        self._most = most
        self._wait_s = wait_s
        self._free = most
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def take(self, count: int = 1) -> Iterator[Held]:
        """Hold slots while a run lasts.

        Args:
            count: How many, all at once, so that two halves of a pair never wait for each other.

        Raises:
            SandboxUnavailable: they were not free in time.
        """
        held = Held(self._wait_for(count))
        try:
            yield held
        finally:
            self.give(held.count)

    def give(self, count: int) -> None:
        """Give slots back."""
        if count:
            with self._changed:
                self._free += count
                self._changed.notify_all()

    def _wait_for(self, count: int) -> int:
        if count > self._most:
            raise SandboxUnavailable(
                f"A run needs {count} containers at a time, and {self._most} are allowed.",
                "Raise most_running.",
            )
        until = time.monotonic() + self._wait_s
        turn = object()
        with self._changed:
            self._queue.append(turn)
            try:
                while self._queue[0] is not turn or self._free < count:
                    left = until - time.monotonic()
                    if left <= 0:
                        raise SandboxUnavailable(
                            f"All {self._most} containers were busy for {self._wait_s:g} s.",
                            "Send fewer runs at a time, or raise most_running.",
                        )
                    self._changed.wait(left)
                self._free -= count
            finally:
                self._queue.remove(turn)
                self._changed.notify_all()
        return count
