"""What a compiler reads when it reads a file, for tools that read files less exactly.

A candidate is hostile: it may hold code that its compiler runs and a scanner does not see. A comment ends for
Python at a bare carriage return and for solc at U+2028; javac decodes escapes before it looks for comments; a
C compiler joins lines at a backslash first of all. So a scanner is given the text after those steps. Where
compilers disagree (trigraphs, HTML-like comments) there are several readings of a file, and each is scanned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from verifiers.scanners import full_names, guards
from verifiers.scanners.spellings import bash, c, javascript, rust, solidity
from verifiers.scanners.types_off import typescript

_BY_SUFFIX = {
    **dict.fromkeys((".py", ".pyi", ".pyw"), "python"),
    ".sol": "solidity",
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), "javascript"),
    **dict.fromkeys((".ts", ".mts", ".cts", ".tsx"), "typescript"),
    ".java": "java",
    ".go": "go",
    ".rs": "rust",
    ".c": "c",
    # A header may be either; C++ reads nearly all of C, and both share their rules.
    **dict.fromkeys(
        (".h", ".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".ipp", ".tpp", ".inl"), "cpp"
    ),
    **dict.fromkeys((".sh", ".bash", ".bats", ".ksh"), "bash"),
}
_BY_PROGRAM = {"python": "python", "node": "javascript", "deno": "typescript", "ts-node": "typescript"}
_BY_PROGRAM |= dict.fromkeys(("sh", "bash", "dash", "ksh", "zsh", "ash"), "bash")

# Text that nothing runs by itself. What is neither code we have rules for nor one of these was not scanned.
_INERT_SUFFIXES = frozenset(
    {".cfg", ".css", ".csv", ".ini", ".json", ".lock", ".md", ".mod", ".rst", ".sum", ".svg", ".toml", ".tsv"}
    | {".txt", ".typed", ".xml", ".yaml", ".yml"}
)
_SHEBANG = re.compile(r"\ufeff?#![ \t]*(?:\S*/)?(?:env[ \t]+(?:-\S+[ \t]+)*)?(?:\S*/)?(?P<program>[a-z-]+)")

_READINGS: Mapping[str, Callable[[str], tuple[str, ...]]] = {
    "bash": bash,
    "c": c,
    "cpp": c,
    "go": full_names.go,
    "java": full_names.java,
    "javascript": javascript,
    "python": guards.python,
    "rust": rust,
    "solidity": solidity,
    "typescript": typescript,
}


def language_of(path: str, content: str) -> str | None:
    """The language a file is written in, by its name or its ``#!`` line; None where we have no rules."""
    known = _BY_SUFFIX.get(PurePosixPath(path).suffix.lower())
    shebang = _SHEBANG.match(content)
    return known or (_BY_PROGRAM.get(shebang["program"]) if shebang else None)


def is_inert(path: str) -> bool:
    """Whether a file is data or documentation by its name."""
    pure = PurePosixPath(path)
    return pure.suffix.lower() in _INERT_SUFFIXES or pure.name in {"LICENSE", "README", ".gitignore"}


def readings(content: str, language: str) -> tuple[str, ...]:
    """The texts that the language's compilers take the file for; more than one where they disagree.

    Lines keep the numbers that the compiler gives them, but for line ends written as escapes in Java. Columns
    keep theirs except on lines that were spelled in an unusual way.
    """
    return tuple(dict.fromkeys(_READINGS[language](content.removeprefix("\ufeff"))))


def as_compiled(content: str, language: str) -> str:
    """The first of :func:`readings`: what the usual compiler with its usual options reads."""
    return readings(content, language)[0]
