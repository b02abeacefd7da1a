"""This machine's own API key: made at the first start, kept in a file that only its user can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from api.errors import KeyNotKept
from worker.access import Scope
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database

FILE = "api-key"  # in ACRISOL_HOME
_FIRST = KeyRequest(
    name="this machine's first key",
    scopes=frozenset(Scope),
    per_minute=1_000_000,  # whoever can read the file can also change the server's limit
)


def make_first_key(database: Database, home: Path) -> Path | None:
    """Make an admin's key and keep it in ``home``, unless there are keys already.

    Returns:
        Its file (mode 0600); None if no key was made.

    Raises:
        KeyNotKept: the file cannot be written; no key was made.
        StoreUnavailable: no key was made.
    """
    path = home.expanduser().absolute() / FILE

    def keep(secret: str) -> None:
        try:
            path.parent.mkdir(0o700, parents=True, exist_ok=True)
            scratch = path.with_name(f"{FILE}.{secrets.token_hex(4)}")
            descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(f"{secret}\n")
            scratch.replace(path)
        except OSError as error:
            raise KeyNotKept(
                f"The first API key cannot be written to {path}: {error.strerror}.",
                "Set ACRISOL_HOME to a folder that can be written.",
            ) from error

    return path if keys.create_first(database, _FIRST, keep) else None
