"""A function's signature, with its generic parameters sorted into what they are for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tree_sitter import Node

from verifiers.execution.languages.rust.declarations import named_parameters, parts
from verifiers.execution.languages.rust.resolve import LIFETIME, Other, Scope, lookup, resolve
from verifiers.execution.languages.rust.syntax import is_name, named, text
from verifiers.execution.languages.rust.types import STRING, Kind, Type, Uncarried, spell

# Traits that stand-in parameters have too: name -> absolute path.
_BOUNDS = {
    **{name: f"::std::cmp::{name}" for name in ("PartialEq", "Eq", "PartialOrd", "Ord")},
    **{name: f"::std::fmt::{name}" for name in ("Debug", "Display")},
    **{name: f"::std::marker::{name}" for name in ("Copy", "Send", "Sync", "Sized")},
    **{
        name: f"::std::ops::{name}"
        for stem in ("Add", "Sub", "Mul", "Div", "Rem")
        for name in (stem, f"{stem}Assign")
    },
    **{name: f"::std::iter::{name}" for name in ("Sum", "Product")},
    **{name: f"::std::convert::{name}" for name in ("From", "Into")},
    "Neg": "::std::ops::Neg",
    "Clone": "::std::clone::Clone",
    "Default": "::std::default::Default",
    "Hash": "::std::hash::Hash",
    "ToString": "::std::string::ToString",
}
_CALLS = ("Fn", "FnMut", "FnOnce")
_ITEMS = ("Iterator", "IntoIterator", "DoubleEndedIterator", "ExactSizeIterator")


@dataclass(frozen=True)
class Generic:
    """A generic parameter of the stand-in.

    Attributes:
        name: Its name.
        bounds: As source, made up.
        carried: Whether its values go across, so that the call names its type.
    """

    name: str
    bounds: tuple[str, ...]
    carried: bool


@dataclass(frozen=True)
class Signature:
    """A function that can be called across.

    Attributes:
        name: Its name.
        receiver: ``self``, ``&self``, ``&mut self`` or empty.
        parameters: Types of the others.
        result: What it returns.
        generics: The function's own, then those of ``impl Trait`` arguments.
        lifetimes: The function's own.
    """

    name: str
    receiver: str
    parameters: tuple[Type, ...]
    result: Type
    generics: tuple[Generic, ...] = ()
    lifetimes: tuple[str, ...] = ()


def signature_of(node: Node, scope: Scope) -> Signature:
    """The signature of a function item or of a trait's function.

    Raises:
        Uncarried: it cannot be called across.
    """
    name = text(node.child_by_field_name("name"))
    modifiers = next((text(child) for child in node.children if child.type == "function_modifiers"), "")
    if not is_name(name) or {"async", "unsafe", "extern"} & set(modifiers.split()):
        raise Uncarried(f"the function {name}")
    generics, lifetimes, scope = read_generics(node, scope)
    receiver, types = "", list[Type]()
    listed = node.child_by_field_name("parameters")
    for child in named(listed) if listed is not None else []:
        if child.type == "self_parameter":
            receiver = _receiver(child)
        elif child.type == "parameter":
            if text(child.child_by_field_name("pattern")) == "self":
                raise Uncarried("self of another type")
            types.append(_argument(child.child_by_field_name("type"), scope, generics))
        elif child.type != "attribute_item":
            raise Uncarried(f"the parameter {text(child)[:40]}")
    result = _result(node.child_by_field_name("return_type"), scope)
    return Signature(name, receiver, tuple(types), result, tuple(generics), lifetimes)


def _receiver(node: Node) -> str:
    mutable = any(child.type == "mutable_specifier" for child in node.children)
    if text(node).startswith("&"):
        return "&mut self" if mutable else "&self"
    return "self"


def read_generics(node: Node, scope: Scope) -> tuple[list[Generic], tuple[str, ...], Scope]:
    """The generic parameters of an item, and the scope in which they are known.

    Raises:
        Uncarried: one of them has to be more than can be imitated.
    """
    bounds: dict[str, list[Node]] = {}
    lifetimes: list[str] = []
    for item in named_parameters(node):
        name = text(item.child_by_field_name("name"))
        if item.type == "lifetime_parameter":
            if not LIFETIME.fullmatch(name):  # a tree may hold comments inside it
                raise Uncarried("a strange lifetime")
            lifetimes.append(name)
        elif item.type == "const_parameter" or not is_name(name):
            raise Uncarried("a constant as a generic parameter")
        else:
            found = item.child_by_field_name("bounds")
            bounds[name] = named(found) if found is not None else []
    where = next((child for child in node.children if child.type == "where_clause"), None)
    for predicate in named(where) if where is not None else []:
        left, right = predicate.child_by_field_name("left"), predicate.child_by_field_name("bounds")
        if text(left) in bounds and right is not None:
            bounds[text(left)] += named(right)
        elif not text(left).startswith("'"):
            raise Uncarried(f"the condition {text(predicate)[:60]}")
    known = dict(scope.parameters)
    first = sum(type_.kind is Kind.PARAM for type_ in known.values())
    for number, name in enumerate(bounds):
        known[name] = Type(Kind.PARAM, name, number=first + number)
    scope = replace(scope, parameters=known)
    generics = []
    for name, nodes in bounds.items():
        special = _special(name, nodes, scope)
        if special is not None:
            known[name] = special[0]
            generics.append(Generic(name, (special[1],), False))
        else:
            spelled = tuple(bound for item in nodes if (bound := _bound(item, scope)))
            generics.append(Generic(name, (*spelled, "::acrisol::Wire"), True))
    return generics, tuple(lifetimes), scope


def _argument(node: Node | None, scope: Scope, generics: list[Generic]) -> Type:
    if node is None:
        raise Uncarried("a parameter without a type")
    inner, around = node, ""
    if node.type == "reference_type":
        around = "&mut" if any(child.type == "mutable_specifier" for child in node.children) else "&"
        inner = node.child_by_field_name("type") or node
    name = f"Acrisol{len(generics)}"
    if inner.type == "abstract_type":
        bound = inner.child_by_field_name("trait")
        bounds = [bound] if bound is not None else []
        special = _special(name, bounds, scope)
        if special is not None:
            generics.append(Generic(name, (special[1],), False))
            type_ = special[0]
        else:
            type_ = Type(Kind.PARAM, name, number=sum(generic.carried for generic in generics))
            spelled = tuple(word for item in bounds if (word := _bound(item, scope)))
            generics.append(Generic(name, (*spelled, "::acrisol::Wire"), True))
        return type_ if not around else Type(Kind.REF, args=(type_,), mutable=around == "&mut")
    trait = inner.child_by_field_name("trait") if inner.type == "dynamic_type" else None
    if trait is not None and trait.type == "function_type":
        call, _ = _call("", trait, scope)
        return Type(Kind.REF, args=(call,), mutable=around == "&mut")
    boxed = boxed_dynamic(node)
    if boxed is not None and boxed.type == "function_type":
        return Type(Kind.PLAIN, "::std::boxed::Box", (_call("", boxed, scope)[0],))
    return resolve(node, scope)


def boxed_dynamic(node: Node) -> Node | None:
    """``X`` of ``Box<dyn X>`` or ``Box<dyn X + 'a>``."""
    if node.type != "generic_type" or parts(node.child_by_field_name("type"))[-1:] != ("Box",):
        return None
    arguments = node.child_by_field_name("type_arguments")
    inner = named(arguments)[0] if arguments is not None and named(arguments) else None
    while inner is not None and inner.type == "bounded_type":
        inner = named(inner)[0]
    return inner.child_by_field_name("trait") if inner is not None and inner.type == "dynamic_type" else None


def _result(node: Node | None, scope: Scope) -> Type:
    inner, boxed = node, False
    while inner is not None and inner.type == "bounded_type":
        inner = named(inner)[0]
    bound = (
        inner.child_by_field_name("trait") if inner is not None and inner.type == "abstract_type" else None
    )
    if node is not None and bound is None:
        bound, boxed = boxed_dynamic(node), True
    if bound is not None:
        wrap = (
            (lambda type_: Type(Kind.PLAIN, "::std::boxed::Box", (type_,)))
            if boxed
            else (lambda type_: type_)
        )
        if bound.type == "function_type":
            return wrap(_call("", bound, scope)[0])
        items = _items("", bound, scope)
        if items is not None:
            return wrap(items[0])
    return resolve(node, scope)


def _special(name: str, bounds: list[Node], scope: Scope) -> tuple[Type, str] | None:
    """What a parameter is that is no value: a function, an iterator, a text-like type; with its bound."""
    for bound in bounds:
        while bound.type == "higher_ranked_trait_bound":
            bound = bound.child_by_field_name("type") or bound
        if bound.type == "function_type":
            call, spelled = _call(name, bound, scope)
            static = any(text(other) == "'static" for other in bounds)
            return replace(call, mutable=static), spelled + (" + 'static" if static else "")
        items = _items(name, bound, scope)
        if items is not None:
            return items
        found = lookup(scope.crate, scope.module, parts(bound)) if bound.type != "generic_type" else None
        if isinstance(found, Other) and found.node.type == "trait_item" and len(bounds) == 1:
            path = (*found.module.path, text(found.node.child_by_field_name("name")))
            return Type(Kind.BOUND, args=(Type(Kind.TRAIT, path=path),), path=(name,)), "::".join(
                ("crate", *path)
            )
        if bound.type == "generic_type":
            trait = parts(bound.child_by_field_name("type"))[-1:]
            words = "".join(text(bound.child_by_field_name("type_arguments")).split())
            if (trait, words) in ((("AsRef",), "<str>"), (("Into",), "<String>")):
                spelled = f"::std::convert::{trait[0]}<{'str' if trait[0] == 'AsRef' else spell(STRING)}>"
                return Type(Kind.WORDS, trait[0], path=(name,)), spelled
    return None


def _call(name: str, bound: Node | None, scope: Scope) -> tuple[Type, str]:
    trait = text(bound.child_by_field_name("trait")) if bound is not None else ""
    if bound is None or trait not in _CALLS:
        raise Uncarried("a function pointer")
    listed = bound.child_by_field_name("parameters")
    arguments = [resolve(child, scope) for child in (named(listed) if listed is not None else [])]
    result = resolve(bound.child_by_field_name("return_type"), scope)
    if any(type_.kind is Kind.REF and type_.mutable for type_ in (*arguments, result)):
        raise Uncarried("a function with a mutable reference")
    spelled = f"::std::ops::{trait}({', '.join(map(spell, arguments))}) -> {spell(result)}"
    return Type(Kind.CALL, trait, (*arguments, result), path=(name,) if name else ()), spelled


def _items(name: str, bound: Node, scope: Scope) -> tuple[Type, str] | None:
    if bound.type != "generic_type":
        return None
    trait = parts(bound.child_by_field_name("type"))[-1]
    binding = next(
        (child for child in named(bound.child_by_field_name("type_arguments") or bound)
         if child.type == "type_binding" and text(child.child_by_field_name("name")) == "Item"),
        None,
    )  # fmt: skip
    if trait not in _ITEMS or binding is None:
        return None
    item = resolve(binding.child_by_field_name("type"), scope)
    path = (name,) if name else ()
    return Type(Kind.ITEMS, trait, (item,), path=path), f"::std::iter::{trait}<Item = {spell(item)}>"


def _bound(node: Node, scope: Scope) -> str:
    """A bound as made-up source; empty for what says nothing here."""
    if node.type == "lifetime":
        return text(node) if is_name(text(node)[1:]) else ""
    if node.type == "removed_trait_bound":
        return ""
    words = parts(node.child_by_field_name("type") if node.type == "generic_type" else node)
    found = lookup(scope.crate, scope.module, words)
    if words[-1:] and words[-1] in _BOUNDS and (found is None or isinstance(found, tuple)):
        path = _BOUNDS[words[-1]]
        if node.type != "generic_type":
            return path
        inner = []
        for child in named(node.child_by_field_name("type_arguments") or node):
            if child.type == "type_binding":
                type_ = resolve(child.child_by_field_name("type"), scope)
                inner.append(f"{text(child.child_by_field_name('name'))} = {spell(type_)}")
            else:
                inner.append(spell(resolve(child, scope)))
        return f"{path}<{', '.join(inner)}>"
    raise Uncarried(f"a generic parameter that has to be {text(node)[:60]}")
