"""What the judge tells the host: one JSON line for each test, and a last one that says it came to its end."""

from __future__ import annotations

import json
import os
from typing import Any

MAX_TEXT = 2000
MAX_TEXTS = 2 * 2**20  # characters of all messages of a run; what was passed and failed is told in any case


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
        nonce: A word that the host expects on every line.
    """

    def __init__(self, descriptor: int, nonce: str) -> None:
        self._descriptor = descriptor
        self._nonce = nonce
        self._left = MAX_TEXTS

    def result(self, test: str, outcome: str, message: str = "", line: int = 0, path: str = "") -> None:
        """Report one test: ``passed``, ``failed``, ``skipped``, ``skipped-by-candidate`` or ``xfailed``."""
        text = clip(message)[: self._left]
        self._left -= len(text)
        self._write({"test": test, "outcome": outcome, "message": text, "line": line, "path": path})

    def end(self, gone: str | None, versions: dict[str, str]) -> None:
        """Report that everything was run, by what, and whether the candidate's process ended before."""
        self._write({"end": True, "gone": gone, "versions": versions})

    def _write(self, entry: dict[str, Any]) -> None:
        line = json.dumps({"nonce": self._nonce, **entry}).encode() + b"\n"
        self.say(line)

    def say(self, data: bytes) -> None:
        """Write what is no entry: the last words of a judge that breaks."""
        while data:
            data = data[os.write(self._descriptor, data) :]
