"""What a step of the data pipeline is.

A step is a frozen value: its fields are what a recipe may set, its docstring's first line is what
``acrisol data steps`` prints, and its class is a line in ``models.data.steps``. It is pickled to worker
processes, so what it needs beyond its fields (a parser, a compiled pattern) is made where first used and
kept by a cached function. It keeps nothing from one document to the next: the same document gives the same
result, in whatever order and process. A class with a field ``step: Literal["license"] = "license"`` and a
``__call__`` is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol, runtime_checkable

from models.data.document import Document

_NOTHING: Mapping[str, int] = MappingProxyType({})


class Kept(NamedTuple):
    """What becomes of a document: itself, changed, or several.

    Attributes:
        documents: At least one. Parts of a file get ids of their own.
        counts: What was done, for the report: ``{"comments removed": 3}``.
    """

    documents: tuple[Document, ...]
    counts: Mapping[str, int] = _NOTHING


class Dropped(NamedTuple):
    """A document goes no further.

    Attributes:
        reason: One of a few fixed phrases, such as ``too large``: reports count by it, so nothing of the
            document may be in it.
    """

    reason: str


def kept(document: Document, counts: Mapping[str, int] = _NOTHING) -> Kept:
    """The one document goes on."""
    return Kept((document,), counts)


@runtime_checkable
class Step(Protocol):
    """Looks at one document at a time."""

    @property
    def step(self) -> str:
        """Its name in recipes and reports."""
        ...

    def __call__(self, document: Document) -> Kept | Dropped:
        """Keep, change, take apart or drop it.

        Text is hostile and may be megabytes long. What cannot be looked at (too deep for a parser, out of
        time) is dropped with a reason or kept with a count; nothing that a document holds makes it raise.

        Raises:
            ToolError: a tool that the step needs is missing or broken; ends the run.
        """
        ...


@runtime_checkable
class BatchStep(Protocol):
    """Looks at several at a time, for tools whose start is dear."""

    @property
    def step(self) -> str:
        """Its name in recipes and reports."""
        ...

    @property
    def batch_size(self) -> int:
        """How many it is given at most; the last batch of a shard is smaller."""
        ...

    def together(self, documents: Sequence[Document]) -> Sequence[Kept | Dropped]:
        """One result for each document, in their order; see :meth:`Step.__call__`."""
        ...


@runtime_checkable
class Checked(Protocol):
    """A step that needs something that may not be there: a suite's file, a server."""

    def check(self) -> None:
        """Look for it before a run begins.

        Raises:
            InvalidInput: a setting is wrong.
            ToolError: a tool is missing.
        """
        ...
