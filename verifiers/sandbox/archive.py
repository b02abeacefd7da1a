"""Packs a job's files for their way into a sandbox."""

from __future__ import annotations

import functools
import io
import tarfile
from collections.abc import Mapping
from pathlib import PurePosixPath

from verifiers.errors import InvalidInput

_PAGE = 4096


def pack(files: Mapping[str, bytes], disk_bytes: int) -> bytes:
    """A tar archive of the files with their parent folders, to be unpacked in the working directory.

    Args:
        files: Relative path -> content.
        disk_bytes: Size of the working directory.

    Raises:
        InvalidInput: a path leaves the working directory, or the files do not fit into it.
    """
    check_files(files, disk_bytes)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        made: set[str] = set()
        for name, content in files.items():
            path = PurePosixPath(name)
            for parent in reversed(path.parents[:-1]):
                if str(parent) not in made:
                    made.add(str(parent))
                    archive.addfile(_entry(str(parent), tarfile.DIRTYPE, 0o755, 0))
            entry = _entry(str(path), tarfile.REGTYPE, 0o755 if content[:2] == b"#!" else 0o644, len(content))
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def check_files(files: Mapping[str, bytes], disk_bytes: int) -> None:
    """Check that files can be put into a working directory of a size.

    Args:
        files: Relative path -> content.
        disk_bytes: Size of the working directory.

    Raises:
        InvalidInput: a path leaves the working directory, or the files do not fit into it.
    """
    need = sum(-(-len(content) // _PAGE) * _PAGE for content in files.values())
    if need > disk_bytes:
        raise InvalidInput(
            "files",
            f"need {need:,} bytes, but the sandbox's disk has {disk_bytes:,}",
            "Raise limits.disk_bytes.",
        )
    for name in files:
        if not _lies_inside(name):
            raise InvalidInput("files", f"{name!r} is not a relative path inside the working directory")


@functools.lru_cache(maxsize=1024)  # most jobs bring the same files as the job before
def _lies_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name)


def _entry(name: str, kind: bytes, mode: int, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type = kind
    entry.mode = mode
    entry.size = size
    return entry
