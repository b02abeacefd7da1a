"""Stand-ins: what the tests hold in place of the candidate's classes and objects.

A stand-in class is a real class of the judge, so ``isinstance``, ``issubclass`` and ``except`` are the
judge's own; using it or its instances runs the candidate's code in the candidate's process. An object whose
class derives from a builtin value (an int, a str, a list, ...) is an instance of that builtin here, holding
a copy: what an assertion compares is that copy, by the builtin's own rules.
"""

from __future__ import annotations

import collections
import types
from typing import Any

from .codec import CodecError
from .descriptions import ClassDescription
from .kinds import MUTABLE_BASES, VALUE_BASES
from .methods import (
    compare,
    forward,
    forward_class,
    other_object,
    own_unless_named,
    refreshed,
    same_object,
)
from .specials import CARRIED, CLASS_SPECIALS, COMPARISONS, OWN_ON_COPIES

# The class that an object of exactly this builtin kind reports, so that isinstance() finds what it is.
LAZY_KINDS: dict[str, type] = {
    "generator": types.GeneratorType, "async_generator": types.AsyncGeneratorType, "map": map,
    "filter": filter, "zip": zip, "enumerate": enumerate, "reversed": reversed,
    "function": types.FunctionType,
    "builtin_function_or_method": types.BuiltinFunctionType, "method": types.MethodType,
}  # fmt: skip
# Special names that are looked up at the candidate's object; all others are the judge's own.
_REMOTE_DUNDERS = frozenset(
    ("__dict__", "__doc__", "__name__", "__qualname__", "__module__", "__wrapped__", "__defaults__",
     "__self__",
     "__kwdefaults__", "__annotations__", "__func__", "__match_args__", "__slots__", "__version__", "__all__",
     "__author__", "__file__", "__path__")
)  # fmt: skip
_REFRESHED = (*COMPARISONS, "__len__", "__iter__", "__contains__", "__getitem__", "__reversed__", "__repr__",
              "__str__", "__format__", "__add__", "__mul__", "__rmul__", "__or__", "__ror__", "__and__",
              "__rand__", "__sub__", "__rsub__", "__xor__", "__rxor__")  # fmt: skip
_SENT_ON = (
    "__setitem__",
    "__delitem__",
    "__iadd__",
    "__imul__",
    "__ior__",
    "__iand__",
    "__isub__",
    "__ixor__",
)


def is_remote(value: Any) -> bool:
    """Whether the value stands for an object or a class of the candidate's."""
    kind = type(value)  # not isinstance(value, ...), which would ask the object for its __class__
    return isinstance(kind, StandInType) or issubclass(kind, StandInType)


def is_opaque(value: Any) -> bool:
    """Whether the value stands for an object that has no copy here."""
    return isinstance(type(value), StandInType) and type(value)._acrisol_base is None


class StandInType(type):
    """The class of stand-in classes."""

    _acrisol_link: Any
    _acrisol_id: int
    _acrisol_base: type | None
    _acrisol_named: bool
    _acrisol_carried: frozenset[str]
    _acrisol_local: frozenset[str]

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> StandInType:
        if "_acrisol_id" not in namespace:
            raise TypeError(
                f"the class {name!r} of the tests derives from a class of the candidate's; "
                "that can only run in one process with the candidate"
            )
        return super().__new__(mcs, name, bases, namespace)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return cls._acrisol_link.call(cls, args, kwargs)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_acrisol") or (name.startswith("__") and name not in _REMOTE_DUNDERS):
            raise AttributeError(name)
        return cls._acrisol_link.get(cls, name)

    def __setattr__(cls, name: str, value: Any) -> None:
        if name.startswith(("_acrisol", "__", "_abc_")):
            super().__setattr__(name, value)
        else:
            cls._acrisol_link.set(cls, name, value)

    def __delattr__(cls, name: str) -> None:
        cls._acrisol_link.delete(cls, name)


class Reference:
    """Reaches the attributes of one object of the candidate's."""

    def __getattribute__(self, name: str) -> Any:
        __tracebackhide__ = True
        if name.startswith("_acrisol") or (name.startswith("__") and name not in _REMOTE_DUNDERS):
            return object.__getattribute__(self, name)
        cls = type(self)
        if name in cls._acrisol_local:  # type: ignore[attr-defined]
            return object.__getattribute__(self, name)
        return cls._acrisol_link.get(self, name)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_acrisol", "__")) and name != "__signature__":
            raise AttributeError(name)
        if name == "__signature__":
            return type(self)._acrisol_link.signature(self)  # type: ignore[attr-defined]
        return type(self)._acrisol_link.get(self, name)  # type: ignore[attr-defined]

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith(("_acrisol", "__")):
            object.__setattr__(self, name, value)
        else:
            type(self)._acrisol_link.set(self, name, value)  # type: ignore[attr-defined]

    def __delattr__(self, name: str) -> None:
        type(self)._acrisol_link.delete(self, name)  # type: ignore[attr-defined]

    def __copy__(self) -> Any:
        return type(self)._acrisol_link.copy(self, False)  # type: ignore[attr-defined]

    def __deepcopy__(self, memo: Any) -> Any:
        return type(self)._acrisol_link.copy(self, True)  # type: ignore[attr-defined]

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("an object of the candidate's cannot be pickled by the tests")


def _base_of(bases: tuple[type, ...]) -> type | None:
    for base in bases:
        if isinstance(base, StandInType):
            if base._acrisol_base is not None:
                return base._acrisol_base
        elif issubclass(base, (*VALUE_BASES, *MUTABLE_BASES, Exception)):
            return base
    return None


def _namespace(base: type | None, carried: frozenset[str]) -> dict[str, Any]:
    """The special methods of a stand-in class.

    Args:
        base: The builtin it derives from, if any.
        carried: Special methods that the candidate's class defines.
    """
    space: dict[str, Any] = {}
    copies = base is not None and not issubclass(base, BaseException)
    for name in carried & CARRIED:
        if copies and name in OWN_ON_COPIES:
            space[name] = own_unless_named(base, name)
        else:
            space[name] = forward(name)
    if copies and base is not None:
        own = base if base in (*VALUE_BASES, *MUTABLE_BASES) else base.__mro__[-2]
        for name in (*COMPARISONS, "__hash__"):
            space[name] = getattr(own, name)
        if base in MUTABLE_BASES:
            for name in _REFRESHED:
                if (hasattr(base, name) and name not in space) or name in COMPARISONS:
                    space[name] = refreshed(base, name)
            for name in _SENT_ON:
                if hasattr(base, name):
                    space[name] = forward(name)
        return space
    space["__eq__"], space["__ne__"] = same_object, other_object
    for name in COMPARISONS[2:]:
        if name in carried:
            space[name] = compare(name)
    if "__hash__=None" in carried:
        space["__hash__"] = None
    elif "__hash__" not in space:
        space["__hash__"] = object.__hash__
    if "__class_getitem__" in space:
        space["__class_getitem__"] = classmethod(forward_class("__class_getitem__"))
    if "__await__" in carried:
        space["__await__"] = lambda self: type(self)._acrisol_link.drive(self).__await__()
    return space


def build(link: Any, number: int, description: ClassDescription, bases: tuple[type, ...]) -> StandInType:
    """The stand-in class for one class of the candidate's.

    Raises:
        CodecError: no such class can exist.
    """
    base = _base_of(bases)
    parents = tuple(kept for kept in bases if isinstance(kept, StandInType) or kept is base)
    if not any(isinstance(parent, StandInType) for parent in parents):
        parents = (Reference, *parents)
    local: frozenset[str] = frozenset()
    if base is not None and issubclass(base, BaseException):
        local = frozenset(("args", "with_traceback", "add_note"))
    elif base in VALUE_BASES:
        local = frozenset(dir(base)) - description.carried
    space = {
        **_namespace(base, description.carried),
        "__module__": description.module, "__qualname__": description.qualname, "__doc__": description.doc,
        "_acrisol_link": link, "_acrisol_id": number, "_acrisol_base": base, "_acrisol_named": False,
        "_acrisol_carried": description.carried, "_acrisol_local": local,
    }  # fmt: skip
    if description.module == "builtins" and description.name in LAZY_KINDS:
        kind = LAZY_KINDS[description.name]
        space["__class__"] = property(lambda self: kind)
    meta: Any = StandInType
    inherited = [type(parent) for parent in parents if isinstance(parent, StandInType)]
    own = {name: forward_class(name) for name in CLASS_SPECIALS if name in description.meta}
    try:
        if own or any(kind is not StandInType for kind in inherited):
            distinct = list(dict.fromkeys(kind for kind in inherited if kind is not StandInType))
            meta = type("StandInType", tuple(distinct) or (StandInType,), own)
        made: StandInType = meta(description.name, parents, space)
    except TypeError as error:
        raise CodecError("a class that cannot exist") from error
    _join_protocols(made, description)
    return made


def _join_protocols(made: StandInType, description: ClassDescription) -> None:
    for name in sorted(description.abstract_bases):
        protocol = getattr(collections.abc, name, None)
        if isinstance(protocol, type) and hasattr(protocol, "register"):
            protocol.register(made)
    if description.fields:
        import dataclasses

        fields = {}
        for name in description.ordered_fields:
            field: Any = dataclasses.field()
            field.name, field.type, field._field_type = name, Any, dataclasses._FIELD  # type: ignore[attr-defined]
            fields[name] = field
        type.__setattr__(made, "__dataclass_fields__", fields)


def instance(cls: StandInType, number: int, copy: Any) -> Any:
    """The stand-in for one object.

    Args:
        cls: Its stand-in class.
        number: The candidate's number for it.
        copy: For a class that derives from a builtin value, the value; for an exception, its args.

    Raises:
        CodecError: the copy does not fit the class.
    """
    base: Any = cls._acrisol_base
    plain_class: Any = cls
    new: Any = getattr(base, "__new__", None)
    made: Any
    if base is None:
        made = object.__new__(plain_class)
    elif issubclass(base, BaseException):
        if type(copy) is not tuple:
            raise CodecError("an exception without arguments")
        made = new(plain_class, *copy)
        object.__setattr__(made, "args", copy)
    else:
        if type(copy) is not base:
            raise CodecError("a copy of another type")
        made = new(plain_class, copy) if base in VALUE_BASES else new(plain_class)
        if base in MUTABLE_BASES:
            replace(made, base, copy)
    object.__setattr__(made, "_acrisol_id", number)
    return made


def replace(made: Any, base: Any, copy: Any) -> None:
    """Let a mutable copy hold what another holds."""
    base.clear(made)
    (base.update if base in (dict, set) else base.extend)(made, copy)
