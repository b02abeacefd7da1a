"""Reading Java source with tree-sitter; nothing of it is run, and what is kept of it are names and types."""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter_java
from tree_sitter import Language, Node, Parser

_JAVA = Language(tree_sitter_java.language())
_NAME = re.compile(r"[^\W\d][\w$]*|[$_][\w$]*")
_MARKS = frozenset("<>,.?&[]")
_SKIPPED = frozenset(("annotation", "marker_annotation", "line_comment", "block_comment", "modifiers"))
_ESCAPE = re.compile(r"(\\\\)|\\u+([0-9a-fA-F]{4})")  # an escaped backslash begins no escape

TYPE_KINDS = {
    "class_declaration": "class",
    "interface_declaration": "interface",
    "enum_declaration": "enum",
    "record_declaration": "record",
    "annotation_type_declaration": "annotation",
}


class Unreadable(Exception):
    """A piece of source holds what no stand-in is made from."""


def parse(source: str) -> Node:
    """The syntax tree; escapes such as ``\\u0041`` are read first, as the compiler does."""
    plain = _ESCAPE.sub(lambda found: found[1] or chr(int(found[2], 16)), source)
    return Parser(_JAVA).parse(plain.encode("utf-8", "replace")).root_node


def text(node: Node | None) -> str:
    """The source of a node; empty for None."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""


def name_of(node: Node) -> str:
    """The name of a declaration.

    Raises:
        Unreadable: it is no plain name.
    """
    name = text(node.child_by_field_name("name"))
    if not _NAME.fullmatch(name):
        raise Unreadable(name)
    return name


def modifiers(node: Node) -> frozenset[str]:
    """The modifiers of a declaration, without annotations."""
    found = next((child for child in node.children if child.type == "modifiers"), None)
    return frozenset(text(child) for child in found.children if not child.is_named) if found else frozenset()


def annotated_with(node: Node) -> tuple[str, ...]:
    """Simple names of a declaration's annotations."""
    found = next((child for child in node.children if child.type == "modifiers"), None)
    kinds = ("annotation", "marker_annotation")
    marks = [child for child in found.children if child.type in kinds] if found else []
    return tuple(text(mark.child_by_field_name("name")).rpartition(".")[2] for mark in marks)


def tokens(node: Node) -> list[str]:
    """The tokens of a type, without annotations and comments.

    Raises:
        Unreadable: something in it is neither a name nor a mark of a type.
    """
    if node.type in _SKIPPED:
        return []
    if node.child_count:
        return [token for child in node.children for token in tokens(child)]
    token = text(node)
    if token and token not in _MARKS and not _NAME.fullmatch(token):
        raise Unreadable(token)
    return [token] if token and token != "@" else []


def rendered(node: Node | None) -> str:
    """A type as source again; empty for None."""
    return " ".join(tokens(node)) if node is not None else ""


def erased(node: Node, variables: dict[str, str]) -> str:
    """The simple name of a type's erasure, as ``Class.getSimpleName`` gives it.

    Args:
        node: The type.
        variables: Type variables in scope with the erasure of their bounds.
    """
    if node.type == "annotated_type":
        inner = [child for child in node.named_children if child.type not in _SKIPPED]
        return erased(inner[-1], variables) if inner else ""
    if node.type == "generic_type":
        return erased(node.named_children[0], variables)
    if node.type == "scoped_type_identifier":
        names = [child for child in node.named_children if child.type == "type_identifier"]
        return text(names[-1]) if names else ""
    if node.type == "array_type":
        element, dimensions = node.child_by_field_name("element"), node.child_by_field_name("dimensions")
        return erased(element, variables) + depth(dimensions) if element is not None else ""
    name = text(node)
    return variables.get(name, name)


def depth(dimensions: Node | None) -> str:
    """``[]`` for each dimension."""
    return "[]" * text(dimensions).count("[") if dimensions is not None else ""


def type_declarations(body: Node) -> Iterator[Node]:
    """Types that are declared directly in a program or in a body."""
    for child in body.children:
        if child.type in TYPE_KINDS:
            yield child
        elif child.type == "enum_body_declarations":
            yield from type_declarations(child)


def members(node: Node) -> list[Node]:
    """What the body of a type declares."""
    body = node.child_by_field_name("body")
    if body is None:
        return []
    found: list[Node] = []
    for child in body.named_children:
        found += child.named_children if child.type == "enum_body_declarations" else [child]
    return found


def package_of(root: Node) -> str:
    """The package of a file; empty for the unnamed one."""
    found = next((child for child in root.named_children if child.type == "package_declaration"), None)
    said = re.fullmatch(r"package\s+([\w$]+(?:\s*\.\s*[\w$]+)*)\s*;", text(found))
    return re.sub(r"\s", "", said[1]) if said else ""


def imports(root: Node) -> Iterator[tuple[bool, str]]:
    """The imports of a file: whether static, and the name, whose last part may be ``*``."""
    for child in root.named_children:
        found = re.fullmatch(
            r"import\s+(static\s+)?([\w$]+(?:\s*\.\s*[\w$]+)*(?:\s*\.\s*\*)?)\s*;", text(child)
        )
        if child.type == "import_declaration" and found:
            yield bool(found[1]), re.sub(r"\s", "", found[2])
