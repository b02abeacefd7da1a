"""Rows out of JSONL files, each with its place, and which of them are held out."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from models.data.rows import PreferenceRow, TrainingRow
from models.training.objective import Row
from models.training.recipe import Data, Recipe
from models.training.tokens import Unfit
from verifiers.errors import InvalidInput
from verifiers.validation import problems

_MAX_LINE = 4_000_000
_BUCKETS = 1_000_000
_KINDS: dict[str, type[Row]] = {"sft": TrainingRow, "preference": PreferenceRow}


class Placed(NamedTuple):
    """A row and where it stands."""

    row: Row
    file: Path
    line: int


def read_rows(paths: Sequence[Path], field: str) -> Iterator[Placed]:
    """All rows of some files, in order, one in memory at a time.

    Args:
        paths: JSONL files; blank lines are passed over.
        field: The recipe's field that names them, for errors.

    Raises:
        InvalidInput: a file cannot be read, or a line is no row; names the file and the line.
    """
    for path in paths:
        try:
            with path.open("rb") as lines:
                number = 0
                while line := lines.readline(_MAX_LINE + 1):
                    number += 1
                    if number == 1:
                        line = line.removeprefix(codecs.BOM_UTF8)
                    if len(line) > _MAX_LINE:
                        raise _fault(path, number, "is longer than 4 MB")
                    if line.strip():
                        yield Placed(_row(line, path, number), path, number)
        except OSError as error:
            raise InvalidInput(
                field, f"cannot read '{path}': {error.strerror}.", "Give JSONL files."
            ) from error


def check_kind(placed: Placed, method: str) -> None:
    """See that a method learns from rows of this kind.

    Raises:
        InvalidInput: it does not; names the file and the line.
    """
    where = f"{placed.file}, line {placed.line}"
    if method == "dpo" and isinstance(placed.row, TrainingRow):
        raise InvalidInput(where, "is no preference row, which dpo learns from.", "Set method: sft.")
    if method == "sft" and isinstance(placed.row, PreferenceRow):
        raise InvalidInput(where, "is a preference row, and sft learns completions.", "Set method: dpo.")


def bucket(row: Row) -> int:
    """A number below a million, by the prompt alone: no prompt is ever on both sides of a cut."""
    text = json.dumps([[message.role, message.content] for message in row.prompt])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % _BUCKETS


def held_out(row: Row, data: Data, fold: int) -> bool:
    """Whether a training row is kept for validation.

    Args:
        row: Of the training files.
        data: Says by which share or in how many folds.
        fold: The one that is held out, from 0; only counts where there is more than one.
    """
    if data.validation:
        return False
    if data.folds > 1:
        return bucket(row) % data.folds == fold
    return bucket(row) < data.validation_share * _BUCKETS


def nothing_left(recipe: Recipe, counts: Mapping[str, int]) -> InvalidInput:
    """That no row is left to learn from, with how many were left out for which :class:`Unfit`."""
    why = ", ".join(
        f"{count:,} {reason}" for reason, count in counts.items() if count and reason in set(Unfit)
    )
    if counts.get(Unfit.TOO_LONG):
        hint = f"Raise data.max_tokens ({recipe.data.max_tokens:,}), or set data.too_long: truncate."
    else:
        hint = "Give more rows, or a smaller data.validation_share."
    return InvalidInput("data.train", f"leaves no row to learn from ({why or 'no rows'}).", hint)


def _row(line: bytes, path: Path, number: int) -> Row:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _fault(path, number, f"is no JSON: {error}") from error
    kind = _kind(value, path, number) if isinstance(value, dict) else None
    model = _KINDS.get(str(kind))
    if model is None:
        raise _fault(path, number, "is neither a training row nor a preference row")
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        first = problems(error.errors(include_url=False, include_input=False))[0]
        said = f"{first.field} {first.message}" if first.field else first.message
        raise _fault(path, number, f"is no {kind} row: {said}") from error


def _kind(value: dict[str, Any], path: Path, number: int) -> Any:
    if "kind" in value:
        return value["kind"]
    if "completion" in value:
        return "sft"
    if "chosen" in value or "rejected" in value:
        return "preference"
    if "text" in value and "prompt" not in value:
        raise _fault(path, number, "is text without a prompt, and an answer to a prompt is what is learnt")
    raise _fault(path, number, "has neither completion nor chosen and rejected")


def _fault(path: Path, number: int, said: str) -> InvalidInput:
    return InvalidInput(
        f"{path}, line {number}",
        f"{said}.",
        'A row looks like {"kind": "sft", "prompt": [{"role": "user", "content": "..."}], '
        '"completion": [{"role": "assistant", "content": "..."}], "origin": {"source": "..."}}.',
    )
