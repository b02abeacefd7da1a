"""The wire's values: a strict, tagged tree that is written by :mod:`wire` and never runs anything when read.

A scalar (None, bool, int, float, str of exactly that type) stands for itself. Everything else is an array
whose first entry is a tag; bytes stand in it as bytes. Containers are numbered in the order in which they are
met, so that a second reference to one, or a cycle, is written as its number and comes out as the same object.

Values that are not plain are handed to a *foreign* hook on either side; what the hooks do with them is the
subject of :mod:`guest_objects` and :mod:`standin`.
"""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

from .kinds import BUILTIN_TYPES, FACTORIES, ITEMS, KEYS, MUTABLE, SCALARS, TYPE_NAMES, VALUES
from .numbers import FEW, MANY, pack_numbers, unpack_numbers
from .values import VALUE_READERS, write_value

Tree = Any  # None, bool, int, float, str, bytes, or a list of trees

MAX_DEPTH = 200
_LONG = 2000  # characters; a longer string travels as bytes, which nobody has to look through for quotes
_PENDING = object()


class CodecError(Exception):
    """The value cannot be written, or the bytes are not a well-formed message."""


Foreign = Callable[[Any, Any], Any]


def _refuse(value: Any, codec: Any) -> Any:
    raise CodecError(f"{type(value).__name__} is not a plain value")


class Encoder:
    """Writes the values of one message.

    Args:
        foreign: Called with a value that is not plain and this encoder; gives its tree.
        known: ``id(object)`` to number, for containers that the other side already holds.
    """

    def __init__(self, foreign: Foreign = _refuse, known: dict[int, int] | None = None) -> None:
        self.containers: list[Any] = []
        # Of each container by its id: how to refer to it.
        self._seen: dict[int, Tree] = {key: ["a", number] for key, number in known.items()} if known else {}
        self._foreign = foreign
        self._depth = 0

    def encode(self, value: Any) -> Tree:
        """The tree of one value.

        Raises:
            CodecError: the value is nested too deeply or its foreign hook refuses it.
        """
        kind = type(value)
        if kind in SCALARS:
            return (
                ["U", value.encode("utf-8", "surrogatepass")] if kind is str and len(value) > _LONG else value
            )
        if kind in _CONTAINERS:
            return self._container(kind, value)
        writer = _WRITERS.get(kind)
        if writer is not None:
            return writer(self, value)
        written = write_value(value)
        if written is not None:
            return ["v", written[0], *[self.encode(part) for part in written[1]]]
        return self._foreign(value, self)

    def contents(self, value: Any) -> list[Tree]:
        """The trees of what a container holds, without the container itself; keys and values in turn."""
        if isinstance(value, dict):
            return [self.encode(part) for pair in list(value.items()) for part in pair]
        if isinstance(value, bytearray):
            return [bytes(value)]
        parts = list(value)
        kinds = set(map(type, parts))
        if not SCALARS.issuperset(kinds):
            return list(map(self.encode, parts))
        if len(parts) >= (FEW if float in kinds else MANY):
            packed = pack_numbers(parts, kinds)
            return parts if packed is None else [["N", *packed]]
        return parts

    def _container(self, kind: type, value: Any) -> Tree:
        key = id(value)
        seen = self._seen.get(key)
        if seen is not None:
            return seen
        self._seen[key] = ["r", len(self.containers)]
        self.containers.append(value)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise CodecError(f"a value is nested more than {MAX_DEPTH} levels deep")
        try:
            tag = _CONTAINERS[kind]
            if kind is list or kind is tuple:
                return [tag, *self.contents(value)]
            extra: list[Tree] = []
            if kind is collections.deque:
                extra = [value.maxlen]
            elif kind is collections.defaultdict:
                factory = value.default_factory
                named = factory is None or FACTORIES.get(getattr(factory, "__name__", "")) is factory
                if not named:
                    return self._foreign(value, self)
                extra = [None if factory is None else factory.__name__]
            return [tag, *extra, *self.contents(value)]
        finally:
            self._depth -= 1


_CONTAINERS: dict[type, str] = {
    list: "l", tuple: "t", set: "s", frozenset: "f", dict: "d", bytearray: "B", collections.deque: "D",
    collections.OrderedDict: "O", collections.Counter: "C", collections.defaultdict: "F",
}  # fmt: skip
_WRITERS: dict[type, Callable[[Encoder, Any], Tree]] = {
    bytes: lambda encoder, value: ["b", value],
    complex: lambda encoder, value: ["c", value.real, value.imag],
    range: lambda encoder, value: ["g", value.start, value.stop, value.step],
    slice: lambda encoder, value: ["S", *map(encoder.encode, (value.start, value.stop, value.step))],
    type(Ellipsis): lambda encoder, value: ["n", 0],
    type(NotImplemented): lambda encoder, value: ["n", 1],
    KEYS: lambda encoder, value: ["kk", *[encoder.encode(part) for part in value]],
    VALUES: lambda encoder, value: ["kv", *[encoder.encode(part) for part in value]],
    ITEMS: lambda encoder, value: ["ki", *[encoder.encode(part) for pair in value for part in pair]],
    type: lambda encoder, value: (
        ["y", TYPE_NAMES[value]] if value in TYPE_NAMES else encoder._foreign(value, encoder)
    ),
}


class Decoder:
    """Reads the values of one message; every byte may be hostile.

    Args:
        foreign: Called with a tree whose tag is not plain and this decoder; gives its value.
        known: The containers that ``["a", n]`` names.
    """

    def __init__(self, foreign: Foreign = _refuse, known: list[Any] | None = None) -> None:
        self.containers: list[Any] = []
        self._foreign = foreign
        self._known = known or []
        self._depth = 0
        self._put = self.containers.append

    def decode(self, tree: Tree) -> Any:
        """The value of one tree.

        Raises:
            CodecError: it is malformed.
        """
        if type(tree) is not list:
            if type(tree) in SCALARS:
                return tree
            raise CodecError("a JSON object where a value was expected")
        if not tree or type(tree[0]) is not str:
            raise CodecError("an array without a tag")
        self._depth += 1
        if self._depth > MAX_DEPTH + 50:
            raise CodecError("nested too deeply")
        try:
            tag = tree[0]
            if tag == "l":
                made: list[Any] = []
                self._put(made)
                made += self.items(tree[1:])
                return made
            reader = _READERS.get(tag)
            if reader is None:
                return self._foreign(tree, self)
            return reader(self, tree)
        except (TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
            raise CodecError(f"malformed value with tag {tree[0][:10]!r}") from error
        finally:
            self._depth -= 1

    def items(self, trees: list[Tree]) -> list[Any]:
        """The values of several trees."""
        if SCALARS.issuperset(map(type, trees)):
            return trees
        if len(trees) == 1 and type(trees[0]) is list and trees[0][:1] == ["N"]:
            return unpack_numbers(*trees[0][1:])
        return list(map(self.decode, trees))

    def fill(self, target: Any, trees: list[Tree]) -> None:
        """Replace what a mutable container holds, keeping the container."""
        if type(target) not in MUTABLE:
            raise CodecError("an update of something that cannot change")
        if type(target) is bytearray:
            target[:] = _bytes(trees[0])
            return
        parts = self.items(trees)
        if isinstance(target, list):
            target[:] = parts
        elif isinstance(target, dict):
            fresh = dict(zip(parts[::2], parts[1::2], strict=True))
            target.clear()
            for key, part in fresh.items():
                target[key] = part
        else:
            fresh_parts = list(parts)
            target.clear()
            if isinstance(target, set):
                target.update(fresh_parts)
            else:
                target.extend(fresh_parts)

    def _new(self, value: Any) -> int:
        self.containers.append(value)
        return len(self.containers) - 1

    def _mutable(self, value: Any, trees: list[Tree]) -> Any:
        self._new(value)
        self.fill(value, trees)
        return value

    def _frozen(self, kind: type, trees: list[Tree]) -> Any:
        number = self._new(_PENDING)
        value = kind(self.items(trees))
        self.containers[number] = value
        return value

    def _reference(self, table: list[Any], number: Any) -> Any:
        if type(number) is not int or not 0 <= number < len(table) or table[number] is _PENDING:
            raise CodecError("a reference to nothing")
        return table[number]


def _range(tree: Tree) -> range:
    if not all(type(part) is int or (type(part) is list and part[0] == "i") for part in tree[1:]):
        raise CodecError("a range of something else than integers")
    return range(*[part if type(part) is int else int(part[1], 16) for part in tree[1:]])


def _value(decoder: Decoder, tree: Tree) -> Any:
    reader = VALUE_READERS.get(tree[1])
    if reader is None:
        raise CodecError("an unknown kind of value")
    return reader(*[decoder.decode(part) for part in tree[2:]])


def _view_items(decoder: Decoder, tree: Tree) -> Any:
    parts = decoder.items(tree[1:])
    return dict(zip(parts[::2], parts[1::2], strict=True)).items()


def _default_dict(decoder: Decoder, tree: Tree) -> Any:
    factory = None if tree[1] is None else FACTORIES[tree[1]]
    return decoder._mutable(collections.defaultdict(factory), tree[2:])


def _bytes(part: Any) -> bytes:
    if type(part) is not bytes:
        raise CodecError("something else than bytes")
    return part


def _float(part: Any) -> float:
    if type(part) is not float:
        raise CodecError("a complex number of something else than floats")
    return part


_READERS: dict[str, Callable[[Decoder, Tree], Any]] = {
    "t": lambda decoder, tree: decoder._frozen(tuple, tree[1:]),
    "s": lambda decoder, tree: decoder._mutable(set(), tree[1:]),
    "f": lambda decoder, tree: decoder._frozen(frozenset, tree[1:]),
    "d": lambda decoder, tree: decoder._mutable({}, tree[1:]),
    "B": lambda decoder, tree: decoder._mutable(bytearray(), tree[1:]),
    "D": lambda decoder, tree: decoder._mutable(collections.deque(maxlen=tree[1]), tree[2:]),
    "O": lambda decoder, tree: decoder._mutable(collections.OrderedDict(), tree[1:]),
    "C": lambda decoder, tree: decoder._mutable(collections.Counter(), tree[1:]),
    "F": _default_dict,
    "b": lambda decoder, tree: _bytes(tree[1]),
    "U": lambda decoder, tree: _bytes(tree[1]).decode("utf-8", "surrogatepass"),
    "c": lambda decoder, tree: complex(_float(tree[1]), _float(tree[2])),
    "g": lambda decoder, tree: _range(tree),
    "S": lambda decoder, tree: slice(*[decoder.decode(part) for part in tree[1:4]]),
    "n": lambda decoder, tree: (Ellipsis, NotImplemented)[tree[1]],
    "i": lambda decoder, tree: int(tree[1], 16),
    "u": lambda decoder, tree: bytes.fromhex(tree[1]).decode("utf-8", "surrogatepass"),
    "kk": lambda decoder, tree: dict.fromkeys(decoder.items(tree[1:])).keys(),
    "kv": lambda decoder, tree: dict(enumerate(decoder.items(tree[1:]))).values(),
    "ki": _view_items,
    "y": lambda decoder, tree: BUILTIN_TYPES[tree[1]],
    "v": _value,
    "r": lambda decoder, tree: decoder._reference(decoder.containers, tree[1]),
    "a": lambda decoder, tree: decoder._reference(decoder._known, tree[1]),
}
