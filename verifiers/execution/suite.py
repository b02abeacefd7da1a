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
from verifiers.execution.doctests import examples_in_module, examples_in_text, may_hold_examples
from verifiers.execution.parsing import Unparsable, parse

Style = Literal["pytest", "script", "check", "doctest", "helper"]
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


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


def read_suite(suite: TestSuite) -> tuple[TestFile, ...]:
    """The suite's files that are or hold Python.

    Raises:
        InvalidInput: a file does not parse, or there is no test in any of them.
    """
    found = tuple(_read_files(suite))
    if not any(file.ids for file in found):
        raise InvalidInput(
            "tests",
            "there is no test in the test files:",
            "write test_* functions, unittest cases, asserts at the top level, check(candidate) or doctests.",
        )
    return found


def _read_files(suite: TestSuite) -> Iterator[TestFile]:
    for place, source in enumerate(suite.files):
        if source.path.endswith(".py"):
            yield _read_file(place, source)
        elif may_hold_examples(source):
            tree, steps = examples_in_text(source, place)
            yield _test_file(source.path, "doctest", tuple(steps.values()), steps, tree)


def _read_file(place: int, source: SourceFile) -> TestFile:
    try:
        tree = parse(source.content, source.path)
    except Unparsable as error:
        raise InvalidInput(
            f"tests.files.{place}.content",
            f"{source.path} does not parse: line {error.line}: {error.message}.",
            "Correct the test file.",
        ) from error
    try:
        style, ids, steps = _classify(tree, source.path)
    except RecursionError as error:
        raise InvalidInput(
            f"tests.files.{place}.content",
            f"{source.path} is too deeply nested.",
            "Write simpler expressions.",
        ) from error
    if style == "helper":
        examples, steps = examples_in_module(tree, source.path, place)
        if steps:
            whole = ast.Module([*tree.body, *examples.body], [])
            return _test_file(source.path, "doctest", tuple(steps.values()), steps, whole)
    return _test_file(source.path, style, ids, steps, tree)


def _test_file(
    path: str, style: Style, ids: tuple[str, ...], steps: dict[int, str], tree: ast.Module
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
    )


def _classify(tree: ast.Module, path: str) -> tuple[Style, tuple[str, ...], dict[int, str]]:
    if PurePosixPath(path).name == "conftest.py":
        return "helper", (), {}
    ids = tuple(_pytest_ids(tree, path))
    if ids:
        return "pytest", ids, {}
    steps = _steps(tree, path)
    check = next(
        (part for part in tree.body if isinstance(part, ast.FunctionDef) and part.name == "check"), None
    )
    if check is not None and check.args.args and not _calls(tree.body, "check"):
        return "check", (*dict.fromkeys(steps.values()), f"{path}::check"), steps
    if steps:
        return "script", tuple(dict.fromkeys(steps.values())), steps
    return "helper", (), {}


def _pytest_ids(tree: ast.Module, path: str) -> Iterator[str]:
    for part in tree.body:
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_test(part):
            yield f"{path}::{part.name}"
        elif isinstance(part, ast.ClassDef) and _is_test_class(part):
            yield from _class_ids(part, f"{path}::{part.name}")


def _class_ids(node: ast.ClassDef, prefix: str) -> Iterator[str]:
    for part in node.body:
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and part.name.startswith("test"):
            yield f"{prefix}::{part.name}"
        elif isinstance(part, ast.ClassDef) and part.name.startswith("Test"):
            yield from _class_ids(part, f"{prefix}::{part.name}")


def _is_test(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    fixture = any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
    return node.name.startswith("test_") and not fixture


def _is_test_class(node: ast.ClassDef) -> bool:
    if any(ast.unparse(base).endswith("TestCase") for base in node.bases):
        return True
    hidden = any(isinstance(part, ast.FunctionDef) and part.name == "__init__" for part in node.body)
    return node.name.startswith("Test") and not hidden


def _steps(tree: ast.Module, path: str) -> dict[int, str]:
    asserting = {
        part.name
        for part in tree.body
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))
        and any(isinstance(inner, ast.Assert) for inner in ast.walk(part))
    }
    steps = {}
    for statement in flat(tree.body):
        inside = list(_outside_definitions(statement))
        calls = {
            part.func.id for part in inside if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
        }
        if any(isinstance(part, ast.Assert) for part in inside) or calls & asserting:
            steps[statement.lineno] = f"{path}:{statement.lineno}"
    return steps


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


def flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements, with those under ``if __name__ == "__main__":`` in its place."""
    for statement in body:
        guard = isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)
        if guard and isinstance(statement, ast.If) and not statement.orelse:
            yield from flat(statement.body)
        else:
            yield statement


def _outside_definitions(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, _DEFINITIONS):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _outside_definitions(child)


def _calls(body: list[ast.stmt], name: str) -> bool:
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == name
        for statement in body
        for part in _outside_definitions(statement)
    )


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
