"""Whether tests ask for something that only one process with the candidate can give; decided on the tests."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from verifiers.execution.suite import TestFile

_FIXTURES = {
    "monkeypatch": "the monkeypatch fixture",
    "capfd": "the capfd fixture",
    "capfdbinary": "the capfdbinary fixture",
    "mocker": "the mocker fixture",
    "caplog": "the caplog fixture",
    "tmp_path": "files that both sides see (tmp_path)",
    "tmpdir": "files that both sides see (tmpdir)",
    "tmp_path_factory": "files that both sides see (tmp_path_factory)",
}
_MODULES = {
    "subprocess": "running the candidate as a program",
    "multiprocessing": "processes that inherit the candidate",
    "runpy": "running the candidate as a program",
    "tempfile": "files that both sides see (tempfile)",
    "tracemalloc": "measuring the candidate's memory",
    "gc": "the candidate's garbage collector",
    "weakref": "weak references to the candidate's objects",
    "pickle": "pickling the candidate's objects",
}
_CALLS = {
    "inspect.getsource": "reading the candidate's source",
    "inspect.getsourcefile": "reading the candidate's source",
    "inspect.getsourcelines": "reading the candidate's source",
    "inspect.getfile": "reading the candidate's source",
    "inspect.stack": "the candidate's stack",
    "importlib.reload": "reloading the candidate's module",
    "importlib.util.spec_from_file_location": "loading the candidate's file",
    "sys.settrace": "tracing the candidate",
    "sys.setrecursionlimit": "the interpreter's recursion limit",
    "sys.getrefcount": "reference counts",
    "dis.dis": "the candidate's byte code",
    **{f"os.{name}": "the working folder or the environment" for name in ("chdir", "environ", "putenv")},
    "sys.modules": "sys.modules",
    "sys.stdin": "standard input",
    "sys.argv": "program arguments",
}


def why_shared(files: Iterable[TestFile], modules: Iterable[str], paths: Iterable[str]) -> str | None:
    """The first reason why the tests need one process with the candidate; None if they do not.

    Args:
        files: The test files.
        modules: Dotted names under which the tests may import the candidate's modules.
        paths: The candidate's paths; a test that names one in a string reads the file.
    """
    own, named = set(modules), set(paths)
    for file in files:
        for node, reason in _reasons(file.tree, own, named):
            return f"{file.path}:{getattr(node, 'lineno', 1)}: {reason}"
    return None


def _reasons(tree: ast.Module, modules: set[str], paths: set[str]) -> Iterator[tuple[ast.AST, str]]:
    from_candidate = _names_from(tree, modules)
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name) if name in _FIXTURES:
                yield node, _FIXTURES[name]
            case ast.Import(names=aliases):
                for alias in aliases:
                    if alias.name in _MODULES:
                        yield node, _MODULES[alias.name]
            case ast.ImportFrom(module=str(module)):
                if module in _MODULES:
                    yield node, _MODULES[module]
                for alias in node.names:
                    if f"{module}.{alias.name}" in _CALLS:
                        yield node, _CALLS[f"{module}.{alias.name}"]
                    if module == "unittest.mock" and alias.name == "patch":
                        yield node, "patching (unittest.mock.patch)"
            case ast.Attribute():
                dotted = ast.unparse(node)
                if dotted in _CALLS:
                    yield node, _CALLS[dotted]
                if dotted.endswith("mock.patch"):
                    yield node, "patching (unittest.mock.patch)"
            case ast.ClassDef(bases=bases):
                for base in bases:
                    if ast.unparse(base).partition(".")[0] in from_candidate:
                        yield (
                            node,
                            f"a class of the tests that derives from the candidate's {ast.unparse(base)}",
                        )
            case ast.Call(func=ast.Name(id="open")) if _writes(node):
                yield node, "files that both sides see"
            case ast.Constant(value=str(text)) if text in paths:
                yield node, f"reading the candidate's file {text}"


def _names_from(tree: ast.Module, modules: set[str]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in modules:
            found.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            found.update(
                alias.asname or alias.name.partition(".")[0] for alias in node.names if alias.name in modules
            )
    return found


def _writes(node: ast.Call) -> bool:
    modes = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    return any(
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set(mode.value) & set("wax+")
        for mode in modes
    )
