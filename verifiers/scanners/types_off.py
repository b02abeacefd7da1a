"""TypeScript as it runs: without the types in its expressions, and with its own forms as JavaScript's.

Semgrep and ESLint's rules do not see through ``eval!(x)`` or ``(eval satisfies unknown)(x)``, and Semgrep
does not look at the values of enums, at decorators or at ``export =``. So such a file is scanned a second
time with these written as what they come to. Lines keep their numbers; columns move where a form is longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import tree_sitter
import tree_sitter_typescript
from tree_sitter import Node

from verifiers.scanners.spellings import javascript

_TYPED = frozenset({"as_expression", "satisfies_expression", "instantiation_expression"})
_CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class", "export_statement"})
_Edit = tuple[int, int, bytes]  # from, to (in bytes), what is there instead


def typescript(text: str) -> tuple[str, ...]:
    """The texts that compilers take a file for, and each as it runs; see :mod:`verifiers.scanners.source`."""
    spelled = javascript(text)
    return (*spelled, *(reading for spelling in spelled for reading in types_off(spelling)))


def types_off(text: str) -> tuple[str, ...]:
    """The text's further readings; none if there are no such forms in it, or it cannot be parsed.

    A file may be in either of TypeScript's grammars, and what parses in both has a reading in each.
    """
    if not any(mark in text for mark in ("!", "as", "satisfies", "<", "enum", "@", "export")):
        return ()
    found = (_reading(text.encode(), parser) for parser in _parsers())
    return tuple(dict.fromkeys(reading for reading in found if reading is not None and reading != text))


def _reading(source: bytes, parser: tree_sitter.Parser) -> str | None:
    root = parser.parse(source).root_node
    if root.has_error:
        return None
    pieces, done = [], 0
    for start, end, instead in sorted(_edits(root)):
        if start >= done:
            pieces += [source[done:start], instead]
            done = end
    return b"".join((*pieces, source[done:])).decode("utf-8", "replace")


def _edits(root: Node) -> Iterator[_Edit]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "ambient_declaration":
            continue  # nothing of it runs
        yield from _edits_of(node)
        waiting.extend(node.children)


def _edits_of(node: Node) -> Iterator[_Edit]:
    if node.type == "non_null_expression":
        yield node.end_byte - 1, node.end_byte, b" "
    elif node.type in _TYPED:
        yield _blank(node.named_children[0].end_byte, node.end_byte, node)
    elif node.type == "type_assertion":
        # In parentheses, because `=> {` begins a function's body.
        start, end, blank = _blank(node.start_byte, node.named_children[-1].start_byte, node)
        yield start, end, b"(" + blank[1:]
        yield node.end_byte, node.end_byte, b")"
    elif node.type in ("call_expression", "new_expression"):
        types = node.child_by_field_name("type_arguments")
        if types is not None:
            yield _blank(types.start_byte, types.end_byte, node)
    elif node.type == "enum_declaration":
        yield from _enum(node)
    elif node.type == "export_statement":
        equals = next((child for child in node.children if child.type == "="), None)
        if equals is not None:
            yield equals.start_byte, equals.end_byte, b"default"
    elif node.type == "decorator":
        yield from _decorator(node)


def _blank(start: int, end: int, node: Node) -> _Edit:
    """White space in place of a part of a node, with the line ends that are in it."""
    part = (node.text or b"")[start - node.start_byte : end - node.start_byte]
    return start, end, re.sub(rb"[^\n]", b" ", part)


def _enum(node: Node) -> Iterator[_Edit]:
    """``enum A { B = 1, C }`` as ``var A = { B : 1, C :0 }``."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return
    start, end, blank = _blank(node.start_byte, name.start_byte, node)
    yield start, end, b"var " + blank[4:]
    yield name.end_byte, name.end_byte, b" ="
    for member in body.named_children:
        if member.type == "enum_assignment":
            equals = next(child for child in member.children if child.type == "=")
            yield equals.start_byte, equals.end_byte, b":"
        elif member.type != "comment":
            yield member.end_byte, member.end_byte, b":0"


def _decorator(node: Node) -> Iterator[_Edit]:
    """``@f(x)`` as an expression that is evaluated where it stands."""
    parent = node.parent
    before, after = b"[", b"];"  # the name of a field of the class
    if parent is not None and parent.type in ("required_parameter", "optional_parameter"):
        before, after = b"_=", b", "
    elif parent is not None and parent.type in _CLASSES:
        first = parent.children[0] == node or parent.children[0].type == "decorator"
        outer = parent.parent.type if parent.parent else ""
        if parent.type == "class" or not first or outer == "export_statement":
            yield from _moved(node, parent)
            return
        before, after = b";(", b");"
    yield node.start_byte, node.start_byte + 1, before
    yield node.end_byte, node.end_byte, after


def _moved(node: Node, parent: Node) -> Iterator[_Edit]:
    """A decorator in the middle of a statement: to the start of the class's body."""
    inner = parent.child_by_field_name("declaration") or parent
    body = inner.child_by_field_name("body")
    if body is None:
        return
    yield _blank(node.start_byte, node.end_byte, node)
    expression = (node.text or b"")[1:].decode("utf-8", "replace").replace("\n", " ")
    expression = next(iter(types_off(expression)), expression)
    yield body.start_byte + 1, body.start_byte + 1, f"[{expression}];".encode()


@cache
def _parsers() -> tuple[tree_sitter.Parser, tree_sitter.Parser]:
    grammars = (tree_sitter_typescript.language_typescript(), tree_sitter_typescript.language_tsx())
    first, second = (tree_sitter.Parser(tree_sitter.Language(grammar)) for grammar in grammars)
    return first, second
