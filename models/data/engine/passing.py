"""What datatrove calls for each shard: with documents, rank and number of shards, for documents.

Datatrove asks nothing more of a pipeline's members, so nothing here names it, and the documents are ours.
Each is pickled to the process that works on a shard.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from models.data.counting import Tally
from models.data.document import Document
from models.data.reading.opening import read
from models.data.reading.unread import Part, Unread
from models.data.sources import Source
from models.data.step import BatchStep, Dropped, Kept, Step

Documents = Iterator[Document]
_TICK_S = 0.5


@dataclass(frozen=True)
class ReadSource:
    """Gives a shard of a source, behind what came before it."""

    source: Source
    listings: Path
    flow: Path
    progress: Path

    def __call__(self, data: Iterable[Document] | None, rank: int, world_size: int) -> Documents:
        if data is not None:
            yield from data
        tally, ticker = Tally(), Ticker(self.progress / f"{self.source.name}-{rank:05d}")
        started = time.perf_counter()
        for item in read(self.source, self.listings, Part(rank, world_size)):
            tally.seconds += time.perf_counter() - started
            tally.documents_in += 1
            ticker.tick()
            if isinstance(item, Unread):
                tally.dropped[item.reason] += 1
            else:
                tally.leaves(item)
                yield item
            started = time.perf_counter()
        ticker.end()
        tally.save(self.flow / f"{rank:05d}.json")


@dataclass(frozen=True)
class ReadShard:
    """Gives the documents that an earlier pass wrote."""

    folder: Path
    progress: Path

    def __call__(self, data: Iterable[Document] | None, rank: int, world_size: int) -> Documents:
        ticker = Ticker(self.progress / f"{rank:05d}")
        with (self.folder / f"{rank:05d}.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                ticker.tick()
                yield Document.model_validate_json(line)
        ticker.end()


@dataclass(frozen=True)
class Pass:
    """Takes each document through a step."""

    step: Step | BatchStep
    flow: Path

    def __call__(self, data: Iterable[Document], rank: int, world_size: int) -> Documents:
        tally = Tally()
        for result in self._results(data, tally):
            if isinstance(result, Dropped):
                tally.dropped[result.reason] += 1
                continue
            tally.counts.update(result.counts)
            for document in result.documents:
                tally.leaves(document)
                yield document
        tally.save(self.flow / f"{rank:05d}.json")

    def _results(self, data: Iterable[Document], tally: Tally) -> Iterator[Kept | Dropped]:
        step = self.step
        if isinstance(step, BatchStep):
            incoming = iter(data)
            while batch := list(islice(incoming, step.batch_size)):
                for document in batch:
                    tally.enters(document)
                started = time.perf_counter()
                results = step.together(batch)
                tally.seconds += time.perf_counter() - started
                if len(results) != len(batch):
                    raise ValueError(f"{step.step} gave {len(results)} results for {len(batch)} documents")
                yield from results
            return
        for document in data:
            tally.enters(document)
            started = time.perf_counter()
            result = step(document)
            tally.seconds += time.perf_counter() - started
            yield result


@dataclass(frozen=True)
class Measured:
    """Counts what a step of datatrove's drops.

    Attributes:
        inner: The step.
        reason: Why it drops.
        flow: Where the counts go.
    """

    inner: Callable[[Any, int, int], Any]
    reason: str
    flow: Path

    def __call__(self, data: Iterable[Document], rank: int, world_size: int) -> Documents:
        tally = Tally()

        def entering() -> Documents:
            for document in data:
                tally.enters(document)
                yield document

        started = time.perf_counter()
        for document in self.inner(entering(), rank, world_size):
            tally.seconds += time.perf_counter() - started
            tally.leaves(document)
            yield document
            started = time.perf_counter()
        missing = tally.documents_in - tally.documents_out
        if missing:
            tally.dropped[self.reason] = missing
        tally.save(self.flow / f"{rank:05d}.json")


@dataclass(frozen=True)
class WriteShard:
    """Writes documents for the next pass, and gives them on to whatever signs them."""

    folder: Path

    def __call__(self, data: Iterable[Document], rank: int, world_size: int) -> Documents:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{rank:05d}.jsonl"
        with path.open("w", encoding="utf-8") as out:
            for document in data:
                out.write(document.model_dump_json(exclude_defaults=True) + "\n")
                yield document


class Ticker:
    """Tells a progress bar, twice a second, how far a shard is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done = 0
        self._next = 0.0
        path.parent.mkdir(parents=True, exist_ok=True)

    def tick(self) -> None:
        """One item more."""
        self._done += 1
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _TICK_S
            self._path.write_text(str(self._done))

    def end(self) -> None:
        """All are done."""
        self._path.write_text(str(self._done))
