"""Plausible arguments for a function, guessed from the names and types of its parameters. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifiers.solidity.conformance.encoding import AbiValue, NotEncodable, encode, members

# The people of the suite (``bench/Bench.sol``): the addresses of the private keys 1 and 2, and the stand-ins.
ALICE = 0x7E5F4552091A69125D5DFCB7B8C2659029395BDF
OWNER = 0x2B5AD5C4795C026514F8317C7A215E218DCCD6CF
STAND_IN = 0x57A4D0000000
NOW = 1_750_000_000
_DAY = 86_400
_ETHER = 10**18
_ARRAY = re.compile(r"^(.*)\[(\d*)\]$")
_MOST_ITEMS = 512  # elements of all arrays of a call
_MOST_NESTED = 12  # brackets in a type

# Name of a parameter -> what such numbers usually are; the first that is found in the name counts.
_NUMBERS: tuple[tuple[str, int], ...] = (
    ("decimal", 18),
    ("interval|duration|period|delay|seconds|cliff|window", 7 * _DAY),
    ("start|begin|open", NOW),
    ("end|deadline|close|expir|time", NOW + 30 * _DAY),
    ("fee|tax|bps|percent|rate|royalt", 100),
    ("threshold|quorum|confirm|required|share|weight|max.?per|months|offset", 1),
    ("cap|supply|total|amount|limit|max", 1_000_000 * _ETHER),
    ("id", 1),
    ("price|cost|stake|goal|min|reserve|value", _ETHER),
)
_PLENTY = 1_000_000 * _ETHER


@dataclass(frozen=True)
class Taste:
    """One way of guessing.

    Attributes:
        person: The address of whoever is asked for.
        distinct: Further addresses are other people, so that no two are the same.
        number: For every number whose name tells nothing; None for plenty.
        items: Elements of an array.
        all_contracts: Every address is that of a stand-in.
    """

    person: int = OWNER
    distinct: bool = False
    number: int | None = None
    items: int = 1
    all_contracts: bool = False


CREATION = (
    Taste(),
    Taste(distinct=True, items=2),
    Taste(all_contracts=True),
    Taste(number=1),
    Taste(number=100, items=3, distinct=True),
    Taste(number=0, items=0),
    Taste(number=7 * _DAY),
    Taste(number=1, distinct=True, items=2),
)


def guesses(inputs: Sequence[Mapping[str, Any]], tastes: Sequence[Taste]) -> Iterator[bytes]:
    """Encoded arguments, the likeliest first, each once.

    Args:
        inputs: The parameters, as the ABI gives them.
        tastes: The ways of guessing.
    """
    types = [type_of(item) for item in inputs]
    if any(kind.count("[") + kind.count("(") > _MOST_NESTED for kind in types):
        return
    seen: set[bytes] = set()
    for taste in tastes:
        guess = _Guess(taste)
        try:
            made = encode(types, [guess.value(item) for item in inputs])
        except NotEncodable:
            continue
        if made not in seen:
            seen.add(made)
            yield made


def type_of(item: Mapping[str, Any]) -> str:
    """A parameter's type, with structs written out: ``(uint256,bytes)[]``."""
    kind = str(item.get("type", ""))
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(type_of(part) for part in item.get("components", ()))
    return f"({inner}){kind.removeprefix('tuple')}"


class _Guess:
    """The arguments of one call; counts people and contracts, so that they can differ."""

    def __init__(self, taste: Taste) -> None:
        self._taste = taste
        self._people = 0
        self._contracts = 0
        self._items = 0

    def value(self, item: Mapping[str, Any]) -> AbiValue:
        name = str(item.get("name", "")).lower()
        return self._of(type_of(item), name, str(item.get("internalType", "")), item.get("components", ()))

    def _of(self, kind: str, name: str, internal: str, parts: Sequence[Mapping[str, Any]]) -> AbiValue:
        if array := _ARRAY.match(kind):
            count = int(array[2]) if array[2] else self._taste.items
            self._items += count
            if self._items > _MOST_ITEMS:
                raise NotEncodable(kind)
            return [self._of(array[1], name, internal, parts) for _ in range(count)]
        if kind.startswith("("):
            if len(members(kind)) != len(parts):
                raise NotEncodable(kind)
            return [self.value(part) for part in parts]
        if kind.startswith("address"):
            return self._address(name, internal)
        if kind.startswith(("uint", "int")):
            return self._number(kind, name)
        if kind == "bool":
            return True
        if kind == "string":
            return (
                "CNF" if "symbol" in name else "https://example.invalid/" if "uri" in name else "Conformance"
            )
        return b"" if kind == "bytes" else b"\x11" * 32

    def _address(self, name: str, internal: str) -> int:
        is_contract = internal.startswith("contract ") or re.search(
            r"token|asset|underlying|feed|oracle|weth|collateral|currency|router|factory", name
        )
        if is_contract or self._taste.all_contracts:
            self._contracts += 1
            return STAND_IN + (self._contracts - 1) % 4
        self._people += 1
        if not self._taste.distinct or self._people == 1:
            return self._taste.person
        return (
            (ALICE, 0xF00000000001)[self._people - 2] if self._people < 4 else 0xF00000000000 + self._people
        )

    def _number(self, kind: str, name: str) -> int:
        bits: int = int(re.sub(r"\D", "", kind) or 256)
        most: int = 2 ** (bits - (not kind.startswith("u"))) - 1
        wanted = self._taste.number
        usual = next((number for words, number in _NUMBERS if re.search(words, name)), None)
        if usual is not None and (wanted is None or usual < _ETHER):
            return min(usual, most)
        if wanted is not None:
            return min(wanted, most)
        return min(_PLENTY, most) if bits > 64 else min(NOW, most)
