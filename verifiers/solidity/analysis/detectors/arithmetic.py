"""Sums, differences and products that a caller can drive over the end of their type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.bounds import (
    Bound,
    Frame,
    Ways,
    is_chosen,
    unchecked_inside,
    ways,
    written,
)
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import effects_of
from verifiers.solidity.analysis.detectors.guards import is_restricted
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    arguments,
    bare,
    kind,
    low_level,
    option,
    reference,
    type_text,
    walk,
)

_WORDS = {"+": "sum", "-": "difference", "*": "product"}


class _Step(NamedTuple):
    """An operation: its operands, its sign, and the variable that takes the result."""

    node: Node
    sign: str
    left: Node
    right: Node
    target: Node


def find(program: Program) -> Iterator[Hit]:
    """Operations on numbers that whoever calls decides, and that nothing holds within the type."""
    seen: set[int] = set()
    for function in program.own_functions:
        if not function.is_open:
            continue
        reached = ways(program, function)
        trusted: bool | None = None
        for frame in reached.frames:
            if not frame.function.own:
                continue
            for step in _steps(program, frame.function):
                severity = _severity(program, reached, frame, step)
                if severity is None or id(step.node) in seen:
                    continue
                seen.add(id(step.node))
                if trusted is None:
                    trusted = not function.changes_state or is_restricted(program, function)
                worst = Severity.LOW if trusted else severity
                yield at(step.node, frame.function, worst, f"The {_WORDS[step.sign]} wraps around.")


def _steps(program: Program, function: Function) -> Iterator[_Step]:
    """The operations that wrap around instead of reverting."""
    wraps = unchecked_inside(program, function)
    targets: dict[int, Node] = {}
    for node in function.inside:
        if id(node) not in wraps:
            continue
        if kind(node) == "VariableDeclarationStatement" and node.get("initialValue"):
            declared = [item for item in node.get("declarations", ()) if item]
            if len(declared) == 1:
                targets[id(bare(node["initialValue"]))] = declared[0]
        elif kind(node) == "Assignment":
            sign = str(node.get("operator"))[:-1]
            left, right = node.get("leftHandSide") or NOTHING, node.get("rightHandSide") or NOTHING
            targets[id(bare(right))] = left
            if sign in _WORDS and _is_number(left):
                yield _Step(node, sign, left, right, left)
        elif kind(node) == "BinaryOperation" and node.get("operator") in _WORDS and _is_number(node):
            left, right = node.get("leftExpression") or NOTHING, node.get("rightExpression") or NOTHING
            yield _Step(node, str(node["operator"]), left, right, targets.get(id(node), NOTHING))


def _is_number(node: Node) -> bool:
    return type_text(node).startswith(("uint", "int"))


def _severity(program: Program, reached: Ways, frame: Frame, step: _Step) -> Severity | None:
    chosen = [side for side in (step.left, step.right) if is_chosen(frame, side)]
    if not chosen or _is_held(reached, frame, step):
        return None
    if step.sign == "+" and "Literal" in (kind(bare(step.left)), kind(bare(step.right))):
        return None
    if step.sign != "-":
        limits = [_limit(reached, frame, side) for side in chosen]
        if all(limit == "fixed" for limit in limits):
            return None
        if step.sign == "+" and all(limits):
            return Severity.LOW  # such as what is taken from another balance first
    elif _limit(reached, frame, step.right) == "fixed" and kind(bare(step.left)) == "Literal":
        return None
    elif kind(bare(step.right)) == "Literal":
        return Severity.LOW  # the end of a list, the step of a recursion
    elif kind(bare(step.left)) == "Identifier" and _limit(reached, frame, step.right):
        return Severity.LOW  # a total, of which what is taken away is a part
    return Severity.HIGH if _matters(program, frame, step) else Severity.LOW


def _is_held(reached: Ways, frame: Frame, step: _Step) -> bool:
    """Whether a condition rules the wrap-around out, before it or by its result."""
    left, right = written(step.left, frame.names), written(step.right, frame.names)
    bounds = _in_force(reached, frame, step.node)
    results = {f"({left}{step.sign}{right})", f"({right}{step.sign}{left})"}
    if step.target:
        results.add(_result(step, frame))
    if step.sign == "-":
        return any(right in bound.low and left == bound.high for bound in bounds)
    if step.sign == "*":
        smaller = {bound.low for bound in bounds if "/" in bound.high}
        return bool(results & reached.quotients or smaller & {left, right})
    operands = {left, right}
    return any(
        (bound.low in results and bound.high in operands)
        or (bound.high in results and bound.low in operands)
        or ("-" in bound.high and bound.low in operands)
        for bound in bounds
    )


def _in_force(reached: Ways, frame: Frame, place: Node) -> list[Bound]:
    return [bound for bound in reached.bounds if frame.lies_within(place, bound.within)]


def _result(step: _Step, frame: Frame) -> str:
    if kind(step.target) == "VariableDeclaration":
        return f"{step.target.get('name')}#{step.target.get('id')}"
    return written(step.target, frame.names)


def _limit(reached: Ways, frame: Frame, node: Node) -> str:
    """``fixed`` where a number is at most a constant, ``other`` where it is at most something else."""
    says = written(node, frame.names)
    found = ""
    for bound in _in_force(reached, frame, node):
        if bound.low == says or says in _parts(frame, bound.low):
            if bound.fixed:
                return "fixed"
            found = "other"
    return found


def _parts(frame: Frame, low: str) -> set[str]:
    """What a local that is held to something was computed from."""
    found: set[str] = set()
    for node in frame.function.inside:
        if kind(node) != "VariableDeclarationStatement" or not node.get("initialValue"):
            continue
        declared = [item for item in node.get("declarations", ()) if item]
        if len(declared) == 1 and f"{declared[0].get('name')}#{declared[0].get('id')}" == low:
            found |= {written(part, frame.names) for part in walk(node["initialValue"])}
    return found


def _matters(program: Program, frame: Frame, step: _Step) -> bool:
    """Whether the result decides, is kept or is paid; what is only looked at harms nobody by itself."""
    if frame.sites:
        return True
    local = step.target if kind(step.target) == "VariableDeclaration" else NOTHING
    held = reference(step.target) if kind(step.target) == "Identifier" else local.get("id")
    for effect in effects_of(program, frame.function):
        if effect.function is not frame.function:
            continue
        if effect.what == "write" and _writes(frame.function, effect.node, step.node, held):
            return True
        if effect.what == "check" and _holds(effect.node, step.node, held):
            return True
        if effect.what in ("call", "foreign") and any(
            _holds(part, step.node, held) for part in _passed(effect.node)
        ):
            return True
    return any(
        program.callee(node) is not None and any(_holds(part, step.node, held) for part in arguments(node))
        for node in frame.function.inside
    )


def _passed(call: Node) -> list[Node]:
    paid = option(call, "value")
    return [*arguments(call), *([paid] if paid else [])] if low_level(call) or paid else arguments(call)


def _writes(function: Function, target: Node, step: Node, held: int | None) -> bool:
    for node in function.inside:
        given = node.get("rightHandSide") or NOTHING
        assigned = kind(node) == "Assignment" and node.get("leftHandSide") is target
        if assigned and (node is step or _holds(given, step, held)):
            return True
    return kind(target) == "FunctionCall" and any(_holds(part, step, held) for part in arguments(target))


def _holds(node: Node, step: Node, held: int | None) -> bool:
    return any(
        part is step or (held is not None and kind(part) == "Identifier" and reference(part) == held)
        for part in walk(node)
    )


DETECTOR = Detector(
    rule="arithmetic",
    severity=Severity.HIGH,
    swc="101",
    cwe="CWE-190",
    message="A caller can choose the numbers so that the result no longer fits its type, and the contract "
    "goes on with a wrong one.",
    fix="Compile with Solidity 0.8 or newer and keep the operation out of `unchecked`; in older code use "
    "SafeMath, or require that the result fits before it is used.",
    find=find,
)
