"""Ending work in another thread that nobody waits for any more.

A thread cannot be ended from outside. What it waits for can: the sandbox that it started is killed, the
request that it sent is broken off, and the wait then ends by :class:`NoLongerWanted` instead of a result that
would say something about the candidate.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LOG = logging.getLogger(__name__)
_CURRENT: ContextVar[Stop | None] = ContextVar("acrisol_stop", default=None)


class NoLongerWanted(BaseException):
    """The work was stopped. Like ``asyncio.CancelledError`` it is no error: nobody may take it for one."""


class Stop:
    """Says once that some work is not wanted any more. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._told = False
        self._ends: list[Callable[[], object]] = []

    @property
    def told(self) -> bool:
        """Whether it was said."""
        return self._told

    def __enter__(self) -> Stop:
        return self

    def __exit__(self, *_: object) -> None:
        """Whoever waited waits no more."""
        self.tell()

    def tell(self) -> None:
        """Say it, and end what is being waited for; idempotent."""
        with self._lock:
            if not self._told:
                self._told = True
                for end in self._ends:
                    try:
                        end()
                    except Exception:  # noqa: BLE001 - logged; the others are to be ended all the same
                        _LOG.exception("something that was to be stopped goes on until its own deadline")

    @contextmanager
    def governs(self) -> Iterator[None]:
        """What the calling thread waits for within the block ends when this is told."""
        before = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(before)

    @contextmanager
    def _calls(self, end: Callable[[], object]) -> Iterator[None]:
        with self._lock:
            self._ends.append(end)
            if self._told:
                end()
        try:
            yield
        finally:
            with self._lock:  # so that nothing is ended after the block
                self._ends.remove(end)
                if self._told:
                    raise NoLongerWanted


@contextmanager
def ended_by(end: Callable[[], object]) -> Iterator[None]:
    """Have ``end`` called, from another thread, once the work that waits in the block is not wanted any more;
    at once if it is not already.

    Raises:
        NoLongerWanted: it is not. Raised at the end of the block, which then has left nothing behind.
    """
    stop = _CURRENT.get()
    if stop is None:
        yield
        return
    with stop._calls(end):
        yield
