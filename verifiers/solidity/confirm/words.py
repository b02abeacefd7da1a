"""An attack that did harm, as a person would tell it. Pure."""

from __future__ import annotations

import re

from verifiers.solidity.confirm.kinds import Kind
from verifiers.solidity.confirm.plan import Call, Plan
from verifiers.solidity.confirm.target import Target

_DATA = re.compile(r'abi\.encodeWithSignature\("([^"(]*)\([^"]*\)"(?:, )?(.*)\)', re.DOTALL)
_NAMES = {
    "address(puppet)": "the attacker's contract",
    "address(accomplice)": "the attacker's second contract",
    "address(refuser)": "a contract that takes no payment",
    "mallory": "the attacker",
    "owner": "the owner",
    "alice": "Alice",
    "bob": "Bob",
    "ATTACKER": "the attacker",
}
_MOST_SHOWN = 8
_MOST_DATA = 10 + 2 * 64
_STORIES = {
    Kind.REENTRANCY: (
        "The attacker's contract calls {strike}. Before that ends it is called back and calls "
        "{again}, twice. In the end the attacker has more than by the same calls one after the other."
    ),
    Kind.ACCESS: (
        "The attacker, who has no part in the contract, calls {strike}. It succeeds, and the attacker"
        " is richer, holds an office or has written a variable."
    ),
    Kind.SELFDESTRUCT: (
        "The attacker calls {strike}. The contract destroys itself, and all its ether is gone."
    ),
    Kind.DELEGATECALL: (
        "The attacker calls {strike}. The attacker's code runs as the contract's own and writes into "
        "its storage."
    ),
    Kind.TXORIGIN: (
        "The owner is lured into calling the attacker's contract, which calls {strike}. That "
        "succeeds, although the attacker is refused when calling directly."
    ),
    Kind.ARBITRARYFROM: ("The attacker calls {strike}. Alice, who has approved the contract, loses tokens."),
    Kind.UNCHECKEDSEND: (
        "An account that cannot be paid just now calls {strike}. The payment fails, the call "
        "succeeds, and what was owed is forgotten."
    ),
    Kind.DENIAL: (
        "A contract that takes no payment takes part by {again}. From then on {strike} fails for everybody."
    ),
    Kind.FORCED: (
        "One wei is forced upon the contract by a selfdestruct. From then on {strike} fails for everybody."
    ),
    Kind.FRONTRUN: (
        "Alice sends {strike}. The attacker sees it and sends the same first. The attacker is paid, "
        "and Alice gets nothing."
    ),
    Kind.GAMBLE: (
        "The attacker's contract calls {strike} and undoes its transaction unless that pays. It wins "
        "without ever having lost."
    ),
    Kind.INFLATION: (
        "The attacker pays 1 wei by {again}, makes the contract a gift of ether, and calls {strike} "
        "after others have paid in. The attacker leaves with more than before."
    ),
    Kind.OVERFLOW: (
        "The attacker calls {strike}. A number wraps around: somebody is credited with what nobody paid."
    ),
    Kind.SEQUENCE: (
        "That leaves the attacker richer, the contract destroyed, or the attacker's mark in its storage."
    ),
    Kind.REPLAY: ("The attacker calls {strike} twice with one signature. Both succeed."),
}


def told(target: Target, kind: Kind, plan: Plan, at: tuple[int, int, int]) -> str:
    """The steps, one a line.

    Args:
        target: What was attacked.
        kind: How.
        plan: The script.
        at: Numbers of the prelude, the strike and the move by which harm was done.
    """
    prelude, strike, move = at
    before = plan.preludes[prelude] if prelude < len(plan.preludes) else ()
    struck = _call(plan.strikes[strike]) if strike < len(plan.strikes) else "the contract"
    moves = plan.moves
    if kind is Kind.REENTRANCY:
        again = struck if move == 0 else _call(moves[move - 1]) if move <= len(moves) else "the contract"
    else:
        again = _call(moves[move]) if move < len(moves) else "the contract"
    lines = [f"The owner deploys {target.name}."]
    if kind is Kind.SEQUENCE:
        before = plan.strikes[: strike + 1]
    lines += [
        f"{_name(call.who)[:1].upper()}{_name(call.who)[1:]} calls {_call(call)}."
        for call in before[:_MOST_SHOWN]
    ]
    if len(before) > _MOST_SHOWN:
        lines.append(f"{len(before) - _MOST_SHOWN} more calls of this kind.")
    lines.append(_STORIES[kind].format(strike=struck, again=again))
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _call(call: Call) -> str:
    found = _DATA.fullmatch(call.data)
    raw = re.fullmatch(r'hex"([0-9a-f]*)"', call.data)
    if raw and raw[1]:
        return _paying(f"with the data 0x{raw[1][:_MOST_DATA]}", call)
    return _paying(f"{found[1]}({_plain(found[2])})" if found else "with no data", call)


def _paying(shown: str, call: Call) -> str:
    return shown + (f" with {call.wei / 10**18:g} ether" if call.wei else "")


def _plain(arguments: str) -> str:
    """Arguments without the conversions that only Solidity needs."""
    text = re.sub(r"\baddress\(address\((\w+)\)\)", r"address(\1)", arguments)
    text = re.sub(r"\b(?:u?int\d+|address)\((mallory|owner|alice|bob|payload|[\w .*+-]+)\)", r"\1", text)
    for written, name in {"puppet": "attackerContract", "mallory": "attacker", "coin": "token"}.items():
        text = re.sub(rf"\b{written}\b", name, text)
    return text


def _name(who: str) -> str:
    return _NAMES.get(who, who)
