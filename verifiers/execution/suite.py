"""What a test suite is made of, read from its source before anything runs."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from verifiers.domain import SourceFile, TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.collected import (
    Suite,
    is_named_like_tests,
    may_hold_more,
    pytest_ids,
    reached,
    suite_of,
)
from verifiers.execution.doctests import examples_in_module, examples_in_text, may_hold_examples
from verifiers.execution.parsing import Unparsable, parse
from verifiers.execution.statements import DEFINITIONS, acting_statements, asserting_statements, calls

Style = Literal["pytest", "script", "check", "doctest", "helper"]
_SUPPORT = ("conftest.py", "__init__.py", "setup.py")  # files that need not hold tests


@dataclass(frozen=True)
class TestFile:
    """One file of a suite: Python, or a text with doctest examples.

    Attributes:
        path: As the user gave it.
        style: How it is run. A helper holds no tests of its own.
        ids: The tests that must be reported passed.
        steps: For a script or doctests, the line at which each test begins and its id.
        bare_names: Names that it uses without defining or importing them, builtins aside.
        builtins_called: Builtins that it calls without defining them.
        mentioned: Every name and attribute in it.
        top_level: Names that it binds itself outside functions and classes; imports count, ``*`` does not.
        imports: Dotted names of the modules that it imports.
        tree: Its syntax tree.
        in_doubt: Whether pytest may find tests in it that its source does not name. It is given to pytest
            in any case then; if its only id is its path, one test at least has to be found and to pass.
    """

    __test__ = False

    path: str
    style: Style
    ids: tuple[str, ...]
    steps: dict[int, str]
    bare_names: frozenset[str]
    builtins_called: frozenset[str]
    mentioned: frozenset[str]
    top_level: frozenset[str]
    imports: frozenset[str]
    tree: ast.Module = field(repr=False)
    in_doubt: bool = False


def read_suite(suite: TestSuite) -> tuple[TestFile, ...]:
    """The suite's files that are or hold Python.

    Raises:
        InvalidInput: a file does not parse, there is no test in any of them, or one holds assertions and
            nothing in it would be run.
    """
    found = tuple(_read_files(suite))
    if not any(file.ids for file in found):
        raise InvalidInput(
            "tests",
            "there is no test in the test files:",
            "write test_* functions, unittest cases, asserts at the top level, check(candidate) or doctests.",
        )
    _check_all_run(suite, found)
    return found


def _read_files(suite: TestSuite) -> Iterator[TestFile]:
    python = [(place, source) for place, source in enumerate(suite.files) if source.path.endswith(".py")]
    trees = {source.path: _parsed(place, source) for place, source in python}
    try:
        together = suite_of(trees)
    except RecursionError as error:
        raise InvalidInput("tests", "are too deeply nested:", "write simpler expressions.") from error
    for place, source in enumerate(suite.files):
        if source.path in trees:
            yield _read_file(place, source, trees[source.path], together)
        elif may_hold_examples(source):
            tree, steps = examples_in_text(source, place)
            yield _test_file(source.path, "doctest", tuple(steps.values()), steps, tree)


def _parsed(place: int, source: SourceFile) -> ast.Module:
    try:
        return parse(source.content, source.path)
    except Unparsable as error:
        raise InvalidInput(
            f"tests.files.{place}.content",
            f"{source.path} does not parse: line {error.line}: {error.message}.",
            "Correct the test file.",
        ) from error


def _read_file(place: int, source: SourceFile, tree: ast.Module, suite: Suite) -> TestFile:
    path = source.path
    alone = not reached(path, suite)
    try:
        style, ids, steps = _classify(tree, path, suite, alone)
        in_doubt = (
            alone
            and style != "pytest"
            and PurePosixPath(path).name not in _SUPPORT
            and may_hold_more(tree, suite)
        )
    except RecursionError as error:
        raise InvalidInput(
            f"tests.files.{place}.content",
            f"{path} is too deeply nested.",
            "Write simpler expressions.",
        ) from error
    if style == "helper" and in_doubt:
        return _test_file(path, "pytest", (path,), {}, tree, in_doubt)
    if style == "helper":
        examples, steps = examples_in_module(tree, path, place)
        if steps:
            whole = ast.Module([*tree.body, *examples.body], [])
            return _test_file(path, "doctest", tuple(steps.values()), steps, whole)
        if alone and PurePosixPath(path).name not in _SUPPORT:
            steps = acting_statements(tree, path)
            style = "script" if steps else "helper"
            ids = tuple(dict.fromkeys(steps.values()))
    return _test_file(path, style, ids, steps, tree, in_doubt)


def _check_all_run(suite: TestSuite, found: Iterable[TestFile]) -> None:
    together = suite_of({file.path: file.tree for file in found})
    places = {source.path: place for place, source in enumerate(suite.files)}
    for file in found:
        idle = file.style == "helper" and PurePosixPath(file.path).name not in _SUPPORT
        if idle and _looks_like_tests(file) and not reached(file.path, together):
            raise InvalidInput(
                f"tests.files.{places[file.path]}.content",
                f"nothing in {file.path} would be run: no other test file imports it, and it holds neither "
                "test functions nor statements.",
                "Call what it defines, name its functions test_*, or leave it out.",
            )


def _looks_like_tests(file: TestFile) -> bool:
    nodes = list(ast.walk(file.tree))
    if is_named_like_tests(file.path):
        return any(isinstance(node, DEFINITIONS) for node in nodes)
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Attribute) and node.attr.startswith("assert"))
        for node in nodes
    )


def _test_file(
    path: str,
    style: Style,
    ids: tuple[str, ...],
    steps: dict[int, str],
    tree: ast.Module,
    in_doubt: bool = False,
) -> TestFile:
    bound, loaded, called, mentioned = _names(tree)
    outside, used_outside, *_ = _names(ast.Module([*_headers(tree)], []))
    # A parameter may be called like the candidate's function: check(add) at the top level means the latter.
    free = (loaded - bound) | (used_outside - outside)
    return TestFile(
        path=path,
        style=style,
        ids=ids,
        steps=steps,
        bare_names=frozenset(
            name for name in free if not hasattr(builtins, name) and not name.startswith("__")
        ),
        builtins_called=frozenset(name for name in called - bound if hasattr(builtins, name)),
        mentioned=frozenset(mentioned),
        top_level=frozenset(outside),
        imports=frozenset(imported_modules(tree)),
        tree=tree,
        in_doubt=in_doubt,
    )


def _classify(
    tree: ast.Module, path: str, suite: Suite, alone: bool
) -> tuple[Style, tuple[str, ...], dict[int, str]]:
    if PurePosixPath(path).name == "conftest.py":
        return "helper", (), {}
    ids = tuple(dict.fromkeys(pytest_ids(tree, path, suite, alone or is_named_like_tests(path))))
    if ids:
        return "pytest", ids, {}
    steps = asserting_statements(tree, path)
    check = next(
        (part for part in tree.body if isinstance(part, ast.FunctionDef) and part.name == "check"), None
    )
    if alone and check is not None and check.args.args and not calls(tree.body, "check"):
        return "check", (*dict.fromkeys(steps.values()), f"{path}::check"), steps
    if steps:
        return "script", tuple(dict.fromkeys(steps.values())), steps
    return "helper", (), {}


def used_as_classes(trees: Iterable[ast.Module]) -> set[str]:
    """Names that tests use as classes, by how they are written or what is done with them.

    A function that is tested may turn out to be a class of the candidate's; that does not make it one that
    the tests mean.
    """
    found: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) if name.lstrip("_")[
                    :1
                ].isupper():
                    found.add(name)
                case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[_, kinds]):
                    found.update(_names_in(kinds))
                case ast.ExceptHandler(type=ast.expr() as kinds):
                    found.update(_names_in(kinds))
    return found


def _names_in(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def _names(tree: ast.Module) -> tuple[set[str], set[str], set[str], set[str]]:
    """Names that are bound, loaded, called, and mentioned at all."""
    bound: set[str] = set()
    loaded: set[str] = set()
    called: set[str] = set()
    mentioned: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                loaded.add(name)
            case ast.Name(id=name):
                bound.add(name)
            case ast.arg(arg=name):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.alias(name=name, asname=other):
                bound.add(other or name.partition(".")[0])
                mentioned.add(name)
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                bound.add(name)
            case ast.Attribute(attr=name):
                mentioned.add(name)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called.add(node.func.id)
    return bound, loaded, called, mentioned | loaded | bound


def _headers(tree: ast.Module) -> Iterator[ast.stmt]:
    """The top-level statements, definitions without what is inside them."""
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield ast.ClassDef(name=statement.name, bases=[], keywords=[], body=[], decorator_list=[])
        else:
            yield statement


def imported_modules(tree: ast.Module) -> set[str]:
    """Dotted names of the modules that a file imports anywhere, relative imports aside."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module)
    return {name for name in found if name.partition(".")[0] not in sys.stdlib_module_names}
