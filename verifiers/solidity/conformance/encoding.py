"""Values as the Ethereum ABI writes them. Pure.

Source: the contract ABI specification, https://docs.soliditylang.org/en/latest/abi-spec.html.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

AbiValue: TypeAlias = "int | bool | bytes | str | Sequence[AbiValue]"

_ARRAY = re.compile(r"^(.*)\[(\d*)\]$")
_WORD = 32


class NotEncodable(ValueError):
    """A type that this does not know, or a value that does not fit it."""


def encode(types: Sequence[str], values: Sequence[AbiValue]) -> bytes:
    """The values side by side, as the arguments of a function.

    Args:
        types: As ``uint256``, ``address[]`` or, for structs, ``(uint256,bytes)[2]``.
        values: Addresses and numbers as integers, structs and arrays as sequences.

    Raises:
        NotEncodable: a type is not known, or a value does not fit.
    """
    if len(types) != len(values):
        raise NotEncodable("not as many values as types")
    heads: list[bytes | None] = []
    tails: list[bytes] = []
    for kind, value in zip(types, values, strict=True):
        encoded = _one(kind, value)
        dynamic = is_dynamic(kind)
        heads.append(None if dynamic else encoded)
        tails.append(encoded if dynamic else b"")
    offset = sum(_WORD if head is None else len(head) for head in heads)
    written = b""
    for head, tail in zip(heads, tails, strict=True):
        written += _word(offset) if head is None else head
        offset += len(tail)
    return written + b"".join(tails)


def is_dynamic(kind: str) -> bool:
    """Whether a type's values have no fixed length."""
    if kind in ("bytes", "string"):
        return True
    if array := _ARRAY.match(kind):
        return not array[2] or is_dynamic(array[1])
    return kind.startswith("(") and any(is_dynamic(part) for part in members(kind))


def members(kind: str) -> list[str]:
    """The types of a struct's members."""
    parts, depth, start = [], 0, 1
    for place, char in enumerate(kind):
        depth += (char == "(") - (char == ")")
        if (char == "," and depth == 1) or (char == ")" and depth == 0):
            parts.append(kind[start:place])
            start = place + 1
    return [part for part in parts if part]


def _one(kind: str, value: AbiValue) -> bytes:
    if array := _ARRAY.match(kind):
        items = _sequence(value)
        if array[2] and len(items) != int(array[2]):
            raise NotEncodable(f"{kind} of {len(items)}")
        length = b"" if array[2] else _word(len(items))
        return length + encode([array[1]] * len(items), items)
    if kind.startswith("("):
        return encode(members(kind), _sequence(value))
    if kind in ("bytes", "string"):
        data = value.encode() if isinstance(value, str) else value
        if not isinstance(data, bytes):
            raise NotEncodable(kind)
        return _word(len(data)) + data + b"\0" * (-len(data) % _WORD)
    if kind.startswith("bytes") and isinstance(value, bytes):
        return value.ljust(_WORD, b"\0")[:_WORD]
    if kind.startswith(("uint", "int", "address", "bool")) and isinstance(value, int):
        return _word(value % 2**256)
    if kind == "function":
        return bytes(_WORD)
    raise NotEncodable(kind)


def _sequence(value: AbiValue) -> Sequence[AbiValue]:
    if isinstance(value, int | str | bytes):
        raise NotEncodable("one value where several belong")
    return value


def _word(number: int) -> bytes:
    return number.to_bytes(_WORD, "big")
