"""Who may act is decided by ``tx.origin``."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import effects_of
from verifiers.solidity.analysis.detectors.guards import is_sender
from verifiers.solidity.analysis.detectors.program import Program
from verifiers.solidity.analysis.detectors.tree import Node, bare, dotted, is_zero, kind, walk


def find(program: Program) -> Iterator[Hit]:
    """Conditions that compare ``tx.origin`` with anything but the caller, or look it up in a table."""
    seen: set[int] = set()
    for function in program.own:
        for effect in effects_of(program, function):
            if effect.what != "check" or not effect.function.own or id(effect.node) in seen:
                continue
            if any(_decides(program, node) for node in walk(effect.node)):
                seen.add(id(effect.node))
                yield at(effect.node, effect.function)


def _decides(program: Program, node: Node) -> bool:
    if kind(node) == "BinaryOperation" and node.get("operator") in ("==", "!="):
        sides = (bare(node.get("leftExpression")), bare(node.get("rightExpression")))
        for one, other in (sides, sides[::-1]):
            if dotted(one) == "tx.origin":
                return not is_sender(program, other) and not is_zero(other)
    return kind(node) == "IndexAccess" and dotted(node.get("indexExpression")) == "tx.origin"


DETECTOR = Detector(
    rule="tx-origin",
    severity=Severity.HIGH,
    swc="115",
    cwe="CWE-477",
    message="Access is decided by tx.origin, which is the same when a hostile contract in between makes "
    "the call.",
    fix="Compare msg.sender instead of tx.origin.",
    find=find,
)
