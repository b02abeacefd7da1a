"""An allowance that is set anew while the old one can still be used: both can be spent."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import effects_of
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import bare, kind, reference, root, type_text, walk

_SAFER = ("increaseallowance", "increaseapproval", "safeapprove")


def find(program: Program) -> Iterator[Hit]:
    """``approve`` that overwrites an entry without looking at it, where no increase is offered."""
    for function in program.own_functions:
        if function.name != "approve" or not function.is_open or not _is_token(function):
            continue
        offered = {each.name.lower() for each in program.functions_of(function.contract)}
        if offered & set(_SAFER):
            continue
        effects = effects_of(program, function)
        asked = {
            reference(root(node))
            for each in effects
            if each.what == "check"
            for node in walk(each.node)
            if kind(node) == "IndexAccess"
        }
        for each in effects:
            own = each.what == "write" and each.function.own and kind(bare(each.node)) == "IndexAccess"
            if own and each.variable not in asked and type_text(each.node) == "uint256":
                yield at(each.node, each.function)


def _is_token(function: Function) -> bool:
    taken = [type_text(parameter) for parameter in function.parameters]
    return len(taken) == 2 and taken[0].startswith("address") and taken[1] == "uint256"


DETECTOR = Detector(
    rule="approval-race",
    severity=Severity.LOW,
    swc="114",
    cwe="CWE-362",
    message="Whoever may spend can use the old allowance before the new one is set, and then the new one.",
    fix="Require that the old or the new allowance is 0, or offer increaseAllowance and decreaseAllowance.",
    find=find,
)
