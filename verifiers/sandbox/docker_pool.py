"""Clean containers that are started before anybody asks for them. None is ever used twice.

Making a container takes an engine a third of a second or more, most of it before a program could run. What
waits here has run nothing but our own first program, which waits for its text.
"""

from __future__ import annotations

import os
import queue
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.docker_container import Recipe, Waiting
from verifiers.sandbox.running import in_thread

_HANDS = 2  # threads that start and remove in the background; more only make the engine busier
_USES = 2  # of a recipe, from which on it is worth having containers ready
_MAX_RECIPES = 256  # whose uses are counted


class Pool:
    """Waiting containers by recipe.

    Args:
        make: Makes one.
        discard: Takes one away; never raises.
        spare: Wait for one recipe at most; 0 for none.
        most_spare: Wait in all. Those of the recipe that was not asked for the longest go first.
    """

    def __init__(
        self,
        make: Callable[[Recipe], Waiting],
        discard: Callable[[Waiting], None],
        spare: int,
        most_spare: int,
    ) -> None:
        self._make = make
        self._discard = discard
        self._spare = min(spare, most_spare)
        self._most_spare = most_spare
        self._ready: OrderedDict[Recipe, list[Waiting]] = OrderedDict()
        self._on_the_way: Counter[Recipe] = Counter()
        self._uses: OrderedDict[Recipe, int] = OrderedDict()
        self._lock = threading.Lock()
        self._closed = False
        self._owner = os.getpid()
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._hands: list[threading.Thread] = []

    def take(self, recipe: Recipe) -> Waiting:
        """One container, which nobody else gets; made now if none waits.

        Raises:
            SandboxUnavailable: none can be made.
        """
        while True:
            with self._lock:
                self._be_own()
                self._count_use(recipe)
                waiting = self._ready[recipe].pop(0) if self._ready.get(recipe) else None
            if waiting is None:
                return self._make(recipe)
            if waiting.is_alive():
                return waiting
            self.later(partial(self._discard, waiting))

    def start_ahead(self, recipe: Recipe) -> None:
        """Have containers ready for a recipe that is used again and again; returns at once."""
        with self._lock:
            if self._closed or self._uses.get(recipe, 0) < _USES:
                return
            missing = self._spare - len(self._ready.get(recipe, ())) - self._on_the_way[recipe]
            self._on_the_way[recipe] += max(0, missing)
        for _ in range(missing):
            self.later(partial(self._add, recipe))

    def later(self, work: Callable[[], None]) -> None:
        """Do something in the background; at once if there is no background any more."""
        with self._lock:
            if not self._closed:
                if not self._hands:
                    self._hands = [in_thread(self._serve, f"containers-{hand}") for hand in range(_HANDS)]
                self._work.put(work)
                return
        work()

    def close(self) -> None:
        """Finish what is under way and take away what waits; idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        for _ in self._hands:
            self._work.put(None)
        for hand in self._hands:
            hand.join()
        for waiting in self._take_all():
            self._discard(waiting)

    def waiting(self) -> int:
        """How many wait."""
        with self._lock:
            return sum(map(len, self._ready.values()))

    def _be_own(self) -> None:
        """In a fork of the process that made it, leave to that process what is its own."""
        if self._owner != os.getpid():
            self._owner = os.getpid()
            self._ready.clear()
            self._on_the_way.clear()
            self._work, self._hands = queue.SimpleQueue(), []

    def _count_use(self, recipe: Recipe) -> None:
        self._uses[recipe] = self._uses.pop(recipe, 0) + 1
        if len(self._uses) > _MAX_RECIPES:
            self._uses.popitem(last=False)
        if recipe in self._ready:
            self._ready.move_to_end(recipe)

    def _add(self, recipe: Recipe) -> None:
        waiting = None
        try:
            if not self._closed:
                with suppress(SandboxUnavailable):  # who asks for one is told why
                    waiting = self._make(recipe)
        finally:
            with self._lock:
                self._on_the_way[recipe] -= 1
        if waiting is None:
            return
        with self._lock:
            self._ready.setdefault(recipe, []).append(waiting)
            too_many = self._overflow()
        for old in too_many:
            self._discard(old)

    def _overflow(self) -> list[Waiting]:
        found: list[Waiting] = []
        over = sum(map(len, self._ready.values())) - self._most_spare
        while over > len(found):
            recipe, waiting = next(iter(self._ready.items()))
            if waiting:
                found.append(waiting.pop(0))
            if not waiting:
                del self._ready[recipe]
        return found

    def _take_all(self) -> list[Waiting]:
        with self._lock:
            found = [waiting for row in self._ready.values() for waiting in row]
            self._ready.clear()
            return found

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            work()
