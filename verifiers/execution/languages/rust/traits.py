"""Traits that a candidate declares: the judge's own, whose functions go across; objects of them too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tree_sitter import Node

from verifiers.execution.languages.rust.answers import Book, Target
from verifiers.execution.languages.rust.calls import stand_in
from verifiers.execution.languages.rust.declarations import Crate, Path, named_parameters, parts
from verifiers.execution.languages.rust.resolve import Other, Scope, lookup, resolve
from verifiers.execution.languages.rust.signatures import Generic, signature_of
from verifiers.execution.languages.rust.syntax import is_name, named, text
from verifiers.execution.languages.rust.types import Kind, Type, Uncarried, contains, plain, spell
from verifiers.execution.languages.rust.values import DERIVES
from verifiers.execution.languages.rust.words import heading, spell_head

_SUPER = {
    **DERIVES,
    "Display": "::std::fmt::Display",
    "Send": "::std::marker::Send",
    "Sync": "::std::marker::Sync",
}
_FUNCTIONS = ("function_item", "function_signature_item")


class Traits:
    """Makes a candidate's traits and their ``impl`` blocks.

    Args:
        crate: The candidate.
        book: Where the dispatcher's functions go.
        spoken: Words of tests and instruction.
        left_out: Collects what cannot be carried.
    """

    def __init__(self, crate: Crate, book: Book, spoken: set[str], left_out: list[str]) -> None:
        self._crate = crate
        self._book = book
        self._spoken = spoken
        self._left_out = left_out
        self._declared: dict[Path, bool] = {}  # whether objects of it can be
        self._sources: dict[Path, str] = {}
        self._refused: dict[Path, Uncarried] = {}
        self._variants: dict[Path, list[Type]] = {}

    def prepare(self, path: Path, node: Node) -> None:
        """Make a trait ready, before anything that may use it is made."""
        try:
            self._sources[path] = self._declare(path, node)
        except Uncarried as error:
            self._refused[path] = error

    def declared(self, path: Path) -> str:
        """The trait in the judge, with what stands for its objects.

        Raises:
            Uncarried: it has generic parameters, or a function that cannot go across.
        """
        if path in self._refused:
            raise self._refused[path]
        return self._sources[path]

    def _declare(self, path: Path, node: Node) -> str:
        if named_parameters(node):
            raise Uncarried("a trait with generic parameters")
        scope = Scope(self._crate, self._crate.modules[path[:-1]])
        lines, associated = [], {}
        for item in _items(node, "associated_type"):
            name = text(item.child_by_field_name("name"))
            if is_name(name):
                associated[name] = plain(f"Self::{name}")
                lines.append(f"    type {name};")
        scope = replace(scope, self_type=plain("Self"), associated=associated)
        signatures = [signature_of(item, scope) for item in _items(node, *_FUNCTIONS)]
        lines += [f"    {spell_head(signature).replace('mut a', 'a')};" for signature in signatures]
        lines.append(
            "    #[doc(hidden)]\n    fn acrisol_put(&self, out: &mut ::acrisol::Writer) "
            "{ let _ = out; ::acrisol::uncarried() }"
        )
        bounds = node.child_by_field_name("bounds")
        above = [self._above(item, scope) for item in (named(bounds) if bounds is not None else [])]
        head = f"pub trait {path[-1]}{': ' if any(above) else ''}{' + '.join(filter(None, above))}"
        self._declared[path] = False
        made = f"{head} {{\n" + "\n".join(lines) + "\n}"
        objects = not any(above) and not associated and all(
            signature.receiver.startswith("&") and not signature.generics
            and not contains(signature.result, lambda part: part.text == "Self")
            for signature in signatures
        )  # fmt: skip
        if objects:
            try:
                made += "\n" + self._object(path, node)
                self._declared[path] = True
            except Uncarried:
                pass  # no objects of it then: functions that take some are left out
        return made

    def _above(self, item: Node, scope: Scope) -> str:
        if item.type == "lifetime":
            return text(item) if text(item) == "'static" else ""
        found = lookup(self._crate, scope.module, parts(item))
        name = parts(item)[-1]
        if isinstance(found, Other):
            return f"crate::{'::'.join((*found.module.path, name))}"
        if name in _SUPER:
            return _SUPER[name]
        raise Uncarried(f"a trait above, {name}")

    def _object(self, path: Path, node: Node) -> str:
        """A type of the judge's that stands for an object of any type with the trait."""
        name, full = f"AcrisolObject{path[-1]}", "::".join(("crate", *path))
        kind = Type(Kind.OBJECT, path=path)
        scope = Scope(self._crate, self._crate.modules[path[:-1]], self_type=kind)
        lines = []
        for item in _items(node, *_FUNCTIONS):
            signature = signature_of(item, scope)
            body = stand_in(signature, Target(f"<dyn {full} as {full}>::{signature.name}", kind), self._book)
            lines.append(f"    #[track_caller]\n    {spell_head(signature)} {{\n{body}\n    }}")
        taken = "::acrisol::Taken<Self>"
        return (
            f"#[doc(hidden)]\npub struct {name}(::acrisol::Handle);\n"
            f"impl ::acrisol::Wire for {name} {{\n"
            "    fn put_ref(&self, out: &mut ::acrisol::Writer) { ::acrisol::Wire::put_ref(&self.0, out) }\n"
            f"    fn get(from: &mut ::acrisol::Reader) -> {taken} {{ Ok({name}(from.get()?)) }}\n}}\n"
            f"impl {full} for {name} {{\n" + "\n".join(lines) + "\n}\n"
            f"impl ::acrisol::Wire for ::std::boxed::Box<dyn {full}> {{\n"
            "    fn put_ref(&self, out: &mut ::acrisol::Writer) { (**self).acrisol_put(out) }\n"
            f"    fn get(from: &mut ::acrisol::Reader) -> {taken} {{\n"
            f"        ::std::result::Result::Ok(::std::boxed::Box::new(from.get::<{name}>()?))\n    }}\n}}\n"
            f"impl<'acrisol> ::acrisol::Wire for &'acrisol dyn {full} {{\n"
            "    fn put_ref(&self, out: &mut ::acrisol::Writer) { (**self).acrisol_put(out) }\n"
            f"    fn get(from: &mut ::acrisol::Reader) -> {taken} {{\n"
            f"        let taken = ::std::boxed::Box::new(from.get::<{name}>()?);\n"
            "        ::std::result::Result::Ok(::std::boxed::Box::leak(taken))\n"
            "    }\n}"
        )

    def implement(
        self, trait: Other, scope: Scope, generics: Sequence[Generic], lifetimes: tuple[str, ...], body: Node
    ) -> str:
        """A block that gives one of a candidate's traits to a type.

        Raises:
            Uncarried: it cannot go across, or it gives new methods to types that are not the candidate's
                while neither tests nor instruction speak of the trait.
        """
        name = text(trait.node.child_by_field_name("name"))
        path = (*trait.module.path, name)
        self_type = scope.self_type
        if self_type is None or (self_type.kind is not Kind.USER and name not in self._spoken):
            raise Uncarried("methods for other types")
        associated = {
            text(item.child_by_field_name("name")): resolve(item.child_by_field_name("type"), scope)
            for item in named(body)
            if item.type == "type_item"
        }
        inner = replace(scope, module=trait.module, associated=associated)
        full = "::".join(("crate", *path))
        callee = f"<{spell(self_type, guest=True)} as {full}>"
        carried = tuple(generic.name for generic in generics)
        lines = [f"    type {word} = {spell(type_)};" for word, type_ in associated.items() if is_name(word)]
        for item in _items(trait.node, *_FUNCTIONS):
            signature = signature_of(item, inner)
            made = stand_in(signature, Target(f"{callee}::{signature.name}", self_type, carried), self._book)
            lines.append(f"    #[track_caller]\n    {spell_head(signature)} {{\n{made}\n    }}")
        if not generics and not lifetimes and not contains(self_type, self._book.stays):
            variants = self._variants.setdefault(path, [])
            variants.append(self_type)
            lines.append(
                "    fn acrisol_put(&self, out: &mut ::acrisol::Writer) {\n"
                f"        out.raw(&{len(variants)}u16.to_le_bytes());\n"
                "        ::acrisol::Wire::put_ref(self, out)\n    }"
            )
        return f"{heading(generics, lifetimes)} {full} for {spell(self_type)} {{\n" + "\n".join(lines) + "\n}"

    def wires_in_guest(self) -> list[str]:
        """How the guest takes and gives objects of the traits."""
        made = []
        for path, objects in self._declared.items():
            if not objects:
                continue
            full = "::".join(("crate", *path))
            arms = "".join(
                f"            {number} => ::std::boxed::Box::new(from.get::<{spelled}>()?),\n"
                for number, spelled in enumerate(
                    (spell(type_, guest=True) for type_ in self._variants.get(path, ())), start=1
                )
            )
            box = f"::std::boxed::Box<dyn {full}>"
            made.append(self._any(path, full, box))
            made.append(
                f"impl ::acrisol::Wire for {box} {{\n"
                "    fn put_ref(&self, out: &mut ::acrisol::Writer) "
                "{ ::acrisol::object::put_ref(self, out) }\n"
                "    fn put(self, out: &mut ::acrisol::Writer) { ::acrisol::object::put(self, out) }\n"
                "    fn get(from: &mut ::acrisol::Reader) -> ::acrisol::Taken<Self> {\n"
                f"        let taken: {box} = match u16::from_le_bytes(from.array()?) {{\n{arms}"
                "            _ => return ::std::result::Result::Err(::acrisol::Refused("
                '"no such type of object".into())),\n        };\n'
                "        ::std::result::Result::Ok(taken)\n    }\n}\n"
                f"impl<'acrisol> ::acrisol::Wire for &'acrisol dyn {full} {{\n"
                # A reference to a trait object and a box of one are laid out alike; both are read as a box.
                "    fn put_ref(&self, out: &mut ::acrisol::Writer) { ::acrisol::object::put(*self, out) }\n"
                "    fn get(from: &mut ::acrisol::Reader) -> ::acrisol::Taken<Self> {\n"
                f"        ::std::result::Result::Ok(&**::std::boxed::Box::leak(::std::boxed::Box::new("
                f"from.get::<{box}>()?)))\n    }}\n}}"
            )
        return made

    def _any(self, path: Path, full: str, box: str) -> str:
        """A type of the guest's for functions that take any type with the trait."""
        owner = self._crate.modules[path[:-1]]
        kind = Type(Kind.OBJECT, path=path)
        scope = Scope(self._crate, owner, self_type=kind)
        name = spell(Type(Kind.BOUND, args=(Type(Kind.TRAIT, path=path),)), guest=True)
        lines = []
        for item in _items(owner.items[path[-1]][0], *_FUNCTIONS):
            signature = signature_of(item, scope)
            named_ = [f"a{at}: {spell(type_, guest=True)}" for at, type_ in enumerate(signature.parameters)]
            passed = ", ".join(f"a{at}" for at in range(len(named_)))
            result = spell(signature.result, guest=True)
            lines.append(
                f"    fn {signature.name}({', '.join([signature.receiver, *named_])}) -> {result} "
                f"{{ self.0.{signature.name}({passed}) }}"
            )
        return (
            f"pub struct {name}({box});\nimpl {full} for {name} {{\n" + "\n".join(lines) + "\n}\n"
            f"impl ::acrisol::Wire for {name} {{\n"
            "    fn put_ref(&self, out: &mut ::acrisol::Writer) { ::acrisol::Wire::put_ref(&self.0, out) }\n"
            "    fn get(from: &mut ::acrisol::Reader) -> ::acrisol::Taken<Self> "
            f"{{ ::std::result::Result::Ok({name}(from.get()?)) }}\n}}"
        )


def _items(node: Node, *kinds: str) -> list[Node]:
    body = node.child_by_field_name("body")
    return [item for item in named(body) if item.type in kinds] if body is not None else []
