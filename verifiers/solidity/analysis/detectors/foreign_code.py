"""Code of somebody else's choice runs with this contract's storage and money."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import effects_of
from verifiers.solidity.analysis.detectors.flow import Flow
from verifiers.solidity.analysis.detectors.guards import is_restricted
from verifiers.solidity.analysis.detectors.program import Program
from verifiers.solidity.analysis.detectors.tree import arguments, dotted, kind, low_level, receiver, reference


def find(program: Program) -> Iterator[Hit]:
    """``delegatecall`` whose target the caller names, or whose data, to a target in state."""
    seen: set[int] = set()
    for function in program.own_functions:
        if not function.is_open:
            continue
        for effect in effects_of(program, function):
            if effect.what != "call" or low_level(effect.node) not in ("delegatecall", "callcode"):
                continue
            if id(effect.node) in seen or is_restricted(program, function, effect):
                continue
            flow = Flow(program, effect.function)
            target = flow.of(receiver(effect.node))
            passed = frozenset[str]().union(*(flow.of(argument) for argument in arguments(effect.node)))
            all_of_it = any(dotted(argument) == "msg.data" for argument in arguments(effect.node))
            if "param" in target or "sender" in target:
                seen.add(id(effect.node))
                yield at(effect.node, effect.function)
            elif all_of_it and _is_settable(program, reference(receiver(effect.node))):
                seen.add(id(effect.node))
                yield at(
                    effect.node,
                    effect.function,
                    Severity.MEDIUM,
                    "The caller's data is passed on whole, and what it reaches runs on this contract's "
                    "storage.",
                )
            elif "param" in passed and "state" in target and kind(receiver(effect.node)) == "IndexAccess":
                seen.add(id(effect.node))
                yield at(effect.node, effect.function, Severity.MEDIUM)


def _is_settable(program: Program, variable: int | None) -> bool:
    """Whether a target lies in ordinary storage, where delegated code can overwrite it."""
    declared = program.state.get(variable or -1)
    return declared is not None and declared.get("mutability") not in ("immutable", "constant")


DETECTOR = Detector(
    rule="foreign-code",
    severity=Severity.HIGH,
    swc="112",
    cwe="CWE-829",
    message="The caller chooses the code that runs by delegatecall with this contract's storage and money.",
    fix="Delegate only to a fixed (immutable) address and to named functions, or let the owner alone call "
    "it.",
    find=find,
)
