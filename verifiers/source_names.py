"""Which language a file is in, by its name."""

from __future__ import annotations

from pathlib import PurePosixPath

from verifiers.terms import Language

# The first is what a file of the language is usually called.
SUFFIXES: dict[Language, tuple[str, ...]] = {
    Language.PYTHON: (".py",),
    Language.JAVASCRIPT: (".js", ".mjs", ".cjs"),
    Language.TYPESCRIPT: (".ts", ".mts", ".cts"),
    Language.JAVA: (".java",),
    Language.GO: (".go",),
    Language.RUST: (".rs",),
    Language.C: (".c", ".h"),
    Language.CPP: (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".h"),
    Language.BASH: (".sh", ".bash"),
    Language.SOLIDITY: (".sol",),
}


def languages_of(path: str) -> frozenset[Language]:
    """The languages that a file of this name may be in; a C header may be C++ too. Empty if none is known."""
    suffix = PurePosixPath(path).suffix
    return frozenset(language for language, suffixes in SUFFIXES.items() if suffix in suffixes)
