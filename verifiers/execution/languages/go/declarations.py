"""What a candidate declares at the top level of its package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tree_sitter import Node

from verifiers.execution.languages.go.source import (
    UNIVERSE,
    clean,
    imports_of,
    named,
    package_of,
    parse,
    text,
)
from verifiers.execution.languages.go.tests import assigned_names


@dataclass(frozen=True)
class Parameter:
    """A parameter or a result: its type, and whether it is the ``...`` of a variadic function."""

    type: Node
    variadic: bool = False


@dataclass(frozen=True)
class Function:
    """A function or method.

    Attributes:
        name: Its name.
        parameters: One each, however they are grouped in the source.
        results: Likewise.
        generic: It has type parameters, or its receiver has.
        receiver: Its receiver's type name; empty for a function.
        by_pointer: The receiver is a pointer.
    """

    name: str
    parameters: tuple[Parameter, ...]
    results: tuple[Parameter, ...]
    generic: bool = False
    receiver: str = ""
    by_pointer: bool = False


@dataclass(frozen=True)
class Type:
    """A named type.

    Attributes:
        name: Its name.
        node: What it is declared as.
        generic: It has type parameters.
        alias: It is another name of the same type.
    """

    name: str
    node: Node
    generic: bool = False
    alias: bool = False


@dataclass(frozen=True)
class Variable:
    """A package variable: its declared type, or the expression that it begins with."""

    name: str
    type: Node | None
    value: Node | None


@dataclass(frozen=True)
class Constants:
    """A const declaration, which stays whole because of ``iota``."""

    names: tuple[str, ...]
    uses: frozenset[str]
    packages: frozenset[str]
    text: str


@dataclass
class Declarations:
    """All that a package declares; later files win. Names of Go's own are left out, and ours."""

    package: str = ""
    functions: dict[str, Function] = field(default_factory=dict)
    methods: dict[str, dict[str, Function]] = field(default_factory=dict)
    types: dict[str, Type] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    constants: list[Constants] = field(default_factory=list)
    imports: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)


def read_declarations(sources: Sequence[str]) -> Declarations:
    """Read the files of one package. What does not parse is left to the compiler."""
    found = Declarations()
    for source in sources:
        root = parse(source)
        found.package = found.package or package_of(root)
        found.imports.update(imports_of(root))
        found.changed.update(assigned_names(root))
        for node in root.named_children:
            if node.type == "function_declaration":
                function = _function(node)
                if may_be_declared(function.name):
                    found.functions[function.name] = function
            elif node.type == "method_declaration":
                method = _function(node)
                found.methods.setdefault(method.receiver, {})[method.name] = method
            elif node.type == "type_declaration":
                for spec in named(node, "type_spec", "type_alias"):
                    _add_type(found, spec)
            elif node.type == "var_declaration":
                _add_variables(found, node)
            elif node.type == "const_declaration":
                found.constants.append(_constants(node))
    return found


def may_be_declared(name: str) -> bool:
    """Whether a stand-in may have a declaration of that name: Go's own words keep their meaning."""
    return name not in UNIVERSE and name not in ("_", "init") and not name.lower().startswith("acrisol")


def _function(node: Node) -> Function:
    receiver, by_pointer, generic = "", False, node.child_by_field_name("type_parameters") is not None
    owner = node.child_by_field_name("receiver")
    if owner is not None:
        for parameter in named(owner, "parameter_declaration"):
            kind = parameter.child_by_field_name("type")
            if kind is not None and kind.type == "pointer_type":
                by_pointer, kind = True, kind.named_children[0]
            if kind is not None and kind.type == "generic_type":
                generic, kind = True, kind.child_by_field_name("type")
            receiver = text(kind)
    return Function(
        name=text(node.child_by_field_name("name")),
        parameters=parameters_of(node.child_by_field_name("parameters")),
        results=parameters_of(node.child_by_field_name("result")),
        generic=generic,
        receiver=receiver,
        by_pointer=by_pointer,
    )


def parameters_of(node: Node | None) -> tuple[Parameter, ...]:
    """Of a parameter list, or of a single result's type."""
    if node is None:
        return ()
    if node.type != "parameter_list":
        return (Parameter(node),)
    found: list[Parameter] = []
    for declared in named(node, "parameter_declaration", "variadic_parameter_declaration"):
        kind = declared.child_by_field_name("type")
        if kind is not None:
            count = max(1, len(declared.children_by_field_name("name")))
            variadic = declared.type.startswith("variadic")
            found.extend([Parameter(kind, variadic)] * count)
    return tuple(found)


def _add_type(found: Declarations, spec: Node) -> None:
    name, kind = text(spec.child_by_field_name("name")), spec.child_by_field_name("type")
    if kind is not None and may_be_declared(name):
        generic = spec.child_by_field_name("type_parameters") is not None
        found.types[name] = Type(name, kind, generic, spec.type == "type_alias")


def _add_variables(found: Declarations, node: Node) -> None:
    lists = [node, *named(node, "var_spec_list")]
    for spec in (spec for holder in lists for spec in named(holder, "var_spec")):
        names = [text(name) for name in spec.children_by_field_name("name")]
        values = spec.child_by_field_name("value")
        given = list(values.named_children) if values is not None else []
        for at, name in enumerate(names):
            value = given[at] if len(given) == len(names) else None
            if may_be_declared(name):
                found.variables[name] = Variable(name, spec.child_by_field_name("type"), value)


def _constants(node: Node) -> Constants:
    names: list[str] = []
    uses, packages = set(), set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if part.type == "const_spec":
            names.extend(text(name) for name in part.children_by_field_name("name"))
            waiting.extend(child for child in part.named_children if child.type != "identifier")
        elif part.type == "qualified_type" or (
            part.type == "selector_expression" and part.named_children[0].type == "identifier"
        ):
            packages.add(text(part.named_children[0]))
        else:
            if part.type in ("identifier", "type_identifier"):
                uses.add(text(part))
            waiting.extend(part.named_children)
    return Constants(tuple(names), frozenset(uses), frozenset(packages), clean(node))
