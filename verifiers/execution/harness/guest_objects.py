"""How the candidate's side names its objects for the judge, and what it makes of the judge's."""

from __future__ import annotations

import builtins
import collections
import collections.abc
import importlib
import sys
import types
from typing import Any

from .codec import CodecError, Decoder, Encoder, Tree
from .guest_proxies import Proxies
from .kinds import BUILTIN_TYPES
from .specials import CARRIED, CLASS_SPECIALS, COMPARISONS

_VALUE_BASES: tuple[type, ...] = (int, float, complex, str, bytes, tuple, frozenset, list, dict, set,
                                  bytearray, collections.deque)  # fmt: skip
_SHARED_MODULES = frozenset(("collections", "decimal", "datetime", "fractions", "uuid", "pathlib"))
_PLAIN = Decoder()
_DESCRIBED = frozenset((*CARRIED, *COMPARISONS, "__await__"))


def _is_builtin_exception(kind: type) -> bool:
    return kind.__module__ == "builtins" and getattr(builtins, kind.__name__, None) is kind


def value_base(kind: type) -> type | None:
    """The builtin value type that a class derives from, if any."""
    return next((base for base in kind.__mro__ if base in _VALUE_BASES), None)


def copy_of(value: Any, base: Any) -> Any:
    """A plain copy of an object whose class derives from a builtin value type."""
    if base is str:
        return str.__str__(value)
    if base is dict:
        return dict(dict.items(value))
    if base in (int, float, complex, bytes):
        return base.__pos__(value) if base is not bytes else bytes(memoryview(value))
    if base is collections.deque:
        return collections.deque(base.__iter__(value), value.maxlen)
    return base(base.__iter__(value))


class GuestObjects:
    """Numbers for the candidate's objects, so that the judge can ask about them.

    Args:
        proxies: What stands here for the judge's objects.
    """

    def __init__(self, proxies: Proxies) -> None:
        self._proxies = proxies
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._sent: dict[int, int] = {}
        self._next = 0
        self._described: set[int] = set()
        self._pending: list[int] = []

    def number(self, value: Any) -> int:
        """The object's number; it stays alive until the judge lets go of it."""
        found = self._numbers.get(id(value))
        if found is None:
            found = self._next
            self._next += 1
            self._numbers[id(value)] = found
            self._objects[found] = value
        return found

    def drop(self, dropped: list[list[int]]) -> None:
        """Let go of objects that the judge no longer holds, unless they are on their way to it again."""
        for number, received in dropped:
            left = self._sent.get(number, 0) - received
            self._sent[number] = left
            if left <= 0 and number in self._objects:
                del self._numbers[id(self._objects.pop(number))]

    def message_sent(self, arrived: bool) -> None:
        """Say whether the message with the latest class descriptions went out."""
        if arrived:
            self._described.update(self._pending)
        self._pending.clear()

    # Writing

    def encode(self, value: Any, encoder: Encoder) -> Tree:
        """The tree of a value that is not plain."""
        number = self._proxies.number_of(value)
        if number is not None:
            return number
        kind = type(value)
        if isinstance(value, type):
            return self._encode_class(value, encoder)
        if isinstance(value, BaseException):
            return self.encode_exception(value, encoder)
        tag = "co" if kind is types.CoroutineType else "o"
        handle = self.number(value)
        self._sent[handle] = self._sent.get(handle, 0) + 1
        tree = [tag, handle, self._describe(kind, encoder)]
        base = value_base(kind)
        if base is not None:
            tree.append(encoder.encode(copy_of(value, base)))
        return tree

    def encode_exception(self, error: BaseException, encoder: Encoder) -> Tree:
        """The tree of an exception, raised or passed as a value."""
        number = self._proxies.number_of(error)
        if number is not None:
            return number
        kind = type(error)
        if isinstance(error, SystemExit):
            return ["x", "SystemExit", self._args((error.code,), encoder)]
        if _is_builtin_exception(kind):
            return ["x", kind.__name__, self._args(error.args, encoder)]
        handle = self.number(error)
        self._sent[handle] = self._sent.get(handle, 0) + 1
        return ["o", handle, self._describe(kind, encoder), self._args(error.args, encoder)]

    def _args(self, args: Any, encoder: Encoder) -> Tree:
        try:
            return encoder.encode(tuple(args))
        except CodecError:
            return encoder.encode(tuple(str(part)[:1000] for part in args))

    def _encode_class(self, value: type, encoder: Encoder) -> Tree:
        if BUILTIN_TYPES.get(value.__name__) is value or _is_builtin_exception(value):
            return ["X", value.__name__]
        top = value.__module__.partition(".")[0]
        shared = value.__module__ in _SHARED_MODULES or issubclass(value, Exception)
        if shared and top in sys.stdlib_module_names:
            return ["T", value.__module__, value.__name__, self._describe(value, encoder)]
        return self._describe(value, encoder)

    def _describe(self, kind: type, encoder: Encoder) -> Tree:
        number = self.number(kind)
        if number in self._described or number in self._pending:
            return ["k", number]
        self._pending.append(number)
        own = [base for base in kind.__mro__ if base is not object and base not in _VALUE_BASES]
        own = [base for base in own if not (issubclass(base, BaseException) and _is_builtin_exception(base))]
        carried = sorted({name for base in own for name in vars(base) if name in _DESCRIBED})
        if kind.__hash__ is None:
            carried = [*(name for name in carried if name != "__hash__"), "__hash__=None"]
        if value_base(kind) is not None:
            carried += sorted({name for base in own for name in vars(base) if not name.startswith("_")})
        meta = (
            [name for name in CLASS_SPECIALS if hasattr(type(kind), name)] if type(kind) is not type else []
        )
        fields = getattr(kind, "__dataclass_fields__", {})
        abstract = sorted({base.__name__ for base in kind.__mro__ if base.__module__ == "collections.abc"})
        bases = [self._base(base, encoder) for base in kind.__bases__ if base is not object]
        if issubclass(kind, Exception) and kind.__module__.partition(".")[0] in sys.stdlib_module_names:
            nearest = next(base for base in kind.__mro__ if _is_builtin_exception(base))
            bases = [["T", kind.__module__, kind.__name__, ["X", nearest.__name__]]]
        return ["k", number, [
            kind.__name__, kind.__qualname__, str(kind.__module__), str(kind.__doc__ or ""), bases,
            carried, meta, [str(name) for name in fields] if type(fields) is dict else [], abstract,
        ]]  # fmt: skip

    def _base(self, base: type, encoder: Encoder) -> Tree:
        if base in (collections.OrderedDict, collections.Counter, collections.defaultdict):
            return ["X", "dict"]
        if base is collections.deque:
            return ["T", "collections", "deque", ["n", 0]]
        if base in _VALUE_BASES or issubclass(base, BaseException):
            return self._encode_class(base, encoder)
        return self._describe(base, encoder)

    # Reading

    def find(self, number: int) -> Any:
        """The object of a number."""
        return self._objects[number]

    def decode(self, tree: Tree, decoder: Decoder = _PLAIN) -> Any:
        """The value of a tree that is not plain."""
        tag = tree[0]
        if tag == "H":
            return self._objects[tree[1]]
        if tag == "X":
            return BUILTIN_TYPES.get(tree[1]) or getattr(builtins, tree[1])
        if tag == "M":
            return importlib.import_module(tree[1])
        if tag == "T":
            found: Any = importlib.import_module(tree[1])
            for part in tree[2].split("."):
                found = getattr(found, part)
            return found
        if tag == "j":
            plain = decoder.decode(tree[3][1]) if len(tree) > 3 else None
            return self._proxies.object(tree[1], tree[2], tree[3][0] if len(tree) > 3 else None, plain)
        if tag == "xj":
            args = tuple(decoder.decode(part) for part in tree[4])
            return self._proxies.exception(tree[1], tree[2], tree[3], args)
        raise CodecError("an unknown tag")
