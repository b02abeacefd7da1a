"""A low-level call whose result nothing looks at."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.program import Program
from verifiers.solidity.analysis.detectors.tree import NOTHING, Node, bare, kind, low_level, reference, walk

_ANSWERED = ("call", "callcode", "delegatecall", "staticcall", "send")


def find(program: Program) -> Iterator[Hit]:
    """Calls that stand alone as a statement, and those whose answer goes into a variable never read."""
    for function in program.own:
        used = _used(function.inside)
        for node in function.inside:
            if kind(node) == "ExpressionStatement":
                call = _dropped(node.get("expression") or NOTHING, used)
            elif kind(node) == "VariableDeclarationStatement":
                call = _unread(node, used)
            else:
                continue
            if call is not None and low_level(call) in _ANSWERED:
                yield at(call, function)


def _dropped(expression: Node, used: set[int]) -> Node | None:
    """The call of a statement such as ``to.send(1);`` or ``(ok, ) = to.call("");`` with ``ok`` never read."""
    if kind(expression) != "Assignment":
        return bare(expression)
    target = expression.get("leftHandSide") or NOTHING
    first = (target.get("components") or [None])[0] if kind(target) == "TupleExpression" else target
    if first is None or (kind(first) == "Identifier" and reference(first) not in used):
        return bare(expression.get("rightHandSide"))
    return None


def _unread(statement: Node, used: set[int]) -> Node | None:
    first = (statement.get("declarations") or [None])[0]
    if first is not None and first.get("id") in used:
        return None
    return bare(statement.get("initialValue"))


def _used(nodes: tuple[Node, ...]) -> set[int]:
    """Ids of variables that are read somewhere: named, and not as what an assignment writes."""
    written = {
        id(target)
        for node in nodes
        if kind(node) == "Assignment" and node.get("operator") == "="
        for target in walk(node.get("leftHandSide") or NOTHING)
        if kind(target) == "Identifier"
    }
    read = {reference(node) or 0 for node in nodes if kind(node) == "Identifier" and id(node) not in written}
    return read | {_yul_reference(node) for node in nodes}


def _yul_reference(node: Node) -> int:
    """Assembly names variables in a list of its own."""
    if kind(node) != "InlineAssembly":
        return 0
    outside = node.get("externalReferences") or []
    return next((int(item["declaration"]) for item in outside if isinstance(item.get("declaration"), int)), 0)


DETECTOR = Detector(
    rule="unchecked-call",
    severity=Severity.MEDIUM,
    swc="104",
    cwe="CWE-252",
    message="The result of a low-level call is not looked at, so the contract goes on as if a failed call "
    "had "
    "worked.",
    fix='Take the result and check it: (bool ok, ) = to.call{value: amount}(""); require(ok, "call '
    'failed"); or '
    "note what is owed and let the receiver withdraw it.",
    find=find,
)
