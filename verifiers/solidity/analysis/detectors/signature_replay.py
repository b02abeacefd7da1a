"""A signature that is good for more than one use: again, or in another contract or on another chain."""

from __future__ import annotations

from collections.abc import Iterator

from verifiers.domain import Severity
from verifiers.solidity.analysis.detectors.detector import Detector, Hit, at
from verifiers.solidity.analysis.detectors.effects import Effect, effects_of
from verifiers.solidity.analysis.detectors.flow import Flow
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    arguments,
    called,
    dotted,
    is_builtin,
    kind,
    name_of,
    reference,
    root,
    type_text,
    walk,
)

_RECOVER = ("recover", "tryrecover", "recoversigner", "isvalidsignaturenow", "isvalidsignature")
_AMOUNTS = ("balance", "amount", "total", "credit", "share", "supply")
_DOMAIN = ("domain", "typeddata", "separator", "chainid")


def find(program: Program) -> Iterator[Hit]:
    """Functions that pay or book by a signature and keep no record that it was used."""
    for function in program.own_functions:
        if not function.is_open or not function.changes_state:
            continue
        places = list(_recoveries(program, function))
        if not places:
            continue
        effects = effects_of(program, function)
        if not any(_repeats(each) for each in effects):
            continue
        texts = _reached(program, function)
        if not _used_once(program, function, effects, texts):
            yield at(places[0], function, detail="It can be sent again.")
        elif not any(_names_domain(node) for each in texts for node in each.inside):
            yield at(
                places[0], function, Severity.LOW, "It is as good in another contract and on another chain."
            )


def _recoveries(program: Program, function: Function) -> Iterator[Node]:
    """Calls in a function's own text, or in a helper's of the contract, that end in asking who signed."""
    for node in function.inside:
        if _asks_signer(node):
            yield node
            continue
        target = program.callee(node)
        if target is not None and target is not function and any(_asks_signer(n) for n in target.inside):
            yield node


def _asks_signer(node: Node) -> bool:
    if is_builtin(node, "ecrecover"):
        return True
    return kind(node) == "FunctionCall" and name_of(called(node)).lower().strip("_") in _RECOVER


def _repeats(effect: Effect) -> bool:
    """Whether doing it again does more: a payment, a call that changes something, an amount that is added."""
    if effect.what in ("call", "foreign", "create"):
        return not effect.looks
    if effect.what != "write":
        return False
    return any(
        kind(node) == "Assignment"
        and node.get("leftHandSide") is effect.node
        and node.get("operator") in ("+=", "-=")
        for node in effect.function.inside
    )


def _reached(program: Program, function: Function) -> set[Function]:
    """The function, its modifiers and all that it calls within the contract."""
    found = {function}
    waiting = [function]
    while waiting:
        each = waiting.pop()
        inner = [program.callee(node) for node in each.inside]
        inner += [modifier for modifier, _ in program.modifiers_of(each)]
        for target in inner:
            if target is not None and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _used_once(program: Program, function: Function, effects: list[Effect], texts: set[Function]) -> bool:
    """Whether state that the function changes is asked for, or is part of what was signed."""
    written = {each.variable for each in effects if each.what == "write"}
    hashed: set[int] = set()
    asked: set[int] = set()
    for text in texts:
        flow = Flow(program, text)
        for node in text.inside:
            if is_builtin(node, "keccak256", "sha3", "sha256"):
                named = frozenset[str]().union(*(flow.of(argument) for argument in arguments(node)))
                hashed |= {int(name[6:]) for name in named if name.startswith("state:")}
    for each in effects:
        if each.what == "check":
            asked |= _records(program, each.node)
    if any(not text.own and "nonce" in text.name.lower() for text in texts):
        return True  # a library's counter
    return bool(written & (hashed | asked))


def _records(program: Program, condition: Node) -> set[int]:
    """State in a condition that is a record of use; what somebody owns is none."""
    found: set[int] = set()
    for node in walk(condition):
        variable = reference(root(node)) if kind(node) in ("Identifier", "IndexAccess") else None
        if variable not in program.state:
            continue
        name = name_of(program.state.get(variable or 0, NOTHING)).lower()
        flag = type_text(node) == "bool" or "enum " in type_text(node)
        if flag or not any(word in name for word in _AMOUNTS):
            found.add(variable or 0)
    return found


def _names_domain(node: Node) -> bool:
    """``address(this)``, ``block.chainid``, or a separator made from them."""
    if dotted(node) in ("this", "block.chainid"):
        return True
    return any(word in name_of(node).lower().replace("_", "") for word in _DOMAIN)


DETECTOR = Detector(
    rule="signature-replay",
    severity=Severity.MEDIUM,
    swc="121",
    cwe="CWE-294",
    message="A signature is accepted without a record that it was used, or without saying where it counts.",
    fix="Sign keccak256(abi.encode(block.chainid, address(this), nonce, ...)), keep a nonce for each signer "
    "and raise it with each use; EIP712 and Nonces of OpenZeppelin do both.",
    find=find,
)
