"""Explorations that came to their end, kept by what went into them. Safe to call from several threads.

An exploration says the same every time, so a contract that comes back unchanged (an audit asked for twice, an
attempt that changed only its tests) need not be explored again. What is kept lives in this process alone;
nothing that runs in a sandbox can write to it. It is only looked up by a digest over the contract's code,
the texts, the limits and the explorer itself, so that a project can at most mislead about itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifiers.solidity.exploring.exploration import Explored
from verifiers.solidity.kept import Kept

MOST_BYTES = 32 * 2**20  # of all that is kept, as JSON


@dataclass(frozen=True)
class Known:
    """What is known of a contract.

    Attributes:
        explored: To its end, from its deployment.
        quick: What the quick look saw; None if there was none, or if it did not come to its end.
        versions: Of what explored it.
        isolation: Where that was.
    """

    explored: Explored
    quick: Explored | None
    versions: Mapping[str, str]
    isolation: str


class Explorations:
    """The latest complete explorations."""

    def __init__(self) -> None:
        self._kept: Kept[Known] = Kept(MOST_BYTES)

    def get(self, key: str) -> Known | None:
        """What is kept under a key."""
        return self._kept.get(key)

    def keep(self, key: str, known: Known) -> None:
        """Keep an exploration, if it looked at everything: one that did not may do so with more time."""
        if known.explored.crash or known.explored.gaps():
            return
        size = sum(len(each.model_dump_json()) for each in (known.explored, known.quick) if each)
        self._kept.put(key, known, size)


def key_of(
    output: Mapping[str, Any], files: Mapping[str, str], path: str, name: str, how: Mapping[str, Any]
) -> str:
    """Names one contract's exploration.

    Args:
        output: The compiler's standard JSON output.
        files: All texts that were compiled.
        path: The contract's file.
        name: Its name.
        how: Limits, versions and whatever else decides what comes out.
    """
    contract = output["contracts"][path][name]
    evm = contract.get("evm", {})
    said = {
        "how": dict(how),
        "contract": [path, name],
        "abi": contract.get("abi"),
        "creation": evm.get("bytecode"),
        "runtime": evm.get("deployedBytecode"),
        "selectors": evm.get("methodIdentifiers"),
        # Places in the texts are told by number and offset: a finding points to other lines when they change.
        "places": {file: source.get("id") for file, source in output.get("sources", {}).items()},
        "texts": {file: hashlib.sha256(files[file].encode()).hexdigest() for file in sorted(files)},
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
