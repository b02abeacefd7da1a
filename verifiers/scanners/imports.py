"""What a file imports from packages that somebody else publishes, by the names that registries know.

Read from the syntax tree, so that neither a comment nor a string counts. Whether there is such a package is
for :mod:`verifiers.scanners.known_packages` to say.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import PurePosixPath

import tree_sitter
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_rust
import tree_sitter_typescript
from tree_sitter import Node

from verifiers.domain import SourceFile, Value
from verifiers.execution.parsing import Unparsable, parse

LANGUAGES = ("python", "javascript", "typescript", "java", "go", "rust")
_LOCAL = re.compile(r"[./~#]|@/|[a-z][a-z0-9+.-]*:(?!.*\bnode\b)")
_MODULE = re.compile(r"^[ \t]*(?:pub(?:\([^)\n]{0,40}\))?[ \t]+)?mod[ \t]+(\w+)", re.MULTILINE)
_PACKAGE = re.compile(r"^[ \t]*package[ \t]+([\w.]+)[ \t]*;", re.MULTILINE)
_GO_MODULE = re.compile(r"^module[ \t]+(\S+)", re.MULTILINE)
_GRAMMARS = {
    "go": tree_sitter_go.language,
    "java": tree_sitter_java.language,
    "javascript": tree_sitter_javascript.language,
    "rust": tree_sitter_rust.language,
    "typescript": tree_sitter_typescript.language_typescript,
    "tsx": tree_sitter_typescript.language_tsx,
}


class Import(Value):
    """A package that a file needs.

    Attributes:
        name: As the language's registry knows it, or as close as an import says.
        line: Counts from 1.
    """

    name: str
    line: int


class Unreadable(Exception):
    """A file has no syntax tree; the argument says why."""


def imports_of(file: SourceFile, text: str, language: str) -> tuple[Import, ...]:
    """The packages a file imports, in order; one of its own project may be among them.

    Args:
        file: Its name tells TypeScript's two grammars apart.
        text: What is read of it.
        language: One of :data:`LANGUAGES`.

    Raises:
        Unreadable: it does not parse.
    """
    if language == "python":
        return tuple(_python(text, file.path))
    grammar = "tsx" if PurePosixPath(file.path).suffix.lower() == ".tsx" else language
    root = tree_sitter.Parser(_grammar(grammar)).parse(text.encode()).root_node
    if root.has_error:
        raise Unreadable("cannot be parsed, or only in part")
    found = {"java": _java, "go": _go, "rust": _rust}.get(language, _javascript)(root)
    return tuple(found)


def own_names(files: Sequence[SourceFile]) -> frozenset[str]:
    """What the candidate's own files can be imported as, in any of the languages."""
    names: set[str] = set()
    for file in files:
        path = PurePosixPath(file.path)
        names.update(path.parts[:-1])
        names.add(path.name.split(".")[0])
        names.update(_MODULE.findall(file.content))
        names.update(_PACKAGE.findall(file.content))
        if path.name == "go.mod":
            names.update(_GO_MODULE.findall(file.content))
    return frozenset(names)


def _python(text: str, path: str) -> Iterator[Import]:
    try:
        tree = parse(text, path)
    except Unparsable as error:
        raise Unreadable(f"cannot be parsed: {error.message}") from error
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name=alias.name.split(".")[0], line=node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield Import(name=node.module.split(".")[0], line=node.lineno)


def _javascript(root: Node) -> Iterator[Import]:
    for node in _walk(root):
        source = None
        if node.type in ("import_statement", "export_statement"):
            source = node.child_by_field_name("source")
        elif node.type == "call_expression":
            called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
            if called and given and _text(called) in ("require", "import", "require.resolve"):
                source = given.named_children[0] if given.named_children else None
        if source is not None and source.type == "string":
            name = _text(source)[1:-1]
            if name and not _LOCAL.match(name.removeprefix("node:")):
                parts = name.split("/")
                package = "/".join(parts[:2]) if name.startswith(("@", "node:")) else parts[0]
                yield Import(name=package, line=node.start_point.row + 1)


def _java(root: Node) -> Iterator[Import]:
    for node in _walk(root):
        if node.type == "import_declaration":
            for child in node.named_children:
                if child.type in ("scoped_identifier", "identifier"):
                    yield Import(name=_text(child), line=node.start_point.row + 1)


def _go(root: Node) -> Iterator[Import]:
    for node in _walk(root):
        path = node.child_by_field_name("path") if node.type == "import_spec" else None
        if path is not None and not _text(path)[1:-1].startswith("."):
            yield Import(name=_text(path)[1:-1], line=node.start_point.row + 1)


def _rust(root: Node) -> Iterator[Import]:
    for node in _walk(root):
        first = None
        if node.type == "use_declaration":
            first = node.child_by_field_name("argument")
            while first is not None and first.type not in ("identifier", "crate", "self", "super"):
                first = first.child_by_field_name("path") or first.child(0)
        elif node.type == "extern_crate_declaration":
            first = node.child_by_field_name("name")
        # Crates are written in lower case; `use Shape::*` is of a type of one's own.
        if first is not None and first.type == "identifier" and _text(first)[:1].islower():
            yield Import(name=_text(first), line=node.start_point.row + 1)


def _walk(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.named_children))


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


@cache
def _grammar(name: str) -> tree_sitter.Language:
    grammars: Mapping[str, object] = {key: make for key, make in _GRAMMARS.items()}
    make = grammars[name]
    assert callable(make)
    return tree_sitter.Language(make())
