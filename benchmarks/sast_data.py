"""Weak code with and without its fix, as one kind of value whatever the collection."""

from __future__ import annotations

import ast
import json
import re
import sys
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.datasets import read_rows

_SVEN_C = frozenset({".c", ".cc", ".cpp", ".cxx", ".h"})
_SUFFIXES = {"c": ".c", "c++": ".cpp", "cpp": ".cpp", "go": ".go", "java": ".java", "javascript": ".js"}
_SUFFIXES |= {"python": ".py", "rust": ".rs"}
_FENCE = re.compile(r"```[^\n]*\n(.*?)```", re.DOTALL)


class Sample(NamedTuple):
    """A piece of weak code, and the same code mended where the collection has it.

    Attributes:
        group: The row of the table that it counts for.
        suffix: Of the file that the tools are given.
        weak: Its text.
        fixed: Its text after the fix; None where there is none.
    """

    group: str
    suffix: str
    weak: str
    fixed: str | None


def sven(folder: Path) -> list[Sample]:
    """SVEN: functions before and after the commit that mended them. Both splits; nothing here is trained."""
    samples = []
    for path in sorted((folder / "sven").glob("*/*.jsonl")) or _missing(folder / "sven"):
        for row in read_rows(path):
            suffix = Path(row["file_name"]).suffix
            language = "Python" if suffix == ".py" else "C" if suffix in _SVEN_C else ""
            if language:
                before, after = (textwrap.dedent(row[f"func_src_{side}"]) for side in ("before", "after"))
                samples.append(Sample(f"{language} {path.stem.upper()}", suffix, before, after))
    return samples


def answers(folder: Path) -> list[Sample]:
    """INDICT's preference pairs: a rejected answer that is weak, and the chosen one to the same question."""
    rows = _read(folder / "indict_cvs" / "cvs.json")
    samples = []
    for row in rows:
        suffix = _SUFFIXES.get(row["lang"])
        weak, fixed = (_FENCE.search(row[side]) for side in ("rejected", "chosen"))
        if suffix and weak and fixed:
            samples.append(Sample(row["lang"], suffix, weak[1], fixed[1]))
    return samples


def cyberseceval(folder: Path) -> tuple[list[Sample], int]:
    """CyberSecEval's excerpts of weak open-source code, and how many Python ones no parser can read.

    The excerpts are cut around a line; nearly all begin or end in the middle of something. They have no fix.
    """
    samples, unreadable = [], 0
    for row in _read(folder / "cyberseceval" / "instruct.json"):
        suffix = _SUFFIXES.get(row["language"])
        if suffix is None:
            continue
        code = textwrap.dedent(row["origin_code"])
        if suffix == ".py" and not _parses(code):
            unreadable += 1
            continue
        samples.append(Sample(row["language"], suffix, code, None))
    return samples, unreadable


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return False
    return True


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        _missing(path)
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def _missing(path: Path) -> list[Path]:
    sys.exit(f"The data {path} is not there: name the folder that holds it with --data DIR.")
