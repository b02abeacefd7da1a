"""Rows of a Hugging Face dataset, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from models.data.document import Document
from models.data.reading.rows import check_columns, document_of
from models.data.reading.unread import Part, Unread
from models.data.sources import HubSource
from models.errors import installing
from verifiers.errors import InvalidInput, ToolMissing

_SAMPLE = 100


def check_hub(source: HubSource) -> None:
    """Open the dataset and look at its first rows.

    Raises:
        ToolMissing: ``datasets`` is not installed.
        InvalidInput: there is no such dataset, or its rows have no such column.
    """
    with _named(source):
        seen = list(islice(_opened(source), _SAMPLE))
    check_columns(source, seen)


def read_hub(source: HubSource, part: Part) -> Iterator[Document | Unread]:
    """The documents of a part of a dataset: shards of its own where there are enough, else every n-th row."""
    rows = _opened(source)
    shards = getattr(rows, "num_shards", 1)
    if source.limit is None and shards >= part.of:
        own = rows.shard(num_shards=part.of, index=part.rank, contiguous=False)
        for number, row in enumerate(own):
            yield document_of(source, row, f"{source.split}-{part.rank}:{number + 1}")
        return
    for index, row in enumerate(rows if source.limit is None else islice(rows, source.limit)):
        if part.has(index):
            yield document_of(source, row, f"{source.split}:{index + 1}")


def _opened(source: HubSource) -> Any:
    try:
        import datasets
    except ImportError as error:
        raise ToolMissing("datasets is not installed.", installing("data")) from error
    with _named(source):
        return datasets.load_dataset(
            source.dataset,
            source.config,
            split=source.split,
            data_dir=source.data_dir,
            revision=source.revision,
            streaming=True,
        )


@contextmanager
def _named(source: HubSource) -> Iterator[None]:
    """Says which source it is that cannot be opened or, as its first rows are fetched, read."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:  # no such dataset or split, no network
        said = " ".join(str(error).split())[:300]
        raise InvalidInput(
            f"sources.{source.name}.dataset",
            f"'{source.dataset}' cannot be opened ({type(error).__name__}: {said}).",
            "Check name, config and split; gated datasets need 'hf auth login'; or give a local copy's path.",
        ) from error
