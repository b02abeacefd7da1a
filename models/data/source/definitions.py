"""Functions, methods, classes and contracts of a source text, with what is written about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from models.data.source.documentation import doc_comment, python_docstring
from models.data.source.grammars import Source

_KINDS: dict[str, dict[str, str]] = {
    "python": {"function_definition": "function", "class_definition": "class"},
    "javascript": {
        **dict.fromkeys(("function_declaration", "generator_function_declaration"), "function"),
        "method_definition": "method",
        "class_declaration": "class",
        "variable_declarator": "function",
    },
    "java": {
        **dict.fromkeys(("method_declaration", "constructor_declaration"), "method"),
        **dict.fromkeys(("class_declaration", "record_declaration", "enum_declaration"), "class"),
        "interface_declaration": "interface",
    },
    "go": {"function_declaration": "function", "method_declaration": "method", "type_declaration": "class"},
    "rust": {
        "function_item": "function",
        **dict.fromkeys(("struct_item", "enum_item", "union_item"), "class"),
        "trait_item": "interface",
        "impl_item": "",
    },
    "c": {"function_definition": "function", "struct_specifier": "class"},
    "cpp": {
        "function_definition": "function",
        **dict.fromkeys(("class_specifier", "struct_specifier"), "class"),
    },
    "bash": {"function_definition": "function"},
    "solidity": {
        **dict.fromkeys(("contract_declaration", "library_declaration"), "contract"),
        "interface_declaration": "interface",
        **dict.fromkeys(("function_definition", "constructor_definition"), "method"),
        "modifier_definition": "method",
    },
}
_KINDS["typescript"] = _KINDS["javascript"] | {
    "interface_declaration": "interface",
    "abstract_class_declaration": "class",
}
_SCOPES = frozenset({"class", "contract", "interface", ""})
_FUNCTION_VALUES = frozenset({"arrow_function", "function_expression", "function", "generator_function"})
# Around a definition and part of it: what is written above them is written about it.
_WRAPPERS = frozenset(
    {
        "decorated_definition",
        "export_statement",
        "lexical_declaration",
        "variable_declaration",
        "template_declaration",
    }
)
_NAMES = frozenset(
    {"identifier", "field_identifier", "type_identifier", "property_identifier", "qualified_identifier"}
)
_MOST_DEPTH = 60  # of definitions in each other and what stands between them


class _Place(NamedTuple):
    """A node among its siblings: asking Tree-sitter for the one before costs as much as there are."""

    node: Node
    siblings: list[Node]
    at: int


class Definition(NamedTuple):
    """A part of a program that has a name.

    Attributes:
        kind: ``function``, ``method``, ``class``, ``interface`` or ``contract``.
        name: Its own name.
        scope: Names of what it stands in, joined by dots; empty at the top.
        signature: From its start to its body, without the opening brace.
        documentation: Docstring or documentation comment as plain text; empty where there is none.
        code: All of it, with decorators and without the comment above it, its indentation taken off.
        first: Its first line, from 1.
        last: Its last line.
        start: Where it starts in the source's bytes.
        body: Where its body starts there.
        end: Where it ends there.
    """

    kind: str
    name: str
    scope: str
    signature: str
    documentation: str
    code: str
    first: int
    last: int
    start: int
    body: int
    end: int

    @property
    def full_name(self) -> str:
        """The name with its scope."""
        return f"{self.scope}.{self.name}" if self.scope else self.name


def definitions(source: Source) -> list[Definition]:
    """All definitions that have a body and that the grammar understood, in the order of the source."""
    return list(_below(source, source.root))


def _below(source: Source, root: Node) -> Iterator[Definition]:
    kinds = _KINDS[source.language]
    first = _Place(root, [root], 0)
    waiting: list[tuple[_Place, _Place | None, tuple[str, ...], int]] = [(first, None, (), 0)]
    while waiting:
        place, wrapper, scopes, depth = waiting.pop()
        node = place.node
        kind = kinds.get(node.type) if node.is_named else None
        inner = scopes
        if kind is not None:
            definition = _definition(source, node, wrapper or place, kind, scopes)
            if definition:
                yield definition
            name = _name(source, node)
            inner = (*scopes, name) if kind in _SCOPES and name else scopes
            if kind in ("function", "method"):
                continue  # what is defined in a function is its own affair
        around = (wrapper or place) if node.type in _WRAPPERS else None
        if depth < _MOST_DEPTH:
            children = node.children
            waiting.extend(
                (_Place(child, children, index), around, inner, depth + 1)
                for index, child in reversed(list(enumerate(children)))
                if child.is_named
            )


def _definition(
    source: Source, node: Node, place: _Place, kind: str, scopes: tuple[str, ...]
) -> Definition | None:
    holder = node
    if node.type == "variable_declarator":
        value = node.child_by_field_name("value")
        if value is None or value.type not in _FUNCTION_VALUES:
            return None
        holder = value
    body = _body(holder)
    name = _name(source, node)
    if not kind or body is None or not name or node.has_error:
        return None
    outer = place.node
    if source.language == "python" and kind == "function" and scopes:
        kind = "method"
    if source.language in ("rust", "cpp") and kind == "function" and (scopes or "::" in name):
        kind = "method"
    data = source.data
    text = data[outer.start_byte : body.start_byte].decode("utf-8", "replace")
    if source.language == "python":
        documentation = python_docstring(source, body)
        text = text.rstrip()
    else:
        documentation = doc_comment(source, place.siblings, place.at)
        text = (
            text.rstrip().removesuffix("=>").rstrip()
            if holder.type == "arrow_function"
            else text.rstrip(" \t\n{")
        )
    return Definition(
        kind=kind,
        name=name,
        scope=".".join(scopes),
        signature=dedented(data, outer.start_byte, text),
        documentation=documentation,
        code=dedented(
            data, outer.start_byte, data[outer.start_byte : outer.end_byte].decode("utf-8", "replace")
        ),
        first=outer.start_point.row + 1,
        last=outer.end_point.row + 1,
        start=outer.start_byte,
        body=body.start_byte,
        end=outer.end_byte,
    )


def _body(node: Node) -> Node | None:
    body = node.child_by_field_name("body")
    if body is None and node.type == "type_declaration":
        spec = next((child for child in node.named_children if child.type == "type_spec"), None)
        body = spec.child_by_field_name("type") if spec else None
        body = body if body is not None and body.type in ("struct_type", "interface_type") else None
    return body


def _name(source: Source, node: Node) -> str:
    if node.type == "constructor_definition":
        return "constructor"
    if node.type == "impl_item":
        return source.text(node.child_by_field_name("type")).split("<")[0]
    found = node.child_by_field_name("name")
    if found is None and node.type == "type_declaration":
        spec = next((child for child in node.named_children if child.type == "type_spec"), None)
        found = spec.child_by_field_name("name") if spec else None
    declarator = node.child_by_field_name("declarator")
    for _ in range(20):  # pointers, references and brackets around a C function's name
        if found is not None or declarator is None:
            break
        if declarator.type in _NAMES:
            found = declarator
        declarator = declarator.child_by_field_name("declarator") or next(
            (
                child
                for child in declarator.named_children
                if child.type.endswith("declarator") or child.type in _NAMES
            ),
            None,
        )
    return source.text(found)[:200]


def dedented(data: bytes, start: int, text: str) -> str:
    """A part of a source without the indentation of its first line."""
    line = data[data.rfind(b"\n", 0, start) + 1 : start].decode("utf-8", "replace")
    if line.strip() or not line:
        return text
    return "\n".join(part.removeprefix(line) for part in text.split("\n"))
