"""Which of the candidate's modules the tests mean, and which names they use without importing them."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import PurePosixPath

from tree_sitter import Node

from verifiers.domain import CodingTask, SourceFile
from verifiers.execution.languages.javascript.syntax import (
    all_declared,
    bound_names,
    imports,
    is_source,
    parse,
    text_of,
    top_level_names,
    used_names,
    walk,
)

_DEFINED = re.compile(r"\b(?:function\s*\*?\s*|const\s+|let\s+|var\s+|class\s+)([A-Za-z_$][\w$]*)")
_PRINTS = re.compile(
    r"\bconsole\s*\.\s*(?:log|info|warn|error|debug)\s*=[^=]|\(\s*console\s*,|\bstdout\b|\bstderr\b|\{[^{}]*console"
)


@functools.cache
def own_names() -> frozenset[str]:
    """Names of the language's, of node's and of the test frameworks' own things: never the candidate's."""
    data = resources.files("verifiers.execution.languages.javascript").joinpath("own_names.json").read_text()
    return frozenset(json.loads(data))


@dataclass(frozen=True)
class Names:
    """What the tests mean by their names.

    Attributes:
        main: The candidate's module that ``solution`` and bare names mean; empty where it has none.
        candidate: Every file of the candidate's side that can be imported.
        scope: Names that the tests use and that nobody in the tests defines.
        entry: The name of the function that ``check(candidate)`` receives; empty if nothing says it.
        inner: Those of them that the main module declares at its top level.
        theirs: Names in the tests that stand for something of the candidate's: also those that are imported.
        imported: Names that the tests import from the candidate by an ``import`` with braces.
        named: Every word in the tests.
        prints: Whether the tests watch what is printed.
    """

    main: str
    candidate: tuple[str, ...]
    scope: tuple[str, ...]
    entry: str
    inner: tuple[str, ...]
    theirs: frozenset[str]
    imported: tuple[str, ...]
    named: tuple[str, ...]
    prints: bool


def find_names(
    task: CodingTask, files: dict[str, SourceFile], written: Sequence[str], roots: dict[str, Node]
) -> Names:
    """What the tests mean.

    Args:
        task: The task.
        files: The candidate's side, by path.
        written: Which of them the candidate wrote.
        roots: The trees of all test files.
    """
    sources = [path for path in files if is_source(path)]
    main = _main(sources, written, roots)
    used: set[str] = set()
    words: set[str] = set()
    imported: set[str] = set()
    for root in roots.values():
        used |= used_names(root) - all_declared(root)
        words.update(text_of(node) for node in walk(root) if node.type.endswith("identifier"))
        imported |= _imported_names(root)
    given = _entry_points(task)
    scope = {name for name in used if name not in own_names() or name in given} | (given & used)
    declared = top_level_names(parse(main, files[main].content)) if main else set()
    entry = _entry_point(task, declared)
    if "check" in used or any("check" in top_level_names(root) for root in roots.values()):
        scope |= {entry} - {""}
    return Names(
        main=main,
        candidate=tuple(path for path in files if is_source(path) or path.endswith(".json")),
        scope=tuple(sorted(scope)),
        entry=entry,
        inner=tuple(sorted(scope & declared)),
        theirs=frozenset(scope | imported),
        imported=tuple(sorted(name for root in roots.values() for name in _braced(root))),
        named=tuple(sorted(words)),
        prints=any(_PRINTS.search(text_of(root)) for root in roots.values()),
    )


def _entry_point(task: CodingTask, declared: set[str]) -> str:
    if task.tests is not None and task.tests.entry_point:
        return task.tests.entry_point
    said = [name for name in _DEFINED.findall(task.instruction) if not declared or name in declared]
    return said[-1] if said else (next(iter(declared)) if len(declared) == 1 else "")


def _entry_points(task: CodingTask) -> set[str]:
    """Names that the task itself says are to be written, and so may stand for one of the language's own."""
    said = set(_DEFINED.findall(task.instruction))
    if task.tests is not None and task.tests.entry_point:
        said.add(task.tests.entry_point)
    return said - {"console", "assert", "process", "require", "module", "exports", "globalThis", "global"}


def _imported_names(root: Node) -> set[str]:
    """Names that a file binds to what it imports by a path, or as ``solution``."""
    found: set[str] = set()
    for module, node in imports(root):
        if not (module.startswith(".") or module.startswith("solution")):
            continue
        if node.type == "import_statement":
            found.update(text_of(part) for part in walk(node) if part.type == "identifier")
        elif node.parent and node.parent.type == "variable_declarator":
            found.update(bound_names(node.parent.child_by_field_name("name")))
    return found


def _braced(root: Node) -> Iterable[str]:
    for module, node in imports(root):
        if node.type != "import_statement" or not (module.startswith(".") or module.startswith("solution")):
            continue
        for part in walk(node):
            name = text_of(part.child_by_field_name("name")) if part.type == "import_specifier" else ""
            if name.isidentifier() and name != "default":
                yield name


def _main(sources: Sequence[str], written: Sequence[str], roots: dict[str, Node]) -> str:
    """``solution``, else the only file, else the first that the tests import, else the first."""
    if not sources:
        return ""
    for path in sources:
        if PurePosixPath(path).stem == "solution":
            return path
    if len(sources) == 1:
        return sources[0]
    stems = [PurePosixPath(re.sub(r"\.[cm]?[jt]s$", "", name)).name for name in _modules(roots.values())]
    for stem in stems:
        for path in sources:
            if PurePosixPath(path).stem == stem:
                return path
    return next((path for path in written if path in sources), sources[0])


def _modules(roots: Iterable[Node]) -> Iterable[str]:
    for root in roots:
        for name, _ in imports(root):
            yield name
