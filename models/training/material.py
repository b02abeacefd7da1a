"""What a run learns from: rows read, encoded and laid down on disk, with counts of what was left out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from models.data.rows import PreferenceRow
from models.training.dataset import Placed, check_kind, held_out, nothing_left, read_rows
from models.training.objective import Lesson, Objective, Supervised
from models.training.recipe import Recipe
from models.training.tokens import Encoded, Encoder, Unfit, packed
from verifiers.errors import InvalidInput


class Part(NamedTuple):
    """Rows of one side of the cut.

    Attributes:
        rows: A ``datasets.Dataset`` of encoded rows, memory-mapped; for DPO of conversations.
        sequences: A ``datasets.Dataset`` with the row numbers of each sequence; the same as ``rows`` for DPO.
        lengths: Tokens of each sequence.
    """

    rows: Any
    sequences: Any
    lengths: list[int]


class Material(NamedTuple):
    """Both sides of the cut.

    Attributes:
        train: What is learnt.
        validation: What is held out; None for nothing.
        counts: Rows used, and those left out by reason.
        digest: SHA-256 over the rows used, in hex.
    """

    train: Part
    validation: Part | None
    counts: dict[str, int]
    digest: str


def prepare(recipe: Recipe, tokenizer: Any, objective: Objective | None, folder: Path, fold: int) -> Material:
    """Read and encode a recipe's rows; nothing needs to fit in memory.

    Args:
        recipe: Names the files.
        tokenizer: The model's.
        objective: What rows teach; None for that of the recipe's method.
        folder: Where the encoded rows are laid down; made if missing.
        fold: The one that is held out.

    Raises:
        InvalidInput: a row is malformed or of the wrong kind, or nothing is left to learn from.
    """
    if not recipe.data.train:
        raise InvalidInput("data.train", "names no file.", "Give JSONL files of rows, or: --data FILE")
    folder.mkdir(parents=True, exist_ok=True)
    reader = _Reader(recipe, tokenizer, objective)
    rows = {"train": folder / "train.arrow", "validation": folder / "validation.arrow"}
    reader.lay_down(rows["train"], _side(recipe, fold, held=False))
    held = [*recipe.data.validation] or recipe.data.folds > 1 or recipe.data.validation_share > 0
    if held:
        reader.lay_down(rows["validation"], _side(recipe, fold, held=True))
    train = reader.part(rows["train"])
    if train is None:
        raise nothing_left(recipe, reader.counts)
    return Material(
        train,
        reader.part(rows["validation"]) if held else None,
        dict(reader.counts),
        reader.digest.hexdigest(),
    )


def _side(recipe: Recipe, fold: int, *, held: bool) -> Iterator[Placed]:
    data = recipe.data
    if held and data.validation:
        return read_rows(data.validation, "data.validation")
    return (
        placed for placed in read_rows(data.train, "data.train") if held_out(placed.row, data, fold) is held
    )


class _Reader:
    """Encodes rows, and counts."""

    def __init__(self, recipe: Recipe, tokenizer: Any, objective: Objective | None) -> None:
        self._recipe = recipe
        self._objective = objective or Supervised()
        data = recipe.data
        self._encoder = Encoder(tokenizer, data.max_tokens, truncate=data.too_long == "truncate")
        self._preferences = recipe.method == "dpo"
        self.counts: Counter[str] = Counter()
        self.digest = hashlib.sha256()

    def lay_down(self, path: Path, rows: Iterable[Placed]) -> None:
        from datasets.arrow_writer import ArrowWriter

        with ArrowWriter(path=str(path), features=_features(preferences=self._preferences)) as writer:
            for placed in rows:
                check_kind(placed, self._recipe.method)
                found = self._pair(placed) if self._preferences else self._lessons(placed)
                for value in found:
                    writer.write(value)
                if found:
                    self.digest.update(placed.row.model_dump_json().encode())
                self.counts[f"{path.stem} rows"] += bool(found)
            writer.finalize()

    def part(self, path: Path) -> Part | None:
        """What was laid down; None for nothing."""
        from datasets import Dataset

        rows = Dataset.from_file(str(path))
        if not len(rows):
            return None
        if self._preferences:
            return Part(rows, rows, rows["length"][:])
        lengths = rows["length"][:]  # a plain list: the column itself takes a tenth of a millisecond each
        room = self._recipe.data.max_tokens
        bins = packed(lengths, room) if self._recipe.data.packing else [[row] for row in range(len(lengths))]
        sums = [sum(lengths[row] for row in sequence) for sequence in bins]
        return Part(rows, Dataset.from_dict({"rows": bins, "length": sums}), sums)

    def _lessons(self, placed: Placed) -> list[dict[str, Any]]:
        found = []
        for lesson in self._objective.lessons(placed.row):
            encoded = self._encoded(lesson, placed)
            if encoded is not None:
                self.counts["truncated"] += encoded.truncated
                found.append(
                    {
                        "input_ids": encoded.ids,
                        "start": encoded.start,
                        "weights": encoded.weights,
                        "length": len(encoded.ids),
                    }
                )
        return found

    def _pair(self, placed: Placed) -> list[dict[str, Any]]:
        row = placed.row
        assert isinstance(row, PreferenceRow)  # check_kind saw to it
        sides = []
        for answer in (row.chosen, row.rejected):
            side = self._encoded(Lesson(prompt=row.prompt, completion=answer[0].content), placed)
            if side is None:
                return []  # counted once, whatever the other side is like
            sides.append(side)
        self.counts["truncated"] += any(side.truncated for side in sides)
        parts = {
            name: [message.model_dump() for message in messages]
            for name, messages in (("prompt", row.prompt), ("chosen", row.chosen), ("rejected", row.rejected))
        }
        return [{**parts, "length": max(len(side.ids) for side in sides)}]

    def _encoded(self, lesson: Lesson, placed: Placed) -> Encoded | None:
        found = self._encoder.encode(lesson)
        if isinstance(found, Encoded):
            return found
        if found is Unfit.TOO_LONG and self._recipe.data.too_long == "error":
            raise InvalidInput(
                f"{placed.file}, line {placed.line}",
                f"is longer than {self._recipe.data.max_tokens:,} tokens.",
                "Shorten it, raise data.max_tokens, or set data.too_long to 'drop' or 'truncate'.",
            )
        self.counts[found.value] += 1
        return None


def _features(*, preferences: bool) -> Any:
    from datasets import Features, List, Value

    length = {"length": Value("int64")}
    if preferences:
        turns = List({"role": Value("string"), "content": Value("string")})
        return Features({"prompt": turns, "chosen": turns, "rejected": turns} | length)
    ids, weights = List(Value("int32")), List(Value("float32"))
    return Features({"input_ids": ids, "start": Value("int64"), "weights": weights} | length)
