"""The suite, laid out for forge so that no text of the candidate is in it. Pure, but for compiling the suite.

The tests are compiled once with the newest compiler, whatever the candidate's pragma is. Each contract under
test reaches them as bytes: forge is told of an artifact whose "code" is its plan, and every test contract
stands in the answer once for each contract under test, with that one's number in it. Nothing is compiled for
a candidate.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from verifiers.errors import ToolFailed
from verifiers.solidity.compilation import Compilation, Compilations, Profile
from verifiers.solidity.conformance.plan import Target
from verifiers.solidity.project import TEST_SUFFIX, Project
from verifiers.solidity.toolchain import INSTALL_HINT

# Stands in the tests for the number of the contract under test: ``NUMBER`` of ``bench/Bench.sol``.
PLACEHOLDER = "9f3c5a17d2e84b60c1f7a93e5d0b8264719ce3f8a25d60b47e1c9f03d8a6b542"
_STUB = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n\ncontract {name} {{}}\n"


@cache
def sources() -> Mapping[str, str]:
    """The suite's files."""
    folder = files(__package__).joinpath("bench")
    return {entry.name: entry.read_text() for entry in folder.iterdir() if entry.name.endswith(".sol")}


def project(tests: Iterable[str]) -> Project:
    """The part of the suite that holds some test contracts.

    Args:
        tests: Their names, without ``Test``.
    """
    wanted = {f"{name}{TEST_SUFFIX}" for name in tests}
    texts = {
        path: text for path, text in sources().items() if path in wanted or not path.endswith(TEST_SUFFIX)
    }
    return Project(sources=texts)


def compiled(compilations: Compilations, tests: Iterable[str], seconds: float) -> Compilation:
    """The same, compiled; once for each set of tests.

    Raises:
        ToolMissing: no compiler is installed.
        ToolFailed: it could not be run, or does not compile the suite, which is not the candidate's fault.
    """
    made = compilations.compile(project(tests), seconds, Profile.ANALYSED)
    if not isinstance(made, Compilation):
        raise ToolFailed(f"The conformance tests do not compile: {made.summary}", INSTALL_HINT)
    return made


def laid_out(suite: Compilation, targets: Sequence[Target]) -> Compilation:
    """What forge runs: every test of every contract under test.

    Args:
        suite: The tests that any of them needs.
        targets: The contracts under test; those without a plan are left out.
    """
    texts = {path: text for path, text in suite.project.sources.items() if not path.endswith(TEST_SUFFIX)}
    contracts: dict[str, Any] = {path: dict(suite.output["contracts"].get(path, {})) for path in texts}
    trees = {path: suite.output["sources"][path] for path in texts}
    number_of_source = len(suite.output["sources"]) + 1
    for number, target in enumerate(targets):
        if not target.plan:
            continue
        added = {f"plan/P{number}.sol": {f"P{number}": _carrying(target.plan)}}
        for test in tests_of(target):
            made = json.dumps(suite.output["contracts"][f"{test}{TEST_SUFFIX}"][f"{test}Test"])
            if PLACEHOLDER not in made:
                raise ToolFailed("The conformance tests were compiled to an unexpected form.", INSTALL_HINT)
            added[path_of(number, test)] = {
                f"{test}Test": json.loads(made.replace(PLACEHOLDER, f"{number:064x}"))
            }
        for path, contract in added.items():
            contracts[path] = contract
            texts[path] = _STUB.format(name=next(iter(contract)))
            trees[path] = {"id": number_of_source, "ast": _tree(path)}
            number_of_source += 1
    output = {**suite.output, "contracts": contracts, "sources": trees}
    return replace(suite, project=suite.project.model_copy(update={"sources": texts}), output=output)


def tests_of(target: Target) -> tuple[str, ...]:
    """The test contracts, without ``Test``, that a contract is held to."""
    wanted = dict.fromkeys(test for standard in target.standards for test in standard.suite)
    return tuple(test for test in wanted if f"{test}{TEST_SUFFIX}" in sources())


def path_of(number: int, test: str) -> str:
    """Where the tests of a contract stand."""
    return f"of{number}/{test}{TEST_SUFFIX}"


def target_number(path: str) -> int:
    """The contract that a path of :func:`path_of` speaks of."""
    return int(path.partition("/")[0].removeprefix("of"))


def _carrying(data: bytes) -> dict[str, Any]:
    """An artifact with some bytes for its code."""
    nothing = {"sourceMap": "", "linkReferences": {}, "opcodes": ""}
    return {
        "abi": [],
        "metadata": "",
        "evm": {
            "bytecode": {"object": data.hex(), **nothing},
            "deployedBytecode": {"object": "00", **nothing, "immutableReferences": {}},
            "methodIdentifiers": {},
        },
    }


def _tree(path: str) -> dict[str, Any]:
    return {"absolutePath": path, "id": 0, "nodeType": "SourceUnit", "nodes": [], "src": "0:0:0"}
