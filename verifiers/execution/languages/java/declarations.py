"""What a candidate declares, as far as tests of another process can use it: no private part, no body."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from tree_sitter import Node

from verifiers.execution.languages.java import syntax
from verifiers.execution.languages.java.syntax import (
    Unreadable,
    depth,
    erased,
    modifiers,
    name_of,
    rendered,
    text,
)


@dataclass(frozen=True)
class Parameter:
    """A parameter: its type as source, the simple name of its erasure, whether it takes the rest."""

    type: str
    erased: str
    rest: bool = False


@dataclass(frozen=True)
class Method:
    """A method or, without a name, a constructor. Texts are source; empty where there is nothing."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: str = ""
    throws: str = ""
    variables: str = ""
    static: bool = False
    body: bool = True

    @property
    def key(self) -> str:
        """What the link calls it, behind the class."""
        return f"{self.name or 'new'}({','.join(item.erased for item in self.parameters)})"


@dataclass(frozen=True)
class Field:
    """A field."""

    name: str
    type: str
    static: bool
    final: bool


@dataclass(frozen=True)
class Declared:
    """A type.

    Attributes:
        kind: ``class``, ``interface``, ``enum``, ``record`` or ``annotation``.
        name: Simple name.
        binary: Name as the virtual machine knows it.
        variables: Type variables, as source.
        above: The superclass, as source; empty if none is named.
        interfaces: Of a class those it implements, of an interface those it extends, as source.
        constants: Of an enum.
        inner: It is bound to an object of the class around it.
        hidden: Names of types within that tests cannot use.
    """

    kind: str
    name: str
    binary: str
    variables: str = ""
    above: str = ""
    interfaces: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    methods: tuple[Method, ...] = ()
    constructors: tuple[Method, ...] = ()
    nested: tuple[Declared, ...] = ()
    inner: bool = False
    abstract: bool = False
    hidden: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class File:
    """A source file: its package, its imports as they stand, its types."""

    package: str
    imports: tuple[str, ...]
    types: tuple[Declared, ...]


def read_file(source: str) -> File:
    """What a file declares; whatever cannot be read is left out."""
    root = syntax.parse(source)
    package = syntax.package_of(root)
    before = f"{package}." if package else ""
    found = []
    for node in syntax.type_declarations(root):
        try:
            found.append(_type(node, before, {}, "class"))
        except (Unreadable, RecursionError):
            continue
    plain = tuple(name for static, name in syntax.imports(root) if not static)
    return File(package, plain, tuple(found))


def all_types(types: Iterable[Declared]) -> list[Declared]:
    """The types and all within them."""
    return [each for declared in types for each in (declared, *all_types(declared.nested))]


def _type(node: Node, before: str, outer: dict[str, str], within: str) -> Declared:
    kind = syntax.TYPE_KINDS[node.type]
    name, marks = name_of(node), modifiers(node)
    binary = before + name
    inner = kind == "class" and within != "interface" and before.endswith("$") and "static" not in marks
    variables = {**(outer if inner else {}), **_variables(node)}
    fields: list[Field] = []
    methods: list[Method] = []
    constructors: list[Method] = []
    nested: list[Declared] = []
    hidden: set[str] = set()
    for member in syntax.members(node):
        public = kind == "interface"
        if "private" in modifiers(member):
            if member.type in syntax.TYPE_KINDS:
                hidden.add(text(member.child_by_field_name("name")))
            continue
        try:
            if member.type in ("field_declaration", "constant_declaration"):
                fields += _fields(member, constant=public)
            elif member.type == "method_declaration":
                methods.append(_method(member, variables, kind))
            elif member.type == "constructor_declaration":
                constructors.append(_method(member, variables, kind))
            elif member.type in syntax.TYPE_KINDS:
                made = _type(member, f"{binary}$", variables, kind)
                usable = made.kind != "annotation" and not (made.inner and variables)
                nested += [made] if usable else []
                hidden |= set() if usable else {made.name}
        except (Unreadable, RecursionError):
            continue
    if kind == "record":
        _complete_record(node, variables, methods, constructors)
    elif kind == "class" and not _declares_constructor(node):
        constructors.append(Method("", ()))
    return Declared(
        kind=kind,
        name=name,
        binary=binary,
        variables=rendered(node.child_by_field_name("type_parameters")),
        above=_above(node),
        interfaces=_interfaces(node),
        constants=tuple(name_of(each) for each in syntax.members(node) if each.type == "enum_constant"),
        fields=tuple(fields),
        methods=tuple(methods),
        constructors=tuple(constructors),
        nested=tuple(nested),
        inner=inner,
        abstract="abstract" in marks,
        hidden=frozenset(hidden),
    )


def _declares_constructor(node: Node) -> bool:
    return any(member.type == "constructor_declaration" for member in syntax.members(node))


def _variables(node: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    given = node.child_by_field_name("type_parameters")
    for each in given.named_children if given is not None else ():
        names = [child for child in each.named_children if child.type == "type_identifier"]
        bound = next((child for child in each.named_children if child.type == "type_bound"), None)
        if names:
            first = bound.named_children[0] if bound is not None and bound.named_children else None
            found[text(names[0])] = erased(first, found) if first is not None else "Object"
    return found


def _above(node: Node) -> str:
    found = node.child_by_field_name("superclass")
    return rendered(found.named_children[-1]) if found is not None and found.named_children else ""


def _interfaces(node: Node) -> tuple[str, ...]:
    kinds = ("super_interfaces", "extends_interfaces")
    found = next((child for child in node.children if child.type in kinds), None)
    lists = (
        [child for child in found.named_children if child.type == "type_list"] if found is not None else []
    )
    return tuple(rendered(each) for child in lists for each in child.named_children)


def _fields(node: Node, *, constant: bool) -> list[Field]:
    marks, kind = modifiers(node), node.child_by_field_name("type")
    static, final = constant or "static" in marks, constant or "final" in marks
    return [
        Field(name_of(each), rendered(kind) + depth(each.child_by_field_name("dimensions")), static, final)
        for each in node.named_children
        if each.type == "variable_declarator"
    ]


def _method(node: Node, outer: dict[str, str], kind: str) -> Method:
    variables = {**outer, **_variables(node)}
    marks = modifiers(node)
    returned = node.child_by_field_name("type")
    thrown = next((child for child in node.children if child.type == "throws"), None)
    named = node.type == "method_declaration"
    return Method(
        name=name_of(node) if named else "",
        parameters=_parameters(node, variables),
        returns=rendered(returned) + depth(node.child_by_field_name("dimensions")),
        throws=" , ".join(rendered(each) for each in thrown.named_children) if thrown is not None else "",
        variables=rendered(node.child_by_field_name("type_parameters")),
        static="static" in marks,
        body=node.child_by_field_name("body") is not None or kind != "interface",
    )


def _parameters(node: Node, variables: dict[str, str]) -> tuple[Parameter, ...]:
    found = []
    given = node.child_by_field_name("parameters")
    for each in given.named_children if given is not None else ():
        if each.type == "formal_parameter":
            kind = each.child_by_field_name("type")
            more = depth(each.child_by_field_name("dimensions"))
            if kind is None:
                raise Unreadable(text(each))
            found.append(Parameter(rendered(kind) + more, erased(kind, variables) + more))
        elif each.type == "spread_parameter":
            kinds = [
                child
                for child in each.named_children
                if child.type not in ("modifiers", "variable_declarator")
            ]
            if not kinds:
                raise Unreadable(text(each))
            found.append(Parameter(rendered(kinds[0]), erased(kinds[0], variables) + "[]", rest=True))
        elif each.type not in ("line_comment", "block_comment", "receiver_parameter"):
            raise Unreadable(text(each))
    return tuple(found)


def _complete_record(
    node: Node, variables: dict[str, str], methods: list[Method], constructors: list[Method]
) -> None:
    """Adds the accessors and the constructor that a record has without saying so."""
    given = node.child_by_field_name("parameters")
    parameters = _parameters(node, variables)
    names = [name_of(each) if each.type == "formal_parameter" else _spread_name(each)
             for each in (given.named_children if given is not None else ())
             if each.type in ("formal_parameter", "spread_parameter")]  # fmt: skip
    for name, parameter in zip(names, parameters, strict=True):
        if not any(method.name == name and not method.parameters for method in methods):
            methods.append(Method(name, (), parameter.type + ("[]" if parameter.rest else "")))
    canonical = Method("", parameters)
    if all(made.key != canonical.key for made in constructors):
        constructors.append(canonical)


def _spread_name(node: Node) -> str:
    found = re.search(r"([\w$]+)\s*$", text(node))
    return found[1] if found else ""
