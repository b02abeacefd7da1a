"""Candidates and tests as text files: ``=== candidate/PATH`` or ``=== tests/PATH``, then the content."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def names(kind: str) -> list[str]:
    """The cases of a kind, sorted."""
    return sorted(path.stem for path in (FOLDER / kind).glob("*.txt"))


def load(kind: str, name: str) -> tuple[dict[str, str], dict[str, str]]:
    """The candidate's files and the tests' files of one case, by path."""
    sides: dict[str, dict[str, str]] = {"candidate": {}, "tests": {}}
    for section in (FOLDER / kind / f"{name}.txt").read_text().split("=== ")[1:]:
        head, _, content = section.partition("\n")
        side, _, path = head.partition("/")
        sides[side][path] = content
    return sides["candidate"], sides["tests"]
