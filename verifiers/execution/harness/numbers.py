"""Long lists of numbers as the machine's own numbers: quicker to write and to read than their digits."""

from __future__ import annotations

from array import array
from typing import Any

MANY, FEW = 64, 48  # integers, floats; shorter lists are as quick as text
_EXACT = 2**53  # up to here a double holds every integer
_WHOLE, _DOUBLE, _PLACE = "q", "d", "I"


def pack_numbers(parts: list[Any], kinds: set[type]) -> list[Any] | None:
    """Ints and floats as bytes; None where other things are among them, or integers that do not fit.

    Args:
        parts: What to write.
        kinds: The exact types of the parts.

    Returns:
        The letter of the machine's type, the bytes, and for floats the places of those that are integers.
    """
    if not kinds <= {int, float}:
        return None

    if float not in kinds:
        try:
            return [_WHOLE, array(_WHOLE, parts).tobytes()]
        except OverflowError:
            return None
    places = [place for place, part in enumerate(parts) if type(part) is int] if int in kinds else []
    if not all(-_EXACT <= parts[place] <= _EXACT for place in places):
        return None
    return [_DOUBLE, array(_DOUBLE, parts).tobytes(), array(_PLACE, places).tobytes()]


def unpack_numbers(letter: Any, data: Any, places: Any = b"") -> list[Any]:
    """The inverse of :func:`pack_numbers`; every argument may be hostile.

    Raises:
        TypeError: an argument is of a wrong type.
        ValueError: the bytes are no such numbers.
        LookupError: a place is none.
        OverflowError: as for ValueError.
    """

    if letter not in (_WHOLE, _DOUBLE) or type(data) is not bytes or type(places) is not bytes:
        raise ValueError("no numbers")
    numbers: list[Any] = array(letter, data).tolist()
    for place in array(_PLACE, places):
        numbers[place] = int(numbers[place])
    return numbers
