"""Which of a candidate's types are carried as their fields, and which stay with the candidate."""

from __future__ import annotations

import re

from tree_sitter import Node

from verifiers.execution.languages.rust.declarations import Crate, Path, UserType, is_public, parts
from verifiers.execution.languages.rust.resolve import Scope, lookup, resolve
from verifiers.execution.languages.rust.signatures import read_generics
from verifiers.execution.languages.rust.syntax import is_literal, is_name, named, text, walk
from verifiers.execution.languages.rust.types import Kind, Type, Uncarried, contains

_GROWING = ("Vec", "String", "HashMap", "BTreeMap", "HashSet", "BTreeSet", "VecDeque", "BinaryHeap", "Box")


def scope_of(crate: Crate, user: UserType) -> Scope:
    """Where a type's fields are written."""
    parameters = {name: Type(Kind.PARAM, name, number=number) for number, name in enumerate(user.parameters)}
    module = crate.modules[user.path[:-1]]
    own = Type(Kind.USER, ", ".join(user.lifetimes), tuple(parameters.values()), user.path)
    return Scope(crate, module, parameters, own)


def give_impls(crate: Crate) -> None:
    """Hand each ``impl`` block to the type that it is for."""
    for module, node in crate.loose:
        target = node.child_by_field_name("type")
        if target is not None and target.type == "generic_type":
            target = target.child_by_field_name("type")
        found = lookup(crate, module, parts(target))
        if isinstance(found, UserType):
            found.impls.append((module, node))


def decide(crate: Crate, tests: str) -> None:
    """Settle ``by_value`` for every type.

    A type is carried as its fields if all of them can be and nothing depends on where it lies. One that grows
    and is changed in place stays, unless the tests look into it: copying it with each call could take long.

    Args:
        crate: The candidate.
        tests: The tests' source.
    """
    users = [user for module in crate.modules.values() for user in module.types.values()]
    for user in users:
        user.bounds = _bounds(crate, user)
    for user in users:
        user.by_value = not _has_drop(user) and not (_grows(user) and not _is_seen_into(user, tests))
    changed = True
    while changed:
        changed = False
        for user in users:
            if user.by_value and not _is_carriable(crate, user):
                user.by_value, changed = False, True


def _bounds(crate: Crate, user: UserType) -> dict[str, tuple[str, ...]] | None:
    try:
        generics, _, _ = read_generics(user.node, Scope(crate, crate.modules[user.path[:-1]]))
    except Uncarried:
        return None
    if not all(generic.carried for generic in generics):
        return None
    return {generic.name: generic.bounds for generic in generics}


def field_types(crate: Crate, user: UserType) -> list[Type]:
    """The types of all fields.

    Raises:
        Uncarried: one of them cannot go across.
    """
    scope = scope_of(crate, user)
    return [resolve(child.child_by_field_name("type"), scope) for child in _fields(user.node)] + [
        resolve(child, scope) for child in _places(user.node)
    ]


def _fields(node: Node) -> list[Node]:
    return [child for child in walk(node) if child.type == "field_declaration"]


def _places(node: Node) -> list[Node]:
    """Types of tuple structs and tuple variants."""
    lists = [child for child in walk(node) if child.type == "ordered_field_declaration_list"]
    return [child for item in lists for child in item.children_by_field_name("type")]


def _is_carriable(crate: Crate, user: UserType) -> bool:
    if len(user.path) > 1 and user.node.type == "struct_item" and _has_private(user.node):
        return False
    if not all(is_name(text(child.child_by_field_name("name"))) for child in _fields(user.node)):
        return False
    if user.bounds is None:
        return False
    variants = [child for child in walk(user.node) if child.type == "enum_variant"]
    values = [child.child_by_field_name("value") for child in variants]
    if not all(value is None or is_literal(text(value)) for value in values):
        return False
    if not all(is_name(text(child.child_by_field_name("name"))) for child in variants):
        return False

    def stays(part: Type) -> bool:
        if part.kind is Kind.USER:
            found = crate.modules[part.path[:-1]].types.get(part.path[-1])
            return found is None or not found.by_value
        bad = (Kind.ANY, Kind.CALL, Kind.ITEMS, Kind.WORDS, Kind.NEVER, Kind.TRAIT, Kind.ERROR)
        return part.kind in bad or (part.kind is Kind.REF and part.mutable)

    try:
        return not any(contains(type_, stays) for type_ in field_types(crate, user))
    except Uncarried:
        return False


def _has_private(node: Node) -> bool:
    body = node.child_by_field_name("body")
    if body is None:
        return False
    if body.type == "field_declaration_list":
        return not all(is_public(child) for child in named(body))
    marks = sum(child.type == "visibility_modifier" for child in body.children)
    return marks < len(body.children_by_field_name("type"))


def _has_drop(user: UserType) -> bool:
    return any(text(node.child_by_field_name("trait")) == "Drop" for _, node in user.impls)


def _grows(user: UserType) -> bool:
    """Whether methods change it in place and it can become large."""
    words = {text(child) for child in walk(user.node) if child.type == "type_identifier"}
    if not words & set(_GROWING):
        return False
    return any(
        child.type == "self_parameter" and "mut" in text(child) and text(child).startswith("&")
        for _, node in user.impls
        if node.child_by_field_name("trait") is None
        for child in walk(node)
    )


def _is_seen_into(user: UserType, tests: str) -> bool:
    """Whether the tests build the type from its fields or read one of them."""
    name = re.escape(user.name)
    if user.node.type == "enum_item" or re.search(rf"\b{name}\s*\{{", tests):
        return True
    names = [re.escape(text(child.child_by_field_name("name"))) for child in _fields(user.node)]
    return any(re.search(rf"\.{word}\b(?!\s*\()", tests) for word in names) or (
        bool(_places(user.node)) and re.search(r"\.[0-9]\b", tests) is not None
    )


def derives_throughout(crate: Crate, user: UserType, seen: frozenset[Path] = frozenset()) -> bool:
    """Whether a type's comparisons, and those of all that it holds, are the compiler's own."""
    if user.path in seen:
        return True
    if any(text(node.child_by_field_name("trait")).startswith(("PartialEq", "PartialOrd", "Ord"))
           for _, node in user.impls):  # fmt: skip
        return False
    module = crate.modules[user.path[:-1]]
    body = user.node.child_by_field_name("body")
    for node in walk(body) if body is not None else ():
        if node.type in ("macro_invocation", "scoped_type_identifier"):
            return False  # what it names is not looked into
        if node.type == "type_identifier" and text(node) not in user.parameters:
            found = lookup(crate, module, (text(node),))
            if isinstance(found, UserType):
                if not derives_throughout(crate, found, seen | {user.path}):
                    return False
            elif not isinstance(found, tuple):
                return False
    return True
