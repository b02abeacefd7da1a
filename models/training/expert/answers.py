"""From code that passed to the code that is learnt, and which of several right ones are."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from verifiers.domain import Candidate, Language, SourceFile


def tidied(files: Sequence[SourceFile], language: Language) -> tuple[SourceFile, ...]:
    """The code without what it does when it is loaded: tests, example calls and prints of its own.

    Only of Python; other languages' code is left as it is. The result is other code and must be judged anew.
    """
    if language is not Language.PYTHON:
        return tuple(files)
    return tuple(file.model_copy(update={"content": _tidied(file.content)}) for file in files)


def _tidied(content: str) -> str:
    text = content.replace("\r\n", "\n").replace("\r", "\n")
    text = "\n".join(line.expandtabs(4).rstrip() for line in text.split("\n"))
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return content
    lines = text.split("\n")
    gone: set[int] = set()
    for place, node in enumerate(tree.body):
        if not _defines(node, first=place == 0):
            gone |= set(range(node.lineno - 1, node.end_lineno or node.lineno))
    # Two statements on one line stand or fall together.
    gone -= {
        line
        for place, node in enumerate(tree.body)
        if _defines(node, first=place == 0)
        for line in range(node.lineno - 1, node.end_lineno or node.lineno)
    }
    last = max((node.end_lineno or 0 for node in tree.body if _defines(node, first=False)), default=0)
    # Comments behind the last definition belong to what is gone.
    kept = [line for place, line in enumerate(lines[:last]) if place not in gone]
    return _without_gaps(kept) if last else content


def _defines(node: ast.stmt, *, first: bool) -> bool:
    """Whether a statement at the top level is there for others to use."""
    if isinstance(node, ast.Expr):
        return first and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    if isinstance(node, ast.If):
        return not any(isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test))
    return not isinstance(node, (ast.Assert, ast.For, ast.While, ast.With))


def _without_gaps(lines: Iterable[str]) -> str:
    """At most two empty lines in a row, one line break at the end."""
    kept: list[str] = []
    for line in lines:
        if line or kept[-2:] != ["", ""]:
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n"


def chosen(candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    """The shortest, then again and again the one least like those chosen; each code once.

    Likeness is the share of words that two codes have in common (Jaccard's index).

    Args:
        candidates: Right ones; copies of each other do no harm.
        most: How many to choose.
    """
    by_digest = {candidate.digest: candidate for candidate in candidates}
    left = sorted(by_digest.values(), key=lambda each: (_length(each), each.digest))
    found = left[:1]
    while len(found) < most and len(left) > len(found):
        # Ties go to the shorter one, which comes first.
        rest = [each for each in left if each not in found]
        found.append(min(rest, key=lambda each: max(_likeness(each, other) for other in found)))
    return found[:most]


def _length(candidate: Candidate) -> int:
    return sum(len(file.content) for file in candidate.files)


def _words(candidate: Candidate) -> frozenset[str]:
    return frozenset(word for file in candidate.files for word in file.content.split())


def _likeness(one: Candidate, other: Candidate) -> float:
    ours, theirs = _words(one), _words(other)
    return len(ours & theirs) / max(len(ours | theirs), 1)
