"""What went into a step and what came out, counted in every shard and added up afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import Field

from models.data.document import Document
from verifiers.domain import Value

Counts = dict[str, int]


class Flow(Value):
    """Documents in and out of a step.

    Attributes:
        documents_in: Items that it was given: documents, or for a source what it holds.
        documents_out: Documents that it gave on.
        bytes_in: UTF-8 bytes of prompts and texts; 0 for a source.
        bytes_out: The same of what it gave on.
        dropped: Items that went no further, by reason.
        counts: What was done to the others.
        languages: Documents given on by language; empty where none is known yet.
        licenses: The same by licence.
        seconds: Time in it, over all shards; on several workers more than what went by.
    """

    documents_in: int = 0
    documents_out: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    dropped: Counts = Field(default={})
    counts: Counts = Field(default={})
    languages: Counts = Field(default={})
    licenses: Counts = Field(default={})
    seconds: float = 0.0


class Tally:
    """Counts while a shard goes through a step."""

    def __init__(self) -> None:
        self.documents_in = 0
        self.bytes_in = 0
        self.documents_out = 0
        self.bytes_out = 0
        self.seconds = 0.0
        self.dropped: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        self._licenses: Counter[str] = Counter()

    def enters(self, document: Document) -> None:
        """A document goes in."""
        self.documents_in += 1
        self.bytes_in += document.size

    def leaves(self, document: Document) -> None:
        """A document comes out."""
        self.documents_out += 1
        self.bytes_out += document.size
        self._languages[document.language] += 1
        self._licenses[document.license] += 1

    def save(self, path: Path) -> None:
        """Write a :class:`Flow`."""
        flow = Flow(
            documents_in=self.documents_in,
            documents_out=self.documents_out,
            bytes_in=self.bytes_in,
            bytes_out=self.bytes_out,
            dropped=dict(self.dropped),
            counts=dict(self.counts),
            languages=dict(self._languages),
            licenses=dict(self._licenses),
            seconds=self.seconds,
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(flow.model_dump_json(), encoding="utf-8")


def total(flows: Iterable[Flow]) -> Flow:
    """The flow through all shards; names in its counts are sorted, so that equal totals are equal bytes."""
    sums: dict[str, Any] = {}
    for name in Flow.model_fields:
        sums[name] = 0.0 if name == "seconds" else 0
    counters: dict[str, Counter[str]] = {
        name: Counter() for name in ("dropped", "counts", "languages", "licenses")
    }
    for flow in flows:
        for name in Flow.model_fields:
            if name in counters:
                counters[name].update(getattr(flow, name))
            else:
                sums[name] += getattr(flow, name)
    return Flow(**(sums | {name: dict(sorted(counter.items())) for name, counter in counters.items()}))


def read_flow(folder: Path) -> Flow:
    """The total of all that shards saved in a folder."""
    return total(
        Flow.model_validate_json(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))
    )
