"""Files of a folder or git checkout: listed once, then read shard by shard.

The folder is hostile: names may be any bytes, links may point anywhere, a file may be a pipe or grow while it
is read. Nothing is followed, nothing is opened that is not a regular file below the folder.
"""

from __future__ import annotations

import fnmatch
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from models.data.document import Document
from models.data.reading.checkout import head_of, tracked_files
from models.data.reading.declared import Declared, declared_in
from models.data.reading.text import decoded
from models.data.reading.unread import Part, Unread
from models.data.sources import FolderSource
from verifiers.errors import InvalidInput

_VERSION_CONTROL = {".git", ".hg", ".svn", ".bzr", "CVS", "_darcs", ".jj"}


class Listed(NamedTuple):
    """What a listing came to: files in it, and the checkouts' commits by their folder."""

    files: int
    commits: dict[str, str]


def list_folder(source: FolderSource, listing: Path) -> Listed:
    """Write the files to read, one JSON object a line, sorted by path.

    Args:
        source: The folder.
        listing: Where to; read by :func:`read_listed`.

    Raises:
        InvalidInput: there is no such folder, or it holds no file that is wanted.
        ToolMissing: it holds a git checkout, and git is not installed.
    """
    root = source.path
    if not root.is_dir():
        raise InvalidInput(f"sources.{source.name}.path", f"{root} is not a folder.", "Correct the path.")
    commits: dict[str, str] = {}
    total = sum(1 for _ in _wanted(source, {}))
    if not total:
        raise InvalidInput(
            f"sources.{source.name}",
            f"{root} holds no file that matches.",
            "Correct path, include or exclude.",
        )
    most = min(source.limit or total, total)
    labels = _Labels(source)
    with listing.open("w", encoding="utf-8") as out:
        for index, path in enumerate(_wanted(source, commits)):
            if (index + 1) * most // total > index * most // total:  # evenly spread
                base, repository, license_ = labels.of(path)
                entry = {"path": path, "base": base, "repository": repository, "license": license_}
                out.write(json.dumps(entry) + "\n")  # ASCII: undecodable bytes of a name survive as \udcxx
    return Listed(most, commits)


def read_listed(source: FolderSource, listing: Path, part: Part) -> Iterator[Document | Unread]:
    """The documents of a part of a listing."""
    root = os.path.realpath(source.path)
    with listing.open(encoding="utf-8") as lines:
        for index, line in enumerate(lines):
            if not part.has(index):
                continue
            entry = json.loads(line)
            data = _content(root, entry["path"], source.max_file_bytes)
            yield data if isinstance(data, Unread) else _document(source, entry, data)


def _document(source: FolderSource, entry: dict[str, str], data: bytes) -> Document:
    text, encoding = decoded(data)
    path, base = _printable(entry["path"]), _printable(entry["base"])
    return Document(
        id=f"{source.name}/{path}",
        text=text,
        source=source.name,
        repository=entry["repository"],
        path=path.removeprefix(f"{base}/") if base else path,
        license=entry["license"],
        metadata={"encoding": encoding},
    )


def _printable(name: str) -> str:
    """A name that may hold undecodable bytes, as text."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _content(root: str, path: str, most: int) -> bytes | Unread:
    """A regular file's bytes, if it is below the root without any link on the way."""
    full = f"{root}/{path}"
    if os.path.realpath(os.path.dirname(full)) != os.path.dirname(full):
        return Unread("behind a symbolic link")
    try:
        # Not blocking: opening a named pipe would wait for a writer for ever.
        handle = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return Unread("unreadable")
    with os.fdopen(handle, "rb") as file:
        return _regular(file, most)


def _regular(file: IO[bytes], most: int) -> bytes | Unread:
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode):
        return Unread("no regular file")
    if found.st_size > most:
        return Unread("larger than max_file_bytes")
    try:
        data = file.read(most + 1)
    except OSError:
        return Unread("unreadable")
    return data if len(data) <= most else Unread("larger than max_file_bytes")


def _wanted(source: FolderSource, commits: dict[str, str]) -> Iterator[str]:
    for path in _files(os.fspath(source.path), commits):
        name = path.rsplit("/", 1)[-1]
        if source.include and not any(_matches(path, name, pattern) for pattern in source.include):
            continue
        if not any(_matches(path, name, pattern) for pattern in source.exclude):
            yield path


def _matches(path: str, name: str, pattern: str) -> bool:
    """``*`` of a pattern also stands for slashes; one without a slash is matched with the file's name."""
    return fnmatch.fnmatchcase(path if "/" in pattern else name, pattern)


def _files(root: str, commits: dict[str, str]) -> Iterator[str]:
    """Paths relative to the root, in a fixed order, links and special files left out."""
    left = [""]  # a stack and no recursion: folders may be nested deeper than Python's calls
    while left:
        path = left.pop()
        folder = f"{root}/{path}" if path else root
        if path and not os.path.isdir(folder):
            yield path
            continue
        tracked = tracked_files(folder) if os.path.lexists(f"{folder}/.git") else None
        if tracked is not None:
            commits[path or "."] = head_of(folder)
            yield from (f"{path}/{name}" if path else name for name in tracked)
            continue
        left.extend(reversed(_entries(folder, path)))


def _entries(folder: str, path: str) -> list[str]:
    """What stands in a folder and may be read, sorted, as paths relative to the root."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(
                entry.name
                for entry in entries
                if (entry.is_dir(follow_symlinks=False) and entry.name not in _VERSION_CONTROL)
                or entry.is_file(follow_symlinks=False)
            )
    except OSError:
        return []  # not ours to read; nobody can say how many files that leaves out
    return [f"{path}/{name}" if path else name for name in names]


class _Labels:
    """Which repository a file belongs to and under which licence it is, by its path."""

    def __init__(self, source: FolderSource) -> None:
        self._source = source
        self._known: dict[str, Declared] = {}

    def of(self, path: str) -> tuple[str, str, str]:
        """The repository's folder, its name, and the licence."""
        base = _repository_folder(path, self._source.repositories)
        if base not in self._known:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[base] = declared_in(self._source.path, base)
        declared = self._known[base]
        name = declared.name or (base.rsplit("node_modules/", 1)[-1] if base else "")
        return base, _printable(name) or self._source.name, declared.license or self._source.license


def _repository_folder(path: str, how: str) -> str:
    """The folder, relative to the root, of the repository that a path is in; empty for the root."""
    parts = path.split("/")
    if how == "whole":
        return ""
    start = 0
    if how == "packages":
        start = max((i + 1 for i, part in enumerate(parts[:-1]) if part == "node_modules"), default=0)
    wide = 2 if len(parts) > start + 2 and parts[start].startswith("@") else 1
    return "/".join(parts[: start + wide])
