"""What a call pays may be changed while the call waits."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import effects_of
from verifiers.solidity.analysis.detectors.guards import is_restricted, is_sender
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import bare, kind, receiver, reference


def find(program: Program) -> Iterator[Hit]:
    """Payments to whoever calls, of an amount that another function sets."""
    set_in = _setters(program)
    seen: set[int] = set()
    for function in program.own_functions:
        if not function.is_open or not function.changes_state:
            continue
        for effect in effects_of(program, function):
            if effect.what != "call" or id(effect.node) in seen or not effect.function.own:
                continue
            amount = bare(effect.value)
            variable = reference(amount) or 0
            if kind(amount) != "Identifier" or variable not in program.state:
                continue
            others = set_in.get(variable, set()) - {function}
            pays_caller = is_sender(program, receiver(effect.node))
            if others and pays_caller and not is_restricted(program, function, effect):
                seen.add(id(effect.node))
                yield at(effect.node, effect.function, detail=f"{min(o.where for o in others)} sets it.")


def _setters(program: Program) -> dict[int, set[Function]]:
    """Id of a plain state variable -> open functions that give it another value."""
    found: dict[int, set[Function]] = {}
    for function in program.own_functions:
        if not function.is_open:
            continue
        for effect in effects_of(program, function):
            if effect.what == "write" and kind(bare(effect.node)) == "Identifier":
                found.setdefault(effect.variable, set()).add(function)
    return found


DETECTOR = Detector(
    rule="changed-payout",
    severity=Severity.LOW,
    swc="114",
    cwe="CWE-362",
    message="The amount that the caller is paid can be changed by a transaction that comes first.",
    fix="Let the caller say the least that he expects and require it, or fix the amount for good.",
    find=find,
)
