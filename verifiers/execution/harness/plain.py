"""Calls with nothing but plain arguments, which are most calls: written and read by the interpreter itself.

Only the judge's side writes in this way and only the candidate's side, which is not trusted anyway, reads it:
reading what ``marshal`` reads is no safe thing to do with a stranger's bytes.
"""

from __future__ import annotations

import marshal
from typing import Any

from .kinds import SCALARS

MARK = b"M"  # how such a message begins; no other does
_VERSION = 2  # the last format without references, which say more than the values
_LEAVES = frozenset((*SCALARS, bytes))
_ORDERED = frozenset((list, tuple, dict))
_PLAIN = _LEAVES | _ORDERED | {set}
_MAX_DEPTH = 20
_MAX_BYTES = 2**20


def containers_of(args: tuple[Any, ...]) -> list[Any] | None:
    """The containers among arguments, in the order in which the codec numbers them.

    Returns:
        None where something is not plain, is nested deeply, or is there twice, which only the codec can say.
    """
    table: list[Any] = []
    if not _collect(args, table, 0) or (len(table) > 2 and len(set(map(id, table))) < len(table)):
        return None
    return table


def _collect(value: Any, table: list[Any], depth: int) -> bool:
    table.append(value)
    parts = value if type(value) is not dict else [part for pair in value.items() for part in pair]
    kinds = set(map(type, parts))
    if kinds <= _LEAVES:
        return True
    # What lies in a set has no order that both sides would agree on.
    if not kinds <= _PLAIN or type(value) is set or depth == _MAX_DEPTH:
        return False
    return all(_collect(part, table, depth + 1) for part in parts if type(part) not in _LEAVES)


def write_call(sequence: int, callee: int, args: tuple[Any, ...]) -> bytes | None:
    """The message for a call; None if it is better written by the codec.

    Args:
        sequence: The question's number.
        callee: The number of what is called.
        args: Plain, see :func:`containers_of`.
    """
    data = MARK + marshal.dumps((sequence, callee, args), _VERSION)
    return data if len(data) < _MAX_BYTES else None


def read_call(data: bytes | bytearray) -> tuple[int, int, tuple[Any, ...]]:
    """The inverse of :func:`write_call`, for what comes from the judge."""
    sequence, callee, args = marshal.loads(memoryview(data)[len(MARK) :])
    return sequence, callee, args
