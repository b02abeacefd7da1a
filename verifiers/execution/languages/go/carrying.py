"""Which types can go between the tests and the candidate."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from verifiers.execution.languages.go.declarations import Declarations, Function, Parameter, parameters_of
from verifiers.execution.languages.go.source import BASIC, clean, named, parse, text

# Types of the standard library whose values are carried, by import path.
STANDARD_TYPES = {
    "time": ("Time", "Duration", "Month", "Weekday"),
    "math/big": ("Int", "Rat", "Float"),
    "strconv": ("NumError",),
    "context": ("CancelFunc",),
}
# Errors of the standard library that are the same on both sides.
SENTINELS = {
    "io": ("EOF", "ErrUnexpectedEOF", "ErrClosedPipe", "ErrShortWrite", "ErrNoProgress"),
    "os": ("ErrNotExist", "ErrExist", "ErrPermission", "ErrInvalid", "ErrClosed"),
    "context": ("Canceled", "DeadlineExceeded"),
    "strconv": ("ErrSyntax", "ErrRange"),
    "database/sql": ("ErrNoRows",),
}
# Interfaces of the standard library whose objects are passed as references.
_SORT = "Len() int; Less(i, j int) bool; Swap(i, j int)"
STANDARD_INTERFACES = {
    ("fmt", "Stringer"): "String() string",
    ("sort", "Interface"): _SORT,
    ("container/heap", "Interface"): f"{_SORT}; Push(x any); Pop() any",
    ("io", "Reader"): "Read(p []byte) (n int, err error)",
    ("io", "Writer"): "Write(p []byte) (n int, err error)",
    ("io", "Closer"): "Close() error",
    ("io", "ReadWriter"): "Read(p []byte) (n int, err error); Write(p []byte) (n int, err error)",
    ("io", "ReadCloser"): "Read(p []byte) (n int, err error); Close() error",
    ("io", "WriteCloser"): "Write(p []byte) (n int, err error); Close() error",
    ("io", "StringWriter"): "WriteString(s string) (n int, err error)",
    ("io", "ByteReader"): "ReadByte() (byte, error)",
    ("math/rand", "Source"): "Int63() int64; Seed(seed int64)",
    ("context", "Context"): "Err() error; Value(key any) any",  # the rest of it is written by hand
}


@dataclass
class Carrying:
    """Answers for one candidate's declarations.

    Attributes:
        declared: The declarations.
        interfaces: Qualified names of standard interfaces that were met.
    """

    declared: Declarations
    interfaces: set[str]

    def type(self, node: Node | None, seen: frozenset[str] = frozenset()) -> bool:
        """Whether values of a type can be carried."""
        if node is None:
            return False
        match node.type:
            case "type_identifier":
                return self.name(text(node), seen)
            case "qualified_type":
                return self._qualified(node)
            case "pointer_type" | "slice_type" | "parenthesized_type":
                return self.type(node.named_children[0], seen)
            case "array_type":
                return self.type(node.child_by_field_name("element"), seen)
            case "map_type":
                key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
                return self.type(key, seen) and self.type(value, seen)
            case "function_type":
                inner = parameters_of(node.child_by_field_name("parameters"))
                return all(self.type(part.type, seen) for part in (*inner, *self._results(node)))
            case "struct_type":
                return all(self.type(part.child_by_field_name("type"), seen) for part in fields_of(node))
            case "interface_type":
                return not node.named_children
        return False

    def _results(self, node: Node) -> tuple[Parameter, ...]:
        return parameters_of(node.child_by_field_name("result"))

    def name(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether values of a type of the candidate's or of Go's own can be carried."""
        found = self.declared.types.get(name)
        if found is None:
            return name in BASIC or name in ("error", "any")
        if found.generic:
            return False
        if name in seen or (found.node.type == "struct_type" and not found.alias):
            return True
        if found.node.type == "interface_type":
            return self.methods(name, seen) is not None
        return self.type(found.node, seen | {name})

    def _qualified(self, node: Node) -> bool:
        package, name = text(node.child_by_field_name("package")), text(node.child_by_field_name("name"))
        path = self.declared.imports.get(package, "")
        if (path, name) in STANDARD_INTERFACES:
            self.interfaces.add(f"{package}.{name}")
            return True
        return name in STANDARD_TYPES.get(path, ())

    def function(self, function: Function) -> bool:
        """Whether calls can be carried."""
        return not function.generic and self.misfit(function) == ""

    def misfit(self, function: Function) -> str:
        """The first type of a function's that cannot be carried; empty if all can."""
        parts = (*function.parameters, *function.results)
        return next((clean(part.type) for part in parts if not self.type(part.type)), "")

    def methods(self, name: str, seen: frozenset[str] = frozenset()) -> dict[str, Function] | None:
        """The methods of an interface of the candidate's; None where they cannot be carried."""
        found = self.declared.types.get(name)
        if found is None or found.node.type != "interface_type" or found.generic:
            return None
        return self._elements(found.node, seen | {name})

    def _elements(self, node: Node, seen: frozenset[str]) -> dict[str, Function] | None:
        methods: dict[str, Function] = {}
        for element in node.named_children:
            if element.type == "method_elem":
                method = method_of(element)
                parts = (*method.parameters, *method.results)
                if not all(self.type(part.type, seen) for part in parts):
                    return None
                methods[method.name] = method
            elif element.type == "type_elem" and len(element.named_children) == 1:
                inner = self._embedded(element.named_children[0], seen)
                if inner is None:
                    return None
                methods |= inner
            elif element.type != "comment":
                return None
        return methods

    def _embedded(self, node: Node, seen: frozenset[str]) -> dict[str, Function] | None:
        if node.type == "qualified_type":
            package, name = text(node.child_by_field_name("package")), text(node.child_by_field_name("name"))
            return standard_methods(self.declared.imports.get(package, ""), name)
        if text(node) == "error":
            return {"Error": Function("Error", (), parameters_of(_type_node("string")))}
        return None if text(node) in seen else self.methods(text(node), seen)


def standard_methods(path: str, name: str) -> dict[str, Function] | None:
    """The methods of one of :data:`STANDARD_INTERFACES`; None for others."""
    said = STANDARD_INTERFACES.get((path, name))
    if said is None:
        return None
    root = parse(f"package p\ntype I interface {{ {said} }}\n")
    spec = next(named(next(named(root, "type_declaration")), "type_spec"))
    body = spec.child_by_field_name("type")
    return (
        {text(part.named_children[0]): method_of(part) for part in named(body, "method_elem")} if body else {}
    )


def method_of(element: Node) -> Function:
    """A method as an interface lists it."""
    return Function(
        name=text(element.child_by_field_name("name")),
        parameters=parameters_of(element.child_by_field_name("parameters")),
        results=parameters_of(element.child_by_field_name("result")),
    )


def fields_of(struct: Node) -> list[Node]:
    """The field declarations of a struct type."""
    lists = named(struct, "field_declaration_list")
    return [part for holder in lists for part in named(holder, "field_declaration")]


def is_embedded(field: Node) -> bool:
    """Whether a field has no name of its own."""
    return not field.children_by_field_name("name")


def _type_node(name: str) -> Node:
    root = parse(f"package p\nvar x {name}\n")
    return next(
        part for part in root.named_children[1].named_children[0].named_children if text(part) == name
    )
