"""The stand-in for a candidate, and the dispatcher that answers it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tree_sitter import Node

from verifiers.execution.languages.rust.answers import Book, Target
from verifiers.execution.languages.rust.calls import stand_in
from verifiers.execution.languages.rust.declarations import Crate, Module, Path, UserType
from verifiers.execution.languages.rust.implementations import Implementations
from verifiers.execution.languages.rust.resolve import Scope, lookup, resolve
from verifiers.execution.languages.rust.shapes import decide, give_impls
from verifiers.execution.languages.rust.signatures import signature_of
from verifiers.execution.languages.rust.syntax import (
    CRATES,
    PRELUDE,
    STD_MACROS,
    STD_ROOTS,
    is_literal,
    is_name,
    named,
    text,
)
from verifiers.execution.languages.rust.traits import Traits
from verifiers.execution.languages.rust.types import Kind, Type, Uncarried, spell
from verifiers.execution.languages.rust.values import declare, wire_in_guest
from verifiers.execution.languages.rust.words import spell_head

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass
class StandIn:
    """What takes a candidate's place.

    Attributes:
        source: The judge's crate root, without the tests.
        dispatcher: The guest's module that answers.
        left_out: What could not be carried, with the reason.
    """

    source: str
    dispatcher: str
    left_out: list[str] = field(default_factory=list)


def make_stand_in(crate: Crate, tests: str, spoken: str, public_only: bool) -> StandIn:
    """The stand-in for a candidate.

    Args:
        crate: The candidate.
        tests: All tests' source.
        spoken: Tests and instruction: a type that neither of them names gets no methods and no equality
            of its own, so that a candidate cannot answer with an object that agrees to everything.
        public_only: The tests see the candidate as another crate.
    """
    give_impls(crate)
    decide(crate, tests)
    return _Maker(crate, set(_WORD.findall(spoken)), public_only).make()


class _Maker:
    def __init__(self, crate: Crate, spoken: set[str], public_only: bool) -> None:
        self._crate = crate
        self._book = Book(crate)
        self._public_only = public_only
        self._left_out: list[str] = []
        self._traits = Traits(crate, self._book, spoken, self._left_out)
        self._impls = Implementations(crate, self._book, spoken, public_only, self._left_out, self._traits)

    def make(self) -> StandIn:
        for module in self._crate.modules.values():
            for name, (node, _) in module.items.items():
                if node.type == "trait_item" and name not in PRELUDE:
                    self._traits.prepare((*module.path, name), node)
        source = self._module(self._crate.root)
        users = [user for module in self._crate.modules.values() for user in module.types.values()]
        reached = [user for user in users if user.bounds is not None and self._is_reached(user.path)]
        wires = [wire_in_guest(self._crate, user) for user in reached]
        wires += self._traits.wires_in_guest()
        functions = [
            f"fn f{number}(r: &mut ::acrisol::Reader, w: &mut ::acrisol::Writer) -> ::acrisol::Answered {{\n"
            f"{body}\n}}"
            for number, body in enumerate(self._book.bodies)
        ]
        names = ", ".join(f"f{number}" for number in range(len(functions)))
        main = (
            f"static CALLS: &[::acrisol::Served] = &[{names}];\n"
            '#[no_mangle]\npub extern "C" fn acrisol_main() {\n    ::acrisol::serve(CALLS);\n}'
        )
        return StandIn(source, "\n".join([*wires, *functions, main, ""]), self._left_out)

    def _is_reached(self, path: Path) -> bool:
        """Whether the dispatcher, which lies at the root, may name an item."""
        owner = self._crate.modules[path[:-1]]
        node = owner.types[path[-1]].node if path[-1] in owner.types else owner.items[path[-1]][0]
        chain = [self._crate.modules[path[:length]] for length in range(len(path))]
        if len(path) > 1 and not _is_marked(node):
            return False
        return all(part.path[-1] in chain[at].children for at, part in enumerate(chain[1:]))

    def _module(self, module: Module) -> str:
        parts = self._imports(module)
        for user in module.types.values():
            if user.name in PRELUDE or user.bounds is None or not self._is_reached(user.path):
                self._left_out.append(f"the type {user.name}")
                continue
            parts.append(declare(self._crate, user))
        for name, (node, public) in module.items.items():
            if not self._is_reached((*module.path, name)) or (self._public_only and not public):
                continue
            try:
                parts.append(self._item(module, name, node))
            except Uncarried as error:
                self._left_out.append(f"{name}: {error}")
        parts += self._impls.of(module)
        for name, (child, public) in module.children.items():
            if public or not self._public_only:
                parts.append(f"pub mod {name} {{\n{self._module(child)}\n}}")
        return "\n".join(part for part in parts if part)

    def _item(self, module: Module, name: str, node: Node) -> str:
        scope = Scope(self._crate, module)
        if node.type == "type_item":
            return self._alias(name, node, scope)
        if name in PRELUDE or (name == "main" and not module.path):
            return ""
        if node.type == "trait_item":
            return self._traits.declared((*module.path, name))
        if node.type == "function_item":
            signature = signature_of(node, scope)
            path = "::".join(("crate", *module.path, name))
            body = stand_in(signature, Target(path), self._book)
            return f"#[track_caller]\npub {spell_head(signature)} {{\n{body}\n}}"
        return _constant(name, node, scope)

    def _alias(self, name: str, node: Node, scope: Scope) -> str:
        parameters = node.child_by_field_name("type_parameters")
        names = [text(child) for child in parameters.named_children] if parameters is not None else []
        names = [word for word in names if is_name(word)]
        known = {word: Type(Kind.PARAM, word, number=at) for at, word in enumerate(names)}
        target = resolve(node.child_by_field_name("type"), Scope(self._crate, scope.module, known))
        if name in PRELUDE and not (name == "Result" and target.text == "::std::result::Result"):
            return ""
        generics = f"<{', '.join(names)}>" if names else ""
        return f"pub type {name}{generics} = {spell(target)};"

    def _imports(self, module: Module) -> list[str]:
        """The module's imports of the standard library and known crates; tests see them by ``super::*``."""
        lines = []
        for name, path in module.imports.items():
            found = lookup(self._crate, module, path)
            plain = all(is_name(word) for word in (*path, name))
            shadows = name != path[-1] and (name in PRELUDE or name in STD_MACROS)
            own = name in module.types or name in module.items or name in module.children
            if not plain or shadows or own or name in ("self", "_") or name.startswith("acrisol"):
                continue
            if path[0] in (*STD_ROOTS, *CRATES):
                if len(path) == 1 and name == path[0]:
                    continue  # in scope anyway
                lines.append(f"use ::{'::'.join(path)} as {name};")
            elif isinstance(found, UserType) and found.name not in PRELUDE and name not in PRELUDE:
                lines.append(f"pub use crate::{'::'.join(found.path)} as {name};")
            elif path[0] in ("crate", "self", "super") or path[0] in module.children:
                lines += self._reexport(module, name, path)
        lines += [f"use ::{'::'.join(path)}::*;" for path in module.globs if path and _is_std(path)]
        return lines

    def _reexport(self, module: Module, name: str, path: Path) -> list[str]:
        found = lookup(self._crate, module, path)
        if found is None or isinstance(found, (UserType, tuple)) or name in PRELUDE or name in STD_MACROS:
            return []
        own = text(found.node.child_by_field_name("name"))
        if found.node.type != "function_item" or own in PRELUDE:
            return []
        if not self._is_reached((*found.module.path, own)):
            return []
        return [f"#[allow(unused_imports)]\npub use crate::{'::'.join((*found.module.path, own))} as {name};"]


def _is_std(path: Path) -> bool:
    return path[0] in (*STD_ROOTS, *CRATES) and all(is_name(word) for word in path)


def _is_marked(node: Node) -> bool:
    return any(child.type == "visibility_modifier" for child in node.children)


def _constant(name: str, node: Node, scope: Scope) -> str:
    """A constant whose value is a literal; others are not known to the judge."""
    words = _literal(node.child_by_field_name("value"))
    type_ = resolve(node.child_by_field_name("type"), scope)
    if any(child.type == "mutable_specifier" for child in node.children):
        raise Uncarried("a variable of the whole program")
    return f"pub const {name}: {spell(type_)} = {words};"


def _literal(node: Node | None) -> str:
    """An expression of literals alone, put together anew.

    Raises:
        Uncarried: there is more in it.
    """
    words = (
        "".join(text(node).split()) if node is not None and node.type == "unary_expression" else text(node)
    )
    if node is None or is_literal(words):
        return words
    inner = [_literal(child) for child in named(node)]
    match node.type:
        case "array_expression" if ";" not in text(node):
            return f"[{', '.join(inner)}]"
        case "tuple_expression":
            return f"({', '.join(inner)},)"
        case "reference_expression" if "mut" not in text(node):
            return f"&{inner[0]}"
    raise Uncarried("a constant that is computed")
