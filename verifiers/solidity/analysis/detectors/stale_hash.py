"""The hash of a block that may lie too far back: it is 0 after 256 blocks, and everybody can wait."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.flow import Flow
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    arguments,
    bare,
    dotted,
    is_builtin,
    kind,
    literal,
    walk,
)

_KEPT = 256


def find(program: Program) -> Iterator[Hit]:
    """``blockhash`` of a recorded or a named block in a function that never asks how old it is."""
    for function in program.own_functions:
        flow = Flow(program, function)
        for node in function.inside:
            if not is_builtin(node, "blockhash", "block.blockhash"):
                continue
            origins = flow.of(arguments(node)[0]) if arguments(node) else frozenset()
            recorded = "state" in origins or ("param" in origins and "number" not in origins)
            if recorded and not _asks_age(program, function):
                yield at(node, function)


def _asks_age(program: Program, function: Function) -> bool:
    """Whether a comparison with a number of at most 256 blocks stands with the block number."""
    for node in function.inside:
        if kind(node) != "BinaryOperation" or node.get("operator") not in ("<", "<=", ">", ">="):
            continue
        says_block = any(dotted(part) == "block.number" for part in walk(node))
        if says_block and any(_is_age(literal(part)) for part in walk(node) if kind(part) == "Literal"):
            return True
    return any(
        kind(node) == "BinaryOperation"
        and node.get("operator") in ("==", "!=")
        and any(
            literal(bare(side)) == "0" for side in (node.get("leftExpression"), node.get("rightExpression"))
        )
        and "blockhash" in Flow(program, function).of(node)
        for node in function.inside
    )


def _is_age(said: str | None) -> bool:
    return said is not None and said.isdigit() and _KEPT - 60 <= int(said) <= _KEPT


DETECTOR = Detector(
    rule="stale-block-hash",
    severity=Severity.MEDIUM,
    swc="120",
    cwe="CWE-330",
    message="The hash of a block older than 256 blocks is 0, so whoever waits that long knows what is drawn.",
    fix="Require block.number - recorded <= 256, and treat what is older as lost.",
    find=find,
)
