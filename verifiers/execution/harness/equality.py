"""Comparing an object of the candidate's with a value of the tests', without believing it.

An object can define ``__eq__`` to be true of everything, and an operator to give whatever satisfies the
assertion. So an object is only asked about a plain value if the tests themselves use its class, and then it
is asked about many other values too, in random order, each in a message of its own: whoever answers has not
seen the values that are still to come, and an answer that does not tell the right value from the wrong ones
counts for nothing.
"""

from __future__ import annotations

import os
from typing import Any

from . import operators
from .decoys import DECOYS, decoys, random_source
from .exceptions import CandidateGone

_MISSING = object()


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
    places = list(range(len(wrong) + 1))
    random_source().shuffle(places)
    others, answer = [], None
    for place in places:
        if place == len(wrong):
            answer = link.special(self, "__eq__", (other,))
        else:
            others.append(_says(self, "__eq__", wrong[place]))
    if answer is NotImplemented or answer is False:
        return answer
    if answer is not True:
        raise TypeError(f"__eq__ of {cls.__name__} gave {type(answer).__name__}, not bool")
    if not all(any(found is no for no in (False, NotImplemented, ...)) for found in others):
        link.note(f"an object of the candidate's class {cls.__name__!r} says that it equals everything")
        return False
    return True


def _says(self: Any, name: str, value: Any) -> Any:
    """The answer for a value of ours; ``...`` in place of one that it raises."""
    try:
        return type(self)._acrisol_link.special(self, name, (value,))
    except CandidateGone:
        raise
    except Exception:  # noqa: BLE001  many objects refuse to be asked about what they cannot hold
        return ...


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
    """The answer of ``item in self``; an object that holds everything, or all of a type, holds nothing."""
    cls = type(self)
    link = cls._acrisol_link
    random = random_source()
    strange = [
        random.getrandbits(70),
        -random.random() * 1e9,
        os.urandom(9).hex(),
        (os.urandom(5),),
    ]
    like = [*decoys(item), *_far(item)]
    values = [item, *strange, *like]
    places = list(range(len(values)))
    random.shuffle(places)
    held = {}
    for place in places:
        if place == 0:
            held[0] = bool(link.special(self, "__contains__", (item,)))
        else:
            held[place] = _says(self, "__contains__", values[place]) is True
    if not held.pop(0):
        return False
    answers = [held[place] for place in sorted(held)]
    some = len(strange)
    if all(answers[:some]) or (like and all(answers[some:])):
        what = "everything" if all(answers[:some]) else f"every {type(item).__name__}"
        cls._acrisol_link.note(
            f"an object of the candidate's class {cls.__name__!r} says that it contains {what}"
        )
        return False
    return True


def _far(item: Any) -> list[Any]:
    """Values of the item's type that have nothing to do with it."""
    random = random_source()
    if type(item) is int:
        return [sign * (random.getrandbits(bits) + 1) for sign in (-1, 1) for bits in (12, 30, 70)]
    if type(item) is float:
        return [sign * random.random() * size for sign in (-1, 1) for size in (1e3, 1e9, 1e30)]
    if type(item) is str:
        return [os.urandom(size).hex() for size in (1, 9, 40)]
    return []
