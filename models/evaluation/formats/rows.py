"""Rows of JSONL files, and errors that name the file and the line."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from verifiers.errors import InvalidInput

Row = dict[str, Any]

MAX_LINE_BYTES = 64 * 2**20
MAX_FILE_BYTES = 2 * 2**30  # unpacked: what an archive of a few kilobytes may not become


class Place:
    """A line of a file, for errors.

    Args:
        path: The file.
        line: From 1.
        field: What the file was given as.
    """

    def __init__(self, path: Path, line: int, field: str = "suite") -> None:
        self.path = path
        self.line = line
        self.field = field

    def wrong(self, message: str, hint: str = "") -> InvalidInput:
        """An error about this line."""
        return InvalidInput(self.field, f"{self.path} line {self.line} {message}", hint)


def read_rows(path: Path, field: str = "suite") -> Iterator[tuple[Place, Row]]:
    """The rows of a JSONL file, gzipped if its name ends in ``.gz``, each with its place; no blank lines.

    Args:
        path: The file.
        field: What it was given as, for errors.

    Raises:
        InvalidInput: it cannot be read, is too large, or a line is no JSON object.
    """
    try:
        with _opened(path) as file:
            yield from _rows(path, file, field)
    except (OSError, EOFError, zlib.error) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InvalidInput(field, f"{path} cannot be read ({why}).", "Check the path.") from error


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _rows(path: Path, file: IO[bytes], field: str) -> Iterator[tuple[Place, Row]]:
    number = size = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number, size = number + 1, size + len(line)
        place = Place(path, number, field)
        if len(line) > MAX_LINE_BYTES or size > MAX_FILE_BYTES:
            raise place.wrong(
                f"is beyond what is read: {MAX_LINE_BYTES // 2**20} MiB a line, "
                f"{MAX_FILE_BYTES // 2**30} GiB a file.",
                "Split the file.",
            )
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise place.wrong(f"is not JSON ({error}).", "Each line is one JSON object.") from error
        if not isinstance(row, dict):
            raise place.wrong("is not a JSON object.", 'Each line looks like {"task_id": ..., ...}.')
        yield place, row


def text_of(row: Row, field: str, place: Place) -> str:
    """A field that must be a text.

    Raises:
        InvalidInput: it is missing or something else.
    """
    value = row.get(field)
    if not isinstance(value, str):
        said = "has no" if value is None else f"has a {type(value).__name__} and no text in the"
        raise place.wrong(f"{said} field '{field}'.", "See docs/evaluation.md for the formats.")
    return value


def texts_of(row: Row, field: str, place: Place) -> list[str]:
    """A field that must be a list of texts; an absent one is an empty list.

    Raises:
        InvalidInput: it is something else.
    """
    value = row.get(field) or []
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise place.wrong(
            f"has no list of texts in the field '{field}'.", "See docs/evaluation.md for the formats."
        )
    return value
