"""Rows out of JSONL files, each with its place, and which of them are held out."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from models.data.rows import PreferenceRow, TrainingRow
from models.training.objective import Row
from models.training.recipe import Data
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


def _row(line: bytes, path: Path, number: int) -> Row:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _fault(path, number, f"is no JSON: {error}") from error
    kind = (
        value.get("kind", "sft" if "completion" in value else "preference")
        if isinstance(value, dict)
        else None
    )
    model = _KINDS.get(str(kind))
    if model is None:
        raise _fault(path, number, "is neither a training row nor a preference row")
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        first = problems(error.errors(include_url=False, include_input=False))[0]
        said = f"{first.field} {first.message}" if first.field else first.message
        raise _fault(path, number, f"is no {kind} row: {said}") from error


def _fault(path: Path, number: int, said: str) -> InvalidInput:
    return InvalidInput(
        f"{path}, line {number}",
        f"{said}.",
        'A row looks like {"kind": "sft", "prompt": [{"role": "user", "content": "..."}], '
        '"completion": [{"role": "assistant", "content": "..."}], "origin": {"source": "..."}}.',
    )
