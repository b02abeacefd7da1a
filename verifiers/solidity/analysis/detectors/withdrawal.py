"""Ether that whoever asks gets, without its being his."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import Effect, effects_of, together
from verifiers.solidity.analysis.detectors.flow import Flow
from verifiers.solidity.analysis.detectors.guards import is_restricted
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    Node,
    bare,
    dotted,
    kind,
    name_of,
    receiver,
    reference,
    root,
    walk,
)


def find(program: Program) -> Iterator[Hit]:
    """Payments to the caller, or to whom the caller names, that no check ties to the caller."""
    seen: set[int] = set()
    for function in program.own_functions:
        if not function.is_open:
            continue
        found = effects_of(program, function)
        for place, effect in enumerate(found):
            value = effect.value if effect.what == "call" else None
            if value is None or id(effect.node) in seen or is_restricted(program, function, effect):
                continue
            said = _why(program, function, found, place, value)
            if said:
                seen.add(id(effect.node))
                yield at(effect.node, effect.function, detail=said)


def _why(program: Program, function: Function, found: list[Effect], place: int, value: Node) -> str:
    effect = found[place]
    flow = Flow(program, effect.function)
    to = flow.of(receiver(effect.node))
    if not {"sender", "param"} & to or ("state" in to and "sender" not in to):
        return ""
    checks = [each for each in found[:place] if each.what == "check" and together(each, effect)]
    if _inverted(checks, value):
        return "The check before it holds for amounts above what the caller has."
    if _is_whole_balance(value) and not any(_decides(check, flow) for check in checks):
        return "It sends the whole balance, and nothing asks who gets it."
    if _never_subtracted(program, found, effect, value):
        return "What is recorded for the caller is the same after the payment, so it can be taken again."
    return ""


def _is_whole_balance(value: Node) -> bool:
    return any(
        kind(node) == "MemberAccess"
        and name_of(node) == "balance"
        and dotted(node.get("expression")) == "this"
        for node in walk(bare(value))
    ) and kind(bare(value)) in ("MemberAccess", "Identifier")


def _decides(check: Effect, flow: Flow) -> bool:
    """Whether a check asks for anything: payment, time, a secret. What only compares with 0 asks nothing."""
    asked = flow.of(check.node)
    return bool(asked & {"sender", "paid", "param", "state", "foreign"}) or any(
        dotted(node) in ("msg.value", "block.timestamp", "now") for node in walk(check.node)
    )


def _never_subtracted(program: Program, found: list[Effect], effect: Effect, value: Node) -> bool:
    """The amount is the caller's entry in a table, and no run that pays it writes the table."""
    amount = bare(value)
    if kind(amount) != "IndexAccess" or dotted(amount.get("indexExpression")) != "msg.sender":
        return False
    if reference(root(amount)) not in program.state:
        return False
    return not any(each.what == "write" and together(each, effect) for each in found)


def _inverted(checks: list[Effect], value: Node) -> bool:
    """``require(amount >= balances[msg.sender])`` before ``amount`` is paid."""
    paid = reference(bare(value))
    if paid is None:
        return False
    for check in checks:
        for node in walk(check.node):
            if kind(node) != "BinaryOperation" or node.get("operator") not in (">", ">=", "<", "<="):
                continue
            left, right = bare(node.get("leftExpression")), bare(node.get("rightExpression"))
            if node["operator"] in ("<", "<="):
                left, right = right, left
            if reference(left) == paid and _is_callers_entry(right):
                return not _is_branch(check)
    return False


def _is_callers_entry(node: Node) -> bool:
    return kind(node) == "IndexAccess" and dotted(node.get("indexExpression")) == "msg.sender"


def _is_branch(check: Effect) -> bool:
    """An ``if`` whose arm reverts says the opposite of a ``require``."""
    return any(
        kind(node) == "IfStatement" and node.get("condition") is check.node for node in check.function.inside
    )


DETECTOR = Detector(
    rule="unprotected-withdrawal",
    severity=Severity.HIGH,
    swc="105",
    cwe="CWE-284",
    message="Ether is paid out to whoever asks for it.",
    fix="Let the owner alone withdraw, or pay what is recorded for the caller: "
    "require(balances[msg.sender] >= "
    "amount); balances[msg.sender] -= amount; and only then send.",
    find=find,
)
