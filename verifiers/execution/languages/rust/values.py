"""A candidate's types as the judge declares them, and how their values are written and read."""

from __future__ import annotations

from tree_sitter import Node

from verifiers.execution.languages.rust.declarations import Crate, UserType
from verifiers.execution.languages.rust.resolve import resolve
from verifiers.execution.languages.rust.shapes import scope_of
from verifiers.execution.languages.rust.syntax import is_literal, named, text
from verifiers.execution.languages.rust.types import spell

DERIVES = {
    "Debug": "::std::fmt::Debug",
    "Clone": "::std::clone::Clone",
    "Copy": "::std::marker::Copy",
    "PartialEq": "::std::cmp::PartialEq",
    "Eq": "::std::cmp::Eq",
    "PartialOrd": "::std::cmp::PartialOrd",
    "Ord": "::std::cmp::Ord",
    "Hash": "::std::hash::Hash",
    "Default": "::std::default::Default",
}


def declare(crate: Crate, user: UserType) -> str:
    """The type in the judge, with its derived traits if it is carried by value."""
    around = _generics([*user.lifetimes, *user.parameters])
    if not user.by_value:
        held = ", ".join([*(f"&{lifetime} ()" for lifetime in user.lifetimes), *user.parameters])
        return (
            f"pub struct {user.name}{around}(::acrisol::Handle, ::std::marker::PhantomData<({held}"
            f"{',' if held else ''})>);\n{_wire_of_handle(user)}"
        )
    derives = [DERIVES[name] for name in user.derives if name in DERIVES]
    head = f"#[derive({', '.join(derives)})]\n" if derives else ""
    body = _enum(crate, user) if user.node.type == "enum_item" else _struct(crate, user)
    kind = "enum" if user.node.type == "enum_item" else "struct"
    path = f"crate::{'::'.join(user.path)}"
    return f"{head}pub {kind} {user.name}{around}{body}\n{_wire_by_value(user, path)}"


def wire_in_guest(crate: Crate, user: UserType) -> str:
    """How the guest writes and reads the type."""
    path = f"crate::{'::'.join(user.path)}"
    if user.by_value:
        return _wire_by_value(user, path)
    names = [*user.lifetimes, *user.parameters]
    return (
        f"impl{_bounded(user)} ::acrisol::Wire for {path}{_generics(names)} {{\n"
        "    fn put_ref(&self, out: &mut ::acrisol::Writer) { ::acrisol::object::put_ref(self, out) }\n"
        "    fn put(self, out: &mut ::acrisol::Writer) { ::acrisol::object::put(self, out) }\n"
        "    fn get(from: &mut ::acrisol::Reader) -> ::acrisol::Taken<Self> "
        "{ ::acrisol::object::get(from) }\n"
        "    fn get_ref<'acrisol>(from: &mut ::acrisol::Reader) -> ::acrisol::Taken<&'acrisol Self>\n"
        "    where Self: 'acrisol { ::acrisol::object::get_ref(from) }\n}"
    )


def _generics(names: list[str]) -> str:
    return f"<{', '.join(names)}>" if names else ""


def _bounded(user: UserType) -> str:
    known = user.bounds or {}
    bounds = [f"{name}: {' + '.join(known.get(name, ('::acrisol::Wire',)))}" for name in user.parameters]
    return _generics([*user.lifetimes, *bounds])


def _wire_of_handle(user: UserType) -> str:
    names = _generics([*user.lifetimes, *user.parameters])
    return (
        f"impl{_bounded(user)} ::acrisol::Wire for {user.name}{names} {{\n"
        "    fn put_ref(&self, out: &mut ::acrisol::Writer) { ::acrisol::Wire::put_ref(&self.0, out) }\n"
        "    fn get(from: &mut ::acrisol::Reader) -> ::acrisol::Taken<Self> {\n"
        f"        ::std::result::Result::Ok({user.name}(from.get()?, ::std::marker::PhantomData))\n"
        "    }\n}"
    )


def _visibility(node: Node) -> str:
    return "pub " if any(child.type == "visibility_modifier" for child in node.children) else ""


def _struct(crate: Crate, user: UserType) -> str:
    body = user.node.child_by_field_name("body")
    if body is None:
        return ";"
    return _fields(crate, user, body, marked=True) + (
        ";" if body.type == "ordered_field_declaration_list" else ""
    )


def _fields(crate: Crate, user: UserType, body: Node, *, marked: bool) -> str:
    scope = scope_of(crate, user)
    if body.type == "field_declaration_list":
        lines = [
            f"{_visibility(child) if marked else ''}{text(child.child_by_field_name('name'))}: "
            f"{spell(resolve(child.child_by_field_name('type'), scope))}"
            for child in named(body)
            if child.type == "field_declaration"
        ]
        return f" {{ {', '.join(lines)} }}"
    places, public = [], False
    for child in named(body):
        if child.type == "visibility_modifier":
            public = True
        elif child.type != "attribute_item":
            places.append(f"{'pub ' if public and marked else ''}{spell(resolve(child, scope))}")
            public = False
    return f"({', '.join(places)})"


def _variants(user: UserType) -> list[Node]:
    body = user.node.child_by_field_name("body")
    return [child for child in named(body) if child.type == "enum_variant"] if body is not None else []


def _enum(crate: Crate, user: UserType) -> str:
    lines = []
    for variant in _variants(user):
        body, value = variant.child_by_field_name("body"), variant.child_by_field_name("value")
        line = text(variant.child_by_field_name("name"))
        if _is_default(variant):
            line = f"#[default] {line}"
        if body is not None:
            line += _fields(crate, user, body, marked=False)
        if value is not None and is_literal(text(value)):
            line += f" = {text(value)}"
        lines.append(line)
    return f" {{ {', '.join(lines)} }}"


def _is_default(variant: Node) -> bool:
    before = variant.prev_named_sibling
    while before is not None and before.type in ("attribute_item", "line_comment", "block_comment"):
        if text(before).replace(" ", "") == "#[default]":
            return True
        before = before.prev_named_sibling
    return any(
        child.type == "attribute_item" and text(child).replace(" ", "") == "#[default]"
        for child in variant.children
    )


def _names(body: Node | None) -> tuple[list[str], bool]:
    """Names of fields, or numbers of places; and whether they have names."""
    if body is None:
        return [], True
    if body.type == "field_declaration_list":
        fields = [child for child in named(body) if child.type == "field_declaration"]
        return [text(child.child_by_field_name("name")) for child in fields], True
    kept = [child for child in named(body) if child.type not in ("visibility_modifier", "attribute_item")]
    return [str(at) for at in range(len(kept))], False


def _wire_by_value(user: UserType, path: str) -> str:
    """Writing and reading the fields in order; an enum's variant goes first, as its number."""
    enum = user.node.type == "enum_item"
    parts = (
        [(f"{path}::{text(variant.child_by_field_name('name'))}", variant) for variant in _variants(user)]
        if enum
        else [(path, user.node)]
    )
    puts, gives, gets = [], [], []
    for number, (name, node) in enumerate(parts):
        fields, _ = _names(node.child_by_field_name("body"))
        bound = ", ".join(f"{field}: x{at}" for at, field in enumerate(fields))
        mark = f"out.raw(&{number}u16.to_le_bytes()); " if enum else ""
        puts.append(
            f"{name} {{ {bound} }} => {{ {mark}"
            + " ".join(f"::acrisol::Wire::put_ref(x{at}, out);" for at in range(len(fields)))
            + " }"
        )
        gives.append(
            f"{name} {{ {bound} }} => {{ {mark}"
            + " ".join(f"::acrisol::Wire::put(x{at}, out);" for at in range(len(fields)))
            + " }"
        )
        read = ", ".join(f"{field}: from.get()?" for field in fields)
        gets.append(f"{f'{number} => ' if enum else ''}::std::result::Result::Ok({name} {{ {read} }})")
    refused = '::std::result::Result::Err(::acrisol::Refused("no such variant".into()))'
    taken = (
        "match u16::from_le_bytes(from.array()?) { " + ", ".join([*gets, f"_ => {refused}"]) + " }"
        if enum
        else gets[0]
    )
    empty = "_ => {}" if not parts else ""
    others = _others(parts, user)
    names = _generics([*user.lifetimes, *user.parameters])
    return (
        f"impl{_bounded(user)} ::acrisol::Wire for {path}{names} {{\n"
        f"    fn put_ref(&self, out: &mut ::acrisol::Writer) {{ match self {{ {' '.join(puts)}{empty} }} }}\n"
        f"    fn put(self, out: &mut ::acrisol::Writer) {{ match self {{ {' '.join(gives)}{empty} }} }}\n"
        f"    fn get(from: &mut ::acrisol::Reader) -> ::acrisol::Taken<Self> {{ {taken} }}\n{others}}}"
    )


def _others(parts: list[tuple[str, Node]], user: UserType) -> str:
    """How another value is made, for a type whose ``==`` is the candidate's own."""
    if not any(text(node.child_by_field_name("trait")).startswith("PartialEq") for _, node in user.impls):
        return ""
    arms = []
    for name, node in parts:
        fields, _ = _names(node.child_by_field_name("body"))
        bound = ", ".join(f"{field}: x{at}" for at, field in enumerate(fields))
        made = ", ".join(
            f"{field}: ::acrisol::Wire::another(x{at}, chance)?" for at, field in enumerate(fields)
        )
        arms.append(f"{name} {{ {bound} }} => {name} {{ {made} }}")
    bare = [name for name, node in parts if not _names(node.child_by_field_name("body"))[0]]
    choose = (
        f"match chance.number().rem_euclid({len(bare) + 1}) {{ "
        + " ".join(
            f"{at} => return ::std::option::Option::Some({name} {{}})," for at, name in enumerate(bare)
        )
        + " _ => {} } "
        if len(parts) > 1 and bare
        else ""
    )
    return (
        "    fn another(&self, chance: &mut ::acrisol::Chance) -> ::std::option::Option<Self> { "
        f"{choose}::std::option::Option::Some(match self {{ {', '.join(arms)} }}) }}\n"
    )
