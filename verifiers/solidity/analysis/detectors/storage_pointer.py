"""A local struct or array that points at storage slot 0 because nothing set it."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.program import Program
from verifiers.solidity.analysis.detectors.tree import kind, points_into_state, type_id


def find(program: Program) -> Iterator[Hit]:
    """Declarations of storage pointers without a value; the compiler refuses them from 0.5 on."""
    for function in program.own:
        for node in function.inside:
            if kind(node) != "VariableDeclarationStatement" or node.get("initialValue"):
                continue
            declared = [item for item in node.get("declarations", ()) if item]
            if any(points_into_state(item) and "t_mapping" not in type_id(item)[:9] for item in declared):
                yield at(node, function)


DETECTOR = Detector(
    rule="uninitialised-storage-pointer",
    severity=Severity.HIGH,
    swc="109",
    cwe="CWE-824",
    message="A local variable points at the first state variables because nothing was assigned to it; "
    "writing to "
    "it overwrites them.",
    fix="Say `memory`, or assign the element of state that it is to stand for.",
    find=find,
)
