"""What an operator of a candidate's object gives, without believing it.

``abs(result - 4.0) < 1e-6`` tells the candidate's object what is expected: a difference that is always 0, or
an object whose size is always 0, would satisfy it. So an operator of a class that the tests do not use as a
class is not asked about a value of theirs at all. One of a class that they do use is asked about that value
among many of its neighbours, in random order and in one go, and what it gives has to depend on the operand,
through whatever is then made of it.
"""

from __future__ import annotations

from typing import Any

from . import equality
from .decoys import DECOYS, random_source
from .kinds import SCALARS

_SIGNS = {"__sub__": -1, "__rsub__": 1, "__add__": 1, "__radd__": 1}
_SLACK = 1e-6
_RAISED = ...  # in place of an answer


def operate(self: Any, name: str, args: tuple[Any, ...]) -> Any:
    """The answer of a binary operator."""
    cls = type(self)
    link = cls._acrisol_link
    if not args or hasattr(type(args[0]), "_acrisol_base"):
        return along(self, name, args, link.special(self, name, args))
    other = args[0]
    in_place = name.startswith("__i") and name != "__invert__"
    if in_place:
        answer = link.special(self, name, args)
        return NotImplemented if type(answer) in SCALARS else answer
    if not equality.is_named(cls):
        link.note(
            f"an object of the candidate's class {cls.__name__!r} was to be combined with a value by {name}; "
            "the tests do not use that class, so what it says of the value is not believed"
        )
        return NotImplemented
    if type(other) not in (int, float) or _twins(self):
        return along(self, name, args, link.special(self, name, args))
    return _depending(self, name, other)


def _depending(self: Any, name: str, other: Any) -> Any:
    """The answer for a number, asked for among its neighbours."""
    link = type(self)._acrisol_link
    random = random_source()
    count = DECOYS + 1
    place = random.randrange(count)
    steps = [step - place for step in range(count)]
    random.shuffle(steps)
    answers = dict(zip(steps, link.special_many(self, name, [other + step for step in steps]), strict=True))
    answer = answers.pop(0)
    if answer is _RAISED:
        return link.special(self, name, (other,))
    others = [(step, found) for step, found in answers.items() if found is not _RAISED]
    if answer is NotImplemented:
        return answer
    if type(answer) in SCALARS:
        sign = _SIGNS.get(name)
        if all(found == answer for _, found in others) or not all(
            sign is None or _differ_by(found, answer, sign * step) for step, found in others
        ):
            return NotImplemented
        return answer
    if name in _SIGNS and hasattr(type(answer), "_acrisol_base"):
        object.__setattr__(answer, "_acrisol_twins", others)
    return answer


def _differ_by(found: Any, answer: Any, step: float) -> bool:
    if type(found) not in (int, float) or type(answer) not in (int, float):
        return False
    return bool(abs((found - answer) - step) <= _SLACK * max(1.0, abs(step)))


def _twins(self: Any) -> Any:
    """What the object would be for other operands, and how far each is away; None if it is no such result."""
    return object.__getattribute__(self, "__dict__").get("_acrisol_twins")


def along(self: Any, name: str, args: tuple[Any, ...], answer: Any) -> Any:
    """The answer of an object, if its twins' answers show that it depends on what made the object.

    Raises:
        TypeError: it does not.
    """
    twins = _twins(self)
    if not twins or answer is NotImplemented:
        return answer
    link = type(self)._acrisol_link
    mirrored = []
    for step, twin in twins:
        try:
            mirrored.append((step, link.special(twin, name, args)))
        except Exception:  # noqa: BLE001  a twin may be no operand where the object is one
            continue
    if type(answer) not in SCALARS:
        if hasattr(type(answer), "_acrisol_base"):
            object.__setattr__(answer, "_acrisol_twins", mirrored)
        return answer
    follows = not all(found == answer for _, found in mirrored)
    if type(answer) in (int, float):
        follows = follows and not args and all(_is_as_far(found, answer, step) for step, found in mirrored)
    if not follows and not isinstance(answer, str):
        raise TypeError(
            f"{name} of an object of the candidate's class {type(self).__name__!r} does not depend on the "
            "value that the object was combined with, so it is not believed"
        )
    return answer


def _is_as_far(found: Any, answer: Any, step: float) -> bool:
    """Whether a number is, up to its sign, what the answer would be a step further."""
    if type(found) not in (int, float):
        return False
    ways = (abs(answer) + abs(step), abs(abs(answer) - abs(step)))
    return any(abs(abs(found) - way) <= max(1.0, way) * _SLACK for way in ways)
