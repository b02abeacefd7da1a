"""Methods and traits of a candidate's types, as the stand-in's."""

from __future__ import annotations

from dataclasses import replace

from tree_sitter import Node

from verifiers.execution.languages.rust.answers import Book, Target
from verifiers.execution.languages.rust.calls import stand_in
from verifiers.execution.languages.rust.declarations import Crate, Module, UserType, is_public, parts
from verifiers.execution.languages.rust.resolve import Other, Scope, lookup, resolve
from verifiers.execution.languages.rust.shapes import derives_throughout, scope_of
from verifiers.execution.languages.rust.signatures import Generic, Signature, read_generics, signature_of
from verifiers.execution.languages.rust.syntax import is_literal, is_name, named, text
from verifiers.execution.languages.rust.traits import Traits
from verifiers.execution.languages.rust.types import BOOL, Kind, Type, Uncarried, contains, plain, ref, spell
from verifiers.execution.languages.rust.values import DERIVES
from verifiers.execution.languages.rust.words import heading, spell_head

_OPERATORS = ("Add", "Sub", "Mul", "Div", "Rem", "BitAnd", "BitOr", "BitXor", "Shl", "Shr")
_TRAITS = {
    **DERIVES,
    **{name: f"::std::ops::{name}" for stem in _OPERATORS for name in (stem, f"{stem}Assign")},
    **{name: f"::std::ops::{name}" for name in ("Neg", "Not", "Index", "Deref")},
    **{name: f"::std::convert::{name}" for name in ("From", "Into", "TryFrom", "TryInto", "AsRef")},
    **{
        name: f"::std::iter::{name}"
        for name in ("Iterator", "IntoIterator", "DoubleEndedIterator", "FromIterator", "Extend")
    },
    "FromStr": "::std::str::FromStr",
    "Display": "::std::fmt::Display",
    "Error": "::std::error::Error",
}
# What answers yes or no: only for types that the tests or the instruction name.
_COMPARING = ("PartialEq", "PartialOrd", "Ord")
_ORDERING = plain("::std::cmp::Ordering")


class Implementations:
    """Makes the ``impl`` blocks of a module.

    Args:
        crate: The candidate.
        book: Where the dispatcher's functions go.
        spoken: Words of tests and instruction.
        public_only: The tests see the candidate as another crate.
        left_out: Collects what cannot be carried.
        traits: Those of the candidate's own.
    """

    def __init__(
        self,
        crate: Crate,
        book: Book,
        spoken: set[str],
        public_only: bool,
        left_out: list[str],
        traits: Traits,
    ) -> None:
        self._crate = crate
        self._book = book
        self._spoken = spoken
        self._public_only = public_only
        self._left_out = left_out
        self._traits = traits

    def of(self, module: Module) -> list[str]:
        """The blocks that a module holds, and what its types derive without being carried by value."""
        made = []
        for where, node in self._crate.loose:
            if where is module:
                try:
                    made.append(self._block(module, node))
                except Uncarried as error:
                    self._left_out.append(f"{text(node).partition('{')[0].strip()[:80]}: {error}")
        for user in module.types.values():
            if not user.by_value:
                made += [self._derived(user, name) for name in user.derives if name in DERIVES]
        return [block for block in made if block]

    def _block(self, module: Module, node: Node) -> str:
        generics, lifetimes, scope = read_generics(node, Scope(self._crate, module))
        self_type = resolve(node.child_by_field_name("type"), scope)
        scope = replace(scope, self_type=self_type)
        trait = node.child_by_field_name("trait")
        body = node.child_by_field_name("body")
        if any(not generic.carried for generic in generics) or body is None:
            raise Uncarried("a block for many types of functions")
        if trait is None:
            return self._inherent(scope, generics, lifetimes, body)
        words = parts(trait.child_by_field_name("type") if trait.type == "generic_type" else trait)
        found = lookup(self._crate, module, words)
        if isinstance(found, Other):
            return self._traits.implement(found, scope, generics, lifetimes, body)
        if words[-1] not in _TRAITS or isinstance(found, UserType):
            raise Uncarried(f"the trait {words[-1]}")
        return self._standard(words[-1], trait, scope, generics, lifetimes, body)

    def _is_spoken_of(self, type_: Type) -> bool:
        return type_.kind is Kind.USER and type_.path[-1] in self._spoken

    def _inherent(self, scope: Scope, generics: list[Generic], lifetimes: tuple[str, ...], body: Node) -> str:
        self_type = scope.self_type
        if self_type is None or not self._is_spoken_of(self_type):
            raise Uncarried("a type that neither tests nor instruction name")
        lines = []
        for item in named(body):
            name = text(item.child_by_field_name("name"))
            public = is_public(item)
            marked = any(child.type == "visibility_modifier" for child in item.children)
            if (self._public_only and not public) or (scope.module.path and not marked):
                continue
            try:
                if item.type == "function_item":
                    lines.append(self._method(item, scope, generics, f"<{spell(self_type, guest=True)}>"))
                elif item.type == "const_item" and is_name(name):
                    lines.append(_constant(item, name, scope))
            except Uncarried as error:
                self._left_out.append(f"{self_type.path[-1]}::{name}: {error}")
        return f"{heading(generics, lifetimes)} {spell(self_type)} {{\n" + "\n".join(lines) + "\n}"

    def _method(
        self, item: Node, scope: Scope, generics: list[Generic], callee: str, mark: str = "pub "
    ) -> str:
        signature = signature_of(item, scope)
        carried = tuple(generic.name for generic in generics)
        target = Target(f"{callee}::{signature.name}", scope.self_type, carried)
        body = stand_in(signature, target, self._book)
        return f"    #[track_caller]\n    {mark}{spell_head(signature)} {{\n{body}\n    }}"

    def _standard(
        self,
        name: str,
        trait: Node,
        scope: Scope,
        generics: list[Generic],
        lifetimes: tuple[str, ...],
        body: Node,
    ) -> str:
        self_type = scope.self_type or BOOL
        arguments = [
            resolve(child, scope)
            for child in named(trait.child_by_field_name("type_arguments") or trait)
            if trait.type == "generic_type" and child.type != "lifetime"
        ]
        own = [self_type, *arguments]
        if not any(contains(type_, lambda part: part.kind is Kind.USER) for type_ in own):
            raise Uncarried("a trait of the standard library for types of its own")
        inner = self_type.args[0] if self_type.kind is Kind.REF else self_type
        if name in _COMPARING:
            if not self._is_spoken_of(inner):
                raise Uncarried("a comparison of a type that neither tests nor instruction name")
            if name == "PartialEq" and self._book.stays(inner):
                raise Uncarried("an equality written by hand for what stays with the candidate")
            if any(argument != self_type for argument in arguments):
                raise Uncarried("a comparison with another type, which could say yes to everything")
        path = _TRAITS[name] + (f"<{', '.join(map(spell, arguments))}>" if arguments else "")
        head = f"{heading(generics, lifetimes)} {path} for {spell(self_type)}"
        if name in ("Debug", "Display", "Hash"):
            return f"{head} {{\n{self._special(name, self_type, generics)}\n}}"
        if name == "Error":
            return f"{head} {{}}"
        associated = {
            text(item.child_by_field_name("name")): resolve(item.child_by_field_name("type"), scope)
            for item in named(body)
            if item.type == "type_item"
        }
        scope = replace(scope, associated=associated)
        guest = ", ".join(spell(argument, guest=True) for argument in arguments)
        callee = f"<{spell(self_type, guest=True)} as {_TRAITS[name]}{f'<{guest}>' if guest else ''}>"
        lines = [f"    type {word} = {spell(type_)};" for word, type_ in associated.items() if is_name(word)]
        functions = [item for item in named(body) if item.type == "function_item"]
        if name in _COMPARING:  # what follows from them is the judge's own
            keep = {"PartialEq": "eq", "PartialOrd": "partial_cmp", "Ord": "cmp"}[name]
            functions = [item for item in functions if text(item.child_by_field_name("name")) == keep]
        lines += [self._method(item, scope, generics, callee, mark="") for item in functions]
        if name == "PartialEq" and not self._book.stays(inner) and self_type.kind is Kind.USER:
            asked = "\n".join(lines).replace("fn eq(", "fn compared(", 1)
            compared = (
                f"{heading(generics, lifetimes)} ::acrisol::Compared for {spell(self_type)} {{\n{asked}\n}}"
            )
            believed = "    fn eq(&self, other: &Self) -> bool { ::acrisol::believed(self, other) }"
            return f"{compared}\n{head} {{\n    #[track_caller]\n{believed}\n}}"
        return f"{head} {{\n" + "\n".join(lines) + "\n}"

    def _special(self, name: str, self_type: Type, generics: list[Generic]) -> str:
        """Traits whose functions take what cannot be carried."""
        inner = self_type.args[0] if self_type.kind is Kind.REF else self_type
        spelled = spell(inner, guest=True)
        stays = self._book.stays(inner)
        take = (
            f"let a0 = ::acrisol::object::get_ref::<{spelled}>(r)?;"
            if stays
            else f"let a0 = &r.get::<{spelled}>()?;"
        )
        answer = {
            "Debug": "::acrisol::debug(a0, r, w)?;",
            "Display": "::acrisol::display(a0, r, w)?;",
            "Hash": "w.put(::acrisol::hash_of(a0));",
        }[name]
        number = self._book.add([take, answer])
        start = f"let mut c = ::acrisol::Call::new({number}); " + " ".join(
            f"c.generic::<{generic.name}>();" for generic in generics
        )
        if name == "Hash":
            return (
                "    fn hash<AcrisolH: ::std::hash::Hasher>(&self, state: &mut AcrisolH) {\n"
                f"        {start} c.put(self); state.write_u64(c.send(|r| r.get()));\n    }}"
            )
        return (
            "    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {\n"
            f"        {start} c.put(self); c.show(f)\n    }}"
        )

    def _derived(self, user: UserType, name: str) -> str:
        """A derived trait of a type that stays with the candidate."""
        self_type = scope_of(self._crate, user).self_type or BOOL
        known = user.bounds or {}
        generics = [Generic(word, (DERIVES[name], *known.get(word, ())), True) for word in user.parameters]
        head = f"{heading(generics, user.lifetimes)} {DERIVES[name]} for {spell(self_type)}"
        if name in ("Eq", "Copy"):
            return f"{head} {{}}" if name == "Eq" and user.name in self._spoken else ""
        if name in ("Debug", "Hash"):
            return f"{head} {{\n{self._special(name, self_type, generics)}\n}}"
        if name in _COMPARING and user.name not in self._spoken:
            return ""
        if name in _COMPARING and not derives_throughout(self._crate, user):
            self._left_out.append(f"{name} for {user.name}: it rests on a comparison written by hand")
            return ""
        function, arguments, result = {
            "Clone": ("clone", (), self_type),
            "PartialEq": ("eq", (ref(self_type),), BOOL),
            "PartialOrd": ("partial_cmp", (ref(self_type),), plain("::std::option::Option", _ORDERING)),
            "Ord": ("cmp", (ref(self_type),), _ORDERING),
            "Default": ("default", (), self_type),
        }[name]
        signature = Signature(function, "" if name == "Default" else "&self", arguments, result)
        callee = f"<{spell(self_type, guest=True)} as {DERIVES[name]}>::{function}"
        target = Target(callee, self_type, tuple(user.parameters))
        body = stand_in(signature, target, self._book)
        return f"{head} {{\n    #[track_caller]\n    {spell_head(signature)} {{\n{body}\n    }}\n}}"


def _constant(item: Node, name: str, scope: Scope) -> str:
    value = text(item.child_by_field_name("value"))
    if not is_literal(value):
        raise Uncarried("a constant that is computed")
    return f"    pub const {name}: {spell(resolve(item.child_by_field_name('type'), scope))} = {value};"
