"""Webhook secrets as they lie in the database: sealed with a key that does not lie there.

Whoever gets hold of the database or a backup of it can forge no webhook. A secret is needed as it is for
signing, so a digest would not do.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from verifiers.errors import InvalidInput

_PLAIN = "whsec_"  # how a secret begins that is not sealed
_LEAST_CHARS = 32


class SealBroken(Exception):
    """A secret was sealed with none of the keys that there are here."""


class Seal:
    """Seals secrets with the first of its keys, and opens what any of them has sealed.

    Args:
        keys: Each at least 32 random characters; without any, secrets stay as they are.

    Raises:
        InvalidInput: a key is too short to be random.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        if any(len(key) < _LEAST_CHARS for key in keys):
            raise InvalidInput(
                "ACRISOL_WEBHOOK_KEY",
                f"has fewer than {_LEAST_CHARS} characters.",
                "Make one with: openssl rand -hex 32",
            )
        self._keys = [Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys]

    @classmethod
    def from_file(cls, path: Path) -> Seal:
        """The keys in a file, one a line; with no such file one is made (mode 0600)."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = path.with_name(f"{path.name}.{os.getpid()}")
        if not path.exists():
            with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(f"{secrets.token_hex(32)}\n")
            try:
                os.link(scratch, path)  # fails if another process has made it meanwhile
            except FileExistsError:
                pass
            finally:
                scratch.unlink()
        return cls(path.read_text().split())

    def close(self, secret: str) -> str:
        """The secret as it may lie in the database."""
        return self._keys[0].encrypt(secret.encode()).decode() if self._keys else secret

    def open(self, stored: str) -> str:
        """The secret.

        Raises:
            SealBroken: it was sealed with another key.
        """
        if stored.startswith(_PLAIN):
            return stored
        for key in self._keys:
            try:
                return key.decrypt(stored).decode()
            except InvalidToken:
                continue
        raise SealBroken

    def renewed(self, stored: str) -> str:
        """What is stored, sealed with the first key; the same if it is so already.

        Raises:
            SealBroken: it was sealed with another key.
        """
        if not self._keys:
            self.open(stored)
            return stored
        try:
            self._keys[0].decrypt(stored)
        except InvalidToken:
            return self.close(self.open(stored))
        return stored
