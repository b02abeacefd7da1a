"""Runs test files that are plain asserts, or that define ``check(candidate)``."""

from __future__ import annotations

import ast
import traceback
import types
from collections.abc import Callable
from typing import Any

from .exceptions import CandidateGone
from .link import Link
from .report import Reporter

_MAX_VALUE = 300
_HARNESS = __file__.rpartition("/")[0] + "/"


def _show(value: Any) -> str:
    try:
        text = repr(value)
    except CandidateGone:
        raise
    except Exception as error:  # noqa: BLE001  a repr may raise anything; it only decorates a message
        text = f"<{type(value).__name__}: repr raised {type(error).__name__}>"
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 3] + "..."


def explain(text: str, left: str, *values: Any) -> str:
    """Why an assertion does not hold.

    Args:
        text: Its source.
        left: The source of the left side of ``left == right``; empty for every other assertion.
        values: Its operands' values.
    """
    shown = [_show(value) for value in values]
    if left:
        return f"{left} is {shown[0]}, but should be {shown[1]}"
    if len(shown) == 1:
        return f"{text} does not hold: the value is {shown[0]}"
    return f"{text} does not hold: the left side is {shown[0]}, the right side {shown[1]}"


class _ShowValues(ast.NodeTransformer):
    """Makes ``assert left == right`` say both values when it fails, like pytest does."""

    def visit_Assert(self, node: ast.Assert) -> Any:
        test = node.test
        operands: list[ast.expr] = []
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            operands = [test.left, test.comparators[0]]
        elif isinstance(test, (ast.Call, ast.Name, ast.Subscript, ast.Attribute)):
            operands = [test]
        elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            operands = [test.operand]
        if not operands or node.msg is not None or any(map(_binds, operands)):
            return node
        names = [f"_acrisol_{place}" for place in range(len(operands))]
        kept: list[ast.stmt] = [
            ast.Assign(targets=[ast.Name(name, ast.Store())], value=operand)
            for name, operand in zip(names, operands, strict=True)
        ]
        loads: list[ast.expr] = [ast.Name(name, ast.Load()) for name in names]
        if isinstance(test, ast.Compare):
            shown: ast.expr = ast.Compare(left=loads[0], ops=test.ops, comparators=[loads[1]])
        elif isinstance(test, ast.UnaryOp):
            shown = ast.UnaryOp(op=ast.Not(), operand=loads[0])
        else:
            shown = loads[0]
        message = ast.Call(
            func=ast.Name("_acrisol_explain", ast.Load()),
            args=[ast.Constant(ast.unparse(test)[:500]), ast.Constant(_left_of_equality(test)[:500]), *loads],
            keywords=[],
        )
        made = [*kept, ast.Assert(test=shown, msg=message)]
        return [ast.fix_missing_locations(ast.copy_location(statement, node)) for statement in made]


def _left_of_equality(test: ast.expr) -> str:
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq):
        return ast.unparse(test.left)
    return ""


def _binds(node: ast.expr) -> bool:
    return any(
        isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)) for part in ast.walk(node)
    )


class ScriptRunner:
    """Runs one file's steps in order, each reported by its own id.

    Args:
        reporter: Where results go.
        link: The way to the candidate; None in a shared process.
    """

    def __init__(self, reporter: Reporter, link: Link | None) -> None:
        self._reporter = reporter
        self._link = link

    def run(self, path: str, source: str, tests: dict[int, str], space: dict[str, Any]) -> dict[str, Any]:
        """Run the top-level statements of a file.

        Args:
            path: The file's path, for messages.
            source: Its text.
            tests: The line at which a statement that is a test begins, and the test's id.
            space: Names that the file may use without defining them.

        Returns:
            The file's namespace afterwards.
        """
        tree = ast.parse(source, path)
        module = types.ModuleType("__main__")
        namespace = vars(module)
        namespace.update(space, __file__=path, _acrisol_explain=explain)
        flags = 0
        for statement in _flat(tree.body):
            line = statement.lineno
            future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
            body = _ShowValues().visit(statement)
            part = ast.Module(body if isinstance(body, list) else [body], [])
            code = compile(part, path, "exec", flags=flags, dont_inherit=True)
            if future:
                flags |= code.co_flags
                flags &= 0x1FF0000
            self._step(path, tests.get(line, ""), line, lambda code=code: exec(code, namespace))  # type: ignore[misc]
        return namespace

    def check(self, path: str, test: str, function: Callable[[Any], Any], candidate: Any) -> None:
        """Call ``check(candidate)`` as one test."""
        self._step(path, test, 1, lambda: function(candidate))

    def _step(self, path: str, test: str, line: int, action: Callable[[], Any]) -> None:
        if self._link is not None:
            self._link.take_notes()
        try:
            action()
        except CandidateGone as error:
            self._reporter.result(test or f"{path}:{line}", "failed", str(error), line, path)
        except BaseException as error:  # noqa: BLE001  whatever it is, the test did not pass
            if test and _leaves_well(error, path):
                self._reporter.result(test, "passed")
                return
            place = _line_in(error, path) or line
            message = describe(error, self._link.take_notes() if self._link is not None else [])
            self._reporter.result(test or f"{path}:{line}", "failed", message, place, path)
        else:
            if test:
                self._reporter.result(test, "passed")


def describe(error: BaseException, notes: list[str]) -> str:
    """An exception in words, with what was remarked while the test ran."""
    own = [note for note in getattr(error, "__notes__", []) if isinstance(note, str)]
    where = vars(error).get("_acrisol_where")
    if where:
        own.append(f"raised in the candidate: {where}")
    text = str(error)
    name = type(error).__name__
    head = text if isinstance(error, AssertionError) and text else f"{name}: {text}" if text else name
    return "\n".join([head, *own, *notes])


def _flat(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements, with those under ``if __name__ == "__main__":`` in its place."""
    found: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.If) and not statement.orelse and is_main_guard(statement.test):
            found.extend(_flat(statement.body))
        else:
            found.append(statement)
    return found


def is_main_guard(test: ast.expr) -> bool:
    """Whether a condition is ``__name__ == "__main__"``."""
    return ast.unparse(test).replace('"', "'") in ("__name__ == '__main__'", "'__main__' == __name__")


def _leaves_well(error: BaseException, path: str) -> bool:
    """Whether a script ends itself and says that all is well; not where the candidate had a part in it."""
    if not isinstance(error, SystemExit) or error.code not in (None, 0):
        return False
    names = [entry.filename for entry in traceback.extract_tb(error.__traceback__)]
    inside = names[names.index(path) :] if path in names else []
    return bool(inside) and not any(name.startswith(_HARNESS) for name in inside)


def _line_in(error: BaseException, path: str) -> int:
    lines = [entry.lineno for entry in traceback.extract_tb(error.__traceback__) if entry.filename == path]
    return int(lines[-1] or 0) if lines else 0
