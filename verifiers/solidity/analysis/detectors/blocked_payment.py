"""One receiver that refuses its payment stops everybody else."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import Effect, effects_of, together
from verifiers.solidity.analysis.detectors.flow import Flow, Origins
from verifiers.solidity.analysis.detectors.guards import is_restricted
from verifiers.solidity.analysis.detectors.program import Program
from verifiers.solidity.analysis.detectors.tree import (
    bare,
    kind,
    low_level,
    name_of,
    receiver,
    reference,
    root,
    walk,
)


def find(program: Program) -> Iterator[Hit]:
    """Payments that must succeed, to somebody recorded: in a loop, or to whom the same function replaces."""
    seen: set[int] = set()
    for function in program.own_functions:
        if not function.is_open or not function.changes_state:
            continue
        found = effects_of(program, function)
        for place, effect in enumerate(found):
            if effect.what != "call" or effect.value is None or id(effect.node) in seen:
                continue
            if not _must_succeed(found, place):
                continue
            origins = Flow(program, effect.function).of(receiver(effect.node))
            if effect.loops and _is_recorded(effect, origins):
                seen.add(id(effect.node))
                trusted = is_restricted(program, function, effect)
                yield at(
                    effect.node, effect.function, Severity.LOW if trusted else None, "It stands in a loop."
                )
            elif _is_replaced(program, found, place):
                seen.add(id(effect.node))
                yield at(
                    effect.node, effect.function, detail="Nobody can take the place of who cannot be paid."
                )


def _must_succeed(found: list[Effect], place: int) -> bool:
    """``transfer`` reverts by itself; the others where their answer is checked."""
    call = found[place].node
    if low_level(call) == "transfer":
        return True
    if low_level(call) not in ("send", "call"):
        return False
    checks = [each for each in found[place + 1 : place + 4] if each.what == "check"]
    return any(any(part is call for part in walk(check.node)) or _names_success(check) for check in checks)


def _names_success(check: Effect) -> bool:
    names = {name_of(part).lower() for part in walk(check.node) if kind(part) == "Identifier"}
    return bool(names & {"ok", "success", "sent", "res", "result", "paid", "succeeded"})


def _is_recorded(effect: Effect, origins: Origins) -> bool:
    """Whether the receiver comes from a list that is kept, and is another one in each round."""
    to = receiver(effect.node)
    varies = any(kind(part) == "IndexAccess" for part in walk(to)) or kind(to) == "Identifier"
    return "state" in origins and varies and "sender" not in origins


def _is_replaced(program: Program, found: list[Effect], place: int) -> bool:
    """``leader.transfer(bid); leader = msg.sender;``: who refuses stays for ever."""
    call = found[place]
    to = bare(receiver(call.node))
    variable = reference(root(to))
    if variable not in program.state or kind(to) != "Identifier":
        return False
    for later in found[place + 1 :]:
        same = later.what == "write" and later.variable == variable and together(later, call)
        if same and "sender" in _assigned(program, later):
            return True
    return False


def _assigned(program: Program, write: Effect) -> Origins:
    for node in write.function.inside:
        if kind(node) == "Assignment" and node.get("leftHandSide") is write.node:
            return Flow(program, write.function).of(node.get("rightHandSide"))
    return frozenset()


DETECTOR = Detector(
    rule="blocked-payment",
    severity=Severity.MEDIUM,
    swc="113",
    cwe="CWE-703",
    message="A receiver that refuses its payment blocks the function for everybody.",
    fix="Note what each receiver may take, and let them withdraw it themselves (pull payments).",
    find=find,
)
