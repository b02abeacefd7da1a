"""What a function makes sure of about numbers: comparisons that its run depends on, however they are written.

Two expressions are taken for the same where they are written alike once parameters are replaced by what the
caller passes and locals by the state that they were read from. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    arguments,
    bare,
    called,
    end,
    ends_path,
    file_index,
    is_builtin,
    kind,
    literal,
    name_of,
    reference,
    start,
    walk,
)

_DEEPEST = 4
_PATHS = ("Identifier", "MemberAccess", "IndexAccess")
_ORDER = {"<": True, "<=": True, ">": False, ">=": False}
Names = Mapping[int, str]


class Bound(NamedTuple):
    """Something that is at most something else: ``low <= high``, as they are written.

    Attributes:
        low: The smaller.
        high: The larger.
        fixed: The larger is a number or a constant.
        within: Where it holds; empty where nothing gets past it.
    """

    low: str
    high: str
    fixed: bool
    within: tuple[Node, ...] = ()


@dataclass
class Frame:
    """One function on the way of a call.

    Attributes:
        program: What it is part of.
        function: The function.
        names: Id of a parameter or a local -> what it stands for.
        chosen: Ids of parameters that whoever calls from outside decides.
        sites: The calls that led here, the outermost first; none for the function that is open.
        asked: Its answer is part of a condition.
    """

    program: Program
    function: Function
    names: dict[int, str]
    chosen: frozenset[int]
    sites: tuple[Node, ...] = ()
    asked: bool = False

    def lies_within(self, place: Node, bodies: tuple[Node, ...]) -> bool:
        """Whether a place in the function, or a call that leads to it, stands in one of some bodies."""
        return not bodies or any(_contains(body, node) for body in bodies for node in (place, *self.sites))


@dataclass
class Ways:
    """A function that is open to all, with everything that it runs within the contract.

    Attributes:
        frames: It and what it calls, each call by itself.
        bounds: What is made sure of anywhere in them.
        quotients: What is divided in a condition: how products are checked.
    """

    frames: list[Frame] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    quotients: set[str] = field(default_factory=set)


def ways(program: Program, function: Function) -> Ways:
    """Read a function and what it calls."""
    found = Ways()
    chosen = frozenset(int(parameter["id"]) for parameter in function.parameters)
    _enter(program, found, Frame(program, function, {}, chosen), ())
    return found


def written(node: Node | None, names: Names) -> str:
    """An expression as text that can be compared; conversions and parentheses are left out."""
    node = bare(node)
    what = kind(node)
    if what == "Identifier":
        at = reference(node)
        return names.get(at or 0, f"{name_of(node)}#{at}")
    if what == "Literal":
        return f"{literal(node)}{node.get('subdenomination') or ''}"
    if what == "MemberAccess":
        return f"{written(node.get('expression'), names)}.{name_of(node)}"
    if what == "IndexAccess":
        inside = written(node.get("indexExpression"), names)
        return f"{written(node.get('baseExpression'), names)}[{inside}]"
    if what == "BinaryOperation":
        left, right = written(node.get("leftExpression"), names), written(node.get("rightExpression"), names)
        return f"({left}{node.get('operator')}{right})"
    if what == "FunctionCall":
        passed = ",".join(written(argument, names) for argument in arguments(node))
        return f"{written(called(node), names)}({passed})"
    return f"@{node.get('id')}"


def unchecked_inside(program: Program, function: Function) -> set[int]:
    """Ids of the nodes where arithmetic wraps around."""
    if program.unchecked_by_default:
        return {id(node) for node in function.inside}
    blocks = [node for node in function.inside if kind(node) == "UncheckedBlock"]
    return {id(node) for block in blocks for node in walk(block)}


def _enter(program: Program, found: Ways, frame: Frame, above: tuple[Function, ...]) -> None:
    function = frame.function
    frame.names.update(_copies(program, function, frame.names))
    found.frames.append(frame)
    for modifier, invoked in program.modifiers_of(function):
        given = invoked.get("arguments") or ()
        names = {
            int(p["id"]): written(a, frame.names) for p, a in zip(modifier.parameters, given, strict=False)
        }
        _conditions(program, found, modifier, names, answers=False)
    _conditions(program, found, function, frame.names, answers=frame.asked)
    if len(above) >= _DEEPEST:
        return
    asking = {id(part) for condition in _asked(function) for part in walk(condition)}
    for node in function.inside:
        target = program.callee(node)
        if target is None or target is function or target in above:
            continue
        passed = arguments(node)
        if len(passed) == len(target.parameters) - 1:
            passed = [called(node).get("expression") or NOTHING, *passed]
        pairs = list(zip(target.parameters, passed, strict=False))
        names = {int(p["id"]): written(a, frame.names) for p, a in pairs}
        chosen = frozenset(int(p["id"]) for p, a in pairs if is_chosen(frame, a))
        inner = Frame(program, target, names, chosen, (*frame.sites, node), id(node) in asking)
        _enter(program, found, inner, (*above, function))


def _copies(program: Program, function: Function, names: Names) -> dict[int, str]:
    """Locals that only repeat what was read once from state."""
    assigned = {
        reference(node.get("leftHandSide") or node.get("subExpression"))
        for node in function.inside
        if kind(node) in ("Assignment", "UnaryOperation")
    }
    found: dict[int, str] = {}
    for node in function.inside:
        declared = [item for item in node.get("declarations", ()) if item]
        value = bare(node.get("initialValue"))
        if kind(node) != "VariableDeclarationStatement" or len(declared) != 1 or kind(value) not in _PATHS:
            continue
        if int(declared[0]["id"]) not in assigned:
            found[int(declared[0]["id"])] = written(value, {**names, **found})
    return found


def is_chosen(frame: Frame, node: Node | None, seen: frozenset[int] = frozenset()) -> bool:
    """Whether the caller decides a number freely: a parameter, an element of one, sums and products."""
    node = bare(node)
    what = kind(node)
    if what == "Identifier":
        at = reference(node) or 0
        if at in frame.chosen:
            return True
        return at not in seen | frame.program.state.keys() and any(
            is_chosen(frame, value, seen | {at}) for value in _values(frame.function, at)
        )
    if what == "IndexAccess":
        return is_chosen(frame, node.get("baseExpression"), seen)
    if what == "MemberAccess":
        return name_of(node) != "length" and is_chosen(frame, node.get("expression"), seen)
    if what == "BinaryOperation":
        sides = (node.get("leftExpression"), node.get("rightExpression"))
        return node.get("operator") in ("+", "-", "*", "/") and any(
            is_chosen(frame, side, seen) for side in sides
        )
    if what == "Conditional":
        sides = (node.get("trueExpression"), node.get("falseExpression"))
        return any(is_chosen(frame, side, seen) for side in sides)
    return False


def _values(function: Function, variable: int) -> Iterator[Node]:
    for node in function.inside:
        if kind(node) == "VariableDeclarationStatement" and node.get("initialValue"):
            declared = [item for item in node.get("declarations", ()) if item]
            if len(declared) == 1 and declared[0]["id"] == variable:
                yield node["initialValue"]
        elif kind(node) == "Assignment" and reference(bare(node.get("leftHandSide"))) == variable:
            yield node.get("rightHandSide") or NOTHING


def _asked(function: Function) -> Iterator[Node]:
    """The conditions of a function."""
    for node in function.inside:
        if is_builtin(node, "require", "assert") and arguments(node):
            yield arguments(node)[0]
        elif kind(node) == "IfStatement":
            yield node.get("condition") or NOTHING


def _conditions(program: Program, found: Ways, function: Function, names: Names, *, answers: bool) -> None:
    wraps = unchecked_inside(program, function)
    for node in function.inside:
        if is_builtin(node, "require", "assert") and arguments(node):
            _read(program, found, arguments(node)[0], names, True, _branch(function, node))
        elif kind(node) == "IfStatement":
            leaves = _leaves(node.get("trueBody"))
            condition, body = node.get("condition") or NOTHING, node.get("trueBody") or NOTHING
            within = _branch(function, node) if leaves else (condition, body)
            _read(program, found, condition, names, not leaves, within)
        elif kind(node) == "Return" and node.get("expression") and answers:
            _read(program, found, node["expression"], names, True, ())
        elif kind(node) in ("ForStatement", "WhileStatement"):
            _read(program, found, node.get("condition"), names, True, (node.get("body") or NOTHING,))
        elif kind(node) == "Assignment" and node.get("operator") == "-=" and id(node) not in wraps:
            low, high = written(node.get("rightHandSide"), names), written(node.get("leftHandSide"), names)
            found.bounds.append(Bound(low, high, False, _branch(function, node)))


def _branch(function: Function, node: Node) -> tuple[Node, ...]:
    """The innermost arm of an ``if`` around a node; empty for none."""
    found: Node | None = None
    for each in function.inside:
        for arm in (each.get("trueBody"), each.get("falseBody")) if kind(each) == "IfStatement" else ():
            if arm and _contains(arm, node) and (found is None or _contains(found, arm)):
                found = arm
    return (found,) if found else ()


def _contains(outer: Node, inner: Node) -> bool:
    return (
        file_index(outer) == file_index(inner) and start(outer) <= start(inner) and end(inner) <= end(outer)
    )


def _leaves(body: Node | None) -> bool:
    """Whether an arm does nothing but end the run."""
    return ends_path(body) and not any(
        kind(node) in ("Assignment", "VariableDeclarationStatement") for node in walk(body or NOTHING)
    )


def _read(
    program: Program, found: Ways, condition: Node | None, names: Names, holds: bool, within: tuple[Node, ...]
) -> None:
    condition = bare(condition)
    if kind(condition) == "UnaryOperation" and condition.get("operator") == "!":
        _read(program, found, condition.get("subExpression"), names, not holds, within)
        return
    if kind(condition) != "BinaryOperation":
        return
    operator = str(condition.get("operator"))
    left, right = condition.get("leftExpression") or NOTHING, condition.get("rightExpression") or NOTHING
    # `c / a == b` is asked behind `a == 0 ||`, so a quotient counts in either arm.
    for part in walk(condition):
        if kind(part) == "BinaryOperation" and part.get("operator") == "/":
            found.quotients |= {written(part.get("leftExpression"), names)}
    if operator in ("&&", "||") and (operator == "&&") == holds:
        _read(program, found, left, names, holds, within)
        _read(program, found, right, names, holds, within)
    elif operator in _ORDER:
        low, high = (left, right) if _ORDER[operator] == holds else (right, left)
        fixed = _is_fixed(program, high)
        found.bounds.append(Bound(written(low, names), written(high, names), fixed, within))


def _is_fixed(program: Program, node: Node) -> bool:
    node = bare(node)
    if kind(node) == "Identifier":
        return bool(program.state.get(reference(node) or -1, NOTHING).get("constant"))
    if kind(node) == "BinaryOperation":
        return _is_fixed(program, node.get("leftExpression") or NOTHING) and _is_fixed(
            program, node.get("rightExpression") or NOTHING
        )
    return kind(node) == "Literal"
