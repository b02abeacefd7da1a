"""Anybody can write what says who may act: the owner, a table of owners."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import Effect, effects_of
from verifiers.solidity.analysis.detectors.flow import Flow
from verifiers.solidity.analysis.detectors.guards import (
    happens_once,
    holders_of,
    is_restricted,
    is_sender,
    restricts_sender,
)
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    Node,
    arguments,
    bare,
    called,
    kind,
    name_of,
    reference,
    root,
    type_text,
    walk,
)

_AMOUNTS = (
    "balance",
    "allowance",
    "allowed",
    "credit",
    "deposit",
    "share",
    "stake",
    "amount",
    "reward",
    "bid",
)


def find(program: Program) -> Iterator[Hit]:
    """Writes of such state in open functions that check nobody."""
    decisive = authorities(program)
    seen: set[int] = set()
    for function in program.own_functions:
        if not function.is_open or not function.changes_state:
            continue
        for effect in effects_of(program, function):
            if effect.what != "write" or effect.variable not in decisive or id(effect.node) in seen:
                continue
            if is_restricted(program, function, effect) or not _is_harm(program, effect):
                continue
            seen.add(id(effect.node))
            if happens_once(program, function):
                continue
            yield at(effect.node, effect.function)


def authorities(program: Program) -> set[int]:
    """Ids of state variables that conditions hold the caller against."""
    found: set[int] = set()
    for function in program.functions.values():
        holders = holders_of(program, function)
        for condition in _conditions(function):
            if restricts_sender(program, condition, holders):
                found |= _compared(program, condition, holders)
    return {variable for variable in found if not _is_amount(program.state[variable])}


def _conditions(function: Function) -> Iterator[Node]:
    for node in function.inside:
        if kind(node) == "IfStatement":
            yield node.get("condition") or {}
        elif kind(node) == "Return" and node.get("expression"):
            yield node["expression"]
        elif (
            kind(node) == "FunctionCall"
            and name_of(called(node)) in ("require", "assert")
            and arguments(node)
        ):
            yield arguments(node)[0]


def _compared(program: Program, condition: Node, holders: frozenset[int]) -> set[int]:
    """State that the caller is compared with, and tables that the caller is looked up in."""
    found: set[int] = set()
    for node in walk(condition):
        if kind(node) == "BinaryOperation" and node.get("operator") in ("==", "!="):
            sides = (bare(node.get("leftExpression")), bare(node.get("rightExpression")))
            for one, other in (sides, sides[::-1]):
                if is_sender(program, one, holders):
                    found.add(reference(root(other)) or 0)
        elif kind(node) == "IndexAccess" and is_sender(program, node.get("indexExpression"), holders):
            found.add(reference(root(node)) or 0)
        elif (target := program.callee(node)) is not None and len(target.inside) < 60:
            # A helper such as isOwner(who) looks up what it is given.
            passed = [is_sender(program, argument, holders) for argument in arguments(node)]
            given = {int(p["id"]) for p, yes in zip(target.parameters, passed, strict=False) if yes}
            for inner in _conditions(target):
                found |= _compared(program, inner, frozenset(given)) if inner is not condition else set()
    return {variable for variable in found if variable in program.state}


def _is_amount(declared: Node) -> bool:
    return any(word in name_of(declared).lower() for word in _AMOUNTS)


def _is_harm(program: Program, effect: Effect) -> bool:
    """Writing one's own entry (``voted[msg.sender] = true``) takes nothing from anybody; a plain variable or
    somebody else's entry does."""
    node = bare(effect.node)
    if kind(node) == "Identifier":
        return type_text(node).startswith(("address", "contract", "mapping")) or _is_own_choice(
            program, effect
        )
    if kind(node) != "IndexAccess":
        return False
    origins = Flow(program, effect.function).of(node.get("indexExpression"))
    return "param" in origins and type_text(node).startswith(("bool", "address", "uint", "enum"))


def _is_own_choice(program: Program, effect: Effect) -> bool:
    return type_text(effect.node) in ("bytes32", "uint256") and "address" in name_of(effect.node).lower()


DETECTOR = Detector(
    rule="unprotected-authority",
    severity=Severity.HIGH,
    swc="105",
    cwe="CWE-284",
    message="Anybody can write what says who may act, and so take the contract over.",
    fix="Let those alone change it who hold it now: require(msg.sender == owner), or the onlyOwner "
    "modifier. What "
    "is to run once at the deployment belongs into the constructor (named `constructor`, not after the "
    "contract).",
    find=find,
)
