"""Syntax trees of JavaScript and TypeScript, and what is read from any of them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import PurePosixPath

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

JAVASCRIPT_SUFFIXES = (".js", ".cjs", ".mjs")
TYPESCRIPT_SUFFIXES = (".ts", ".cts", ".mts")
SUFFIXES = (*JAVASCRIPT_SUFFIXES, *TYPESCRIPT_SUFFIXES)
FUNCTIONS = frozenset(
    ("function_declaration", "function_expression", "arrow_function", "method_definition",
     "generator_function", "generator_function_declaration", "class_declaration", "class")
)  # fmt: skip
_BOUND = frozenset(("identifier", "shorthand_property_identifier_pattern"))


def is_source(path: str) -> bool:
    """Whether a path is that of a file that can be run."""
    return PurePosixPath(path).suffix in SUFFIXES


def parse(path: str, text: str) -> Node:
    """The root of a source text's tree; hostile text gives a tree with errors in it."""
    kind = "typescript" if PurePosixPath(path).suffix in TYPESCRIPT_SUFFIXES else "javascript"
    return _parser(kind).parse(text.encode("utf-8", "surrogatepass")).root_node


@functools.cache
def _parser(kind: str) -> Parser:
    grammar = (
        tree_sitter_typescript.language_typescript()
        if kind == "typescript"
        else tree_sitter_javascript.language()
    )
    return Parser(Language(grammar))


def text_of(node: Node | None) -> str:
    """The source text of a node; empty for none."""
    return (node.text or b"").decode("utf-8", "replace") if node else ""


def walk(node: Node, into_functions: bool = True) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        if into_functions or found is node or found.type not in FUNCTIONS:
            waiting.extend(reversed(found.children))


def first_error(root: Node) -> int:
    """The line (from 1) of what is no JavaScript; 0 if there is none."""
    if not root.has_error:
        return 0
    return next(
        (node.start_point[0] + 1 for node in walk(root) if node.type == "ERROR" or node.is_missing), 1
    )


def plain_string(node: Node | None) -> str | None:
    """The value of a string or a template that says it all; None for anything else."""
    if node is None or node.type not in ("string", "template_string"):
        return None
    parts = node.named_children
    if any(part.type != "string_fragment" for part in parts):
        return None
    return "".join(text_of(part) for part in parts)


def imports(root: Node) -> Iterator[tuple[str, Node]]:
    """What a file imports, each with the node that says so: ``import``, ``export from``, ``require``."""
    for node in walk(root):
        if node.type in ("import_statement", "export_statement"):
            name = plain_string(node.child_by_field_name("source"))
        elif node.type == "call_expression" and text_of(node.child_by_field_name("function")) in (
            "require",
            "import",
        ):
            given = node.child_by_field_name("arguments")
            name = plain_string(given.named_children[0]) if given and given.named_children else None
        else:
            continue
        if name is not None:
            yield name, node


def bound_names(pattern: Node | None) -> Iterator[str]:
    """The names that a pattern such as ``{a, b: [c]}`` binds."""
    if pattern is None:
        return
    if pattern.type in _BOUND:
        yield text_of(pattern)
        return
    if pattern.type == "pair_pattern":
        yield from bound_names(pattern.child_by_field_name("value"))
        return
    if pattern.type in ("assignment_pattern", "object_assignment_pattern"):
        yield from bound_names(pattern.child_by_field_name("left"))
        return
    for part in pattern.named_children:
        if part.type != "type_annotation":
            yield from bound_names(part)


def declared(statement: Node) -> Iterator[str]:
    """The names that one statement declares for its own scope."""
    if statement.type == "export_statement":
        inner = statement.child_by_field_name("declaration")
        if inner:
            yield from declared(inner)
        return
    if statement.type in ("lexical_declaration", "variable_declaration"):
        for part in statement.named_children:
            if part.type == "variable_declarator":
                yield from bound_names(part.child_by_field_name("name"))
        return
    if statement.type in (
        "function_declaration",
        "generator_function_declaration",
        "class_declaration",
        "abstract_class_declaration",
        "enum_declaration",
    ):
        yield text_of(statement.child_by_field_name("name"))


def top_level_names(root: Node) -> set[str]:
    """The names that a module declares at its top level."""
    return {name for statement in root.named_children for name in declared(statement) if name}


def all_declared(root: Node) -> set[str]:
    """Every name that is declared anywhere in a file, imports and parameters included."""
    found: set[str] = set()
    for node in walk(root):
        found.update(declared(node))
        if node.type in ("import_specifier", "namespace_import", "import_clause"):
            found.update(text_of(part) for part in node.named_children if part.type == "identifier")
        elif node.type == "formal_parameters":
            for part in node.named_children:
                found.update(bound_names(part.child_by_field_name("pattern") or part))
        elif node.type in ("arrow_function", "catch_clause"):
            found.update(bound_names(node.child_by_field_name("parameter")))
        elif node.type == "for_in_statement":
            found.update(bound_names(node.child_by_field_name("left")))
        elif node.type in ("function_expression", "class"):
            found.add(text_of(node.child_by_field_name("name")))
    return found


def used_names(root: Node) -> set[str]:
    """Every name that stands for a value somewhere in a file."""
    return {
        text_of(node) for node in walk(root) if node.type in ("identifier", "shorthand_property_identifier")
    }
