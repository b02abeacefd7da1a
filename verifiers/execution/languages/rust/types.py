"""Types that can go across, and how they are spelled in made-up code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto


class Uncarried(Exception):
    """Something of a declaration cannot go across; the message says what."""


class Kind(Enum):
    """What sort of type it is."""

    PLAIN = auto()  # text: absolute path; args: its arguments
    STR = auto()
    SLICE = auto()  # args[0]
    ARRAY = auto()  # args[0]; text: length
    TUPLE = auto()
    REF = auto()  # args[0]; text: lifetime or ""
    USER = auto()  # path; args; text: lifetimes
    PARAM = auto()  # text: name; number
    ANY = auto()  # dyn Any
    ERROR = auto()  # dyn Error and what it is marked with; text: the whole
    TRAIT = auto()  # dyn of a candidate's trait: path
    CALL = auto()  # text: Fn, FnMut, FnOnce or fn; args: arguments and, last, the result
    ITEMS = auto()  # an iterator of args[0]; text: as an argument, the trait
    WORDS = auto()  # a type that becomes a text; text: AsRef or Into
    OBJECT = auto()  # what stands for a value of any type with a candidate's trait: path
    BOUND = auto()  # any type with a candidate's trait, as an argument: args[0] is the trait
    NEVER = auto()


@dataclass(frozen=True)
class Type:
    """A type of a candidate's declaration, every name resolved."""

    kind: Kind
    text: str = ""
    args: tuple[Type, ...] = ()
    path: tuple[str, ...] = ()
    mutable: bool = False
    number: int = 0


UNIT = Type(Kind.TUPLE)
STRING = Type(Kind.PLAIN, "::std::string::String")
BOOL = Type(Kind.PLAIN, "bool")


def plain(path: str, *args: Type) -> Type:
    """A type of the standard library."""
    return Type(Kind.PLAIN, path, args)


def vec_of(item: Type) -> Type:
    """``Vec`` of a type."""
    return plain("::std::vec::Vec", item)


def ref(inner: Type, mutable: bool = False) -> Type:
    """A reference to a type."""
    return Type(Kind.REF, args=(inner,), mutable=mutable)


def contains(type_: Type, test: Callable[[Type], bool]) -> bool:
    """Whether a type or any part of it fulfils a test."""
    return test(type_) or any(contains(arg, test) for arg in type_.args)


def spell(type_: Type, guest: bool = False) -> str:
    """The type as source.

    Args:
        type_: The type.
        guest: As the dispatcher needs it: parameters are ``Generic``, lifetimes are left out.
    """
    if type_.kind in (Kind.CALL, Kind.WORDS, Kind.ITEMS, Kind.BOUND) and type_.path and not guest:
        return type_.path[0]  # the parameter's own name
    inner = [spell(arg, guest) for arg in type_.args]
    match type_.kind:
        case Kind.PLAIN:
            return f"{type_.text}<{', '.join(inner)}>" if inner else type_.text
        case Kind.STR:
            return "str"
        case Kind.SLICE:
            return f"[{inner[0]}]"
        case Kind.ARRAY:
            return f"[{inner[0]}; {type_.text}]"
        case Kind.TUPLE:
            return f"({', '.join(inner)}{',' if len(inner) == 1 else ''})"
        case Kind.REF:
            lifetime = f"{type_.text} " if type_.text and (not guest or type_.text == "'static") else ""
            return f"&{lifetime}{'mut ' if type_.mutable else ''}{inner[0]}"
        case Kind.USER:
            lifetimes = [type_.text] if type_.text and not guest else []
            arguments = ", ".join([*lifetimes, *inner])
            path = "crate::" + "::".join(type_.path)
            return f"{path}<{arguments}>" if arguments else path
        case Kind.PARAM:
            return f"::acrisol::Generic<{type_.number}>" if guest else type_.text
        case Kind.ANY:
            return "dyn ::std::any::Any"
        case Kind.ERROR:
            return type_.text
        case Kind.TRAIT | Kind.OBJECT:
            return "dyn crate::" + "::".join(type_.path)
        case Kind.ITEMS:
            return f"::acrisol::Items<{inner[0]}>"
        case Kind.BOUND:
            return "AcrisolAny" + "_".join(type_.args[0].path)  # the dispatcher's own
        case Kind.NEVER:
            return "!"
    raise Uncarried("a function or a text-like type inside another type")


def owned(type_: Type) -> Type:
    """What is decoded where a reference to the type is wanted."""
    if type_.kind is Kind.STR:
        return STRING
    if type_.kind is Kind.SLICE:
        return vec_of(type_.args[0])
    if type_.kind in (Kind.TRAIT, Kind.ANY):
        return plain("::std::boxed::Box", type_)
    return type_


def substituted(type_: Type, known: dict[str, Type]) -> Type:
    """The type with parameters replaced by name."""
    if type_.kind is Kind.PARAM:
        return known.get(type_.text, type_)
    return replace(type_, args=tuple(substituted(arg, known) for arg in type_.args))
