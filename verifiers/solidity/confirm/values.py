"""Guesses of arguments, as Solidity expressions over the people of ``attacks/common.sol``. Pure.

A parameter is only known by its type and its name. What cannot be guessed is None, and what would need it is
not called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

Parameter = Mapping[str, Any]

COIN, OWNER, ALICE, MALLORY = "address(coin)", "owner", "alice", "mallory"
PUPPET, ACCOMPLICE, REFUSER, PAYLOAD = (
    "address(puppet)",
    "address(accomplice)",
    "address(refuser)",
    "payload",
)
MARK = "MARK"
_TOKEN = re.compile(r"token|erc20|asset|underlying|currency|coin|weth", re.I)
_FROM = re.compile(
    r"^_*(from|sender|payer|victim|source|subscriber|customer|account|user|owner|holder)_*$", re.I
)
_SUM = re.compile(r"amount|value|wad|asset|share|sum|wei|qty|quantity|tokens|points|supply|stake", re.I)
_MOMENT = re.compile(r"deadline|until|expir|end|clos|valid", re.I)
_SPAN = re.compile(r"duration|period|delay|interval|time|length|window", re.I)
_START = re.compile(r"start|open|begin", re.I)
_SMALL = re.compile(r"fee|percent|bps|rate|quorum|threshold|required|confirmations|ratio|numerator", re.I)
_DECIMALS = re.compile(r"decimals", re.I)
_HASH = "keccak256(abi.encode(SECRET))"


@dataclass(frozen=True)
class Hand:
    """How somebody fills in parameters.

    Attributes:
        addresses: For an address, the best first; tokens are known by their names.
        numbers: For a number of 256 bits that no name explains; sums are named too.
        victim: Whose address is given where a parameter asks from whom.
        words: For 32 bytes.
        blobs: For bytes.
    """

    addresses: tuple[str, ...]
    numbers: tuple[str, ...] = ("1 ether", "1")
    victim: str | None = None
    words: tuple[str, ...] = ("bytes32(0)",)
    blobs: tuple[str, ...] = ('bytes("")',)


def fillings(parameters: Sequence[Parameter], hand: Hand, most: int) -> list[str] | None:
    """Argument lists for a call, each as it follows a signature (``, a, b``); None if one cannot be guessed.

    Args:
        parameters: The ABI's.
        hand: Who fills them in.
        most: How many lists.
    """
    options = [options_for(parameter, hand) for parameter in parameters]
    if any(option is None for option in options):
        return None
    chosen = [option for option in options if option is not None]
    return ["".join(f", {value}" for value in values) for values in islice(product(*chosen), most)]


def options_for(parameter: Parameter, hand: Hand) -> list[str] | None:
    """Values for one parameter, the likeliest first."""
    kind, name = str(parameter.get("type", "")), str(parameter.get("name", ""))
    if kind.endswith("[]"):
        return _list_of(kind[:-2], parameter, hand)
    if kind == "address":
        return [f"address({value})" for value in _addresses(parameter, name, hand)]
    if number := re.fullmatch(r"(u?int)(\d+)", kind):
        return [f"{kind}({value})" for value in _numbers(name, int(number[2]), hand)]
    if kind == "bytes32":
        named = {"r": "sigR", "s": "sigS"}
        signed = "sigV" in hand.numbers and name.strip("_").lower() in named
        return [named[name.strip("_").lower()]] if signed else list(hand.words)
    if re.fullmatch(r"bytes\d+", kind):
        return [f"{kind}(0)"]
    plain = {"bool": ["true", "false"], "string": ['"Name"'], "bytes": list(hand.blobs)}
    return plain.get(kind)


def constructions(parameters: Sequence[Parameter]) -> list[str] | None:
    """Guesses of a constructor's arguments, each as a Solidity expression of the encoded list."""
    if not parameters:
        return ['bytes("")']
    guesses = [_built(parameters, number) for number in (None, "1", "1000", "block.timestamp + 7 days")]
    if any(guess is None for guess in guesses):
        return None
    return list(dict.fromkeys(f"abi.encode({guess})" for guess in guesses))


def _built(parameters: Iterable[Parameter], number: str | None) -> str | None:
    hand = Hand(addresses=(OWNER,), numbers=(number or "1000 ether",), words=(_HASH,))
    values = []
    for parameter in parameters:
        kind, name = str(parameter.get("type", "")), str(parameter.get("name", ""))
        if number is None and (bits := re.fullmatch(r"uint(\d+)", kind)):
            values.append(f"{kind}({_setting(name, int(bits[1]))})")
            continue
        options = options_for(parameter, hand)
        if options is None:
            return None
        values.append(options[0])
    return ", ".join(values)


def _setting(name: str, bits: int) -> str:
    """What a contract is likely to be set up with."""
    table: tuple[tuple[re.Pattern[str], str], ...] = (
        (_DECIMALS, "18"),
        (_MOMENT, "block.timestamp + 7 days"),
        (_START, "block.timestamp"),
        (_SPAN, "7 days"),  # before fees and ratios: there is one in every duration
        (_SMALL, "1"),
    )
    for pattern, value in table:
        if pattern.search(name):
            return value
    return "1000 ether" if bits >= 128 else "1000" if bits >= 16 else "1"


def _addresses(parameter: Parameter, name: str, hand: Hand) -> list[str]:
    if _TOKEN.search(name) or _TOKEN.search(str(parameter.get("internalType", ""))):
        return [COIN]
    if hand.victim and _FROM.fullmatch(name):
        return [hand.victim]
    return list(hand.addresses)


def _numbers(name: str, bits: int, hand: Hand) -> list[str]:
    bare = name.strip("_").lower()
    if "sigV" in hand.numbers and bare == "v":
        return ["sigV"]
    numbers = [number for number in hand.numbers if number != "sigV"]
    if _MOMENT.search(name) and bits >= 40 and not _SUM.search(name):
        return ["block.timestamp + 1 days"]
    if bits < 80:
        return ["1", "0"]
    if bits < 256:
        return [number for number in numbers if "2**" not in number and "type(" not in number] or ["1"]
    if not _SUM.search(name) and "1" in numbers:
        return ["1", *(number for number in numbers if number != "1")]
    return numbers


def _list_of(kind: str, parameter: Parameter, hand: Hand) -> list[str] | None:
    makers: dict[str, Callable[[str, str], str]] = {
        "address": lambda one, two: f"_accounts({one}, {two})",
        "uint256": lambda one, two: f"_numbers({one}, {two})",
    }
    options = options_for({**parameter, "type": kind}, hand) if kind in makers else None
    if not options:
        return None
    other = f"address({ALICE})" if kind == "address" else None
    return [makers[kind](option, other or option) for option in options]
