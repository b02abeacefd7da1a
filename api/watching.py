"""Following jobs' events as they are stored, for any number of clients at a time.

Whoever waits holds neither a thread nor a database connection: one poller asks, in a single query, how far
all the jobs are that somebody follows, and wakes those for whom there is something to read. There is no other
channel that could lose an event or tell it twice: what is sent is what is stored.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from functools import partial
from typing import NamedTuple

import anyio
from anyio import to_thread

from worker.errors import StoreUnavailable
from worker.store import events
from worker.store.database import Database
from worker.store.records import JobEvent

BEAT = ": keep-alive\n\n"

_LOG = logging.getLogger(__name__)
_EVERY_S = 0.25
_BEAT_S = 15.0  # proxies take a connection for dead after 30 or 60 s of silence
_LASTS_S = 600.0  # then the client comes back, and its key is looked at again
_READERS = 4  # threads, and database connections, for all clients together
_PAGE = 200
_BACK_MS = 1_000  # how soon a browser comes back


class Told(NamedTuple):
    """An event, and the frame that tells it: made once for all who follow."""

    event: JobEvent
    frame: str


class _News(NamedTuple):
    """What there is to send, and whether that is all."""

    told: tuple[Told, ...]
    ended: bool


class _Watch:
    """One client that follows one job."""

    def __init__(self, job_id: str, seen: int) -> None:
        self.job_id = job_id
        self.seen = seen
        self.news = asyncio.Event()


class Watchers:
    """Everybody who follows a job; used from the event loop's thread only.

    Args:
        database: The store.
        draining: Set once the server was told to stop: streams end, and clients come back to another one.
        every_s: Seconds between two looks.
        beat_s: Seconds of silence after which a comment is sent.
    """

    def __init__(
        self,
        database: Database,
        draining: threading.Event,
        every_s: float = _EVERY_S,
        beat_s: float = _BEAT_S,
    ) -> None:
        self._database = database
        self._draining = draining
        self._every_s = every_s
        self._beat_s = beat_s
        self._watches: set[_Watch] = set()
        self._looking: dict[tuple[str, int], asyncio.Task[_News]] = {}
        self._poller: asyncio.Task[None] | None = None
        self._readers = anyio.CapacityLimiter(_READERS)

    @property
    def draining(self) -> bool:
        """Whether the server was told to stop."""
        return self._draining.is_set()

    async def follow(self, job_id: str, after: int) -> AsyncIterator[str]:
        """A job's events as server-sent events: each once and in order, until its end.

        Args:
            job_id: A job that there is.
            after: Only events with a larger ``seq``.
        """
        yield f"retry: {_BACK_MS}\n\n"
        async with aclosing(self.events(job_id, after)) as all_told:
            async for told in all_told:
                yield BEAT if told is None else told.frame

    async def events(
        self, job_id: str, after: int, lasts_s: float = _LASTS_S, beat_s: float | None = None
    ) -> AsyncGenerator[Told | None, None]:
        """A job's events, each once and in order, until its end; None after a while without one.

        Args:
            job_id: A job that there is.
            after: Only events with a larger ``seq``.
            lasts_s: Seconds after which this ends anyway, as it does when the server is told to stop.
            beat_s: Seconds that "a while" stands for; if None, as for everybody.
        """
        until = asyncio.get_running_loop().time() + lasts_s
        with self._watching(job_id, after) as watch:
            while not self._draining.is_set() and asyncio.get_running_loop().time() < until:
                watch.news.clear()
                news = await self._read(watch)
                for told in news.told:
                    yield told
                    watch.seen = told.event.seq
                if news.ended:
                    return
                if not news.told and not await self._news(watch, beat_s or self._beat_s):
                    yield None

    async def _read(self, watch: _Watch) -> _News:
        """What comes after what the client has seen; all who are as far as it share one look at the store."""
        place = watch.job_id, watch.seen
        looking = self._looking.get(place)
        if looking is None:
            looking = self._looking[place] = asyncio.create_task(self._look(*place))
            looking.add_done_callback(lambda _: self._looking.pop(place))
        return await asyncio.shield(looking)  # one client that goes away ends it for nobody else

    async def _look(self, job_id: str, seen: int) -> _News:
        read = partial(events.read_on, self._database, job_id, seen, _PAGE)
        try:
            new, head = await to_thread.run_sync(read, limiter=self._readers)
        except StoreUnavailable:  # it may come back; the poller tells the log
            return _News((), False)
        last = new[-1].seq if new else seen
        told = tuple(Told(event, frame(event)) for event in new)
        return _News(told, head is None or (head.ended and last >= head.seq))

    async def _news(self, watch: _Watch, seconds: float) -> bool:
        """Wait for something to read; False if there was nothing for a while."""
        try:
            async with asyncio.timeout(seconds):
                await watch.news.wait()
        except TimeoutError:
            return False
        return True

    @contextmanager
    def _watching(self, job_id: str, seen: int) -> Iterator[_Watch]:
        watch = _Watch(job_id, seen)
        self._watches.add(watch)
        if self._poller is None or self._poller.done():
            self._poller = asyncio.create_task(self._poll())
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    async def _poll(self) -> None:
        trouble = ""
        while self._watches:
            await asyncio.sleep(self._every_s)
            ids = {watch.job_id for watch in self._watches}
            try:
                heads = await to_thread.run_sync(events.heads, self._database, ids, limiter=self._readers)
            except StoreUnavailable as error:
                if str(error) != trouble:  # once, and not every time
                    _LOG.warning("%s", error)
                trouble = str(error)
                continue
            trouble = ""
            for watch in self._watches:
                head = heads.get(watch.job_id)
                if self._draining.is_set() or head is None or head.seq > watch.seen:
                    watch.news.set()


def frame(event: JobEvent) -> str:
    """An event as a server-sent event.

    ASCII only: some clients take U+2028, which a model may write, for the end of a line and so of the frame.
    """
    data = json.dumps(event.model_dump(mode="json"), separators=(",", ":"))
    return f"id: {event.seq}\nevent: {event.event.kind}\ndata: {data}\n\n"
