"""The server that runs here: one at a time, found by others through a file in the registry's folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from models.errors import ModelUnavailable
from models.serving.entries import Name
from models.wire import parse_api_key
from verifiers.domain import Value
from verifiers.errors import InvalidInput, ToolFailed

_LOCK, _FILE, _KEY = "server.lock", "server.json", "server-key"
_TRIES, _PAUSE_S = 10, 0.05


class RunningServer(Value):
    """A server that answers.

    Attributes:
        url: Its root, without ``/v1``.
        base: The base model's name.
        max_rank: Of adapters that it takes.
        pid: The process that looks after it.
    """

    url: str
    base: Name
    max_rank: int
    pid: int


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Be the only server of a registry, for as long as the block runs or this process lives.

    Raises:
        InvalidInput: there is one already.
        ToolFailed: the folder cannot be written.
    """
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        file = (folder / _LOCK).open("ab")
    except OSError as error:
        raise _unwritable(folder, error) from error
    with file:
        if not _taken(file):
            running = _read(folder)
            where = f" on {running.url}" if running else ""
            raise InvalidInput(
                "model",
                f"A server of this registry runs already{where}.",
                "Use it, stop it, or give another ACRISOL_HOME.",
            )
        # What was written by a server that was killed is not true any more.
        with contextlib.suppress(FileNotFoundError):
            (folder / _FILE).unlink()
        try:
            yield
        finally:
            with contextlib.suppress(FileNotFoundError):
                (folder / _FILE).unlink()


def _taken(lock: IO[bytes]) -> bool:
    """Take the lock. Who only looks whether there is a server holds it for a moment: see :func:`_held`."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
        else:
            return True
    return False


def announce(folder: Path, server: RunningServer) -> None:
    """Tell other commands of it; within :func:`only_one`.

    Raises:
        ToolFailed: the folder cannot be written.
    """
    _write(folder, _FILE, server.model_dump_json())


def find(folder: Path) -> RunningServer | None:
    """The server that runs; None if none does, or none that has answered yet."""
    return _read(folder) if _held(folder) else None


def found(folder: Path) -> RunningServer:
    """The server that runs.

    Raises:
        ModelUnavailable: none does.
    """
    server = find(folder)
    if server is not None:
        return server
    if _held(folder):
        raise ModelUnavailable("The model server is starting.", "Try again when it says that it serves.")
    raise ModelUnavailable("No model server runs here.", "Start one: acrisol model serve --model NAME")


def server_key(folder: Path) -> str:
    """This registry's own API key, drawn at its first use.

    It is not the key of ``ACRISOL_MODEL_API_KEY``, which may be a provider's and none of a local server's
    business.

    Raises:
        ToolFailed: it cannot be read or written.
    """
    path = key_file(folder)
    if not path.exists():
        _write(folder, _KEY, f"{secrets.token_urlsafe(32)}\n", keep=True)
    try:
        key = parse_api_key(path.read_text())
    except (OSError, ValueError, InvalidInput):
        key = None
    if key is None:
        raise ToolFailed(f"The key file {path} cannot be read.", "Move it away to have a new key drawn.")
    return key


def key_file(folder: Path) -> Path:
    """Where this registry's own key is kept, for its user only."""
    return folder / _KEY


def _held(folder: Path) -> bool:
    """Whether a server has the lock: what a killed one has left in the file is not true any more."""
    try:
        with (folder / _LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _read(folder: Path) -> RunningServer | None:
    try:
        return RunningServer.model_validate_json((folder / _FILE).read_bytes())
    except (OSError, ValidationError):
        return None  # it starts, or is ending


def _write(folder: Path, name: str, text: str, *, keep: bool = False) -> None:
    """Write a file for this user only, whole or not at all; with ``keep`` one that is there stays."""
    scratch = folder / f"{name}.{secrets.token_hex(4)}"
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        if keep:
            with contextlib.suppress(FileExistsError):
                os.link(scratch, folder / name)
        else:
            scratch.replace(folder / name)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        with contextlib.suppress(OSError):
            scratch.unlink()


def _unwritable(folder: Path, error: OSError) -> ToolFailed:
    return ToolFailed(
        f"{folder} cannot be written ({error.strerror}).", "Set ACRISOL_HOME to a folder that can be written."
    )
