"""Anybody can destroy the contract."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import effects_of
from verifiers.solidity.analysis.detectors.guards import is_restricted
from verifiers.solidity.analysis.detectors.program import Program


def find(program: Program) -> Iterator[Hit]:
    """``selfdestruct`` that an open function reaches without a check of the caller."""
    seen: set[int] = set()
    for function in program.own_functions:
        if not function.is_open:
            continue
        for effect in effects_of(program, function):
            if effect.what != "destroy" or id(effect.node) in seen:
                continue
            if not is_restricted(program, function, effect):
                seen.add(id(effect.node))
                yield at(effect.node, effect.function)


DETECTOR = Detector(
    rule="unprotected-selfdestruct",
    severity=Severity.HIGH,
    swc="106",
    cwe="CWE-284",
    message="Anybody can destroy the contract.",
    fix="Remove selfdestruct, or let the owner alone reach it with require(msg.sender == owner).",
    find=find,
)
