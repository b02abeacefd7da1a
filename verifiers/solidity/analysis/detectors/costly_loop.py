"""Work that grows until it needs more gas than a block has."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import effects_of
from verifiers.solidity.analysis.detectors.flow import Flow
from verifiers.solidity.analysis.detectors.guards import is_restricted
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    bare,
    called,
    kind,
    literal,
    name_of,
    reference,
    root,
    type_text,
    walk,
)

_MANY = 100  # writes to fresh slots, 20,000 gas each: two million


def find(program: Program) -> Iterator[Hit]:
    """Loops that write state a caller's number of times or very often; arrays that anybody makes longer and
    one function walks or clears whole."""
    growing = _growing(program)
    for function in program.own_functions:
        if not function.changes_state or function.is_constructor:
            continue
        flow = Flow(program, function)
        for loop in (node for node in function.inside if kind(node) in ("ForStatement", "WhileStatement")):
            yield from _loop(program, function, flow, loop, growing)
        for node in function.inside:
            if _clears(program, node, growing):
                yield at(node, function, detail="An array that anybody can make longer is cleared at once.")


def _loop(program: Program, function: Function, flow: Flow, loop: Node, growing: set[int]) -> Iterator[Hit]:
    condition = loop.get("condition") or NOTHING
    writes = [each for each in effects_of(program, function) if int(loop["id"]) in each.loops]
    stores = [each for each in writes if each.what == "write"]
    grows = [each for each in stores if kind(each.node) == "FunctionCall" or _is_length(each.node)]
    if not function.is_open or not (stores or any(each.what == "call" for each in writes)):
        return
    if grows and ("param" in flow.of(condition) or _rounds(condition) >= _MANY):
        if not _is_calldata(condition) and not is_restricted(program, function, grows[0]):
            yield at(loop, function, detail="It writes as often as the caller likes, or very often.")
    elif _bound_by(condition) & growing:
        yield at(loop, function, Severity.LOW, "Anybody can make the array longer that it goes through.")


def _growing(program: Program) -> set[int]:
    """Ids of state arrays that anybody can make longer."""
    found: set[int] = set()
    for function in program.own_functions:
        if not function.is_open:
            continue
        for effect in effects_of(program, function):
            grows = kind(effect.node) == "FunctionCall" or _is_length(effect.node)
            if effect.what == "write" and grows and not is_restricted(program, function, effect):
                found.add(effect.variable)
    return found


def _is_length(node: Node) -> bool:
    return kind(node) == "MemberAccess" and name_of(node) == "length"


def _rounds(condition: Node) -> int:
    said = [literal(node) for node in walk(condition) if kind(node) == "Literal"]
    return max((int(each) for each in said if each is not None and each.isdigit()), default=0)


def _is_calldata(condition: Node) -> bool:
    """A loop over an array that the caller sends costs the caller."""
    return any(
        _is_length(node)
        and kind(bare(node.get("expression"))) == "Identifier"
        and ("memory" in type_text(node.get("expression")) or "calldata" in type_text(node.get("expression")))
        for node in walk(condition)
    )


def _bound_by(condition: Node) -> set[int]:
    return {reference(root(node)) or 0 for node in walk(condition) if _is_length(node)}


def _clears(program: Program, node: Node, growing: set[int]) -> bool:
    """``delete list``, ``list = new address[](0)``, ``list.length = 0``."""
    if kind(node) == "UnaryOperation" and node.get("operator") == "delete":
        return _whole(program, node.get("subExpression"), growing)
    if kind(node) != "Assignment" or node.get("operator") != "=":
        return False
    target, value = bare(node.get("leftHandSide")), bare(node.get("rightHandSide"))
    if _is_length(target) and literal(value) == "0":
        return _whole(program, target.get("expression"), growing)
    fresh = kind(value) == "FunctionCall" and kind(called(value)) == "NewExpression"
    return fresh and _whole(program, target, growing)


def _whole(program: Program, node: Node | None, growing: set[int]) -> bool:
    node = bare(node)
    variable = reference(node)
    return kind(node) == "Identifier" and variable in growing and "[]" in type_text(program.state[variable])


DETECTOR = Detector(
    rule="costly-loop",
    severity=Severity.MEDIUM,
    swc="128",
    cwe="CWE-400",
    message="The gas that this needs grows with what others put in, until no block has enough.",
    fix="Limit how much one call does, work through long lists in parts, or let each account act for itself.",
    find=find,
)
