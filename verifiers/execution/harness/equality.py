"""Comparing an object of the candidate's with a value of the tests', without believing it.

An object can define ``__eq__`` to be true of everything, and an operator to give whatever satisfies the
assertion. So an object is only asked about a plain value if the tests themselves use its class, and then it
is asked about many other values too, in random order and in one go: an answer that does not tell the right
value from the wrong ones counts for nothing.
"""

from __future__ import annotations

import functools
import os
from typing import Any

from . import operators
from .kinds import SCALARS

DECOYS = 63  # an object that guesses which value is the tests' is right once in 64 times
_MISSING = object()


@functools.cache
def random_source() -> Any:
    """Chance that neither the tests nor the candidate can steer."""
    import random  # costs milliseconds, and most suites never compare an object

    return random.Random(os.urandom(16))  # of our own: the tests may seed the module's


def is_named(cls: Any) -> bool:
    """Whether the tests use the class, or one that it derives from, by name."""
    return any(getattr(base, "_acrisol_named", False) for base in cls.__mro__)


def _is_opaque(value: Any) -> bool:
    return getattr(type(value), "_acrisol_base", _MISSING) is None


def equal(self: Any, other: Any) -> Any:
    """The answer of ``self == other`` where ``self`` has no copy on this side."""
    cls = type(self)
    link = cls._acrisol_link
    if self is other:
        return True
    if "__eq__" not in cls._acrisol_carried:
        return NotImplemented
    remote = _is_opaque(other)
    if remote and not (is_named(cls) or is_named(type(other)) or type(other) is cls):
        return NotImplemented
    if not remote and (not is_named(cls) or other is None or type(other) is bool):
        link.note(
            f"an object of the candidate's class {cls.__name__!r} was compared with a plain value; the tests "
            "do not use that class, so it is not asked whether it is equal"
        )
        return NotImplemented
    wrong = (
        decoys(other)
        if not remote
        else [random_source().getrandbits(40), os.urandom(6).hex(), (1, "x"), [None]]
    )
    if not wrong:
        return NotImplemented
    values = [*wrong, other]
    order_ = list(range(len(values)))
    random_source().shuffle(order_)
    answers = link.special_many(self, "__eq__", [values[place] for place in order_])
    by_value = dict(zip(order_, answers, strict=True))
    answer = by_value.pop(len(wrong))
    if answer is ...:  # it raised
        answer = link.special(self, "__eq__", (other,))
    if answer is NotImplemented or answer is False:
        return answer
    if answer is not True:
        raise TypeError(f"__eq__ of {cls.__name__} gave {type(answer).__name__}, not bool")
    if not all(any(found is no for no in (False, NotImplemented, ...)) for found in by_value.values()):
        link.note(f"an object of the candidate's class {cls.__name__!r} says that it equals everything")
        return False
    return True


def order(self: Any, other: Any, name: str) -> Any:
    """The answer of an ordering comparison where ``self`` has no copy on this side."""
    cls = type(self)
    link = cls._acrisol_link
    if not _is_opaque(other) and not is_named(cls):
        return NotImplemented
    if type(other) not in (int, float):
        answer = link.special(self, name, (other,))
    else:
        place = random_source().randint(1, DECOYS - 1)
        ladder = [-1e300, *(other + step - place for step in range(DECOYS)), 1e300]
        answers = link.special_many(self, name, ladder)
        answer = answers[place + 1]
        if answer is ...:  # it raised
            answer = link.special(self, name, (other,))
        if answer is True and len(set(map(repr, answers))) == 1:
            link.note(
                f"an object of the candidate's class {cls.__name__!r} has an order that says yes to all"
            )
            return False
    if type(answer) is not bool and answer is not NotImplemented:
        raise TypeError(f"{name} of {cls.__name__} gave {type(answer).__name__}, not bool")
    return operators.along(self, name, (other,), answer)


def contains(self: Any, item: Any) -> bool:
    """The answer of ``item in self``; an object that holds everything holds nothing."""
    cls = type(self)
    link = cls._acrisol_link
    strange = [
        random_source().getrandbits(70),
        -random_source().random() * 1e9,
        os.urandom(9).hex(),
        (os.urandom(5),),
    ]
    if not link.special(self, "__contains__", (item,)):
        return False
    if all(_holds(self, value) for value in strange):
        link.note(f"an object of the candidate's class {cls.__name__!r} says that it contains everything")
        return False
    return True


def _holds(self: Any, value: Any) -> bool:
    try:
        return type(self)._acrisol_link.special(self, "__contains__", (value,)) is True
    except Exception:  # noqa: BLE001  many containers refuse to be asked for what they cannot hold
        return False


def decoys(value: Any) -> list[Any]:
    """Other values of the same type, none equal to this one; empty if none can be made."""
    found: list[Any] = []
    for _ in range(DECOYS * 3):
        other = _other(value)
        if type(other) is type(value) and other != value:
            found.append(other)
        if len(found) == DECOYS:
            return found
    return []


def _other(value: Any) -> Any:
    random = random_source()
    kind = type(value)
    if kind is int:
        return value + random.choice((-1, 1)) * random.choice(
            (random.randint(1, 9), random.getrandbits(24) + 1)
        )
    if kind is float:
        return random.choice((value * random.uniform(0.5, 2), value + random.uniform(-9, 9)))
    if kind is complex:
        return complex(_other(value.real), value.imag)
    if kind in (str, bytes):
        places = list(value) or [kind and ("x" if kind is str else 120)]
        place = random.randrange(len(places))
        letter = random.choice("abcdefghijklmnopqrstuvwxyz0123456789 ")
        places[place : place + random.randint(0, 1)] = [letter if kind is str else ord(letter)]
        random.shuffle(places) if random.random() < 0.3 else None
        return "".join(places) if kind is str else bytes(places)
    if kind in (list, tuple):
        parts = list(value)
        if parts and random.random() < 0.7:
            place = random.randrange(len(parts))
            parts[place] = _other(parts[place])
        else:
            parts.insert(random.randint(0, len(parts)), random.getrandbits(20))
        return kind(parts)
    if kind in (set, frozenset):
        return kind({*list(value)[: random.randint(0, len(value))], random.getrandbits(30)})
    if kind is dict:
        pairs = dict(value)
        if pairs and random.random() < 0.7:
            key = random.choice(list(pairs))
            pairs[key] = _other(pairs[key])
        else:
            pairs[random.getrandbits(30)] = random.getrandbits(10)
        return pairs
    if kind in SCALARS:
        return random.getrandbits(20)
    try:
        return value + _other_step(value)
    except (TypeError, ArithmeticError):
        return None


def _other_step(value: Any) -> Any:
    import datetime

    amount = random_source().randint(1, 10**5)
    if isinstance(value, (datetime.date, datetime.timedelta)):
        return datetime.timedelta(days=amount % 700 + 1)
    return amount
