"""What a compiler reads when it reads a file, for tools that read files less exactly.

A candidate is hostile: it may hold code that its compiler runs and a scanner does not see. Python ends a line
at a bare carriage return and solc at a form feed and at U+2028 as well, so that for them a comment ends where
for a scanner it goes on; Python skips a byte order mark, and takes a full-width
letter in an identifier for the plain one (PEP 3131: NFKC).
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

_BY_SUFFIX = {".py": "python", ".pyi": "python", ".pyw": "python", ".sol": "solidity"}

# Text that nothing runs by itself. What is neither code we have rules for nor one of these was not scanned.
_INERT_SUFFIXES = frozenset(
    {".cfg", ".css", ".csv", ".ini", ".json", ".lock", ".md", ".rst", ".svg", ".toml", ".tsv", ".txt"}
    | {".typed", ".xml", ".yaml", ".yml"}
)
_LINE_ENDS = {"python": "\r\n|\r", "solidity": "\r\n|[\r\v\f\u2028\u2029]"}
_SHEBANG = re.compile(r"\ufeff?#![^\n]*\bpython")


def language_of(path: str, content: str) -> str | None:
    """The language a file is written in, by its name or its ``#!`` line; None where we have no rules."""
    known = _BY_SUFFIX.get(PurePosixPath(path).suffix.lower())
    return known or ("python" if _SHEBANG.match(content) else None)


def is_inert(path: str) -> bool:
    """Whether a file is data or documentation by its name."""
    pure = PurePosixPath(path)
    return pure.suffix.lower() in _INERT_SUFFIXES or pure.name in {"LICENSE", "README", ".gitignore"}


def as_compiled(content: str, language: str) -> str:
    """The text with line ends, byte order mark and identifier letters as the language's compiler takes them.

    Lines keep the numbers that the compiler gives them. Columns keep theirs except behind ligatures.
    """
    text = re.sub(_LINE_ENDS[language], "\n", content.removeprefix("\ufeff"))
    if language == "python" and not text.isascii():
        text = text.translate({ord(char): _plain(char) for char in set(text) if not char.isascii()})
    return text


def _plain(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    # Only what can be part of an identifier: a full-width quotation mark would end strings if it were plain.
    return plain if plain.isascii() and plain.replace("_", "a").isalnum() else char
