"""Which of the candidate's modules the tests mean, and under which names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from verifiers.domain import Candidate, CodingTask, SourceFile
from verifiers.errors import InvalidInput
from verifiers.execution.parsing import Unparsable, parse
from verifiers.execution.suite import TestFile

HIDDEN = ".acrisol"  # folder of the harness; no file of anybody else may lie in it
_DEF = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+([A-Za-z_]\w*)[ \t]*\(", re.MULTILINE)


@dataclass(frozen=True)
class Modules:
    """The candidate's modules.

    Attributes:
        main: Dotted name of the one whose names the tests may use without importing it.
        main_path: Its path.
        names: Every name that the tests may import, with the candidate's own name for it.
    """

    main: str
    main_path: str
    names: dict[str, str]


def project_files(task: CodingTask, candidate: Candidate) -> dict[str, SourceFile]:
    """The task's files with the candidate's laid over them, by path; none in the harness's folder."""
    files = {file.path: file for file in (*task.files, *candidate.files)}
    return {path: file for path, file in files.items() if PurePosixPath(path).parts[0] != HIDDEN}


def find_modules(
    files: Iterable[str], generated: Iterable[str], tests: Sequence[TestFile], test_paths: Iterable[str]
) -> Modules | None:
    """The candidate's modules, or None where it has no Python file.

    The main module is ``solution.py``, else the only Python file, else the first that the tests import,
    else the first that the candidate wrote. The tests may also call it ``solution``; and where there is only
    one Python file, by any name that they import and that is nobody else's, because a task's tests often
    name a module that the task never mentioned.
    """
    own = set(test_paths)
    paths = [path for path in files if path.endswith(".py") and path not in own]
    names = {module_name(path): module_name(path) for path in paths}
    if not paths:
        return None
    imported = {name for test in tests for name in test.imports}
    written = [path for path in generated if path in paths] or paths
    by_import = [path for path in paths if module_name(path) in imported]
    if "solution.py" in paths:
        main_path = "solution.py"
    elif len(paths) == 1:
        main_path = paths[0]
    else:
        main_path = (by_import or written)[0]
    main = module_name(main_path)
    names.setdefault("solution", main)
    if len(paths) == 1:
        test_modules = {module_name(path) for path in own} | {PurePosixPath(path).stem for path in own}
        for name in imported - test_modules:
            parts = name.split(".")
            for length in range(1, len(parts) + 1):
                names.setdefault(".".join(parts[:length]), main)
    for name in list(names):
        parts = name.split(".")
        for length in range(1, len(parts)):
            names.setdefault(".".join(parts[:length]), ".".join(parts[:length]))
    return Modules(main=main, main_path=main_path, names=names)


def module_name(path: str) -> str:
    """The dotted name of a file's module."""
    pure = PurePosixPath(path).with_suffix("")
    parts = pure.parts[:-1] if pure.name == "__init__" and len(pure.parts) > 1 else pure.parts
    return ".".join(parts)


def entry_point(task: CodingTask, source: str) -> str:
    """The name of the function that ``check(candidate)`` receives.

    In this order: ``tests.entry_point``; the last ``def NAME(`` in the instruction; the only function that
    the candidate's main module defines.

    Raises:
        InvalidInput: none of these says it.
    """
    if task.tests is not None and task.tests.entry_point:
        return task.tests.entry_point
    named = _DEF.findall(task.instruction)
    if named:
        return str(named[-1])
    defined = top_level_functions(source)
    if len(defined) == 1:
        return defined[0]
    raise InvalidInput(
        "tests.entry_point",
        "the tests define check(candidate), and it cannot be told which function that is:",
        "name it in tests.entry_point.",
    )


def top_level_functions(source: str) -> list[str]:
    """Names of the functions that a module defines at its top level; empty if it does not parse."""
    try:
        tree = parse(source, "candidate")
    except Unparsable:
        return []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [part.name for part in tree.body if isinstance(part, kinds) and not part.name.startswith("_")]


def overridden_builtins(task: CodingTask, tests: Sequence[TestFile], source: str) -> set[str]:
    """Builtins that the tests mean to be the candidate's, such as its own ``sum``.

    A candidate must not be able to put its own ``abs`` or ``all`` under the tests, so a name only counts if
    the task itself says that it is to be written, or if the tests use nothing else of the candidate's and
    call one builtin in every assertion.
    """
    called = set().union(*(test.builtins_called for test in tests)) if tests else set()
    said = set(_DEF.findall(task.instruction))
    if task.tests is not None and task.tests.entry_point:
        said.add(task.tests.entry_point)
    wanted = called & said
    uses_candidate = any(test.bare_names or test.imports for test in tests)
    if wanted or uses_candidate:
        return wanted
    defined = set(top_level_functions(source))
    everywhere = called & defined
    for test in tests:
        for node in ast.walk(test.tree):
            if isinstance(node, ast.Assert):
                inner = {
                    part.func.id
                    for part in ast.walk(node)
                    if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
                }
                everywhere &= inner
    return everywhere if len(everywhere) == 1 else set()
