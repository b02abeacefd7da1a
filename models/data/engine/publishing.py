"""The end of the pipeline: rows by split in every shard, then files, hashes, report and card."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from models.chat import Message
from models.data.card import SPLITS, Digested, card_of, markdown, written
from models.data.counting import Tally
from models.data.document import Document
from models.data.engine.balance import fraction
from models.data.engine.job import Job, Places
from models.data.pairs.problems import problem_of, suite_rows
from models.data.recipe import Output, Split
from models.data.rendering import TextRow, row_of
from verifiers.domain import digest

KINDS = ("", ".problems", ".text", ".weak")
_CHUNK = 1 << 20


def split_of(document: Document, split: Split, seed: int) -> str:
    """The split that a document's repository is in; of a document without one, its own."""
    drawn = fraction(seed, "split", document.repository or document.id)
    if drawn < split.test:
        return "test"
    return "validation" if drawn < split.test + split.validation else "train"


@dataclass(frozen=True)
class WriteRows:
    """Writes a shard's documents as rows, by split; of those that have tests also the problem.

    What a step has marked as weak goes to files of its own, which nobody learns from by mistake.
    """

    folder: Path
    flow: Path
    split: Split
    output: Output
    seed: int
    frames: Mapping[str, tuple[Message, ...]]

    def __call__(self, data: Iterable[Document], rank: int, world_size: int) -> None:
        tally = Tally()
        with ExitStack() as stack:
            files = {name: self._open(stack, name, rank) for name in self._names()}
            for document in data:
                tally.enters(document)
                row = row_of(document, self.frames)
                if isinstance(row, TextRow) and not self.output.code:
                    tally.dropped["without a prompt"] += 1
                    continue
                split = split_of(document, self.split, self.seed)
                weak = bool(row.origin.weaknesses)
                kind = ".weak" if weak else ".text" if isinstance(row, TextRow) else ""
                files[f"{split}{kind}"].write(row.model_dump_json() + "\n")
                problem = None if weak else problem_of(document)
                if problem is not None:
                    for each in suite_rows((problem,)):
                        # MBPP's problems are numbered; the name that rows have stands beside it.
                        numbered = each | {
                            "task_id": int(digest(document.id)[:12], 16),
                            "origin": document.id,
                        }
                        files[f"{split}.problems"].write(json.dumps(numbered) + "\n")
                    tally.counts["with tests"] += 1
                tally.counts[split] += 1
                tally.leaves(document)
        tally.save(self.flow / f"{rank:05d}.json")

    def _names(self) -> tuple[str, ...]:
        kinds = [kind for kind in KINDS if self.output.code or kind != ".text"]
        return tuple(f"{split}{kind}" for split in SPLITS for kind in kinds)

    def _open(self, stack: ExitStack, name: str, rank: int) -> IO[str]:
        path = self.folder / name / f"{rank:05d}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        return stack.enter_context(path.open("w", encoding="utf-8", newline="\n"))


@dataclass(frozen=True)
class Publish:
    """Joins the shards, in their order, and writes report and card; one task."""

    job: Job
    folder: Path
    flows: tuple[tuple[str, str], ...]  # (the step's name, the folder of its counts), in order

    def __call__(self, data: object, rank: int, world_size: int) -> None:
        places = Places(self.folder)
        made = [self._joined(places, shards) for shards in sorted(places.rows().iterdir())]
        digested = tuple(sorted((each for each in made if each is not None), key=lambda each: each.file))
        report, card = card_of(self.job, places, self.flows, digested)
        written(places.report, report.model_dump_json(indent=2) + "\n")
        written(places.card, card.model_dump_json(indent=2) + "\n")
        written(self.folder / "card.md", markdown(card))

    def _joined(self, places: Places, shards: Path) -> Digested | None:
        """One file of all shards; none where all are empty."""
        target = self.folder / f"{shards.name}.jsonl"
        temporary = places.work / target.name
        hashed, rows = hashlib.sha256(), 0
        with temporary.open("wb") as out:
            for shard in sorted(shards.glob("*.jsonl")):
                with shard.open("rb") as lines:
                    while chunk := lines.read(_CHUNK):
                        out.write(chunk)
                        hashed.update(chunk)
                        rows += chunk.count(b"\n")
        size = temporary.stat().st_size
        if not rows:
            temporary.unlink()
            target.unlink(missing_ok=True)
            return None
        os.replace(temporary, target)
        return Digested(file=target.name, rows=rows, bytes=size, sha256=hashed.hexdigest())


def clean_up(places: Places) -> None:
    """Remove what is not part of the result: it holds what steps have dropped, personal data among it."""
    shutil.rmtree(places.work)
