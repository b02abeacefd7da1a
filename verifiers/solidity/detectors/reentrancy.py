"""State that is settled only after a call handed control to somebody else."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.detectors.detector import Detector, Hit, at
from verifiers.solidity.detectors.effects import Effect, effects_of, together
from verifiers.solidity.detectors.flow import Flow, Origins
from verifiers.solidity.detectors.guards import is_locked, is_restricted
from verifiers.solidity.detectors.program import Function, Program
from verifiers.solidity.detectors.tree import called, kind, low_level, receiver, type_text


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
            if severity is not None:
                seen.add(id(call.node))
                yield at(call.node, call.function, severity)


def _severity(program: Program, function: Function, found: list[Effect], place: int) -> Severity | None:
    call = found[place]
    read = {e.variable for e in found[:place] if e.what == "read" and together(e, call)}
    late = {e.variable for e in found[place + 1 :] if e.what == "write" and together(e, call)}
    if call.loops:  # the next round reads again what this one writes
        late |= {e.variable for e in found if e.what == "write" and set(e.loops) & set(call.loops)}
    if not read & late or is_locked(program, function, call, found):
        return None
    if is_restricted(program, function, call):
        return Severity.LOW  # only who is trusted anyhow gets here
    if call.what == "call" and low_level(call.node) == "delegatecall":
        return None
    if call.what == "call":
        return Severity.HIGH if call.value is not None else Severity.MEDIUM
    return Severity.MEDIUM if _is_anybodys(program, call) else Severity.LOW


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
