"""What pytest collects from the files of a suite, as far as their source tells it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PYTESTS_FIXTURES = frozenset(
    ("cache", "capfd", "capfdbinary", "caplog", "capsys", "capsysbinary", "doctest_namespace", "monkeypatch",
     "pytestconfig", "record_property", "recwarn", "request", "subtests", "tmp_path", "tmp_path_factory",
     "tmpdir", "tmpdir_factory")
)  # fmt: skip
_MAKERS_OF_DATA = ("namedtuple", "NamedTuple", "TypedDict", "NewType", "TypeVar")
_PUT_IN_PLACE = frozenset(("globals", "locals", "vars", "setattr", "exec"))
_TEST_NAME = re.compile(r"[tT]est\w*")


@dataclass(frozen=True)
class Suite:
    """What the files of a suite can use of each other.

    Attributes:
        classes: The classes at the top level of any of them, by name.
        fixtures: Names of the fixtures that they define.
        modules: Names under which they can be imported.
        mentions: What each of them imports or has as a string, by path.
    """

    classes: Mapping[str, ast.ClassDef]
    fixtures: frozenset[str]
    modules: frozenset[str]
    mentions: Mapping[str, set[str]]


def suite_of(trees: Mapping[str, ast.Module]) -> Suite:
    """What the files with these syntax trees, by path, can use of each other."""
    nodes = [node for tree in trees.values() for node in ast.walk(tree)]
    fixtures = {node.name for node in nodes if isinstance(node, _FUNCTIONS) and _is_fixture(node)}
    return Suite(
        classes={
            part.name: part for tree in trees.values() for part in tree.body if isinstance(part, ast.ClassDef)
        },
        fixtures=frozenset(fixtures) | _PYTESTS_FIXTURES,
        modules=frozenset(name for path in trees for name in _module_names(path)),
        mentions={path: _mentioned(tree) for path, tree in trees.items()} if len(trees) > 1 else {},
    )


def is_named_like_tests(path: str) -> bool:
    """Whether pytest would look into a file because of its name."""
    name = PurePosixPath(path).stem
    return name.startswith("test_") or name.endswith("_test") or name in ("test", "tests")


def reached(path: str, suite: Suite) -> bool:
    """Whether another file of the suite imports a file, or names it in a string."""
    names = _module_names(path) | {path, PurePosixPath(path).name}
    return any(names & found for other, found in suite.mentions.items() if other != path)


def _module_names(path: str) -> set[str]:
    pure = PurePosixPath(path).with_suffix("")
    return {pure.name, ".".join(pure.parts)}


def _mentioned(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                found.update(part for alias in aliases for part in (alias.name, *alias.name.split(".")))
            case ast.ImportFrom(module=module, names=aliases):
                found.update(alias.name for alias in aliases)
                found.update((module or "").split("."))
            case ast.Constant(value=str(text)) if len(text) < 100:
                found.update((text, text.rpartition(".")[2], text.rpartition("/")[2]))
    return found


def pytest_ids(tree: ast.Module, path: str, suite: Suite, loose: bool) -> Iterator[str]:
    """The tests that pytest will collect from a file.

    Args:
        tree: The file's syntax tree.
        path: Its path, with which every id begins.
        suite: What it can use of the other files.
        loose: Whether a function counts that begins with ``test`` only, as pytest has it. In a file that
            others import it may be anything.
    """
    gone = {ast.unparse(target) for part in tree.body if isinstance(part, ast.Delete)
            for target in part.targets}  # fmt: skip
    outside = [part for part in tree.body if not isinstance(part, (*_FUNCTIONS, ast.ClassDef))]
    called = {ast.unparse(node.func) for part in outside
              for node in ast.walk(part) if isinstance(node, ast.Call)}  # fmt: skip
    classes = {**suite.classes, **{part.name: part for part in tree.body if isinstance(part, ast.ClassDef)}}
    for part in tree.body:
        if isinstance(part, _FUNCTIONS):
            other = loose and part.name not in called and _takes_only(part, suite.fixtures)
            if _is_test(part, other) and part.name not in gone:
                yield f"{path}::{part.name}"
        elif isinstance(part, ast.ClassDef) and part.name not in gone and _is_test_class(part, classes):
            yield from _class_ids(part, f"{path}::{part.name}", classes)


def may_hold_more(tree: ast.Module, suite: Suite) -> bool:
    """Whether pytest may find tests in a file that its source does not name."""
    loaded = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    imported: set[str] = set()
    for part in tree.body:
        match part:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                continue
            case ast.ClassDef():
                if _may_inherit_tests(part, suite, imported):
                    return True
                continue
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in loaded:
                if _may_be_test(name, value):
                    return True
            case ast.ImportFrom() if _is_of_suite(part, suite):
                names = {alias.asname or alias.name for alias in part.names}
                if "*" in names or any(map(_named, names)):
                    return True
                imported |= names
        inner = ast.walk(part)
        if any(isinstance(node, (*_FUNCTIONS, ast.ClassDef)) and _named(node.name) for node in inner):
            return True
    return _puts_tests_in_place(tree)


def _is_of_suite(node: ast.ImportFrom, suite: Suite) -> bool:
    module = node.module or ""
    return node.level > 0 or module in suite.modules or module.rpartition(".")[2] in suite.modules


def _named(name: str) -> bool:
    return name.startswith(("test", "Test"))


def _may_be_test(name: str, value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return _named(name) and not ast.unparse(value.func).endswith(_MAKERS_OF_DATA)
    return _named(name) and isinstance(value, (ast.Lambda, ast.Name, ast.Attribute, ast.Subscript))


def _may_inherit_tests(node: ast.ClassDef, suite: Suite, imported: set[str]) -> bool:
    bases = [base for base in node.bases if not isinstance(base, ast.Call)]
    made = [base for base in node.bases if isinstance(base, ast.Call)]
    if any(not ast.unparse(base.func).endswith(_MAKERS_OF_DATA) for base in made):
        return True
    if not _is_test_class(node, suite.classes):
        return False
    decorated = any("dataclass" not in ast.unparse(part) for part in node.decorator_list)
    return decorated or any(ast.unparse(base).partition(".")[0] in imported for base in bases)


def _puts_tests_in_place(tree: ast.Module) -> bool:
    calls = {node.func.id for node in ast.walk(tree)
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return bool(calls & _PUT_IN_PLACE) and any(
        isinstance(text, str) and _TEST_NAME.fullmatch(text) for text in texts
    )


def _is_fixture(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)


def _is_test(node: ast.FunctionDef | ast.AsyncFunctionDef, loose: bool) -> bool:
    return node.name.startswith("test" if loose else "test_") and not _is_fixture(node)


def _takes_only(node: ast.FunctionDef | ast.AsyncFunctionDef, fixtures: Iterable[str]) -> bool:
    """Whether pytest could call a function: with fixtures, or with what a decorator gives it."""
    given = node.args
    places = [*given.posonlyargs, *given.args]
    needed = places[: len(places) - len(given.defaults)]
    needed += [arg for arg, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is None]
    return bool(node.decorator_list) or {arg.arg for arg in needed} <= set(fixtures)


def _bases(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> Iterator[ast.ClassDef]:
    """The classes of the suite that a class derives from, itself first, each once."""
    seen: set[str] = set()
    left = [node]
    while left:
        one = left.pop(0)
        if one.name in seen:
            continue
        seen.add(one.name)
        yield one
        names = [ast.unparse(base).rpartition(".")[2] for base in one.bases]
        left = [*(classes[name] for name in names if name in classes), *left]


def _is_test_class(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> bool:
    line = list(_bases(node, classes))
    parts = [part for one in line for part in one.body]
    for part in parts:
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "__test__":
            if ast.unparse(part.value) == "False":
                return False
            break
    if any(ast.unparse(base).endswith("TestCase") for one in line for base in one.bases):
        return True
    hidden = any(isinstance(part, _FUNCTIONS) and part.name in ("__init__", "__new__") for part in parts)
    return node.name.startswith("Test") and not hidden


def _class_ids(node: ast.ClassDef, prefix: str, classes: Mapping[str, ast.ClassDef]) -> Iterator[str]:
    seen: set[str] = set()
    for one in _bases(node, classes):
        own: set[str] = set()
        for part in one.body:
            if isinstance(part, ast.Assign):
                own.update(target.id for target in part.targets if isinstance(target, ast.Name))
            if not isinstance(part, (*_FUNCTIONS, ast.ClassDef)) or part.name in seen | own:
                continue
            own.add(part.name)
            if isinstance(part, ast.ClassDef):
                if part.name.startswith("Test"):
                    yield from _class_ids(part, f"{prefix}::{part.name}", classes)
            elif part.name.startswith("test") and not _is_fixture(part):
                yield f"{prefix}::{part.name}"
        seen |= own
