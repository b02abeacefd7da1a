"""Go source as trees: what a file imports, and small changes that keep its lines."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

import tree_sitter
import tree_sitter_go
from tree_sitter import Node

# Names that mean the same everywhere: a candidate's declaration of one never gets under the tests.
_NUMBERS = ("complex64", "complex128", "float32", "float64", "int", "int8", "int16", "int32", "int64")
BASIC = frozenset(
    ("bool", "byte", "rune", "string", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr", *_NUMBERS)
)
UNIVERSE = BASIC | frozenset(
    (
        *("any", "comparable", "error", "true", "false", "iota", "nil", "append", "cap", "close", "complex"),
        *("copy", "delete", "imag", "len", "make", "new", "panic", "print", "println", "real", "recover"),
    )
)
_VERSION = re.compile(r"v[0-9]+$")


@functools.cache
def _language() -> tree_sitter.Language:
    return tree_sitter.Language(tree_sitter_go.language())


def parse(source: str) -> Node:
    """The tree of a source file."""
    return tree_sitter.Parser(_language()).parse(source.encode()).root_node


def text(node: Node | None) -> str:
    """What a node spans; empty for no node."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text else ""


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the source."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(found.children))


def named(node: Node, *kinds: str) -> Iterator[Node]:
    """Children of the given kinds."""
    return (child for child in node.named_children if child.type in kinds)


def clean(node: Node | None) -> str:
    """A node's text without comments: no directive of the compiler's gets along."""
    if node is None or node.text is None:
        return ""
    data = bytearray(node.text)
    for part in walk(node):
        if part.type == "comment":
            start, end = part.start_byte - node.start_byte, part.end_byte - node.start_byte
            data[start:end] = bytes(10 if byte == 10 else 32 for byte in data[start:end])
    return data.decode("utf-8", "replace")


def package_of(root: Node) -> str:
    """The name in a file's package clause; empty where there is none."""
    for clause in named(root, "package_clause"):
        return text(clause.named_children[0])
    return ""


def imports_of(root: Node) -> dict[str, str]:
    """Name in the file -> import path. A dot import has the name ``.``."""
    found: dict[str, str] = {}
    for declared in named(root, "import_declaration"):
        for spec in walk(declared):
            if spec.type == "import_spec":
                path = text(spec.child_by_field_name("path"))[1:-1]
                found[text(spec.child_by_field_name("name")) or default_name(path)] = path
    return found


def default_name(path: str) -> str:
    """What a package of this path is called, as far as the path tells."""
    parts = path.split("/")
    last = parts[-2] if len(parts) > 1 and _VERSION.match(parts[-1]) else parts[-1]
    return last.partition(".")[0].removeprefix("go-") if last.startswith("yaml.") else last


def replaced(source: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """A source with byte ranges replaced; ranges do not overlap."""
    data = source.encode()
    for start, end, new in sorted(edits, reverse=True):
        data = data[:start] + new.encode() + data[end:]
    return data.decode("utf-8", "replace")


def as_main(path: str, source: str, edits: Iterable[tuple[int, int, str]] = (), package: str = "main") -> str:
    """A file as part of a package, its lines kept: messages name ``path`` and the line in ``source``."""
    root = parse(source)
    clause = next(named(root, "package_clause"), None)
    if clause is None:
        source, start = replaced(source, edits), f"package {package}; "
    else:
        name = clause.named_children[0]
        source, start = replaced(source, (*edits, (name.start_byte, name.end_byte, package))), ""
    return f"//line {path}:1\n{start}{source}\n"


def main_renamed(source: str) -> list[tuple[int, int, str]]:
    """Edits that give a program's ``main`` another name, because the dispatcher has one."""
    edits = []
    for node in parse(source).named_children:
        name = node.child_by_field_name("name")
        if node.type == "function_declaration" and name is not None and text(name) == "main":
            edits.append((name.start_byte, name.end_byte, "acrisolMain"))
    return edits
