"""A root file system, written as a tar archive from files of this machine."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath

FOLDERS = ("tmp", "work", "proc", "dev", "sys", "etc", "root")
MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")  # links into /usr, as Debian has them
_ELF = b"\x7fELF"


class Rootfs:
    """A root file system that grows; of each path the first entry is kept.

    Everything in it is root's and can be read by everybody. Nothing keeps a set-user-id or set-group-id bit.

    Args:
        archive: Open for writing, or for appending to an earlier one.
    """

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self._seen = set(archive.getnames()) if archive.mode == "a" else set[str]()
        for name in MERGED:
            self._link(name, f"usr/{name}")
        for folder in FOLDERS:
            self.folder(folder)

    def folder(self, name: str) -> None:
        """An empty folder that everybody may enter."""
        entry = tarfile.TarInfo(_inside(name))
        entry.type = tarfile.DIRTYPE
        entry.mode = 0o755
        self._put(entry)

    def link(self, name: str, target: str) -> None:
        """A symbolic link."""
        self._link(_inside(name), target)

    def file(self, source: Path, name: str) -> None:
        """A copy of a regular file, links followed."""
        real = source.resolve()
        inside = _inside(name)
        if inside in self._seen or not real.is_file():
            return
        entry = tarfile.TarInfo(inside)
        found = real.stat()
        entry.size, entry.mtime = found.st_size, int(found.st_mtime)
        entry.mode = 0o755 if found.st_mode & 0o111 else 0o644
        self._folders_of(inside)
        with real.open("rb") as content:
            self._seen.add(inside)
            self._archive.addfile(entry, content)

    def program(self, source: Path, name: str) -> None:
        """A program with the libraries that it is linked to."""
        self.file(source, name)
        self.libraries([source])

    def tree(self, source: Path, target: str, left_out: Collection[str] = ()) -> None:
        """A copy of a file or folder at another path.

        Args:
            source: A link to elsewhere is followed, one inside the folder stays one.
            target: Where it lies in the root file system.
            left_out: Names of folders, at any depth, that no job needs.
        """
        base = source.resolve()
        if base.is_file():
            self.file(base, target)
            return
        for folder, folders, names in os.walk(base):
            folders[:] = [name for name in folders if name not in left_out]
            for name in [*names, *(name for name in folders if Path(folder, name).is_symlink())]:
                path = Path(folder, name)
                inside = f"{target}/{path.relative_to(base)}"
                if path.is_symlink() and _stays_in(path, base):
                    self.link(inside, os.readlink(path))
                elif path.is_dir():
                    self.tree(path, inside, left_out)
                else:
                    self.file(path, inside)

    def libraries(self, binaries: Iterable[Path], base: Path | None = None) -> None:
        """The libraries of some binaries, at the paths where the loader looks for them.

        Args:
            binaries: Programs and libraries.
            base: A folder that is in the root file system already; what lies in it is left out.
        """
        own = base.resolve() if base else None
        for binary in binaries:
            said = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=False).stdout
            for word in said.split():
                path = Path(word)
                if path.is_absolute() and not (own and path.resolve().is_relative_to(own)):
                    self.file(path, word)

    def as_it_is(self, path: Path) -> None:
        """A file, folder or link of this machine at its own path."""
        if path.is_symlink():
            self.link(str(path), os.readlink(path))
        elif path.is_dir():
            self.folder(str(path))
        else:
            self.file(path, str(path))

    def _link(self, name: str, target: str) -> None:
        entry = tarfile.TarInfo(name)
        entry.type = tarfile.SYMTYPE
        entry.linkname = target
        self._put(entry)

    def _put(self, entry: tarfile.TarInfo) -> None:
        if entry.name and entry.name not in self._seen:
            self._folders_of(entry.name)
            self._seen.add(entry.name)
            self._archive.addfile(entry)

    def _folders_of(self, inside: str) -> None:
        """The folders that a path lies in: an engine may make those that are only implied for root alone."""
        for folder in reversed(PurePosixPath(inside).parents[:-1]):
            if str(folder) not in self._seen:
                self.folder(str(folder))


def binaries_below(folder: Path) -> Iterator[Path]:
    """Programs and libraries in a folder, told by how they begin."""
    paths = folder.rglob("*") if folder.is_dir() else [folder]
    for path in paths:
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(len(_ELF)) == _ELF:
                    yield path


def _inside(name: str) -> str:
    """The name in the archive; the merged /bin, /lib, ... are links there, so nothing may lie below them."""
    parts = PurePosixPath(name.lstrip("/")).parts
    return "/".join(("usr", *parts) if len(parts) > 1 and parts[0] in MERGED else parts)


def _stays_in(link: Path, base: Path) -> bool:
    """Whether a link means the same where the folder lies elsewhere."""
    target = os.readlink(link)
    return not os.path.isabs(target) and link.resolve().is_relative_to(base)
