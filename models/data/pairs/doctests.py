"""Problems with tests out of documented examples: the step ``doctests``.

A Python function whose docstring shows calls and their results is a task that can be judged: the prose is the
instruction, the examples are the tests, the function is a solution.
"""

from __future__ import annotations

import ast
import builtins
import doctest
import sys
import warnings
from collections.abc import Iterator
from typing import Literal, NamedTuple

from pydantic import Field

from models.data.document import Document
from models.data.pairs.instructions import asked_for, is_worth_asking
from models.data.source.definitions import Definition, definitions
from models.data.source.grammars import parse
from models.data.step import Dropped, Kept
from verifiers.domain import Value, digest

_KNOWN = frozenset(dir(builtins)) | {"__name__"}
_STATEFUL = frozenset(
    {"datetime", "os", "random", "secrets", "socket", "subprocess", "tempfile", "time", "uuid"}
)
_MOST_EXAMPLES = 20
_TRACEBACK = "Traceback (most recent call last)"


class Example(NamedTuple):
    """A function that stands for itself, with its tests.

    Attributes:
        definition: The function.
        reference: It with the imports that it needs.
        tests: Python source: assertions on the function's name.
    """

    definition: Definition
    reference: str
    tests: str


def examples(text: str, least_tests: int = 1) -> list[Example]:
    """The functions of a Python text whose docstrings hold examples that can be asserted.

    A function counts where all that it and its examples name is built in, imported from the standard library
    at its top, or itself, and where it asks for nothing that changes from run to run (time, chance).

    Args:
        text: Hostile. It is read, never run.
        least_tests: Assertions that a function needs.
    """
    source = parse(text, "python") if ">>>" in text else None
    module = _module(text) if source else None
    if source is None or module is None:
        return []
    imports = _imports(module)
    found = []
    for item in definitions(source):
        if item.kind != "function" or item.scope or ">>>" not in item.documentation:
            continue
        made = _example(item, imports, least_tests)
        if made:
            found.append(made)
    return found


def _example(item: Definition, imports: dict[str, str], least_tests: int) -> Example | None:
    body = _module(item.code)
    tests = [line for line in _assertions(item.documentation) if not _imports_only(line, item.name)]
    asserting = sum(line.startswith(("assert", "try:")) for line in tests)
    tree = _module("\n".join(tests))
    if body is None or tree is None or asserting < least_tests or not _calls(tree, item.name):
        return None
    if _imports_more(body) or _imports_more(tree):
        return None
    needed = _free(body) - {item.name}
    tested = _free(tree) - {item.name}
    if not needed <= _KNOWN | imports.keys() or not tested <= _KNOWN | imports.keys():
        return None
    if _is_stateful(imports[name] for name in (needed | tested) & imports.keys()) or "print" in tested:
        return None
    if "open" in needed | tested or "input" in needed | tested or item.code.startswith(("@", "async ")):
        return None
    head = "\n".join(dict.fromkeys(imports[name] for name in sorted(needed & imports.keys())))
    test_head = "\n".join(dict.fromkeys(imports[name] for name in sorted(tested & imports.keys())))
    reference = f"{head}\n\n\n{item.code}" if head else item.code
    return Example(
        item, reference.strip() + "\n", "\n".join([*([test_head] if test_head else []), *tests]) + "\n"
    )


def _assertions(documentation: str) -> Iterator[str]:
    try:
        shown = doctest.DocTestParser().get_examples(documentation)
    except ValueError:
        return
    for example in shown[:_MOST_EXAMPLES]:
        if example.options or (example.exc_msg is not None and _TRACEBACK not in example.want):
            continue
        asked, want = example.source.strip(), example.want.strip()
        expression = _expression(asked)
        if expression is None:
            if not want and _module(asked):
                yield asked
            continue
        if _TRACEBACK in want:
            error = want.rsplit("\n", 1)[-1].split(":")[0].strip()
            if error.isidentifier() and error in _KNOWN:
                yield _raising(asked, error)
            continue
        if not want or "..." in want or "<" in want:
            continue
        value = _literal(want)
        yield (
            f"assert {_bracketed(asked)} == {want}"
            if value is not None
            else f"assert repr({asked}) == {want!r}"
        )


def _raising(asked: str, error: str) -> str:
    return f"try:\n    {asked}\nexcept {error}:\n    pass\nelse:\n    raise AssertionError('no {error}')"


def _bracketed(expression: str) -> str:
    tree = _expression(expression)
    simple = isinstance(tree, (ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.Constant))
    return expression if simple else f"({expression})"


def _literal(text: str) -> ast.expr | None:
    """The expression where a text is a value as Python writes it and equal to itself."""
    tree = _expression(text)
    try:
        value = None if tree is None else ast.literal_eval(tree)
        return tree if value == value else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _expression(text: str) -> ast.expr | None:
    module = _module(text)
    if module is None or len(module.body) != 1 or not isinstance(module.body[0], ast.Expr):
        return None
    return module.body[0].value


def _module(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _imports(module: ast.Module) -> dict[str, str]:
    """Name -> the import that binds it, for what is imported from the standard library at the top."""
    found: dict[str, str] = {}
    for node in module.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in sys.stdlib_module_names:
                    bound = f" as {alias.asname}" if alias.asname else ""
                    found[alias.asname or alias.name.split(".")[0]] = f"import {alias.name}{bound}"
        elif _is_standard(node) and isinstance(node, ast.ImportFrom):
            for alias in node.names:
                bound = f" as {alias.asname}" if alias.asname else ""
                found[alias.asname or alias.name] = f"from {node.module} import {alias.name}{bound}"
    found.pop("*", None)
    return found


def _is_standard(node: ast.AST) -> bool:
    """Whether a node is an import of what every Python has."""
    if isinstance(node, ast.Import):
        return all(alias.name.split(".")[0] in sys.stdlib_module_names for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return not node.level and (node.module or "").split(".")[0] in sys.stdlib_module_names
    return False


def _imports_more(module: ast.Module) -> bool:
    imports = [node for node in ast.walk(module) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return not all(map(_is_standard, imports))


def _imports_only(statement: str, name: str) -> bool:
    """Whether a statement imports the documented function and nothing else."""
    module = _module(statement)
    node = module.body[0] if module and len(module.body) == 1 else None
    return isinstance(node, ast.ImportFrom) and [alias.name for alias in node.names] == [name]


def _is_stateful(imports: Iterator[str]) -> bool:
    return any(line.split()[1].split(".")[0] in _STATEFUL for line in imports)


def _free(module: ast.Module) -> set[str]:
    """Names that are read and bound nowhere in a text; where they are bound does not matter here."""
    read: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            read.update(node.names)
    return read - bound


def _calls(module: ast.Module, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(module))


class DoctestStep(Value):
    """Makes a task with tests of each self-contained Python function whose docstring shows examples.

    Attributes:
        least_tests: Examples that can be asserted.
        most_lines: Of code.
        keep_file: The file itself goes on as well.
        seed: Of how things are asked for.
    """

    step: Literal["doctests"] = "doctests"
    least_tests: int = Field(default=2, ge=1)
    most_lines: int = Field(default=80, ge=1)
    keep_file: bool = True
    seed: int = 0

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`."""
        if document.prompt or document.method or document.language != "python":
            return Kept((document,))
        tasks = [
            self._task(document, example)
            for example in examples(document.text, self.least_tests)
            if example.definition.last - example.definition.first < self.most_lines
            and is_worth_asking(example.definition, 3)
        ]
        kept_too = (document,) if self.keep_file else ()
        if not (*kept_too, *tasks):
            return Dropped("no examples")
        return Kept((*kept_too, *tasks), {"tasks with tests": len(tasks)} if tasks else {})

    def _task(self, document: Document, example: Example) -> Document:
        item = example.definition
        name = f"doctest:{item.name}@{item.first}"
        variant = int(digest(f"doctests\x00{self.seed}\x00{document.id}#{name}")[:8], 16)
        return document.part(
            name,
            prompt=asked_for(item, "python", variant),
            text=example.reference,
            method="task",
            metadata=document.metadata | {"symbol": item.name, "tests": example.tests},
        )
