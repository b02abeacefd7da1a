"""An amount that is read past the end of what was sent: the short address attack."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit
from verifiers.solidity.analysis.detectors.effects import effects_of
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    dotted,
    kind,
    reference,
    root,
    type_text,
    walk,
)


def find(program: Program) -> Iterator[Hit]:
    """Transfers of (address, amount) that compilers before 0.5 decode without asking for the length."""
    if program.holds_views:  # the same release began to refuse data that is too short
        return
    for function in program.own_functions:
        if not function.is_open or not function.changes_state or not _is_transfer(program, function):
            continue
        if not _asks_length(program, function):
            yield Hit(function.node, function.where)


def _is_transfer(program: Program, function: Function) -> bool:
    """Whether an address and then a number come last, and the number is booked for the address."""
    taken = function.parameters
    if len(taken) < 2 or not type_text(taken[-1]).startswith("uint"):
        return False
    to, amount = int(taken[-2]["id"]), int(taken[-1]["id"])
    if type_text(taken[-2]) != "address":
        return False
    for node in function.inside:
        if kind(node) != "Assignment":
            continue
        target, named = node.get("leftHandSide") or NOTHING, _named(node)
        booked = kind(target) == "IndexAccess" and reference(root(target)) in program.state
        if booked and {to, amount} <= named:
            return True
    return False


def _named(node: Node) -> set[int]:
    return {reference(part) or 0 for part in walk(node) if kind(part) == "Identifier"}


def _asks_length(program: Program, function: Function) -> bool:
    checks = [each.node for each in effects_of(program, function) if each.what == "check"]
    return any(dotted(part) == "msg.data.length" for check in checks for part in walk(check))


DETECTOR = Detector(
    rule="short-address",
    severity=Severity.INFO,
    cwe="CWE-130",
    message="An address sent too short shifts the amount by a byte, which this compiler does not refuse.",
    fix="Compile with Solidity 0.5 or newer; before it, require(msg.data.length >= 68).",
    find=find,
)
