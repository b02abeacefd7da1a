"""A prize for whoever first sends the right answer: whoever sees the answer waiting can send it first."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import Effect, effects_of
from verifiers.solidity.analysis.detectors.flow import Flow
from verifiers.solidity.analysis.detectors.guards import is_restricted, is_sender
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    arguments,
    bare,
    is_builtin,
    kind,
    receiver,
    reference,
    root,
    walk,
)

_HASHES = ("keccak256", "sha3", "sha256", "ripemd160")


def find(program: Program) -> Iterator[Hit]:
    """Functions that pay the sender once the hash of what he sent is the one that is kept."""
    for function in program.own_functions:
        if not function.is_open or not function.changes_state:
            continue
        found = effects_of(program, function)
        checks = [each for each in found if each.what == "check"]
        answers = [each for each in checks if _is_answer(program, each)]
        if not answers or not any(_pays_sender(program, each) for each in found):
            continue
        if any(_is_commitment(program, each) for each in checks) or is_restricted(program, function):
            continue
        yield at(answers[0].node, answers[0].function)


def _is_answer(program: Program, check: Effect) -> bool:
    """Whether a condition holds the hash of a parameter against something fixed."""
    flow = Flow(program, check.function)
    for node in walk(check.node):
        if kind(node) != "BinaryOperation" or node.get("operator") not in ("==", "!="):
            continue
        sides = (node.get("leftExpression") or NOTHING, node.get("rightExpression") or NOTHING)
        for one, other in (sides, sides[::-1]):
            hashed = _hashed(check.function, one)
            if hashed is None:
                continue
            origins = frozenset[str]().union(*(flow.of(argument) for argument in hashed))
            if "param" in origins and "sender" not in origins and "param" not in flow.of(other):
                return True
    return False


def _hashed(function: Function, node: Node) -> list[Node] | None:
    """What a hash was made from, directly or by way of a local; None for what is no hash."""
    node = bare(node)
    if is_builtin(node, *_HASHES):
        return arguments(node)
    if kind(node) != "Identifier":
        return None
    for each in function.inside:
        declared = [item for item in each.get("declarations", ()) if item]
        if kind(each) != "VariableDeclarationStatement" or len(declared) != 1:
            continue
        value = bare(each.get("initialValue"))
        if declared[0]["id"] == reference(node) and is_builtin(value, *_HASHES):
            return arguments(value)
    return None


def _pays_sender(program: Program, effect: Effect) -> bool:
    """Ether to the sender, a token's transfer to him, or a credit written for him."""
    if effect.what == "call" and effect.value is not None:
        return is_sender(program, receiver(effect.node))
    if effect.what == "foreign":
        return any(is_sender(program, argument) for argument in arguments(effect.node))
    if effect.what != "write":
        return False
    node = bare(effect.node)
    return kind(node) == "IndexAccess" and is_sender(program, node.get("indexExpression"))


def _is_commitment(program: Program, check: Effect) -> bool:
    """Whether a condition looks up what the sender himself put down before."""
    return any(
        kind(node) == "IndexAccess"
        and is_sender(program, node.get("indexExpression"))
        and reference(root(node)) in program.state
        for node in walk(check.node)
    )


DETECTOR = Detector(
    rule="front-run-answer",
    severity=Severity.MEDIUM,
    swc="114",
    cwe="CWE-362",
    message="The answer is worth money to whoever sends it first, and everybody can read it while the "
    "transaction waits.",
    fix="Let players commit to keccak256(abi.encode(msg.sender, answer, salt)) in one block and reveal in a "
    "later one.",
    find=find,
)
