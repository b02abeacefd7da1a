"""What a detector is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import Node


@dataclass(frozen=True)
class Hit:
    """A place that a detector found.

    Attributes:
        node: The place.
        where: The function or contract, for the message.
        severity: Where it is another than the detector's.
        detail: A sentence more, about this place.
    """

    node: Node
    where: str
    severity: Severity | None = None
    detail: str = ""


@dataclass(frozen=True)
class Detector:
    """One weakness and how to find it.

    Attributes:
        rule: Such as ``solidity-patterns.reentrancy``, without the part before the dot.
        severity: Medium and above is a promise to speak of weak code only.
        message: What is wrong, in one sentence.
        fix: What to write instead; goes to the model.
        cwe: The general weakness.
        find: The places, in the project's own code.
        swc: Number in the Smart Contract Weakness Classification, where it has one.
    """

    rule: str
    severity: Severity
    message: str
    fix: str
    cwe: str
    find: Callable[[Program], Iterable[Hit]]
    swc: str | None = None


def at(node: Node, function: Function, severity: Severity | None = None, detail: str = "") -> Hit:
    """A hit inside a function."""
    return Hit(node, function.where, severity, detail)
