"""The length of a storage array can be made so large that writing to it reaches every slot."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import effects_of
from verifiers.solidity.analysis.detectors.flow import Flow
from verifiers.solidity.analysis.detectors.guards import is_restricted
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import NOTHING, Node, bare, kind, literal, name_of, walk


def find(program: Program) -> Iterator[Hit]:
    """``length`` that the caller sets, or that is lowered without a check that it is above 0 (before 0.6)."""
    for function in program.own_functions:
        if not function.is_open:
            continue
        flow = Flow(program, function)
        for effect in effects_of(program, function):
            node = effect.node
            if effect.what != "write" or kind(node) != "MemberAccess" or name_of(node) != "length":
                continue
            if is_restricted(program, function, effect):
                continue
            change = _change(effect.function, node)
            is_set = kind(change) == "Assignment" and "param" in flow.of(change.get("rightHandSide"))
            if is_set or (_lowers(change) and not _asks_for_some(effect.function)):
                yield at(change, effect.function)


def _change(function: Function, target: Node) -> Node:
    for node in function.inside:
        if target is bare(node.get("leftHandSide")) or target is bare(node.get("subExpression")):
            return node
    return NOTHING


def _lowers(change: Node) -> bool:
    return change.get("operator") in ("--", "-=")


def _asks_for_some(function: Function) -> bool:
    """Whether a condition excludes the length 0."""
    for node in function.inside:
        if kind(node) != "BinaryOperation" or node.get("operator") not in (">", "<", ">=", "<=", "!=", "=="):
            continue
        sides = (bare(node.get("leftExpression")), bare(node.get("rightExpression")))
        for one, other in (sides, sides[::-1]):
            if name_of(one) == "length" and kind(one) == "MemberAccess":
                never_false = literal(other) == "0" and (
                    (one is sides[0] and node["operator"] == ">=")
                    or (one is sides[1] and node["operator"] == "<=")
                )
                if not never_false:
                    return True
    return any(kind(node) == "ForStatement" for node in walk(function.body))


DETECTOR = Detector(
    rule="array-length",
    severity=Severity.HIGH,
    swc="124",
    cwe="CWE-123",
    message="The length of a storage array can be set beyond all bounds, and then any storage slot can be "
    "written, "
    "the owner's among them.",
    fix="Never assign to length: use push and pop (Solidity 0.6 or later allows nothing else), and check "
    "that the "
    "array is not empty.",
    find=find,
)
