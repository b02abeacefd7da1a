"""A bet against another player whose choice everybody can read: whoever plays last wins."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import Effect, effects_of
from verifiers.solidity.analysis.detectors.flow import CHANCE, Flow
from verifiers.solidity.analysis.detectors.guards import is_restricted
from verifiers.solidity.analysis.detectors.program import Program
from verifiers.solidity.analysis.detectors.tree import NOTHING, kind, reference, type_text, walk


def find(program: Program) -> Iterator[Hit]:
    """Numbers that are kept in clear with a stake, and whose remainder then decides who is paid."""
    deciding = _deciding(program)
    seen: set[int] = set()
    for function in program.own_functions:
        if not function.is_open or not function.is_payable:
            continue
        flow = Flow(program, function)
        for effect in effects_of(program, function):
            if effect.what != "write" or effect.variable not in deciding or effect.function is not function:
                continue
            if id(effect.node) in seen or is_restricted(program, function, effect):
                continue
            if _keeps_choice(effect, flow):
                seen.add(id(effect.node))
                yield at(effect.node, function)


def _deciding(program: Program) -> set[int]:
    """Ids of the state whose remainder decides who is paid; block values are for another detector."""
    found: set[int] = set()
    for function in program.own_functions:
        effects = effects_of(program, function)
        if not any(each.what == "call" and each.value is not None for each in effects):
            continue
        flow = Flow(program, function)
        for node in function.inside:
            if kind(node) != "BinaryOperation" or node.get("operator") != "%":
                continue
            origins = flow.of(node.get("leftExpression"))
            if not origins & CHANCE:
                found |= {int(name[6:]) for name in origins if name.startswith("state:")}
    return found


def _keeps_choice(write: Effect, flow: Flow) -> bool:
    """Whether a number that the caller chose is written, and not only its hash."""
    for node in write.function.inside:
        if kind(node) != "Assignment" or node.get("leftHandSide") is not write.node:
            continue
        for part in walk(node.get("rightHandSide") or NOTHING):
            number = kind(part) == "Identifier" and type_text(part).startswith(("uint", "int"))
            if number and reference(part) and "param" in flow.of(part):
                return True
    return False


DETECTOR = Detector(
    rule="front-run-choice",
    severity=Severity.MEDIUM,
    swc="114",
    cwe="CWE-362",
    message="A player's choice is kept in clear before the others have made theirs, so whoever plays last "
    "picks the one that wins.",
    fix="Take keccak256(abi.encode(msg.sender, choice, salt)) with the stake, and the choice itself only "
    "when all have committed.",
    find=find,
)
