"""The suite, laid out for forge so that no text of the candidate is in it. Pure.

The tests in ``bench/`` are compiled by us, with the newest compiler, whatever the candidate's pragma is; what
came of that lies beside them in ``compiled.json``, so that nobody waits for it (20 seconds of CPU time). Each
contract under test reaches them as bytes: forge is told of an artifact whose "code" is its plan, and every
test contract stands in the answer once for each contract under test, with that one's number in it.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from verifiers.domain import Value, digest
from verifiers.errors import ToolFailed
from verifiers.solidity.compiling.compilation import Compilation, Profile
from verifiers.solidity.compiling.compiler_output import Compiled
from verifiers.solidity.compiling.project import TEST_SUFFIX, Project
from verifiers.solidity.conformance.plan import Target
from verifiers.solidity.toolchain import Compiler

RECORD_HINT = "Run: python -m tests.integration.solidity.record_conformance"
# Stands in the tests for the number of the contract under test: ``NUMBER`` of ``bench/Bench.sol``.
PLACEHOLDER = "9f3c5a17d2e84b60c1f7a93e5d0b8264719ce3f8a25d60b47e1c9f03d8a6b542"
_STUB = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n\ncontract {name} {{}}\n"


class Record(Value):
    """What the compiler made of the suite; ``compiled.json``.

    Attributes:
        compiler: Its version.
        sources: Digest of the suite's files.
        codes: Test contract, without ``Test`` -> creation code, compressed, in base64.
        tests: Test contract, without ``Test`` -> names of its tests.
    """

    compiler: str
    sources: str
    codes: Mapping[str, str]
    tests: Mapping[str, tuple[str, ...]]

    def code(self, contract: str) -> str:
        """A test contract's creation code, in hex."""
        return zlib.decompress(base64.b64decode(self.codes[contract])).hex()


@cache
def sources() -> Mapping[str, str]:
    """The suite's files."""
    folder = files(__package__).joinpath("bench")
    return {entry.name: entry.read_text() for entry in folder.iterdir() if entry.name.endswith(".sol")}


def digest_of_sources() -> str:
    """Names the state of the suite."""
    return digest(json.dumps(dict(sources()), sort_keys=True))


@cache
def record() -> Record:
    """What the compiler made of the suite.

    Raises:
        ToolFailed: the suite has changed since.
    """
    text = files(__package__).joinpath("bench", "compiled.json").read_text(encoding="utf-8")
    made = Record.model_validate_json(text)
    if made.sources != digest_of_sources():
        raise ToolFailed("The conformance tests are not the ones that were compiled.", RECORD_HINT)
    return made


def laid_out(targets: Sequence[Target]) -> Compilation:
    """What forge runs: every test of every contract under test, as a compilation.

    Args:
        targets: The contracts under test, each with a plan.

    Raises:
        ToolFailed: see :func:`record`.
    """
    contracts: dict[str, dict[str, Any]] = {}
    for number, target in enumerate(targets):
        contracts[f"plan/P{number}.sol"] = {f"P{number}": _artifact(target.plan.hex())}
        for contract in contracts_for(target):
            code = record().code(contract).replace(PLACEHOLDER, f"{number:064x}")
            abi = [_test(name) for name in record().tests[contract]]
            contracts[path_of(number, contract)] = {f"{contract}Test": _artifact(code, abi)}
    texts = {path: _STUB.format(name=next(iter(made))) for path, made in contracts.items()}
    trees = {path: {"id": number, "ast": _tree(path)} for number, path in enumerate(contracts)}
    return Compilation(
        project=Project(sources=texts),
        profile=Profile.DEPLOYED,
        compiler=Compiler(version=record().compiler, program=""),
        output={"contracts": contracts, "sources": trees},
        compiled=Compiled(),
        isolation="",
    )


def contracts_for(target: Target) -> tuple[str, ...]:
    """The test contracts, without ``Test``, that a contract is held to."""
    return tuple(dict.fromkeys(name for standard in target.standards for name in standard.suite))


def path_of(number: int, contract: str) -> str:
    """Where the tests of a contract stand."""
    return f"of{number}/{contract}{TEST_SUFFIX}"


def target_number(path: str) -> int:
    """The contract that a path of :func:`path_of` speaks of."""
    return int(path.partition("/")[0].removeprefix("of"))


def _artifact(code: str, abi: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """What a compiler says of a contract, as far as forge wants to know it."""
    nothing = {"sourceMap": "", "linkReferences": {}, "opcodes": ""}
    return {
        "abi": list(abi),
        "metadata": "",
        "evm": {
            "bytecode": {"object": code, **nothing},
            "deployedBytecode": {"object": "00", **nothing, "immutableReferences": {}},
            "methodIdentifiers": {},
        },
    }


def _test(name: str) -> dict[str, Any]:
    return {"type": "function", "name": name, "inputs": [], "outputs": [], "stateMutability": "nonpayable"}


def _tree(path: str) -> dict[str, Any]:
    return {"absolutePath": path, "id": 0, "nodeType": "SourceUnit", "nodes": [], "src": "0:0:0"}
