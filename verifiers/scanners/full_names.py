"""Java and Go with the names of libraries written as rules know them.

A rule says ``Runtime.getRuntime()`` and ``exec.Command``. Java lets a program write
``java.lang.Runtime.getRuntime()``, or ``getRuntime()`` after a static import; Go lets it write ``Command``
after ``import . "os/exec"``. Such a file is scanned once more with each of these spelled in the usual way.
Lines keep their numbers; columns move.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import tree_sitter
import tree_sitter_go
import tree_sitter_java
from tree_sitter import Node

from verifiers.scanners import spellings

_CLASS = re.compile(r"[A-Z]\w*")
_PART = re.compile(r"[a-z_][a-z0-9_]*")
_Edit = tuple[int, int, bytes]  # from, to (in bytes), what is there instead
_MOST_STARS = 8  # imports of everything; each is a reading of the whole file
_NOT_CODE = "\n}}} too many imports of everything\n"  # makes the file one that cannot be scanned in full
_CHAINS = {"field_access": "object", "scoped_type_identifier": "", "scoped_identifier": "scope"}


def java(text: str) -> tuple[str, ...]:
    """The texts that compilers take a file for, and each with names of classes instead of full ones."""
    spelled = spellings.java(text)
    return (*spelled, *(reading for spelling in spelled for reading in _short_java(spelling)))


def go(text: str) -> tuple[str, ...]:
    """The text that the compiler takes a file for, and with packages before what a dot import brings in."""
    spelled = spellings.go(text)
    return (*spelled, *(reading for spelling in spelled for reading in _short_go(spelling)))


def _short_java(text: str) -> Iterator[str]:
    if "." not in text:
        return  # what is no code at all can take long to parse
    source = text.encode()
    nodes = _nodes(source, "java")
    edits = [edit for node in nodes for edit in _full_name(node)]
    members, classes = _static_imports(nodes)
    if len(classes) > _MOST_STARS:
        yield text + _NOT_CODE
        return
    own = _own_methods(nodes)
    calls = [
        (_text(name), name.start_byte)
        for node in nodes
        if node.type == "method_invocation" and not node.child_by_field_name("object")
        if (name := _name(node))
    ]
    # What a star brings in is not known, so there is a reading for each of the classes.
    for of in classes or [""]:
        placed = (
            (members.get(name, of), at)
            for name, at in calls
            if not any(start <= at < end for start, end in own.get(name, ()))
        )
        more = [(at, at, f"{place}.".encode()) for place, at in placed if place]
        if edits or more:
            yield _edited(source, [*edits, *more])


def _full_name(node: Node) -> Iterator[_Edit]:
    """``java.lang.Runtime`` without what is before its last name, where that is a package."""
    if node.type not in _CHAINS:
        return
    before = node.child_by_field_name(_CHAINS[node.type]) if _CHAINS[node.type] else node.named_children[0]
    last = node.named_children[-1]
    if before is None or not _CLASS.fullmatch(_text(last)):
        return
    package = re.sub(r"\s|/\*.*?\*/|//[^\n]*", "", _text(before), flags=re.DOTALL)
    parts = package.split(".")
    if "this" not in parts and all(_PART.fullmatch(part) for part in parts):
        gone = (node.text or b"")[: last.start_byte - node.start_byte]
        yield node.start_byte, last.start_byte, b"\n" * gone.count(b"\n")


def _own_methods(nodes: list[Node]) -> dict[str, list[tuple[int, int]]]:
    """Where a method's bare name is one that a class around it has: the classes that have it."""
    own: dict[str, list[tuple[int, int]]] = {}
    for node in nodes:
        name, body = _name(node), node.parent
        if node.type == "method_declaration" and name and body:
            own.setdefault(_text(name), []).append((body.start_byte, body.end_byte))
    return own


def _static_imports(nodes: list[Node]) -> tuple[dict[str, str], list[str]]:
    """The classes of members that are imported by name, and those of which everything is."""
    members: dict[str, str] = {}
    classes: list[str] = []
    for node in nodes:
        if node.type != "import_declaration" or not any(child.type == "static" for child in node.children):
            continue
        parts = re.sub(r"\s", "", _text(node.named_children[0])).split(".")
        if node.named_children[-1].type == "asterisk":
            classes.append(parts[-1])
        elif len(parts) > 1:
            members[parts[-1]] = parts[-2]
    return members, list(dict.fromkeys(classes))


def _short_go(text: str) -> Iterator[str]:
    if "." not in text or "import" not in text:
        return
    source = text.encode()
    nodes = _nodes(source, "go")
    own = {_text(name) for node in nodes if _is_at_top(node) if (name := _name(node))}
    dots = [
        node for node in nodes if node.type == "import_spec" and (name := _name(node)) and name.type == "dot"
    ]
    if len(dots) > _MOST_STARS:
        yield text + _NOT_CODE
        return
    for spec in dots:
        name, path = spec.child_by_field_name("name"), spec.child_by_field_name("path")
        if name is None or path is None:
            continue
        package = _text(path)[1:-1].split("/")[-1]
        edits = [
            (node.start_byte, node.start_byte, f"{package}.".encode())
            for node in nodes
            if _text(node)[:1].isupper() and _is_used(node) and _text(node) not in own
        ]
        yield _edited(source, [(name.start_byte, name.end_byte, b" "), *edits])


def _is_at_top(node: Node) -> bool:
    if node.type == "function_declaration":
        return True
    outer = node.parent.parent if node.parent else None
    at_top = outer is not None and outer.type == "source_file"
    return at_top and node.type in ("type_spec", "const_spec", "var_spec")


def _is_used(node: Node) -> bool:
    """Whether a name of Go's stands for a value or a type rather than being declared."""
    parent = node.parent
    if parent is None or node.type not in ("identifier", "type_identifier"):
        return False
    if node.type == "type_identifier":
        return parent.type not in ("type_spec", "type_alias", "qualified_type", "type_parameter_declaration")
    if parent.type == "expression_list" and parent.parent is not None:
        return any(parent.parent.child_by_field_name(field) == parent for field in ("right", "value"))
    return parent.type in ("call_expression", "argument_list", "selector_expression", "return_statement")


def _nodes(source: bytes, language: str) -> list[Node]:
    """All nodes of a tree; none of a text that cannot be parsed, of which scanners say so themselves."""
    root = _parser(language).parse(source).root_node
    found, waiting = [], [] if root.has_error else [root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        if language != "java" or node.type not in ("import_declaration", "package_declaration"):
            waiting.extend(reversed(node.named_children))
    return found


def _edited(source: bytes, edits: list[_Edit]) -> str:
    pieces, done = [], 0
    for start, end, instead in sorted(edits):
        if start >= done:
            pieces += [source[done:start], instead]
            done = end
    return b"".join((*pieces, source[done:])).decode("utf-8", "replace")


def _name(node: Node) -> Node | None:
    return node.child_by_field_name("name")


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


@cache
def _parser(language: str) -> tree_sitter.Parser:
    grammar = {"java": tree_sitter_java.language, "go": tree_sitter_go.language}[language]
    return tree_sitter.Parser(tree_sitter.Language(grammar()))
