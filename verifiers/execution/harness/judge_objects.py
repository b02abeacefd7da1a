"""How the judge writes its own values for the candidate's side, and reads what comes back."""

from __future__ import annotations

import builtins
import sys
import types
import weakref
from typing import Any

from . import standin
from .codec import CodecError, Decoder, Encoder, Tree
from .descriptions import ClassDescription, builtin_class
from .exceptions import BUILTIN, CandidateExit, may_derive_from
from .exports import Exports
from .kinds import MUTABLE_BASES, VALUE_BASES

# Modules whose classes may come back from the candidate as the judge's own.
_PLAIN_MODULES = frozenset(("collections", "decimal", "datetime", "fractions", "uuid", "pathlib"))
_MAX_CAUSES = 5


class JudgeObjects:
    """Both directions of everything that is not plain.

    Args:
        link: What the stand-ins use to reach the candidate.
        exports: What the candidate was given.
    """

    def __init__(self, link: Any, exports: Exports) -> None:
        self._link = link
        self._exports = exports
        self._classes: dict[int, standin.StandInType] = {}
        self._weak: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._strong: dict[int, Any] = {}
        self._counts: dict[int, int] = {}
        self.dropped: list[list[int]] = []
        self.raised: dict[int, BaseException] = {}
        self._described: set[int] = set()

    # Writing

    def encode(self, value: Any, encoder: Encoder) -> Tree:
        """The tree of a value that is not plain."""
        if standin.is_remote(value) or isinstance(value, ModuleStandIn):
            return ["H", object.__getattribute__(value, "_acrisol_id")]
        if isinstance(value, type):
            return self._encode_class(value)
        if isinstance(value, types.TracebackType):
            return None  # what the candidate may know of an exception is the exception
        if isinstance(value, types.ModuleType) and value.__name__ in sys.stdlib_module_names:
            return ["M", value.__name__]
        if isinstance(value, BaseException):
            return self.encode_exception(value, encoder)
        if isinstance(value, types.BuiltinFunctionType) and _is_stdlib(value):
            return ["T", value.__module__, value.__qualname__]
        number = self._exports.add(value)
        tree: list[Tree] = ["j", number]
        if number not in self._described:
            self._described.add(number)
            tree.append(self._exports.describe(value))
        else:
            tree.append(None)
        for base in (*VALUE_BASES, *MUTABLE_BASES):
            if isinstance(value, base):
                tree.append([base.__name__, encoder.encode(_plain(base, value))])
                break
        return tree

    def _encode_class(self, value: type) -> Tree:
        if BUILTIN.get(value.__name__) is value or getattr(builtins, value.__name__, None) is value:
            return ["X", value.__name__]
        if _is_stdlib(value):
            return ["T", value.__module__, value.__qualname__]
        number = self._exports.add(value)
        return ["j", number, [value.__name__, ["__call__"], False]]

    def encode_exception(self, error: BaseException, encoder: Encoder) -> Tree:
        """The tree of an exception that a callback raised, or that the tests pass as a value."""
        number = id(error)
        self.raised[number] = error
        base = next((kind.__name__ for kind in type(error).__mro__ if BUILTIN.get(kind.__name__) is kind), "")
        return ["xj", number, type(error).__name__, base, [_text_or(encoder, part) for part in error.args]]

    # Reading

    def decode(self, tree: Tree, decoder: Decoder) -> Any:
        """The value of a tree that is not plain."""
        tag = tree[0]
        if tag == "o":
            return self._object(tree, decoder)
        if tag == "k":
            return self._class(tree, decoder)
        if tag == "j":
            return self._exports.find(tree[1])
        if tag == "x":
            return self._exception(tree, decoder, 0)
        if tag == "xj":
            if tree[1] not in self.raised:
                raise CodecError("an exception that was never raised")
            return self.raised[tree[1]]
        if tag == "X":
            if type(tree[1]) is not str:
                raise CodecError("a class without a name")
            return builtin_class(tree[1])
        if tag == "T":
            return self._stdlib_class(tree, decoder)
        if tag == "co":
            return self._link.drive(self._object(["o", *tree[1:]], decoder))
        raise CodecError("an unknown tag")

    def _class(self, tree: Tree, decoder: Decoder) -> standin.StandInType:
        number = tree[1]
        if type(number) is not int:
            raise CodecError("a class without a number")
        if number not in self._classes:
            if len(tree) != 3:
                raise CodecError("a class that was never described")
            description = ClassDescription(tree[2])
            bases = tuple(_tamed(decoder.decode(base)) for base in description.bases)
            if not all(isinstance(base, type) and _may_be_base(base) for base in bases):
                raise CodecError("a class that derives from something else")
            self._classes[number] = standin.build(self._link, number, description, bases)
        return self._classes[number]

    def _stdlib_class(self, tree: Tree, decoder: Decoder) -> Any:
        module, name = tree[1], tree[2]
        found = getattr(sys.modules.get(module), name, None) if type(module) is str else None
        if isinstance(found, type) and (
            (module in _PLAIN_MODULES and found.__module__ == module) or may_derive_from(found)
        ):
            return found
        return decoder.decode(tree[3])

    def _object(self, tree: Tree, decoder: Decoder) -> Any:
        number = tree[1]
        cls = decoder.decode(tree[2])
        if type(number) is not int or not isinstance(cls, standin.StandInType):
            raise CodecError("a malformed object")
        copy = decoder.decode(tree[3]) if len(tree) > 3 else None
        self._counts[number] = self._counts.get(number, 0) + 1
        found = self._weak.get(number, self._strong.get(number))
        base = cls._acrisol_base
        if found is not None and type(found) is cls:
            if base in MUTABLE_BASES and type(copy) is base:
                standin.replace(found, base, copy)
            return found
        made = standin.instance(cls, number, copy)
        try:
            self._weak[number] = made
            weakref.finalize(made, self._drop, number)
        except TypeError:  # ints, tuples and the like cannot be referred to weakly
            self._strong[number] = made
        return made

    def _drop(self, number: int) -> None:
        self.dropped.append([number, self._counts.pop(number, 0)])

    def _exception(self, tree: Tree, decoder: Decoder, depth: int) -> BaseException:
        name, args = tree[1], decoder.decode(tree[2])
        if type(args) is not tuple or type(name) is not str:
            raise CodecError("a malformed exception")
        if name == "SystemExit":
            return SystemExit(*args)
        kind = BUILTIN.get(name)
        if kind is None:
            return CandidateExit(f"the candidate raised {name[:100]}")
        try:
            error = kind(*args)
        except TypeError:
            error = kind.__new__(kind, *args)
            error.args = args
        return error

    def with_cause(self, error: BaseException, tree: Tree, decoder: Decoder) -> BaseException:
        """The exception with the chain that the candidate's ``raise ... from`` gave it."""
        current = error
        if type(tree) is not list:
            raise CodecError("a malformed chain")
        for cause in tree[:_MAX_CAUSES]:
            value = decoder.decode(cause)
            if not isinstance(value, BaseException) or value is error:
                break
            current.__cause__ = value
            current = value
        return error


class ModuleStandIn(types.ModuleType):
    """What ``import solution`` gives: a module whose attributes are fetched from the candidate's process."""

    _acrisol_link: Any
    _acrisol_id: int
    _acrisol_classes: frozenset[str] = frozenset()  # names that the tests use as classes

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True
        if name.startswith("__") and name not in ("__version__", "__author__", "__all__"):
            raise AttributeError(name)
        value = self._acrisol_link.get(self, name)
        if isinstance(value, standin.StandInType) and name in self._acrisol_classes:
            value._acrisol_named = True
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith(("__", "_acrisol")) or isinstance(value, types.ModuleType):
            super().__setattr__(name, value)
        else:
            self._acrisol_link.set(self, name, value)

    def __delattr__(self, name: str) -> None:
        self._acrisol_link.delete(self, name)

    def __dir__(self) -> list[str]:
        return [name for name in self._acrisol_link.directory(self) if type(name) is str]


def _is_stdlib(value: Any) -> bool:
    module = getattr(value, "__module__", None)
    if (
        type(module) is not str
        or module.partition(".")[0] not in sys.stdlib_module_names
        or module == "__main__"
    ):
        return False
    found: Any = sys.modules.get(module)
    for part in value.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is value


def _tamed(base: Any) -> Any:
    """The base to use: what a candidate raises must never end more than the test that called it."""
    return (
        Exception
        if isinstance(base, type)
        and issubclass(base, BaseException)
        and not issubclass(base, Exception)
        and not isinstance(base, standin.StandInType)
        else base
    )


def _may_be_base(base: type) -> bool:
    return (
        isinstance(base, standin.StandInType)
        or base is object
        or base in (*VALUE_BASES, *MUTABLE_BASES)
        or may_derive_from(base)
        or base.__module__ in _PLAIN_MODULES
    )


def _plain(base: Any, value: Any) -> Any:
    return base(value) if base is not str else str.__str__(value)


def _text_or(encoder: Encoder, part: Any) -> Tree:
    try:
        return encoder.encode(part)
    except (CodecError, TypeError):
        return str(part)
