"""A block's time decides about money or state."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import effects_of
from verifiers.solidity.analysis.detectors.flow import TIME, Flow
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    Node,
    arguments,
    bare,
    is_builtin,
    kind,
    type_text,
    walk,
)

_ORDER = ("<", "<=", ">", ">=")


def find(program: Program) -> Iterator[Hit]:
    """Equality with the time, and remainders and hashes of it that decide, block; an order advises."""
    for function in program.own_functions:
        flow = Flow(program, function)
        seen: set[int] = set()
        for effect in effects_of(program, function):
            if effect.what != "check" or effect.function is not function or id(effect.node) in seen:
                continue
            seen.add(id(effect.node))
            yield from _judged(function, flow, effect.node)
        yield from _returned(function, flow)
        yield from _drawn(function, flow)


def _judged(function: Function, flow: Flow, condition: Node) -> Iterator[Hit]:
    for node in walk(condition):
        if kind(node) != "BinaryOperation" or node.get("operator") not in (*_ORDER, "==", "!="):
            continue
        left, right = node.get("leftExpression"), node.get("rightExpression")
        times = [TIME in flow.of(side) for side in (left, right)]
        if not any(times):
            continue
        if node["operator"] in _ORDER:
            yield at(
                node, function, Severity.INFO, "An order of times is right where some seconds do not matter."
            )
        elif _is_number(left) and not _is_unset(left) and not _is_unset(right):
            yield at(node, function, detail="Times are compared for equality.")


def _is_number(node: Node | None) -> bool:
    """An address or a flag beside a time in one record is no time."""
    return type_text(node).startswith(("uint", "int"))


def _is_unset(node: Node | None) -> bool:
    """A time of 0 stands for none."""
    node = bare(node)
    return kind(node) == "Literal" and node.get("value") == "0"


def _returned(function: Function, flow: Flow) -> Iterator[Hit]:
    """Functions that answer whether a time has come."""
    for node in function.inside:
        if kind(node) != "Return" or not node.get("expression"):
            continue
        for part in walk(node["expression"]):
            if kind(part) == "BinaryOperation" and part.get("operator") in _ORDER and TIME in flow.of(part):
                yield at(part, function, Severity.INFO)


def _drawn(function: Function, flow: Flow) -> Iterator[Hit]:
    """A draw from the time alone: whoever makes the block chooses it within some seconds."""
    for node in function.inside:
        if is_builtin(node, "keccak256", "sha3", "sha256"):
            origins = frozenset[str]().union(*(flow.of(argument) for argument in arguments(node)))
            if TIME in origins and not origins & {"foreign", "blockhash"} and _is_drawn(function, node):
                yield at(node, function, detail="A number is drawn from the time.")


def _is_drawn(function: Function, draw: Node) -> bool:
    return any(
        kind(node) == "BinaryOperation"
        and node.get("operator") == "%"
        and any(part is draw for part in walk(node))
        for node in function.inside
    )


DETECTOR = Detector(
    rule="block-time",
    severity=Severity.MEDIUM,
    swc="116",
    cwe="CWE-829",
    message="The time of a block decides, and whoever makes the block chooses it within some seconds.",
    fix="Compare times with >= or <= and allow for some minutes; never draw a number from the time.",
    find=find,
)
