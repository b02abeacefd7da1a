"""Weak contracts with and without their fix, what other tools reported on them, and our own clean ones.

SmartBugs speaks of ten kinds of weakness (DASP). Which of them a finding is follows from its SWC number, or
from its rule where it has none; that belongs to the measurement and not to the product.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from verifiers.domain import Finding

CLEAN = Path(__file__).parent / "contracts" / "clean"
CATEGORIES = (
    "access_control",
    "arithmetic",
    "bad_randomness",
    "denial_of_service",
    "front_running",
    "reentrancy",
    "short_addresses",
    "time_manipulation",
    "unchecked_low_level_calls",
    "other",
)
_OF_SWC = {
    "SWC-101": "arithmetic",
    "SWC-104": "unchecked_low_level_calls",
    "SWC-105": "access_control",
    "SWC-106": "access_control",
    "SWC-107": "reentrancy",
    "SWC-109": "other",
    "SWC-112": "access_control",
    "SWC-113": "denial_of_service",
    "SWC-114": "front_running",
    "SWC-115": "access_control",
    "SWC-116": "time_manipulation",
    "SWC-118": "access_control",
    "SWC-120": "bad_randomness",
    "SWC-124": "access_control",
    "SWC-126": "denial_of_service",
    "SWC-128": "denial_of_service",
}
_OF_RULE = {"solidity-patterns.short-address": "short_addresses", "solidity.short-address": "short_addresses"}
# What the stored results call otherwise.
_THEIRS = {"denial_service": "denial_of_service", "unchecked_low_calls": "unchecked_low_level_calls"}
_THEIRS |= {"Other": "other"}
_RESULTS = "results_curated_2023-04_13tools.json"


class Contract(NamedTuple):
    """A contract of SmartBugs-curated.

    Attributes:
        name: Of its file, without the ending.
        category: What is weak in it.
        lines: Where, from 1.
        text: The source.
    """

    name: str
    category: str
    lines: frozenset[int]
    text: str


class Pair(NamedTuple):
    """A contract before and after somebody mended it."""

    name: str
    category: str
    weak: str
    fixed: str


def category_of(finding: Finding) -> str | None:
    """The kind of weakness that a finding is of; None for what SmartBugs has no name for."""
    return _OF_RULE.get(finding.rule) or _OF_SWC.get(finding.swc or "")


def curated(folder: Path) -> list[Contract]:
    """SmartBugs-curated; the comments that name the weakness stay in, as all tools saw them."""
    base = folder / "smartbugs_curated"
    found = []
    for row in _read(base / "vulnerabilities.json"):
        places = row["vulnerabilities"]
        lines = frozenset(line for place in places for line in place["lines"])
        text = (base / row["path"]).read_text(encoding="utf-8", errors="replace")
        found.append(Contract(row["name"].removesuffix(".sol"), places[0]["category"], lines, text))
    return found


def patched(folder: Path) -> list[Pair]:
    """The contracts for which the patched collection has both sides."""
    base = folder / "smartbugs_patched" / "dataset"
    if not base.is_dir():
        _missing(base)
    return [
        Pair(f"{weak.parent.name}/{weak.stem}", category, _text(weak), _text(fixed))
        for after in sorted(base.glob("*_patched"))
        for category in CATEGORIES
        if after.name.startswith(category)
        for weak in sorted((base / after.name.removesuffix("_patched")).glob("*.sol"))
        for fixed in _fixes(after, weak)
    ]


def _fixes(folder: Path, weak: Path) -> Iterator[Path]:
    for name in (f"{weak.stem}_patched.sol", weak.name):
        if (folder / name).exists():
            yield folder / name
            return


def clean() -> list[tuple[str, str]]:
    """Our contracts of well-known patterns, name and text."""
    return [(path.stem, _text(path)) for path in sorted(CLEAN.glob("*.sol"))]


def others(folder: Path) -> dict[str, dict[str, frozenset[str]]]:
    """Contract -> tool -> the kinds of weakness that it reported there."""
    stored = _read(folder / "smartbugs_tool_results" / _RESULTS)
    return {
        name: {
            tool: frozenset(_THEIRS.get(category, category) for category in said["categories"])
            for tool, said in row["tools"].items()
        }
        for name, row in stored.items()
    }


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _read(path: Path) -> Any:
    if not path.exists():
        _missing(path)
    return json.loads(path.read_text(encoding="utf-8"))


def _missing(path: Path) -> None:
    sys.exit(f"The data {path} is not there: name the folder that holds it with --data DIR.")
