"""The special methods of stand-ins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import equality, operators
from .kinds import MUTABLE_BASES
from .specials import BINARY, EXACT, UNARY

_PLAIN_BASES = (int, float, complex, str, bytes)
# Special methods whose answers can settle an assertion about what an operator gave.
_TELLING = frozenset((*UNARY, "__bool__", "__len__", "__int__", "__index__", "__float__", "__complex__"))


def compare(name: str) -> Callable[[Any, Any], Any]:
    """An ordering comparison."""
    return lambda self, other: equality.order(self, other, name)


def same_object(self: Any, other: Any) -> Any:
    """What ``==`` is of an object without a copy here."""
    return equality.equal(self, other)


def other_object(self: Any, other: Any) -> Any:
    """What ``!=`` is of one."""
    answer = equality.equal(self, other)
    return answer if answer is NotImplemented else not answer


def _call(self: Any, *args: Any, **kwargs: Any) -> Any:
    __tracebackhide__ = True
    return type(self)._acrisol_link.call(self, args, kwargs)


_call.__name__ = "__call__"


def forward(name: str) -> Callable[..., Any]:
    """A special method that runs in the candidate\'s process."""
    if name == "__call__":
        return _call
    exact = EXACT.get(name)

    def special(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        link = type(self)._acrisol_link
        if name in BINARY:
            return operators.operate(self, name, args)
        if name == "__contains__":
            return equality.contains(self, args[0])
        answer = link.special(self, name, args)
        if exact is not None and type(answer) is not exact:
            raise TypeError(f"{name} gave {type(answer).__name__}, not {exact.__name__}")
        return operators.along(self, name, args, answer) if name in _TELLING else answer

    special.__name__ = name
    return special


def forward_class(name: str) -> Callable[..., Any]:
    """A special method of a class, from its metaclass or as a class method."""

    def special(cls: Any, *args: Any) -> Any:
        return cls._acrisol_link.special(cls, name, args)

    return special


def refreshed(base: type, name: str) -> Callable[..., Any]:
    """A builtin\'s method on a copy that is brought up to date first."""
    own = getattr(base, name)

    def method(self: Any, *args: Any) -> Any:
        type(self)._acrisol_link.refresh(self)
        return own(self, *args)

    return method


def _like_the_own(base: Any, own: Any, theirs: Any, self: Any, args: tuple[Any, ...]) -> Any:
    """The candidate's answer if it is the builtin's in a class of the candidate's, else the builtin's."""
    plain = own(self, *args) if own is not None else NotImplemented
    if plain is NotImplemented:
        return theirs(self, *args)
    answer = type(self)._acrisol_link.special(self, theirs.__name__, args)
    if getattr(type(answer), "_acrisol_base", None) is not base:
        return plain
    equals: Any = base.__eq__
    same = equals(answer, plain) is True
    return answer if same else plain


def own_unless_named(base: Any, name: str) -> Callable[..., Any]:
    """A special method of a class that has a builtin's: the class's own only if the tests use it by name."""
    theirs = forward(name)
    own: Any = getattr(base, name, None)
    if own is not None and base in MUTABLE_BASES:
        own = refreshed(base, name)

    def special(self: Any, *args: Any) -> Any:
        __tracebackhide__ = True
        if equality.is_named(type(self)):
            if base in _PLAIN_BASES and name in BINARY:
                return _like_the_own(base, own, theirs, self, args)
            return theirs(self, *args)
        if own is not None:
            return own(self, *args)
        if name in BINARY:
            return NotImplemented
        raise TypeError(f"{type(self).__name__} object has no {name} that the tests could rely on")

    special.__name__ = name
    return special
