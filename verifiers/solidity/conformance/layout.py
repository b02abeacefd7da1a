"""Whether a new version of an upgradeable contract keeps its variables where the old one has them. Pure.

Behind a proxy the storage stays and the code changes: a variable that moves reads what another has written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

_VERSION = re.compile(r"^(?P<name>.*?)_?[Vv]?(?P<number>\d{0,3})$")
_GAP = re.compile(r"^_*gap\w*$", re.IGNORECASE)
_MOST_TOLD = 5


def versions(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of names that look like a version and the one after it: ``Box`` and ``BoxV2``.

    Args:
        names: Of contracts.
    """
    families: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        match = _VERSION.match(name)
        if match:
            families.setdefault(match["name"], []).append((int(match["number"] or 1), name))
    for family in families.values():
        for (_, old), (_, new) in pairwise(sorted(family)):
            yield old, new


def moved(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """What of the old storage is not where it was, in words; empty if all is.

    Args:
        old: The compiler's ``storageLayout`` of the version that is in use.
        new: That of the version that is to follow.
    """
    there = {(row["slot"], row["offset"]): row for row in new.get("storage") or ()}
    found = []
    for row in old.get("storage") or ():
        if _GAP.match(row["label"]):
            continue  # room that was kept for new variables
        now = there.get((row["slot"], row["offset"]))
        where = f"slot {row['slot']}" + (f", byte {row['offset']}" if row["offset"] else "")
        if now is None or now["label"] != row["label"]:
            found.append(
                f"{row['label']} was at {where}, where there is {now['label'] if now else 'nothing'} now"
            )
        elif _type(old, row) != _type(new, now):
            found.append(f"{row['label']} was {_type(old, row)} and is {_type(new, now)}")
    return tuple(found[:_MOST_TOLD])


def _type(layout: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    return str(((layout.get("types") or {}).get(row["type"]) or {}).get("label", row["type"]))
