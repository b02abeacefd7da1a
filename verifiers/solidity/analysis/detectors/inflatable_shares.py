"""Shares that are priced by the contract's own balance, which everybody can raise."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.bounds import written
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import effects_of
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    arguments,
    bare,
    called,
    dotted,
    kind,
    name_of,
    reference,
    walk,
)


def find(program: Program) -> Iterator[Hit]:
    """Quotients by the balance that are booked, and that nothing keeps from being rounded down to 0."""
    for function in program.own_functions:
        if not function.is_open or not function.changes_state:
            continue
        for node in function.inside:
            if kind(node) != "BinaryOperation" or node.get("operator") != "/":
                continue
            product, divisor = bare(node.get("leftExpression")), node.get("rightExpression") or NOTHING
            scaled = kind(product) == "BinaryOperation" and product.get("operator") == "*"
            if scaled and _is_balance(function, divisor, 0) and _is_booked(program, function, node):
                yield at(node, function)


def _is_balance(function: Function, node: Node, depth: int) -> bool:
    """``address(this).balance``, ``token.balanceOf(address(this))`` and what is left of them after taking
    something away; adding a constant is the remedy."""
    node = bare(node)
    if dotted(node) == "this.balance":
        return True
    if kind(node) == "MemberAccess" and name_of(node) == "balance":
        return dotted(bare(node.get("expression"))) == "this"
    if kind(node) == "FunctionCall" and name_of(called(node)) == "balanceOf":
        return any(dotted(bare(argument)) == "this" for argument in arguments(node))
    if kind(node) == "BinaryOperation" and node.get("operator") == "-":
        return _is_balance(function, node.get("leftExpression") or NOTHING, depth)
    if kind(node) == "Identifier" and depth < 3:
        return any(_is_balance(function, value, depth + 1) for value in _values(function, reference(node)))
    return False


def _values(function: Function, variable: int | None) -> Iterator[Node]:
    for node in function.inside:
        declared = [item for item in node.get("declarations", ()) if item]
        if len(declared) == 1 and declared[0]["id"] == variable and node.get("initialValue"):
            yield node["initialValue"]
        if kind(node) == "Assignment" and reference(bare(node.get("leftHandSide"))) == variable:
            yield node.get("rightHandSide") or NOTHING


def _is_booked(program: Program, function: Function, quotient: Node) -> bool:
    """Whether the result is added to an account and no condition looks at it first."""
    holders = {
        int(item["id"])
        for node in function.inside
        if kind(node) == "VariableDeclarationStatement"
        and any(part is quotient for part in walk(node.get("initialValue") or NOTHING))
        for item in node.get("declarations", ())
        if item
    }
    holders |= {
        reference(bare(node.get("leftHandSide"))) or 0
        for node in function.inside
        if kind(node) == "Assignment"
        and any(part is quotient for part in walk(node.get("rightHandSide") or NOTHING))
    }
    effects = effects_of(program, function)
    names = {f"#{holder}" for holder in holders}
    for each in effects:
        if each.what == "check" and any(
            written(part, {}).endswith(tuple(names)) for part in walk(each.node) if kind(part) == "Identifier"
        ):
            return False
    for node in function.inside:
        if kind(node) != "Assignment" or node.get("operator") != "+=":
            continue
        added = bare(node.get("rightHandSide"))
        if kind(bare(node.get("leftHandSide"))) == "IndexAccess" and (
            added is quotient or reference(added) in holders
        ):
            return True
    return False


DETECTOR = Detector(
    rule="inflatable-shares",
    severity=Severity.MEDIUM,
    cwe="CWE-682",
    message="The price of a share follows the contract's own balance, so a donation by the first holder "
    "makes the next buyer's shares round down to nothing.",
    fix="Count deposits in a variable of your own, add virtual shares and assets as ERC4626 of OpenZeppelin "
    "does, and require the least number of shares that the buyer expects.",
    find=find,
)
