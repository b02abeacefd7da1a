"""What the registry of models holds: entries, their scores, and the history of what was live."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from verifiers.domain import Value, digest

BASE = ""
"""Stands where an adapter's name could: the base model as it is."""

LIVE = "live"
"""What a server calls whatever is live; no entry may be called so."""


def _is_free(name: str) -> str:
    if name.lower() == LIVE:
        raise ValueError(f"{LIVE!r} is the name that stands for whatever is live: choose another")
    return name


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), AfterValidator(_is_free)]
Kind = Literal["model", "adapter"]


class FileDigest(Value):
    """One file of an entry: its path in the entry's folder, its size and its SHA-256 in hex."""

    path: str
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Score(Value):
    """What a model was measured at.

    Attributes:
        suite: The suite's name; two scores can be compared where suite, problems and metric are the same.
        metric: Such as ``pass@1``.
        value: From 0 to 1, larger is better.
        problems: How many of the suite; 0 where that is not known.
        low: Lower end of the confidence interval; None where none is known.
        high: Upper end.
        source: The run that measured it.
    """

    suite: str = Field(min_length=1, max_length=200)
    metric: str = Field(default="pass@1", min_length=1, max_length=50)
    value: float = Field(ge=0, le=1, allow_inf_nan=False)
    problems: int = Field(default=0, ge=0)
    low: float | None = Field(default=None, ge=0, le=1)
    high: float | None = Field(default=None, ge=0, le=1)
    source: str = ""

    @property
    def measured(self) -> tuple[str, str, int]:
        """What it is a score of: suite, metric and number of problems."""
        return self.suite, self.metric, self.problems


class Entry(Value):
    """A model or an adapter.

    Attributes:
        name: What it is called here and by the server.
        kind: A base model, or a LoRA adapter on one.
        path: Its folder; for a model that the server fetches by name, that name.
        files: Digests of all that is loaded; empty for a model that is fetched by name.
        license: SPDX expression; empty where none is known.
        base: The name of the adapter's base model; empty for a model.
        rank: The adapter's largest rank; 0 for a model.
        scores: The last one of each suite, metric and number of problems.
        source: Where it came from: a folder, a training run.
        added: When.
    """

    name: Name
    kind: Kind
    path: str
    files: tuple[FileDigest, ...] = ()
    license: str = ""
    base: str = ""
    rank: int = Field(default=0, ge=0)
    scores: tuple[Score, ...] = ()
    source: str = ""
    added: datetime

    @property
    def digest(self) -> str:
        """SHA-256 over the names and digests of its files; empty without any."""
        if not self.files:
            return ""
        return digest("\0".join(f"{file.path}\0{file.sha256}" for file in self.files))

    @property
    def bytes(self) -> int:
        """Of all its files."""
        return sum(file.bytes for file in self.files)

    def scored(self, score: Score) -> Entry:
        """The entry with a score in place of an earlier one of the same kind."""
        others = tuple(old for old in self.scores if old.measured != score.measured)
        return self.model_copy(update={"scores": (*others, score)})


class Change(Value):
    """A step of the history.

    Attributes:
        base: Of which base model.
        adapter: What became live: an adapter's name, or :data:`BASE`.
        digest: That adapter's; empty for none.
        kind: ``use`` goes on, ``rollback`` goes back.
        reason: In words.
        at: When.
    """

    base: Name
    adapter: str
    digest: str = ""
    kind: Literal["use", "rollback"]
    reason: str = ""
    at: datetime


class Contents(Value):
    """All of a registry.

    Attributes:
        version: Of this format.
        entries: In the order in which they were added.
        history: Oldest first.
    """

    version: Literal[1] = 1
    entries: tuple[Entry, ...] = ()
    history: tuple[Change, ...] = ()

    def find(self, name: str) -> Entry | None:
        """The entry of a name."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def replaced(self, entry: Entry) -> Contents:
        """The same with an entry in place of the one of its name."""
        kept = tuple(entry if old.name == entry.name else old for old in self.entries)
        return self.model_copy(update={"entries": kept})

    def adapters_of(self, base: str) -> tuple[Entry, ...]:
        """A base model's adapters."""
        return tuple(entry for entry in self.entries if entry.kind == "adapter" and entry.base == base)

    def lived(self, base: str) -> tuple[str, ...]:
        """What a rollback could go back to, the live one last.

        What was removed since is left out, also where another adapter has its name by now.
        """
        stack = [(BASE, "")]
        for change in self.history:
            if change.base != base:
                continue
            if change.kind == "rollback":
                while len(stack) > 1 and stack[-1][0] != change.adapter:
                    stack.pop()
            elif change.adapter != stack[-1][0]:
                stack.append((change.adapter, change.digest))
        there = {entry.name: entry.digest for entry in self.adapters_of(base)} | {BASE: ""}
        kept: list[str] = []
        for name, was in stack:
            same = name in there and was in ("", there[name])
            if same and (not kept or kept[-1] != name):
                kept.append(name)
        return tuple(kept)

    def then(self, change: Change) -> Contents:
        """The same with one more step in its history."""
        return self.model_copy(update={"history": (*self.history, change)})

    def live(self, base: str) -> str:
        """The name of a base model's live adapter; :data:`BASE` if none is."""
        return self.lived(base)[-1]
