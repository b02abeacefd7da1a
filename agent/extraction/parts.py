"""Pieces of an answer, and how they become files; the same for every language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydantic import ValidationError

from agent.extraction.wanted import Wanted
from verifiers.domain import MAX_FILES, SourceFile
from verifiers.source_names import languages_of

_TEST_ENDS = ("_test", ".t", ".test", ".spec")
SHELL_TAGS = frozenset(
    ["bash", "bat", "cmd", "console", "output", "powershell", "sh", "shell", "stdout", "terminal", "zsh"]
)


@dataclass(frozen=True)
class Part:
    """A piece of code.

    Attributes:
        code: Its text.
        names: What it defines that is not a test.
        file_name: The name that the answer gives for it, or empty.
        sound: It parses (Python), its braces match (elsewhere).
        setup: Only imports, constants and the like: worth keeping beside definitions.
        tests_only: It defines tests and nothing else.
        cut: Its end was missing, and what was unfinished has been left out.
    """

    code: str
    names: frozenset[str]
    file_name: str = ""
    sound: bool = True
    setup: bool = False
    tests_only: bool = False
    cut: bool = False


def chosen(parts: Sequence[Part], wanted: Wanted) -> list[Part]:
    """The parts that make up the answer.

    Sound parts beat broken ones; parts that define something beat examples of use, tests and output; a part
    whose definitions all come again later is an earlier version and goes.
    """
    sound = [part for part in parts if part.sound]
    defining = [part for part in sound if part.names]
    if not sound or (not defining and any(part.names for part in parts)):
        return _best_broken(parts, wanted)
    if not defining:
        plain = [part for part in sound if not part.tests_only]
        return [max(plain, key=lambda part: len(part.code))] if plain else []
    kept = [part for part in sound if (part.names or part.setup) and not part.tests_only]
    names_later: set[tuple[str, str]] = set()
    newest: list[Part] = []
    for part in reversed(kept):
        own = {(part.file_name, name) for name in part.names}
        if not own or not own <= names_later:
            newest.append(part)
        names_later |= own
    return newest[::-1]


def files_of(
    parts: Sequence[Part], wanted: Wanted, join: Callable[[list[str]], str]
) -> tuple[SourceFile, ...]:
    """Put parts into files.

    A name that is no path inside the project, or of another language, falls back to ``wanted.path``. The
    user's tests cannot be written to. An answer of one file goes to ``wanted.path``, whatever it calls
    it, unless it replaces one of the user's own files.
    """
    by_path: dict[str, list[str]] = {}
    for part in parts:
        path = _target(part.file_name, wanted)
        if path:
            by_path.setdefault(path, []).append(part.code)
    if len(by_path) == 1 and next(iter(by_path)) not in wanted.files:
        by_path = {wanted.path: next(iter(by_path.values()))}
    return tuple(
        SourceFile(path=path, content=_ended(join(codes)))
        for path, codes in list(by_path.items())[:MAX_FILES]
    )


def _best_broken(parts: Sequence[Part], wanted: Wanted) -> list[Part]:
    broken = [part for part in parts if not part.sound]
    useful = [part for part in broken if part.names] or broken
    return [max(useful, key=lambda part: (len(part.names & wanted.names), len(part.code)))] if useful else []


def _target(name: str, wanted: Wanted) -> str:
    """Where a part with this name goes; empty if it may not be written at all."""
    if not name:
        return wanted.path
    while name.startswith("./"):
        name = name[2:]
    try:
        SourceFile(path=name, content="")
    except ValidationError:
        return wanted.path
    file = PurePosixPath(name)
    protected = {path.casefold() for path in wanted.protected}
    if name.casefold() in protected or file.name.casefold() == "conftest.py":
        return ""
    if file.stem.startswith("test_") or file.stem.endswith(_TEST_ENDS):
        return ""
    return name if wanted.language in languages_of(name) else wanted.path


def _ended(code: str) -> str:
    return code.strip("\n").rstrip() + "\n"
