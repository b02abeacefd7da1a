"""A proxy whose own variables lie where the code that it runs keeps its."""

from __future__ import annotations

import json
from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit
from verifiers.solidity.analysis.detectors.flow import Flow
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    kind,
    low_level,
    name_of,
    receiver,
    type_text,
)


def find(program: Program) -> Iterator[Hit]:
    """Fallbacks that delegate to an address in an ordinary slot, with no implementation of the same slots."""
    for function in program.own_functions:
        if function.name not in ("fallback", "receive") or not function.contract:
            continue
        slots = _slots(program, function.contract)
        kept = {int(slot["id"]) for slot in slots}
        for node, targets in _delegations(program, function):
            if targets & kept and not _is_shared(program, function.contract, slots):
                yield Hit(node, function.where)
                break


def _delegations(program: Program, function: Function) -> Iterator[tuple[Node, set[int]]]:
    """Delegate calls with the ids of the state that their target comes from."""
    flow = Flow(program, function)
    for node in function.inside:
        if low_level(node) in ("delegatecall", "callcode"):
            yield node, _state(flow.of(receiver(node)))
        elif kind(node) == "InlineAssembly" and "delegatecall" in json.dumps(_code(node)):
            named = {int(each["declaration"]) for each in _outside(node) if "declaration" in each}
            found = {name for name in named if name in program.state}
            for name in named:
                found |= _state(flow.variable(name))
            yield node, found


def _code(node: Node) -> object:
    return node.get("operations") or node.get("AST")


def _outside(node: Node) -> Iterator[Node]:
    """What assembly names outside of itself; older compilers wrap each in an object of its own."""
    for each in node.get("externalReferences", ()):
        if "declaration" in each:
            yield each
        else:
            yield from (inner for inner in each.values() if isinstance(inner, dict))


def _state(origins: frozenset[str]) -> set[int]:
    return {int(name[6:]) for name in origins if name.startswith("state:")}


def _slots(program: Program, contract: Node) -> list[Node]:
    """Variables of a contract and its bases that take a slot, in the order in which they lie."""
    found = []
    for identifier in reversed(contract.get("linearizedBaseContracts", ())):
        for node in program.contracts.get(identifier, NOTHING).get("nodes", ()):
            fixed = node.get("constant") or node.get("mutability") in ("constant", "immutable")
            if kind(node) == "VariableDeclaration" and not fixed:
                found.append(node)
    return found


def _is_shared(program: Program, proxy: Node, slots: list[Node]) -> bool:
    """Whether another contract of the project begins with the same variables, made to be delegated to."""
    ours = [(name_of(slot), type_text(slot)) for slot in slots]
    for contract in program.own_contracts:
        related = proxy["id"] in contract.get("linearizedBaseContracts", ())
        if contract is proxy or contract["id"] in proxy.get("linearizedBaseContracts", ()):
            continue
        theirs = [(name_of(slot), type_text(slot)) for slot in _slots(program, contract)]
        if related or (theirs and theirs[: len(ours)] == ours[: len(theirs)]):
            return True
    return False


DETECTOR = Detector(
    rule="storage-collision",
    severity=Severity.MEDIUM,
    cwe="CWE-694",
    message="The proxy keeps its own variables in ordinary slots, where the code that it delegates to "
    "keeps others and overwrites them.",
    fix="Keep the implementation's address in the slot of EIP-1967 (ERC1967Proxy of OpenZeppelin), or let "
    "proxy and implementation inherit the same storage contract first.",
    find=find,
)
