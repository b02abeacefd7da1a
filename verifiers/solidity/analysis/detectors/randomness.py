"""Chance drawn from values that whoever makes the block, or calls in the same block, knows."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.flow import CHANCE, TIME, Flow, Origins, state_origins
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    arguments,
    bare,
    is_builtin,
    kind,
    literal,
    name_of,
    walk,
)

_HASHES = ("keccak256", "sha3", "sha256", "ripemd160")
_SPANS = frozenset({60, 3600, 86_400, 604_800, 2_592_000, 31_536_000, 31_557_600})
_UNITS = ("seconds", "minutes", "hours", "days", "weeks", "years")
_STRONG = CHANCE - {TIME, "number"}


def find(program: Program) -> Iterator[Hit]:
    """Remainders and hashes of such values; hashes only where the result is used as a number or compared."""
    stored = state_origins(program)
    for function in program.own_functions:
        flow = Flow(program, function)
        used = list(_draws(program, function, flow, stored))
        inner = {id(node) for draw in used for node in walk(draw) if node is not draw}
        yield from (at(draw, function) for draw in used if id(draw) not in inner)


def _draws(program: Program, function: Function, flow: Flow, stored: dict[int, Origins]) -> Iterator[Node]:
    for node in function.inside:
        if kind(node) == "BinaryOperation" and node.get("operator") == "%":
            base, span = node.get("leftExpression") or NOTHING, node.get("rightExpression") or NOTHING
            origins = _with_state(flow.of(base), stored)
            if _is_foreseeable(origins) and not _is_span(program, span) and not _is_modulus(node, origins):
                yield node
        elif is_builtin(node, *_HASHES):
            origins = frozenset[str]().union(*(flow.of(argument) for argument in arguments(node)))
            if _is_foreseeable(origins) and _is_number(function, node):
                yield node


def _with_state(origins: Origins, stored: dict[int, Origins]) -> Origins:
    """With what was put into the state variables among them."""
    found = set(origins)
    for name in origins:
        if name.startswith("state:"):
            kept = stored.get(int(name[6:]), frozenset())
            found |= {each for each in kept if each in _STRONG}
    return frozenset(found)


def _is_foreseeable(origins: Origins) -> bool:
    """A block hash of a block that was fixed earlier than this call is commit and reveal, and left alone."""
    direct = (origins & CHANCE) - {"blockhash"}
    if "blockhash" in origins and not any(name.startswith("hash-of-state") for name in origins):
        return True
    return bool(direct - {"number"}) or ("number" in direct and "blockhash" not in origins)


def _is_span(program: Program, node: Node) -> bool:
    """Whether a remainder tells the time of day, the week, an epoch."""
    node = bare(node)
    if kind(node) == "Identifier":
        declared = program.nodes.get(int(node.get("referencedDeclaration") or 0), NOTHING)
        named = name_of(node).lower()
        if any(word in named for word in ("day", "week", "hour", "epoch", "period", "interval", "duration")):
            return True
        return bool(declared.get("constant")) and _is_span(program, declared.get("value") or NOTHING)
    if any(part.get("subdenomination") in _UNITS for part in walk(node)):
        return True
    said = literal(node)
    return said is not None and said.replace("_", "").isdigit() and int(said.replace("_", "")) in _SPANS


def _is_modulus(node: Node, origins: Origins) -> bool:
    """Whether the remainder only shortens a number (``% 2**32``), as packed timestamps are."""
    right = bare(node.get("rightExpression"))
    return kind(right) == "BinaryOperation" and right.get("operator") == "**" and origins <= {TIME, "number"}


def _is_number(function: Function, draw: Node) -> bool:
    """Whether a hash is used as a number or an index: converted, or taken a byte of."""
    for node in function.inside:
        if kind(node) == "FunctionCall" and node.get("kind") == "typeConversion":
            inner = arguments(node)
            if inner and bare(inner[0]) is draw and _names_integer(node):
                return True
        if kind(node) == "IndexAccess" and bare(node.get("baseExpression")) is draw:
            return True
    return False


def _names_integer(node: Node) -> bool:
    text = str((node.get("typeDescriptions") or NOTHING).get("typeString", ""))
    return text.startswith(("uint", "int"))


DETECTOR = Detector(
    rule="weak-randomness",
    severity=Severity.MEDIUM,
    swc="120",
    cwe="CWE-330",
    message="A random choice rests on values that whoever makes the block knows or sets, and that a "
    "contract can "
    "read before it bets.",
    fix="Use a verifiable random function (an oracle such as Chainlink VRF), or commit and reveal with the "
    "hash of "
    "a block that is not made yet.",
    find=find,
)
