"""State that is settled only after a call handed control to somebody else."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import Effect, declared_to_look, effects_of, together
from verifiers.solidity.analysis.detectors.flow import Flow, Origins
from verifiers.solidity.analysis.detectors.guards import is_locked, is_restricted, is_sender
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    arguments,
    bare,
    called,
    kind,
    low_level,
    name_of,
    receiver,
    type_text,
)

_SENDING = ("transfer", "safeTransfer", "safeTransferFrom", "send", "mint", "safeMint")


def find(program: Program) -> Iterator[Hit]:
    """For each function that anybody can call: calls that come before a write of state read before them."""
    seen: set[int] = set()
    for function in program.own_functions:
        if not function.is_open or not function.changes_state:
            continue
        found = effects_of(program, function)
        for place, call in enumerate(found):
            if not call.hands_over_control or not call.function.own or id(call.node) in seen:
                continue
            severity = _severity(program, function, found, place)
            if severity is None:
                continue
            seen.add(id(call.node))
            detail = ""
            if is_locked(program, function, call, found):
                other = _way_around(program, function, found, place)
                if other is None:
                    continue
                detail = f"It is locked, but {other.where} uses the same state and is not."
            yield at(call.node, call.function, severity, detail)


def _severity(program: Program, function: Function, found: list[Effect], place: int) -> Severity | None:
    call = found[place]
    if not _late(found, place):
        return None
    if is_restricted(program, function, call):
        return Severity.LOW  # only who is trusted anyhow gets here
    if call.what == "call" and low_level(call.node) == "delegatecall":
        return None
    if call.what == "call":
        return Severity.HIGH if call.value is not None else Severity.MEDIUM
    if _is_anybodys(program, call) or _tells_sender(program, call, found[place + 1 :]):
        return Severity.MEDIUM
    # Before 0.5 a trusted contract's view function could call back, but has no reason to.
    return None if declared_to_look(called(call.node)) else Severity.LOW


def _tells_sender(program: Program, call: Effect, later: list[Effect]) -> bool:
    """Whether a token is sent to the caller, whose own entry is settled afterwards: tokens with hooks, such
    as ERC-777, 721 and 1155, call their receivers."""
    if name_of(called(call.node)) not in _SENDING or not any(
        is_sender(program, argument) for argument in arguments(call.node)
    ):
        return False
    return any(
        each.what == "write"
        and together(each, call)
        and kind(bare(each.node)) == "IndexAccess"
        and is_sender(program, bare(each.node).get("indexExpression"))
        for each in later
    )


def _late(found: list[Effect], place: int) -> set[int]:
    """State that was read before a call and is written after it."""
    call = found[place]
    read = {e.variable for e in found[:place] if e.what == "read" and together(e, call)}
    late = {e.variable for e in found[place + 1 :] if e.what == "write" and together(e, call)}
    if call.loops:  # the next round reads again what this one writes
        late |= {e.variable for e in found if e.what == "write" and set(e.loops) & set(call.loops)}
    return read & late


def _way_around(program: Program, locked: Function, found: list[Effect], place: int) -> Function | None:
    """Another function, open to all and without a lock, that takes from the state that is settled late."""
    late = _late(found, place)
    for function in program.functions_of(found[place].function.contract):
        if function is locked or not function.is_open or not function.changes_state or not function.own:
            continue
        effects = effects_of(program, function)
        for write in effects:
            if write.what != "write" or write.variable not in late or not _takes(write):
                continue
            if not is_locked(program, function, write, effects) and not is_restricted(program, function):
                return function
    return None


def _takes(write: Effect) -> bool:
    """Whether a write makes state smaller or something else; what only adds to it gives nothing away."""
    for node in write.function.inside:
        if kind(node) == "Assignment" and node.get("leftHandSide") is write.node:
            return node.get("operator") == "-="
    return False


def _is_anybodys(program: Program, call: Effect) -> bool:
    """Whether the caller chooses the contract that is called."""
    flow = Flow(program, call.function)
    origins: Origins = flow.of(called(call.node).get("expression"))
    target = receiver(call.node)
    chosen = {"sender", "param"} & origins
    return bool(chosen) and "state" not in origins and kind(target) != "" and type_text(target) != ""


DETECTOR = Detector(
    rule="reentrancy",
    severity=Severity.HIGH,
    swc="107",
    cwe="CWE-841",
    message="Control is handed to another contract before state that was read is written, so the call can be "
    "repeated on the old state.",
    fix="Check first, then write every state variable, and make the external call last; or add a "
    "nonReentrant "
    "modifier to every function that shares the state.",
    find=find,
)
