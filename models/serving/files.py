"""Files of models and adapters: which count, their digests, and copies that nobody else can change."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from models.serving.entries import Entry, FileDigest
from verifiers.errors import InvalidInput

PICKLED = (".bin", ".ckpt", ".pkl", ".pickle", ".pt", ".pth")
_CHUNK = 2**20
_THREADS = 4  # hashing lets go of the interpreter's lock


@contextmanager
def opened(path: Path, field: str) -> Iterator[IO[bytes]]:
    """A regular file for reading; a link, a pipe or a device in its place is refused and not waited for.

    Raises:
        InvalidInput: it is none, or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        link = path.is_symlink()
        why = "is a symbolic link" if link else f"cannot be read ({error.strerror})"
        raise InvalidInput(field, f"{_shown(path)} {why}.", "Give a folder of plain files.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InvalidInput(field, f"{_shown(path)} is no plain file.", "Give a folder of plain files.")
    with os.fdopen(descriptor, "rb") as file:
        yield file


def digest_of(path: Path, inner: str, field: str, copy_to: IO[bytes] | None = None) -> FileDigest:
    """A file's digest; what was hashed is what is copied, whatever happens to the file meanwhile.

    Args:
        path: The file.
        inner: What it is called in its entry.
        field: For errors.
        copy_to: Also gets the bytes.

    Raises:
        InvalidInput: it cannot be read or is no plain file.
    """
    running, size = hashlib.sha256(), 0
    with opened(path, field) as file:
        while chunk := file.read(_CHUNK):
            running.update(chunk)
            size += len(chunk)
            if copy_to is not None:
                copy_to.write(chunk)
    return FileDigest(path=inner, bytes=size, sha256=running.hexdigest())


def model_files(folder: Path) -> tuple[FileDigest, ...]:
    """Digests of a checkpoint folder's files, at about 1 s a gigabyte and core.

    Raises:
        InvalidInput: no ``config.json`` or no safetensors in it, weights as a pickle, or links.
    """
    names = sorted(path.name for path in _listed(folder, "model") if path.is_symlink() or path.is_file())
    if "config.json" not in names:
        raise InvalidInput(
            "model", f"There is no config.json in {_shown(folder)}.", "Give the folder of a saved checkpoint."
        )
    if not any(name.endswith(".safetensors") for name in names):
        pickled = any(name.endswith(PICKLED) for name in names)
        raise InvalidInput(
            "model",
            f"{_shown(folder)} has {'pickled weights, which can run code' if pickled else 'no weights'}.",
            "Save it as safetensors: model.save_pretrained(folder, safe_serialization=True).",
        )
    wanted = [name for name in names if not name.endswith(PICKLED)]
    with ThreadPoolExecutor(_THREADS) as pool:
        return tuple(pool.map(lambda name: digest_of(folder / name, name, "model"), wanted))


def verify(entry: Entry) -> None:
    """See to it that an entry's files are those that were added.

    Raises:
        InvalidInput: one is missing, or is another one; names it.
    """
    if not entry.files:
        return
    folder = Path(entry.path)
    again = f"Add it again: acrisol model remove {entry.name}, then acrisol model add"

    def changed(known: FileDigest) -> str:
        try:
            found = digest_of(folder / known.path, known.path, entry.kind)
        except InvalidInput:
            return f"{known.path} is not there any more, or no plain file"
        return "" if found == known else f"{known.path} is not what was added"

    with ThreadPoolExecutor(_THREADS) as pool:
        for why in pool.map(changed, entry.files):
            if why:
                raise InvalidInput(entry.kind, f"{entry.name} cannot be trusted: {why}.", again)
    if entry.kind == "model":
        known = {file.path for file in entry.files}
        weights = {path.name for path in _listed(folder, "model") if path.name.endswith(".safetensors")}
        if weights - known:
            name = min(weights - known)
            raise InvalidInput("model", f"{entry.name} cannot be trusted: {name[:100]!r} has come in.", again)


def copied(folder: Path, names: Iterable[str], target: Path, field: str) -> tuple[FileDigest, ...]:
    """Copy files into a new folder that only this user can enter.

    Args:
        folder: Where they are.
        names: Which.
        target: Must not be there yet.
        field: For errors.

    Returns:
        The copies' digests.

    Raises:
        InvalidInput: one cannot be read or is no plain file.
        OSError: the copy cannot be written.
    """
    target.mkdir(mode=0o700)
    digests = []
    for name in names:
        descriptor = os.open(target / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            digests.append(digest_of(folder / name, name, field, file))
            file.flush()
            os.fsync(descriptor)
    return tuple(digests)


def _listed(folder: Path, field: str) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise InvalidInput(
            field, f"The folder {_shown(folder)} cannot be read ({error.strerror})."
        ) from error


def _shown(path: Path) -> str:
    return repr(str(path))[1:-1][:200]
