"""What the test files say before anything runs: the ids of their tests, and how each file is to be run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from tree_sitter import Node

from verifiers.domain import TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.javascript.syntax import (
    bound_names,
    first_error,
    imports,
    is_source,
    parse,
    plain_string,
    text_of,
    top_level_names,
    walk,
)

SEPARATOR = " > "
CHECK = "check"
MARK = "__acrisol_at"  # called with a line before each statement of a script
_TESTS = frozenset(("test", "it", "specify", "xit", "xtest", "fit", "ftest"))
_SUITES = frozenset(("describe", "suite", "context", "xdescribe", "fdescribe"))
_VARIANTS = frozenset(("only", "skip", "todo", "failing", "fails", "concurrent", "sequential"))
_MAKERS = frozenset(("each", "for", "skipIf", "runIf"))  # called with something else before the name
_FRAMEWORKS = frozenset(("node:test", "@jest/globals", "vitest", "mocha", "bun:test", "jest"))
_ACTS = frozenset(("call_expression", "new_expression", "await_expression"))
_DECLARATIONS = frozenset(("lexical_declaration", "variable_declaration"))
_NO_STATEMENTS = frozenset(
    ("import_statement", "export_statement", "function_declaration", "generator_function_declaration",
     "class_declaration", "comment", "interface_declaration", "type_alias_declaration", "enum_declaration")
)  # fmt: skip
_LONG = 150


@dataclass(frozen=True)
class TestFile:
    """One file that holds tests.

    Attributes:
        path: Its path.
        root: Its tree.
        tests: For each test its names from the outermost suite inwards; of a script, ``line N`` for each
            statement; ``check`` where it defines ``check(candidate)`` and nothing calls that.
        lines: Of a script: byte offset and line of each such statement.
        is_script: Whether it is run from its top to its end.
    """

    __test__ = False

    path: str
    root: Node
    tests: tuple[tuple[str, ...], ...]
    lines: tuple[tuple[int, int], ...] = ()
    is_script: bool = False

    @property
    def has_check(self) -> bool:
        """Whether ``check`` is to be called with the candidate's function."""
        return self.tests == ((CHECK,),)


@dataclass
class _Search:
    """Where a search for tests stands."""

    aliases: dict[str, str] = field(default_factory=dict)  # name -> what it is called in its module
    found: dict[tuple[str, ...], None] = field(default_factory=dict)


def read_tests(tests: TestSuite) -> tuple[TestFile, ...]:
    """The files that hold tests; those that other test files import are helpers.

    Raises:
        InvalidInput: one does not parse, or none holds a test.
    """
    roots: dict[str, Node] = {}
    for file in tests.files:
        if is_source(file.path):
            roots[file.path] = root = parse(file.path, file.content.replace("#!", "//", 1)
                                            if file.content.startswith("#!") else file.content)  # fmt: skip
            if line := first_error(root):
                raise InvalidInput(
                    "tests", f"{file.path} does not parse at line {line}:", "correct the tests."
                )
    helpers = {name for path, root in roots.items() for name in _imported_files(path, root, roots)}
    read = [_read(path, root) for path, root in roots.items() if path not in helpers or len(roots) == 1]
    found = tuple(file for file in read if file.tests)
    if not found:
        raise InvalidInput(
            "tests", "they hold no test:", "give node:test or jest-style tests, or a script with assertions."
        )
    return found


def test_id(path: str, names: Sequence[str]) -> str:
    """The id under which a test is reported."""
    return f"{path}::{SEPARATOR.join(names)}"


def _imported_files(path: str, root: Node, among: dict[str, Node]) -> Iterator[str]:
    folder = PurePosixPath(path).parent
    for name, _ in imports(root):
        if not name.startswith("."):
            continue
        parts: list[str] = []
        for part in (folder / name).parts:
            if part == "..":
                parts = parts[:-1]
            elif part != ".":
                parts.append(part)
        target = "/".join(parts)
        stem = re.sub(r"\.[cm]?[jt]s$", "", target)
        yield from (other for other in among if other != path and re.sub(r"\.[cm]?[jt]s$", "", other) == stem)


def _read(path: str, root: Node) -> TestFile:
    search = _Search(aliases=dict(_aliases(root)))
    _search(root, (), frozenset(), search)
    if search.found:
        return TestFile(path, root, tuple(search.found))
    lines = _statements(root, declarations=False)
    if not lines and CHECK in top_level_names(root):
        return TestFile(path, root, ((CHECK,),), is_script=True)
    lines = lines or _statements(root, declarations=True)
    names = dict.fromkeys((f"line {line}",) for _, line in lines)
    return TestFile(path, root, tuple(names), lines, is_script=True)


def _statements(root: Node, declarations: bool) -> tuple[tuple[int, int], ...]:
    """Offset and line of each statement at the top level that does something."""
    found = []
    for statement in root.named_children:
        if statement.type in _NO_STATEMENTS or (statement.type in _DECLARATIONS) is not declarations:
            continue
        if any(node.type in _ACTS for node in walk(statement, into_functions=False)):
            found.append((statement.start_byte, statement.start_point[0] + 1))
    return tuple(found)


def _aliases(root: Node) -> Iterator[tuple[str, str]]:
    """Names under which a file knows what it imports from a test framework."""
    for module, node in imports(root):
        if module not in _FRAMEWORKS:
            continue
        if node.type == "import_statement":
            for part in walk(node):
                if part.type == "import_specifier":
                    name = text_of(part.child_by_field_name("name"))
                    yield text_of(part.child_by_field_name("alias")) or name, name
                elif (
                    part.type == "identifier"
                    and part.parent
                    and part.parent.type
                    in (
                        "import_clause",
                        "namespace_import",
                    )
                ):
                    yield text_of(part), "test"
            continue
        holder = node.parent
        pattern = (
            holder.child_by_field_name("name") if holder and holder.type == "variable_declarator" else None
        )
        if pattern is None:
            continue
        if pattern.type == "identifier":
            yield text_of(pattern), "test"
        for part in pattern.named_children:
            if part.type == "pair_pattern":
                for name in bound_names(part.child_by_field_name("value")):
                    yield name, text_of(part.child_by_field_name("key"))


def _search(node: Node, names: tuple[str, ...], contexts: frozenset[str], search: _Search) -> None:
    """Collect the tests below a node.

    Args:
        node: Where to look.
        names: Of the suites and tests around it.
        contexts: Names of the ``t`` of the tests around it.
        search: Where they are collected.
    """
    stack = [node]
    while stack:
        part = stack.pop()
        called = _called(part, contexts, search) if part.type == "call_expression" else None
        if called is None:
            stack.extend(reversed(part.named_children))
            continue
        kind, line, is_table = called
        given = part.child_by_field_name("arguments")
        values = [child for child in given.named_children if child.type != "comment"] if given else []
        if not values or (len(values) == 1 and kind == "suite"):
            continue
        inner = (*names, _name(values[0], line, is_table))
        body = next(
            (value for value in values if value.type in ("arrow_function", "function_expression")), None
        )
        if kind == "test":
            search.found[inner] = None
        if body is not None:
            deeper = contexts | _first_parameter(body) if kind == "test" else contexts
            _search(body, inner, deeper, search)


def _name(value: Node, line: int, is_table: bool) -> str:
    said = None if is_table else plain_string(value)
    if said is None or len(said) > _LONG or not said.strip():
        return f"line {line}"
    return re.sub(r"\s+", " ", said).replace("[", "(").replace("]", ")").strip()


def _called(call: Node, contexts: frozenset[str], search: _Search) -> tuple[str, int, bool] | None:
    """Whether a call makes a test or a suite: which, at which line, and whether its name is a template's."""
    function, is_table = call.child_by_field_name("function"), False
    if function is not None and function.type == "call_expression":
        function, is_table = function.child_by_field_name("function"), True
        if function is None or text_of(function.child_by_field_name("property")) not in _MAKERS:
            return None
        place = function.child_by_field_name("property")
        function = function.child_by_field_name("object")
    else:
        place = function
    parts: list[str] = []
    while function is not None and function.type == "member_expression":
        inner = function.child_by_field_name("property")
        place = inner if not parts and not is_table else place
        parts.append(text_of(inner))
        function = function.child_by_field_name("object")
    if function is None or function.type != "identifier" or place is None:
        return None
    base, line = text_of(function), place.start_point[0] + 1
    word = search.aliases.get(base, base)
    named = [part for part in parts if part not in _VARIANTS]
    if named:  # test.describe(...), t.test(...)
        if len(named) > 1 or not (word in _TESTS | _SUITES or base in contexts or base in search.aliases):
            return None
        word = named[0]
        if word in _MAKERS:
            return None
    elif base in contexts:
        return None
    kind = "test" if word in _TESTS else "suite" if word in _SUITES else ""
    return (kind, line, is_table) if kind else None


def _first_parameter(body: Node) -> frozenset[str]:
    parameters = body.child_by_field_name("parameters")
    single = body.child_by_field_name("parameter")
    if single is not None:
        return frozenset((text_of(single),))
    if parameters is None or not parameters.named_children:
        return frozenset()
    first = parameters.named_children[0]
    return frozenset(bound_names(first.child_by_field_name("pattern") or first))
