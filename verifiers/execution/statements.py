"""The statements at the top level of a test file that are tests: where each begins and its id."""

from __future__ import annotations

import ast
from collections.abc import Iterator

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_ACTING = (ast.Expr, ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)
_PREPARING = ("sys", "os", "logging", "warnings", "random", "print")  # calls of these test nothing


def asserting_statements(tree: ast.Module, path: str) -> dict[int, str]:
    """Those that assert, themselves or by calling a function of the file that does."""
    asserting = {
        part.name
        for part in tree.body
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))
        and any(isinstance(inner, ast.Assert) for inner in ast.walk(part))
    }
    steps = {}
    for statement in flat(tree.body):
        inside = list(outside_definitions(statement))
        calls = {
            part.func.id for part in inside if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
        }
        if any(isinstance(part, ast.Assert) for part in inside) or calls & asserting:
            steps[statement.lineno] = f"{path}:{statement.lineno}"
    return steps


def acting_statements(tree: ast.Module, path: str) -> dict[int, str]:
    """Those of a file without assertions that can fail all the same."""
    steps = {}
    for statement in flat(tree.body):
        inside = list(outside_definitions(statement))
        calls = [ast.unparse(part.func) for part in inside if isinstance(part, ast.Call)]
        acts = isinstance(statement, _ACTING)
        raises = any(isinstance(part, ast.Raise) for part in inside)
        if raises or (acts and not all(map(_prepares, calls))):
            steps[statement.lineno] = f"{path}:{statement.lineno}"
    return steps


def _prepares(called: str) -> bool:
    return called not in ("sys.exit", "os._exit") and called.partition(".")[0] in _PREPARING


def flat(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements, with those under ``if __name__ == "__main__":`` in its place."""
    for statement in body:
        guard = isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)
        if guard and isinstance(statement, ast.If) and not statement.orelse:
            yield from flat(statement.body)
        else:
            yield statement


def outside_definitions(node: ast.AST) -> Iterator[ast.AST]:
    """What runs where a statement stands, functions and classes that it defines aside."""
    if isinstance(node, DEFINITIONS):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from outside_definitions(child)


def calls(body: list[ast.stmt], name: str) -> bool:
    """Whether one of the statements calls a function by name."""
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == name
        for statement in body
        for part in outside_definitions(statement)
    )
