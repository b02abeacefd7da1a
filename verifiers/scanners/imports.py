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
from verifiers.scanners.javascript_imports import packages_of
from verifiers.scanners.source import language_of
from verifiers.scanners.spellings import java

_FAMILIES = {language: {"javascript", "typescript"} for language in ("javascript", "typescript")}
LANGUAGES = ("python", "javascript", "typescript", "java", "go", "rust")
_PYTHON_LOADERS = ("__import__", "builtins.__import__", "importlib.import_module", "import_module")
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
        name: As the language's registry knows it, or as close as an import says; empty where only the
            running program knows it.
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


def own_names(files: Sequence[SourceFile], language: str) -> frozenset[str]:
    """What the candidate's own files can be imported as in a language, by the files in that language.

    In Go a name with a slash at its end stands for all below it, in Java every name does. A file that cannot
    be parsed declares nothing.
    """
    family = _FAMILIES.get(language, {language})
    names: set[str] = set()
    for file in files:
        path = PurePosixPath(file.path)
        if language == "go" and path.name == "go.mod":
            names.update(f"{module}/" for module in _GO_MODULE.findall(file.content))
        written_in = language_of(file.path, file.content)
        if written_in not in family:
            continue
        if language in ("java", "rust"):
            names.update(_declared(file, written_in))
        if language == "go":
            names.add(str(path.parent).removeprefix("vendor/"))
        elif language != "java":
            names.update(path.parts[:-1])
            names.add(path.name.split(".")[0])
    return frozenset(names)


def _declared(file: SourceFile, language: str) -> Iterator[str]:
    """The packages or modules that a file in Java or Rust says it is or has."""
    for text in dict.fromkeys(java(file.content)) if language == "java" else (file.content,):
        root = tree_sitter.Parser(_grammar(language)).parse(text.encode()).root_node
        left = [] if root.has_error else [root]
        while left:  # modules are in each other: nothing else is entered, or a long file would take seconds
            for node in left.pop().named_children:
                if node.type == "mod_item":
                    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
                    yield _text(name) if name else ""
                    left += [body] if body else []
                elif node.type == "package_declaration":
                    yield from (_text(child) for child in node.named_children if "identifier" in child.type)


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
        elif isinstance(node, ast.Call) and node.args and _dotted(node.func) in _PYTHON_LOADERS:
            name = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if isinstance(name, str) and name and not name.startswith("."):
                yield Import(name=name.split(".")[0], line=node.lineno)


def _dotted(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return f"{called.value.id}.{called.attr}"
    return called.id if isinstance(called, ast.Name) else ""


def _javascript(root: Node) -> Iterator[Import]:
    for node in _walk(root):
        for name in packages_of(node):
            yield Import(name=name, line=node.start_point.row + 1)


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
