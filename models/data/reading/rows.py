"""Rows of JSONL and Parquet files, and from a row to a document."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from models.data.document import Document
from models.data.reading.unread import Part, Unread
from models.data.sources import HubSource, RowsSource
from verifiers.errors import InvalidInput

_SUFFIXES = (".jsonl", ".jsonl.gz", ".json.gz", ".parquet")
_MAX_LINE = 32_000_000  # bytes of one JSON object
_SAMPLE = 100  # rows that are looked at for the columns
_BATCH = 256  # rows of a Parquet file held at a time

Row = Mapping[str, Any] | Unread


def check_rows(source: RowsSource) -> None:
    """Look at the first rows.

    Raises:
        InvalidInput: there is no such file, it holds no rows, or they have no such column.
    """
    files = row_files(source)
    rows = (row for file in files for row in _rows(file))
    seen = [row for row, _ in zip(rows, range(_SAMPLE), strict=False) if not isinstance(row, Unread)]
    check_columns(source, seen)


def check_columns(source: RowsSource | HubSource, seen: list[Mapping[str, Any]]) -> None:
    """Find the columns that a recipe names in some rows.

    Raises:
        InvalidInput: there are no rows, or one column is in none of them.
    """
    where = f"sources.{source.name}"
    if not seen:
        raise InvalidInput(where, "holds no rows that can be read.", "Give JSON objects, one a line.")
    for field, column in source.columns.model_dump().items():
        wanted = column and (field in source.columns.model_fields_set or field == "text")
        if wanted and all(_at(row, column) is None for row in seen):
            there = ", ".join(sorted({str(name) for row in seen for name in row})[:20])
            raise InvalidInput(
                f"{where}.columns.{field}", f"no row has a column '{column}'.", f"There are: {there}."
            )


def row_files(source: RowsSource) -> list[Path]:
    """The files of a source, sorted.

    Raises:
        InvalidInput: there are none.
    """
    where, path = f"sources.{source.name}.path", source.path
    if path.is_dir():
        files = sorted(
            file
            for file in path.rglob("*")
            if file.name.endswith(_SUFFIXES) and file.is_file() and not file.is_symlink()
        )
        if not files:
            raise InvalidInput(where, f"{path} holds no {', '.join(_SUFFIXES)} files.", "Correct the path.")
        return files
    if not path.is_file():
        raise InvalidInput(where, f"{path} is not there.", "Correct the path.")
    if not path.name.endswith((*_SUFFIXES, ".json")):
        raise InvalidInput(where, f"{path.name} is no JSONL or Parquet file.", "Convert it, or rename it.")
    return [path]


def read_rows(source: RowsSource, part: Part) -> Iterator[Document | Unread]:
    """The documents of a part of all rows.

    With as many files as parts or more each part reads files of its own; with fewer every part goes through
    all of them and takes its rows.
    """
    files = row_files(source)
    by_file = len(files) >= part.of and source.limit is None
    index = 0
    for place, file in enumerate(files):
        if by_file and not part.has(place):
            continue
        for number, row in enumerate(_rows(file)):
            if source.limit is not None and index >= source.limit:
                return
            if by_file or part.has(index):
                name = file.name if file == source.path else file.relative_to(source.path).as_posix()
                yield document_of(source, row, f"{name}:{number + 1}")
            index += 1


def document_of(source: RowsSource | HubSource, row: Row, place: str) -> Document | Unread:
    """A row as a document.

    Args:
        source: Says what is in which column.
        row: Hostile.
        place: Where it stood; names the document unless a column does.
    """
    if isinstance(row, Unread):
        return row
    columns = source.columns
    text, prompt = _at(row, columns.text), _at(row, columns.prompt)
    if not isinstance(text, str) or not text.strip():
        return Unread("no text")
    if columns.prompt and (not isinstance(prompt, str) or not prompt.strip()):
        return Unread("no prompt")
    tests = _joined(_at(row, columns.tests), "\n")
    symbol = _joined(_at(row, columns.symbol), ".")
    metadata = {"encoding": "utf-8", "tests": tests, "symbol": symbol}
    name = _joined(_at(row, columns.id), "-") or place
    try:
        return Document(
            id=f"{source.name}/{name}",
            text=text,
            source=source.name,
            repository=_joined(_at(row, columns.repository), "/"),
            path=_joined(_at(row, columns.path), "/"),
            license=_licences(_at(row, columns.license)) or source.license,
            language=(_joined(_at(row, columns.language), " ") or source.language).lower(),
            prompt=prompt if isinstance(prompt, str) else "",
            method=source.method or ("question-answer" if columns.prompt else ""),
            metadata={key: value for key, value in metadata.items() if value},
        )
    except ValidationError:
        return Unread("no valid Unicode")


def _at(row: Mapping[str, Any], column: str) -> Any:
    if not column:
        return None
    if column in row:
        return row[column]
    value: Any = row
    for name in column.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _joined(value: Any, by: str) -> str:
    if isinstance(value, (list, tuple)):
        value = by.join(str(each) for each in value if isinstance(each, (str, int)))
    return str(value).encode("utf-8", "replace").decode() if isinstance(value, (str, int)) else ""


def _licences(value: Any) -> str:
    """A list names what was found, of which all has to be met: where there is a choice one text says so."""
    if isinstance(value, (list, tuple)) and len(value) > 1:
        value = [f"({each})" if isinstance(each, str) and " OR " in each else each for each in value]
    return _joined(value, " AND ")


def _rows(file: Path) -> Iterator[Row]:
    if file.name.endswith(".parquet"):
        yield from _parquet(file)
        return
    opened = gzip.open(file, "rb") if file.name.endswith(".gz") else file.open("rb")  # noqa: SIM115
    try:
        with opened as lines:
            yield from _lines(lines)
    except (OSError, EOFError, zlib.error):
        yield Unread("damaged file")


def _lines(lines: IO[bytes] | gzip.GzipFile) -> Iterator[Row]:
    while line := lines.readline(_MAX_LINE + 1):
        if len(line) > _MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = lines.readline(_MAX_LINE)
            yield Unread("row too long")
        elif line.strip():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                yield Unread("no JSON")
            else:
                yield value if isinstance(value, dict) else Unread("no JSON object")


def _parquet(file: Path) -> Iterator[Row]:
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(file) as opened:
            for batch in opened.iter_batches(batch_size=_BATCH):
                yield from batch.to_pylist()
    except (OSError, pyarrow.ArrowException, ValueError, OverflowError):  # also of a date that Python has not
        yield Unread("damaged file")
