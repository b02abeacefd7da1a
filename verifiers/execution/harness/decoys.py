"""Other values among which the tests' own cannot be told.

A value that is edited in many ways stands in the middle of what comes of it, and whoever sees all of them can
say which it was. So it is edited once, and what comes of that is edited in many ways: the value itself is
then one such edit like any other. An edit keeps what a glance would tell the value by: the number of its
digits after the point, its trailing zeros, the kinds of its letters, that a list is sorted.
"""

from __future__ import annotations

import functools
import os
from contextlib import suppress
from itertools import pairwise
from typing import Any

DECOYS = 63  # an object that guesses which value is the tests' is right once in 64 times
_NEAR = 48  # steps from a small number to what it is changed to, at most
_TRIES = 12  # for each decoy
_KINDS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "!#$%&'*+,-./:;<=>?@^_|~")
_LETTERS = ((128, 255), (256, 0xD7FF), (0xE000, 0x10FFFF))  # numbers of others; no surrogates
_LONG = 500  # parts, from which on a value is not looked through for each of its decoys


@functools.cache
def random_source() -> Any:
    """Chance that neither the tests nor the candidate can steer."""
    import random  # costs milliseconds, and most suites never compare an object

    return random.Random(os.urandom(16))  # of our own: the tests may seed the module's


def decoys(value: Any) -> list[Any]:
    """Other values of the same type, none equal to this one nor to each other; empty if none can be made."""
    random = random_source()
    middle = value
    for _ in range(_TRIES):
        if middle == value:
            middle = _other(value)
    found: list[Any] = []
    long = hasattr(value, "__len__") and len(value) > _LONG  # two edits of it are hardly ever the same
    for count in range(DECOYS * _TRIES):
        # A value with few neighbours has more of them further on.
        far = found and count > DECOYS * _TRIES // 3
        other = _other(random.choice(found) if far else middle)
        if type(other) is type(value) and other != value and (long or other not in found):
            found.append(other)
        if len(found) == DECOYS:
            return found
    return []


def _other(value: Any) -> Any:
    kind = type(value)
    edit = _EDITS.get(kind)
    if edit is not None:
        return edit(value)
    try:
        return _stepped(value)
    except (TypeError, ArithmeticError, AttributeError):
        return None


def _int(value: int) -> int:
    """A number about as large, with as many zeros at its end, and on the same side of zero."""
    random = random_source()
    unit = 1
    while value and not value % (unit * 10):
        unit *= 10
    reach = _NEAR + abs(value) // unit // 4
    changed = value
    for _ in range(_TRIES):
        changed = value + unit * random.choice((-1, 1)) * random.randint(1, reach)
        if changed % (unit * 10):
            break
    return -changed if (changed < 0) != (value < 0) else changed


def _float(value: float) -> float:
    """A number about as large, with as many digits after the point."""
    text = repr(value)
    if "e" in text or "n" in text:  # 1e-07, nan, inf
        return float(value * random_source().uniform(0.5, 2))
    digits = len(text.partition(".")[2])
    whole = _int(int(text.replace(".", "")))
    return float(f"{whole}e-{digits}")


def _letter(value: Any) -> Any:
    """A letter of the same kind, most often one that is there already."""
    random = random_source()
    if not value:
        return "x" if type(value) is str else b"x"
    place = random.randrange(len(value))
    one = value[place : place + 1]
    text = one if type(one) is str else one.decode("latin-1")
    if random.random() < 0.5:
        return one
    if ord(text) > 127:
        low, high = next((low, high) for low, high in _LETTERS if ord(text) <= high)
        chosen = chr(min(max(ord(text) + random.randint(-20, 20), low), high))
    else:
        kind = next((letters for letters in _KINDS if text in letters), "")
        chosen = random.choice(kind or (text, text, text, "x", "y", "z"))
    return chosen if type(one) is str else chosen.encode("latin-1")


def _text(value: Any) -> Any:
    random = random_source()
    place = random.randint(0, len(value))
    letter = _letter((value[place : place + 1] if random.random() < 0.4 else value) or value)
    way = random.random()
    if way < 0.5:  # replace
        return value[:place] + letter + value[place + 1 :]
    if way < 0.7:  # insert
        return value[:place] + letter + value[place:]
    if way < 0.9:  # leave out
        return value[:place] + value[place + 1 :]
    return value[:place] + value[place + 1 : place + 2] + value[place : place + 1] + value[place + 2 :]


def _list(value: Any) -> Any:
    random = random_source()
    parts = list(value)
    way = random.random()
    place = random.randrange(len(parts)) if parts else 0
    if not parts:
        parts = [random.randint(0, _NEAR)]
    elif way < 0.5:
        parts[place] = _other(parts[place])
    elif way < 0.7:
        del parts[place]
    else:
        like = parts[place]
        parts.insert(place + random.randint(0, 1), like if random.random() < 0.3 else _other(like))
    if 1 < len(value) <= _LONG and _is_sorted(value) and not _is_sorted(parts):
        with suppress(TypeError):
            parts.sort()
    return type(value)(parts)


def _is_sorted(value: Any) -> bool:
    try:
        return all(one <= other for one, other in pairwise(value))
    except TypeError:
        return False


def _set(value: Any) -> Any:
    random = random_source()
    parts = list(value)
    if not parts:
        return type(value)([random.randint(0, _NEAR)])
    one = random.choice(parts)
    way = random.random()
    kept = [part for part in parts if part is not one or way > 0.7]
    return type(value)(kept if way < 0.3 else [*kept, _other(one)])


def _dict(value: dict[Any, Any]) -> dict[Any, Any]:
    random = random_source()
    pairs = dict(value)
    if not pairs:
        return {random.randint(0, _NEAR): random.randint(0, _NEAR)}
    key = random.choice(list(pairs))
    way = random.random()
    if way < 0.5:
        pairs[key] = _other(pairs[key])
    elif way < 0.7:
        del pairs[key]
    else:
        pairs[_other(key)] = pairs[key] if random.random() < 0.3 else _other(pairs[key])
    return pairs


def _complex(value: complex) -> complex:
    if random_source().random() < 0.5:
        return complex(_float(value.real), value.imag)
    return complex(value.real, _float(value.imag))


def _stepped(value: Any) -> Any:
    """Dates, spans of time, decimal numbers and fractions."""
    import datetime
    import decimal
    import fractions

    random = random_source()
    amount = random.choice((-1, 1)) * random.randint(1, 2 * _NEAR)
    if isinstance(value, datetime.timedelta):
        unit = "days" if value.days and not value.seconds else "seconds"
        return value + datetime.timedelta(**{unit: amount})
    if isinstance(value, datetime.date):
        return value + datetime.timedelta(days=amount)
    if isinstance(value, decimal.Decimal):
        sign, digits, exponent = value.as_tuple()
        if type(exponent) is not int:
            return value + amount
        whole = _int(int("".join(map(str, digits)) or "0") * (-1 if sign else 1))
        return decimal.Decimal(whole).scaleb(exponent)
    if isinstance(value, fractions.Fraction):
        return type(value)(_int(value.numerator), value.denominator)
    return value + amount


_EDITS: dict[type, Any] = {
    int: _int, float: _float, complex: _complex, str: _text, bytes: _text, list: _list, tuple: _list,
    set: _set, frozenset: _set, dict: _dict, bool: lambda value: not value,
    type(None): lambda value: random_source().choice((None, None, random_source().randint(0, _NEAR))),
}  # fmt: skip
