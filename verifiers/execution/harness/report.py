"""What the judge tells the host: one JSON line for each test, and a last one that says it came to its end."""

from __future__ import annotations

import json
import os
from typing import Any

HOST_CHANNEL = b"H"
MAX_TEXT = 2000


def clip(text: str) -> str:
    """The text, or its beginning and its end where it is too long for a report."""
    if len(text) <= MAX_TEXT:
        return text
    half = MAX_TEXT // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half:,} characters ...]\n{text[-half:]}"


class Reporter:
    """Sends results to the host.

    Args:
        descriptor: A file descriptor of the judge's own.
        framed: Whether a relay reads it that expects frames, or a plain pipe.
        nonce: A word that the host expects on every line.
    """

    def __init__(self, descriptor: int, framed: bool, nonce: str) -> None:
        self._descriptor = descriptor
        self._framed = framed
        self._nonce = nonce

    def result(self, test: str, outcome: str, message: str = "", line: int = 0, path: str = "") -> None:
        """Report one test: ``passed``, ``failed``, ``skipped``, ``skipped-by-candidate`` or ``xfailed``."""
        self._write({"test": test, "outcome": outcome, "message": clip(message), "line": line, "path": path})

    def end(self, gone: str | None, **facts: Any) -> None:
        """Report that everything was run, and whether the candidate's process ended before."""
        self._write({"end": True, "gone": gone, **facts})

    def _write(self, entry: dict[str, Any]) -> None:
        line = json.dumps({"nonce": self._nonce, **entry}).encode() + b"\n"
        data = HOST_CHANNEL + len(line).to_bytes(4, "big") + line if self._framed else line
        while data:
            data = data[os.write(self._descriptor, data) :]
