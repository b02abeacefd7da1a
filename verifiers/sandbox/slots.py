"""Back-pressure: so many at a time, in the order in which they came, and no wait without an end."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakSet

from verifiers.errors import SandboxUnavailable

_all: WeakSet[Slots] = WeakSet()


@dataclass(frozen=True)
class Load:
    """How busy this process's slots are, taken together.

    Attributes:
        most: Slots in all.
        taken: Slots that are held.
        waiting: Runs that wait for some.
    """

    most: int = 0
    taken: int = 0
    waiting: int = 0


def load() -> Load:
    """The load of this moment, for metrics."""
    seen = [slots.load for slots in tuple(_all)]
    return Load(
        most=sum(each.most for each in seen),
        taken=sum(each.taken for each in seen),
        waiting=sum(each.waiting for each in seen),
    )


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
        _all.add(self)

    @property
    def load(self) -> Load:
        """How busy they are."""
        with self._changed:
            return Load(most=self._most, taken=self._most - self._free, waiting=len(self._queue))

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
