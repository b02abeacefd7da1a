"""From a candidate's words for a type to the type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tree_sitter import Node

from verifiers.execution.languages.rust.declarations import (
    Crate,
    Module,
    Path,
    UserType,
    named_parameters,
    parts,
)
from verifiers.execution.languages.rust.syntax import STD_ROOTS, is_literal, is_name, named, text
from verifiers.execution.languages.rust.types import UNIT, Kind, Type, Uncarried, plain

# Last word of a path -> absolute path and how many arguments it takes.
_STD = {
    "String": ("::std::string::String", 0),
    "Vec": ("::std::vec::Vec", 1),
    "Option": ("::std::option::Option", 1),
    "Result": ("::std::result::Result", 2),
    "Box": ("::std::boxed::Box", 1),
    "Rc": ("::std::rc::Rc", 1),
    "Arc": ("::std::sync::Arc", 1),
    "HashMap": ("::std::collections::HashMap", 2),
    "BTreeMap": ("::std::collections::BTreeMap", 2),
    "HashSet": ("::std::collections::HashSet", 1),
    "BTreeSet": ("::std::collections::BTreeSet", 1),
    "VecDeque": ("::std::collections::VecDeque", 1),
    "LinkedList": ("::std::collections::LinkedList", 1),
    "BinaryHeap": ("::std::collections::BinaryHeap", 1),
    "Ordering": ("::std::cmp::Ordering", 0),
    "Reverse": ("::std::cmp::Reverse", 1),
    "Range": ("::std::ops::Range", 1),
    "RangeInclusive": ("::std::ops::RangeInclusive", 1),
    "Duration": ("::std::time::Duration", 0),
    "ParseIntError": ("::std::num::ParseIntError", 0),
    "ParseFloatError": ("::std::num::ParseFloatError", 0),
}
_IN_PRELUDE = ("String", "Vec", "Option", "Result", "Box")
_OTHER_PARENTS = ("fmt", "io", "atomic", "thread", "mpsc")  # std::fmt::Result is not Result
LIFETIME = re.compile(r"'[A-Za-z_][A-Za-z0-9_]*")
_PRIMITIVES = frozenset(
    [
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "f32",
        "f64",
        "bool",
        "char",
    ]
)
_MAX_DEPTH = 32


@dataclass(frozen=True)
class Other:
    """A function, constant, alias or trait, with the module that declares it."""

    module: Module
    node: Node


Found = UserType | Other | Path | None


@dataclass(frozen=True)
class Scope:
    """Where a type is written.

    Attributes:
        crate: The candidate.
        module: The module.
        parameters: Generic parameters by name.
        self_type: What ``Self`` is.
        associated: ``Self::Item`` and the like.
    """

    crate: Crate
    module: Module
    parameters: Mapping[str, Type] = field(default_factory=dict)
    self_type: Type | None = None
    associated: Mapping[str, Type] = field(default_factory=dict)
    depth: int = 0


def lookup(crate: Crate, module: Module, words: Path, depth: int = 0) -> Found:
    """What a path names: a type, another item with its module, a path into ``std``, or nothing known."""
    if depth > _MAX_DEPTH or not words:
        return None
    first, rest = words[0], words[1:]
    if first in STD_ROOTS:
        return words
    if first == "crate" and rest:
        return lookup(crate, crate.root, ("self", *rest), depth + 1)
    if first == "self" and rest:
        return lookup(crate, module, rest, depth + 1)
    if first == "super" and rest and module.path:
        return lookup(crate, crate.modules[module.path[:-1]], ("self", *rest), depth + 1)
    if not rest and first in module.types:
        return module.types[first]
    if not rest and first in module.items:
        return Other(module, module.items[first][0])
    if rest and first in module.children:
        return lookup(crate, module.children[first][0], ("self", *rest), depth + 1)
    if first in module.imports and module.imports[first] != words[:1]:
        return lookup(crate, module, (*module.imports[first], *rest), depth + 1)
    for glob in module.globs:
        if glob and glob[0] in STD_ROOTS:
            if not rest and first in _STD and first not in _IN_PRELUDE:
                return (*glob, first)
        elif glob != ("super",) or module.path:
            found = lookup(crate, module, (*glob, *words), depth + 1)
            if isinstance(found, (UserType, Other)):
                return found
    return words if first in _IN_PRELUDE and not rest else None


def resolve(node: Node | None, scope: Scope) -> Type:
    """The type that a node spells.

    Raises:
        Uncarried: its values cannot go across, or what it is cannot be told.
    """
    if node is None:
        return UNIT
    if scope.depth > _MAX_DEPTH:
        raise Uncarried("a type nested too deeply")
    scope = replace(scope, depth=scope.depth + 1)
    match node.type:
        case "primitive_type":
            word = text(node)
            return Type(Kind.STR) if word == "str" else plain(word)
        case "unit_type":
            return UNIT
        case "never_type":
            return Type(Kind.NEVER)
        case "tuple_type":
            return Type(Kind.TUPLE, args=tuple(resolve(child, scope) for child in named(node)))
        case "array_type":
            return _array(node, scope)
        case "reference_type":
            return _reference(node, scope)
        case "type_identifier" | "scoped_type_identifier":
            return _path(parts(node), (), "", scope)
        case "generic_type":
            return _generic(node, scope)
        case "dynamic_type" | "bounded_type":
            return _dynamic(node, scope)
    raise Uncarried(f"the type {text(node)[:80]}")


def _array(node: Node, scope: Scope) -> Type:
    element = resolve(node.child_by_field_name("element"), scope)
    length = node.child_by_field_name("length")
    if length is None:
        return Type(Kind.SLICE, args=(element,))
    if is_literal(text(length)):
        return Type(Kind.ARRAY, text(length), (element,))
    found = lookup(scope.crate, scope.module, parts(length))
    if isinstance(found, Other):
        value = found.node.child_by_field_name("value")
        if is_literal(text(value)):
            return Type(Kind.ARRAY, text(value), (element,))
    raise Uncarried(f"the array length {text(length)[:40]}")


def _reference(node: Node, scope: Scope) -> Type:
    mutable = any(child.type == "mutable_specifier" for child in node.children)
    lifetime = next((text(child) for child in node.named_children if child.type == "lifetime"), "")
    inner = resolve(node.child_by_field_name("type"), scope)
    return Type(Kind.REF, lifetime if LIFETIME.fullmatch(lifetime) else "", (inner,), mutable=mutable)


def _generic(node: Node, scope: Scope) -> Type:
    arguments = node.child_by_field_name("type_arguments")
    children = named(arguments) if arguments is not None else []
    lifetimes = [text(child) for child in children if child.type == "lifetime"]
    if not all(LIFETIME.fullmatch(lifetime) for lifetime in lifetimes):
        raise Uncarried("a strange lifetime")
    types = tuple(
        resolve(child, scope) for child in children if child.type not in ("lifetime", "type_binding")
    )
    return _path(parts(node.child_by_field_name("type")), types, ", ".join(lifetimes), scope)


def _path(words: Path, args: tuple[Type, ...], lifetimes: str, scope: Scope) -> Type:
    if not all(is_name(word) for word in words):
        raise Uncarried(f"the type {'::'.join(words)[:80]}")
    if words == ("Self",) and scope.self_type:
        return scope.self_type
    if len(words) == 2 and words[0] == "Self" and words[1] in scope.associated:
        return scope.associated[words[1]]
    if len(words) == 1 and words[0] in scope.parameters:
        return scope.parameters[words[0]]
    if len(words) == 1 and words[0] in _PRIMITIVES and words[0] not in scope.module.types:
        return plain(words[0])
    found = lookup(scope.crate, scope.module, words)
    if isinstance(found, UserType):
        if len(found.parameters) != len(args) or found.bounds is None:
            raise Uncarried(f"{found.name} with its parameters")
        return Type(Kind.USER, lifetimes, args, found.path)
    if isinstance(found, Other):
        return _alias(found.module, found.node, args, scope)
    if found and found[-1] in _STD and (len(found) < 2 or found[-2] not in _OTHER_PARENTS):
        path, count = _STD[found[-1]]
        if count == len(args):
            return plain(path, *args)
    raise Uncarried(f"the type {'::'.join(words)}")


def _alias(module: Module, node: Node, args: tuple[Type, ...], scope: Scope) -> Type:
    if node.type != "type_item":
        raise Uncarried(f"the type {text(node.child_by_field_name('name'))}")
    names = [text(item.child_by_field_name("name")) for item in named_parameters(node)]
    if len(names) != len(args):
        raise Uncarried("an alias with other arguments")
    inner = Scope(scope.crate, module, dict(zip(names, args, strict=True)), depth=scope.depth)
    return resolve(node.child_by_field_name("type"), inner)


def _dynamic(node: Node, scope: Scope) -> Type:
    marks: list[str] = []
    while node.type == "bounded_type":
        children = named(node)
        for child in children[1:]:
            if child.type != "lifetime" and text(child) not in ("Send", "Sync"):
                raise Uncarried(f"the type {text(node)[:80]}")
            marks += [f"::std::marker::{text(child)}"] if child.type != "lifetime" else []
        node = children[0]
    if node.type == "dynamic_type":
        words = parts(node.child_by_field_name("trait"))
        found = lookup(scope.crate, scope.module, words)
        if found == ("std", "any", "Any") and not marks:
            return Type(Kind.ANY)
        if found == ("std", "error", "Error"):
            return Type(Kind.ERROR, " + ".join(["dyn ::std::error::Error", *sorted(marks)]))
        if isinstance(found, Other) and found.node.type == "trait_item" and not marks:
            name = text(found.node.child_by_field_name("name"))
            return Type(Kind.TRAIT, path=(*found.module.path, name))
    raise Uncarried(f"the type {text(node)[:80]}")
