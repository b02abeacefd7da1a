"""One way into every kind of source."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from models.data.document import Document
from models.data.pairs.posts import Wanted, document_of, read_pairs
from models.data.reading.folder import list_folder, read_listed
from models.data.reading.hub import check_hub, read_hub
from models.data.reading.rows import check_rows, read_rows
from models.data.reading.unread import Part, Unread
from models.data.sources import FolderSource, HubSource, PostsSource, RowsSource, Source
from verifiers.domain import Value
from verifiers.errors import InvalidInput


class Provenance(Value):
    """Where a source's documents come from.

    Attributes:
        source: The recipe's name for it.
        kind: Of source.
        origin: Folder, file or dataset.
        revision: A commit, or several by folder; empty where none is known.
        items: Files in it; None where they are not counted beforehand.
    """

    source: str
    kind: str
    origin: str
    revision: str = ""
    items: int | None = None


def prepare(source: Source, listings: Path) -> Provenance:
    """Check that a source can be read and list what is in it.

    Args:
        source: The source.
        listings: A folder for what reading it needs.

    Raises:
        InvalidInput: it cannot be read, or is empty.
    """
    if isinstance(source, FolderSource):
        listed = list_folder(source, _listing(source, listings))
        commits = [f"{folder}@{commit}" for folder, commit in sorted(listed.commits.items()) if commit]
        shown = commits[0].removeprefix(".@") if len(commits) == 1 else ", ".join(commits[:100])
        return Provenance(
            source=source.name, kind="folder", origin=str(source.path), revision=shown, items=listed.files
        )
    if isinstance(source, HubSource):
        check_hub(source)
        parts = (source.dataset, source.config, source.split)
        return Provenance(
            source=source.name,
            kind="hub",
            origin=" / ".join(part for part in parts if part),
            revision=source.revision or "",
        )
    if isinstance(source, RowsSource):
        check_rows(source)
    elif not source.path.is_file():
        raise InvalidInput(f"sources.{source.name}.path", f"{source.path} is not there.", "Correct the path.")
    return Provenance(source=source.name, kind=source.kind, origin=str(source.path))


def read(source: Source, listings: Path, part: Part) -> Iterator[Document | Unread]:
    """The documents of a part of a source that was prepared; the same ones in the same order every time."""
    if isinstance(source, FolderSource):
        return read_listed(source, _listing(source, listings), part)
    if isinstance(source, HubSource):
        return read_hub(source, part)
    if isinstance(source, RowsSource):
        return read_rows(source, part)
    return _posts(source, part)


def _posts(source: PostsSource, part: Part) -> Iterator[Document | Unread]:
    wanted = Wanted(min_score=source.min_score, tags=source.tags)
    for index, pair in enumerate(islice(read_pairs(source.path, wanted), source.limit)):
        if part.has(index):
            document = document_of(pair, source.name, source.license, source.language)
            yield document or Unread("no valid Unicode")


def _listing(source: FolderSource, listings: Path) -> Path:
    return listings / f"{source.name}.jsonl"
