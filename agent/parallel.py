"""Calls on a few threads, which end when the caller has had enough."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from agent.errors import Stopped
from verifiers.stopping import Stop

T = TypeVar("T")
_POLL_S = 0.1


class OutOfPatience(Exception):
    """A call has not come back in time; ``place`` is its index."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


class _Ended(Generic[T]):
    def __init__(self, place: int, value: T | None = None, error: BaseException | None = None) -> None:
        self.place = place
        self.value = value
        self.error = error


def in_threads(
    calls: Sequence[Callable[[], T]], threads: int, patience_s: float, should_stop: Callable[[], bool]
) -> Iterator[tuple[int, T]]:
    """Run the calls, at most ``threads`` at a time, and give each result as it comes in, with its index.

    When it ends before all calls have come back, sandboxes and requests that those wait for are ended. The
    threads are daemons: a call that hangs all the same holds up neither the caller nor the process's end.

    Args:
        calls: What to run.
        threads: How many at a time.
        patience_s: Seconds until a call that has not come back is given up.
        should_stop: Asked ten times a second.

    Raises:
        Stopped: ``should_stop`` said so.
        OutOfPatience: a call did not come back.
        Exception: whatever a call raised; calls that have not begun are then not run.
    """
    if not calls:
        return
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    ended: queue.SimpleQueue[_Ended[T]] = queue.SimpleQueue()
    stop = Stop()
    for place in range(len(calls)):
        waiting.put(place)

    def work() -> None:
        with stop.governs():
            work_on()

    def work_on() -> None:
        while not stop.told:
            try:
                place = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                ended.put(_Ended(place, value=calls[place]()))
            except BaseException as error:  # noqa: BLE001 - handed to the caller's thread, which raises it
                ended.put(_Ended(place, error=error))

    for _ in range(min(threads, len(calls))):
        threading.Thread(target=work, daemon=True, name="acrisol-verify").start()
    open_places = set(range(len(calls)))
    end = time.monotonic() + patience_s
    try:
        while open_places:
            result = _next(ended, end, should_stop, min(open_places))
            if result.error is not None:
                raise result.error
            open_places.discard(result.place)
            yield result.place, result.value  # type: ignore[misc]  # a value where there is no error
    finally:
        stop.tell()


def _next(
    ended: queue.SimpleQueue[_Ended[T]], end: float, should_stop: Callable[[], bool], place: int
) -> _Ended[T]:
    while True:
        try:
            return ended.get(timeout=_POLL_S)
        except queue.Empty:
            if should_stop():
                raise Stopped from None
            if time.monotonic() > end:
                raise OutOfPatience(place) from None
