"""Programs that are started before anybody asks for them. None is ever used twice.

What waits here is a job like any other, in a sandbox of its own, that has read nothing yet: its program is
the caller's own until it reads its stdin. Whoever takes it feeds it, waits for its end, and is the only one
that it ever hears of.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from verifiers.errors import AcrisolError
from verifiers.sandbox.protocol import Job
from verifiers.sandbox.running import Running, in_thread

_SPARE = 3  # wait for one kind of job at most: an audit with attacks compiles three times
_MOST_SPARE = 4  # wait in all; each is a process that holds what it has loaded
_IDLE_S = 300.0  # after which what nobody asks for is ended, for the memory that it holds
_MAX_STILLBORN = 3  # of one kind, before it is given up
_LATER_S = 1.0  # see StartedAhead.take

Key = tuple[object, ...]


class Waiting(Running, Protocol):
    """A started job whose wall-clock time counts from its :meth:`wait` on."""

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        ...

    def allow(self, wall_s: float) -> None:
        """Set the wall-clock limit; before :meth:`wait`."""
        ...


@dataclass
class _Row:
    """One kind of job.

    Attributes:
        job: What is started.
        uses: How often it was asked for.
        used_at: When, the last time; monotonic.
        ready: What waits.
        due: When the next ones are to be started; monotonic.
        stillborn: How many in a row had ended before anybody wanted them.
    """

    job: Job
    uses: int = 0
    used_at: float = 0.0
    ready: list[Waiting] = field(default_factory=list)
    due: list[float] = field(default_factory=list)
    stillborn: int = 0


class StartedAhead:
    """Programs that wait for their stdin, by kind of job.

    Args:
        start: Starts a job.
        spare: Wait for one kind at most.
        most_spare: Wait in all. Those of the kind that was not asked for the longest go first.
        idle_s: Seconds after which a kind that nobody asks for is given up.
        later_s: Seconds from the taking of one to the start of the next.
    """

    def __init__(
        self,
        start: Callable[[Job], Waiting],
        spare: int = _SPARE,
        most_spare: int = _MOST_SPARE,
        idle_s: float = _IDLE_S,
        later_s: float = _LATER_S,
    ) -> None:
        self._start = start
        self._spare = min(spare, most_spare)
        self._most_spare = most_spare
        self._idle_s = idle_s
        self._later_s = later_s
        self._begin()

    def _begin(self) -> None:
        self._owner = os.getpid()
        self._rows: OrderedDict[Key, _Row] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False
        self._hand: threading.Thread | None = None

    def take(self, job: Job) -> Waiting | None:
        """The program that waits for a job of this kind, which nobody else gets; None if none does.

        The next is started at once where there was none, because who asks once is likely to ask again;
        otherwise a little later, so that it does not take the processor from what is done with this one.
        """
        if job.ahead is None:
            return None
        self._be_own()
        with self._changed:
            if self._closed:
                return None
            row = self._rows.setdefault(_kind(job), _Row(_template(job)))
            self._rows.move_to_end(_kind(job))
            now = row.used_at = time.monotonic()
            row.uses += 1
            found = _first_alive(row)
            wanted = min(row.uses, self._spare) - len(row.ready) - len(row.due)
            if row.stillborn >= _MAX_STILLBORN:
                wanted = 0
            row.due += [now + (self._later_s if found else 0.0)] * max(0, wanted)
            if self._hand is None:
                # bubblewrap dies with the thread that started it, so that there is one that stays.
                self._hand = in_thread(self._serve, "started-ahead")
            self._changed.notify_all()
        if found:
            found.allow(job.limits.wall_s)
        return found

    def waiting(self) -> int:
        """How many wait."""
        with self._changed:
            return sum(len(row.ready) for row in self._rows.values())

    def close(self) -> None:
        """End what waits; idempotent. What was taken and still runs ends, too."""
        if self._owner != os.getpid():
            return
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            hand = self._hand
        if hand:
            hand.join()

    def _be_own(self) -> None:
        """In a fork of the process that started them, leave to that process what is its own."""
        if self._owner != os.getpid():
            inherited = [waiting for row in self._rows.values() for waiting in row.ready]
            self._begin()
            for waiting in inherited:
                waiting.release()

    def _serve(self) -> None:
        while True:
            with self._changed:
                row, old = self._next()
                closed = self._closed
            for waiting in old:
                _discard(waiting)
            if closed:
                return
            if row:
                self._add(row)

    def _next(self) -> tuple[_Row | None, list[Waiting]]:
        """The kind that one is to be started of now, and what is to be ended; waits until there is either."""
        while not self._closed:
            now = time.monotonic()
            old = self._idle(now)
            for row in self._rows.values():
                if row.due and row.due[0] <= now:
                    del row.due[0]
                    return row, old
            if old:
                return None, old
            times = [min(row.due, default=row.used_at + self._idle_s) for row in self._rows.values()]
            self._changed.wait(min(times) - now if times else None)
        found = [waiting for row in self._rows.values() for waiting in row.ready]
        self._rows.clear()
        return None, found

    def _idle(self, now: float) -> list[Waiting]:
        found: list[Waiting] = []
        for key, row in list(self._rows.items()):
            if row.used_at + self._idle_s <= now:
                found += row.ready
                del self._rows[key]
        return found

    def _add(self, row: _Row) -> None:
        try:
            waiting = self._start(row.job)
        except AcrisolError:  # who asks for one is told why
            return
        with self._changed:
            row.ready.append(waiting)
            old = self._overflow()
        for each in old:
            _discard(each)

    def _overflow(self) -> list[Waiting]:
        found: list[Waiting] = []
        over = sum(len(row.ready) for row in self._rows.values()) - self._most_spare
        for row in self._rows.values():
            while row.ready and len(found) < over:
                found.append(row.ready.pop(0))
        return found


def _first_alive(row: _Row) -> Waiting | None:
    while row.ready:
        waiting = row.ready.pop(0)
        if waiting.is_alive():
            row.stillborn = 0
            return waiting
        row.stillborn += 1
        _discard(waiting)
    return None


def _template(job: Job) -> Job:
    """What is started for a job: the same without what is its own."""
    return job.model_copy(update={"argv": job.ahead, "ahead": None, "stdin": b""})


def _kind(job: Job) -> Key:
    """What two jobs have in common that one waiting program can serve: all but stdin and wall-clock time."""
    limits = job.limits.model_dump(exclude={"wall_s"})
    return (
        job.environment,
        job.argv,
        job.ahead,
        tuple(sorted(job.env.items())),
        tuple(sorted(job.files.items())),
        tuple(sorted(limits.items())),
    )


def _discard(waiting: Waiting) -> None:
    with suppress(AcrisolError):
        waiting.kill()
        waiting.wait()
    waiting.release()
