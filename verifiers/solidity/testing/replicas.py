"""Fuzz and invariant tests once more, each input and each sequence with a record of all its calls. Pure.

forge records the calls of a fuzz test's last input only. So the test contract is given to it many times over,
as the same compiled code in many files, each with a seed of its own and one input: what such a *replica* did
was seen whole. Inputs that a test finds unfit leave no record either; so in replicas the tests' ``vm.assume``
is turned into a cheat code that fails, and leaves one, for false.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verifiers.solidity.compiling.compilation import Compilation
from verifiers.solidity.testing.test_ids import ExpectedTest
from verifiers.solidity.testing.test_layout import WATCH_FOLDER

# How the compiler pushes the selector of assume(bool), and the same for addr(uint256), which fails for 0.
_ASSUME = {
    "634c63e562": "63ffa18649",
    "632631f2b160e11b": "63ffa1864960e01b",
    f"7f4c63e562{'0' * 56}": f"7fffa18649{'0' * 56}",
}
_INLINE = re.compile(r"forge-config:\s*(default\.)?([\w.-]+\s*=\s*[^\s*]+)")
_OURS = ("fuzz.runs", "fuzz.seed", "fuzz.max-test", "fuzz.max_test", "invariant.runs", "invariant.depth",
         "invariant.max-assume", "invariant.max_assume", "invariant.check")  # fmt: skip
_MOST_INLINE = 20


@dataclass(frozen=True)
class Replicas:
    """What is to be run.

    Attributes:
        compilation: The project with the replicas.
        originals: Path of a replica -> path and contract that it is one of.
    """

    compilation: Compilation
    originals: Mapping[str, tuple[str, str]]


def replicas_of(
    compilation: Compilation, tests: Sequence[ExpectedTest], seeds: range, seed: int, depth: int
) -> Replicas:
    """Make replicas of the contracts of some tests.

    Args:
        compilation: Project and tests.
        tests: Those that are to be run.
        seeds: Numbers of the replicas; each draws something else.
        seed: Of all that is drawn.
        depth: Most calls in an invariant's sequence; the replicas differ in it, for each checks at its end.
    """
    contracts = dict.fromkeys((test.path, test.contract) for test in tests)
    output, texts, originals = dict(compilation.output), {}, {}
    made, sources = dict(output["contracts"]), dict(output["sources"])
    number = max((int(source.get("id", 0)) for source in sources.values()), default=0)
    for place, (path, name) in enumerate(contracts):
        artifact = _without_assume(output["contracts"][path][name])
        inline = _inline(compilation.project.sources.get(path, ""))
        for replica in seeds:
            number += 1
            lies_at = f"{WATCH_FOLDER}/W{place}_{replica}.t.sol"
            texts[lies_at] = _text(name, seed + replica, 1 + (replica * 7919) % depth, inline)
            made[lies_at], sources[lies_at] = {name: artifact}, {"id": number}
            originals[lies_at] = (path, name)
    project = compilation.project
    project = project.model_copy(update={"sources": {**project.sources, **texts}})
    output |= {"contracts": made, "sources": sources}
    return Replicas(replace(compilation, output=output, project=project), originals)


def without_assume(code: str) -> str:
    """Code (hex) in which ``vm.assume`` is a cheat code that fails for false."""
    for old, new in _ASSUME.items():
        parts, last, place = [], 0, code.find(old)
        while place >= 0:
            if place % 2 == 0:  # a whole byte
                parts.append(code[last:place] + new)
                last = place + len(old)
            place = code.find(old, max(place + 1, last))
        code = "".join(parts) + code[last:]
    return code


def assumes(code: str) -> bool:
    """Whether there is a ``vm.assume`` in code (hex) that :func:`without_assume` changes."""
    return without_assume(code) != code


def _without_assume(artifact: Mapping[str, Any]) -> dict[str, Any]:
    evm = dict(artifact["evm"])
    for part in ("bytecode", "deployedBytecode"):
        evm[part] = {**evm[part], "object": without_assume(evm[part]["object"])}
    return {**artifact, "evm": evm}


def _inline(text: str) -> tuple[str, ...]:
    """What the user set in comments of the test file; the runner knows a replica only by its own text."""
    found = [entry for _, entry in _INLINE.findall(text) if not entry.startswith(_OURS)]
    return tuple(dict.fromkeys(found))[:_MOST_INLINE]


def _text(name: str, seed: int, depth: int, inline: Sequence[str]) -> str:
    entries = (
        f"fuzz.seed = {json.dumps(hex(seed))}",
        "fuzz.runs = 1",
        "invariant.runs = 1",
        f"invariant.depth = {depth}",
        *inline,
    )
    config = "".join(f"/// forge-config: default.{entry}\n" for entry in entries)
    return f"pragma solidity >=0.4.0;\n{config}contract {name} {{}}\n"
