"""Which packages there are: a short list that comes along, and complete ones where somebody has made them.

``packages/*.txt`` hold well-known names. ``scripts/package-list`` makes a complete list from a registry's
index; a folder of those settles what the short list leaves open.
"""

from __future__ import annotations

import difflib
import re
import sys
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from verifiers.domain import Value
from verifiers.errors import ToolFailed

_REGISTRIES = {"python": "python", "javascript": "npm", "typescript": "npm", "rust": "crates", "go": "go"}
_RUST = frozenset({"std", "core", "alloc", "proc_macro", "test"})
_CLOSE = 0.84  # of difflib's ratio: one letter in six wrong


class Known(Value):
    """What is known of one name.

    Attributes:
        exists: It is the language's own, well known, or in the complete list.
        close_to: A well-known name that it nearly is; empty if there is none.
    """

    exists: bool
    close_to: str = ""


def lookup(name: str, language: str, folder: Path | None) -> Known:
    """What is known of a package's name.

    Args:
        name: As imported; see :class:`verifiers.scanners.imports.Import`.
        language: One of :data:`verifiers.scanners.imports.LANGUAGES`.
        folder: That of the complete lists, or None.

    Raises:
        ToolFailed: a list cannot be read.
    """
    if _is_well_known(name, language):
        return Known(exists=True)
    complete = complete_list(language, folder)
    if complete is not None and _is_listed(name, language, complete):
        return Known(exists=True)
    last = name.rsplit("/", 1)[0] if language == "go" else name
    near = difflib.get_close_matches(last[:80], _short(_file_of(language)), n=1, cutoff=_CLOSE)
    return Known(exists=False, close_to=near[0] if near else "")


def complete_list(language: str, folder: Path | None) -> frozenset[str] | None:
    """The names in the complete list of the language's registry; None where there is no such list.

    Raises:
        ToolFailed: the folder is not there, or the list in it cannot be read.
    """
    registry = _REGISTRIES.get(language)
    if folder is None or registry is None:
        return None
    if not folder.is_dir():
        raise ToolFailed(f"The folder of package lists {folder} is not there.", "Name another, or none.")
    path = folder / f"{registry}.txt"
    try:
        return _read_list(path, path.stat().st_mtime_ns) if path.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise ToolFailed(f"The package list {path} cannot be read: {error}") from error


def normal(name: str, language: str) -> str:
    """A name as lists hold it: registries of Python and Rust do not tell ``_`` and ``-`` apart."""
    if language == "python":
        return re.sub(r"[-_.]+", "-", name).lower()
    return name.replace("-", "_") if language == "rust" else name


def _is_well_known(name: str, language: str) -> bool:
    if language == "python":
        return name in sys.stdlib_module_names or name in _short("python")
    if language == "rust":
        return name in _RUST or name in _short("crates")
    if language == "go":
        first = name.split("/")[0]
        return first in _short("go-std") if "." not in first else _has_prefix(name, "/", _short("go"))
    if language == "java":
        return _has_prefix(name, ".", _short("java"))
    bare = name.removeprefix("node:")
    return bare in _short("node") or (bare == name and name in _short("npm")) or bare.startswith("@types/")


def _is_listed(name: str, language: str, complete: frozenset[str]) -> bool:
    if language == "go":
        return _has_prefix(name, "/", complete)
    names = {name, _distributions().get(name, name)} if language == "python" else {name}
    return any(normal(item, language) in complete for item in names)


def _has_prefix(name: str, separator: str, known: frozenset[str]) -> bool:
    parts = name.split(separator)
    return any(separator.join(parts[:count]) in known for count in range(1, len(parts) + 1))


def _file_of(language: str) -> str:
    return _REGISTRIES.get(language, language)


@lru_cache(maxsize=8)
def _read_list(path: Path, _changed: int) -> frozenset[str]:
    language = {"python": "python", "crates": "rust"}.get(path.stem, "")
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(normal(line.strip(), language) for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=16)
def _short(name: str) -> frozenset[str]:
    return frozenset(_lines(name))


@lru_cache(maxsize=1)
def _distributions() -> dict[str, str]:
    pairs = (line.split() for line in _lines("python-distributions"))
    return {module: distribution for module, distribution in pairs}


def _lines(name: str) -> list[str]:
    try:
        text = files(__package__).joinpath("packages", f"{name}.txt").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ToolFailed(f"The list of well-known packages {name}.txt cannot be read: {error}") from error
    return [line for line in text.splitlines() if line and not line.startswith("#")]
