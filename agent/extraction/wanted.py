"""What a task says about the shape of its answer."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Sequence
from pathlib import PurePosixPath

from pydantic import Field

from agent.extraction.fences import fenced_blocks
from agent.extraction.python_source import bound_names, parse, says_nothing
from agent.extraction.shapes import SHAPES
from verifiers.domain import CodingTask, InnerPath, Language, SourceFile, Value
from verifiers.solidity.testing.test_layout import imported_paths
from verifiers.source_names import SUFFIXES

DEFAULT_PATHS = {language: f"solution{suffixes[0]}" for language, suffixes in SUFFIXES.items()} | {
    Language.SOLIDITY: "Contract.sol",
    Language.JAVA: "Solution.java",
}

_TEST_LIBRARIES = {"pytest", "hypothesis", "numpy", "pandas", "mock", "parameterized", "__future__"}
# How a test names the file that it tests: in an import, an include, a call of the script.
_NAMED_FILE = {
    Language.JAVASCRIPT: re.compile(r"""(?:from|require\(|import\(?)\s*["']\.{1,2}/([\w./-]{1,200})["']"""),
    Language.C: re.compile(r"""^[ \t]*#[ \t]*include[ \t]*"([\w./-]{1,200})\"""", re.MULTILINE),
    Language.BASH: re.compile(r"""(?:^|[\s"'/])([\w-]{1,100}\.(?:sh|bash))\b"""),
}
_NAMED_FILE[Language.TYPESCRIPT] = _NAMED_FILE[Language.JAVASCRIPT]
_NAMED_FILE[Language.CPP] = _NAMED_FILE[Language.C]
_MOST_PATH_CHARS = 200
_SOLIDITY_NEW = re.compile(r"\bnew\s+([A-Z]\w*)\s*[({]")
_SOLIDITY_PATH = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)*\.sol", re.ASCII)


class Wanted(Value):
    """What an answer is expected to hold.

    Attributes:
        language: Its language.
        path: Where code goes for which the answer gives no file name.
        names: Functions, classes or contracts that the tests or the instruction ask for; may be empty.
        prefix: Python code in the instruction that ends in a function without a body; an answer may be
            that body alone.
        files: Paths of the user's own files, which an answer may replace.
        protected: Paths of the user's tests, which an answer may not touch.
    """

    language: Language = Language.PYTHON
    path: InnerPath = DEFAULT_PATHS[Language.PYTHON]
    names: frozenset[str] = Field(default=frozenset())
    prefix: str = ""
    stub: str = ""
    files: frozenset[str] = Field(default=frozenset())
    protected: frozenset[str] = Field(default=frozenset())


def wanted_from(task: CodingTask) -> Wanted:
    """Read it off a task: its tests first, its instruction second."""
    tests = task.tests.files if task.tests else ()
    files = frozenset(file.path for file in task.files)
    protected = frozenset(file.path for file in tests)
    if task.language in SHAPES:
        text = "\n".join(file.content for file in tests)
        path = _named_path(text, task.language, files | protected)
        return Wanted(language=task.language, path=path, files=files, protected=protected)
    if task.language is Language.SOLIDITY:
        created = frozenset(_SOLIDITY_NEW.findall("\n".join(file.content for file in tests)))
        return Wanted(
            language=task.language,
            path=_solidity_path(tests, files | protected, created),
            names=created,
            files=files,
            protected=protected,
        )
    prefix, stub = unfinished_function(task.instruction)
    own_modules = {PurePosixPath(path).stem for path in files | protected}
    imported: dict[str, set[str]] = {}
    called: set[str] = set()
    for file in tests:
        tree = parse(file.content)
        if tree is not None:
            _collect(tree, own_modules, imported, called)
    entry = task.tests.entry_point if task.tests else None
    names = {entry} if entry else {name for group in imported.values() for name in group}
    return Wanted(
        path=_python_path(set(imported), files | protected),
        names=frozenset(names or ({stub} if stub else called)),
        prefix=prefix,
        stub=stub,
        files=files,
        protected=protected,
    )


def unfinished_function(instruction: str) -> tuple[str, str]:
    """The code in an instruction that ends in a function without a body, and that function's name."""
    texts = [instruction, *(block.code for block in fenced_blocks(instruction))]
    for text in texts:
        code = text.rstrip()
        # A signature with a docstring is a whole statement already; a bare one needs a body to parse.
        tree = parse(code) or parse(code + "\n    pass\n")
        last = tree.body[-1] if tree and tree.body else None
        if isinstance(last, ast.FunctionDef | ast.AsyncFunctionDef) and all(map(says_nothing, last.body)):
            return _without_placeholder(code, last) + "\n", last.name
    return "", ""


def _without_placeholder(code: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The code without a trailing ``pass`` or ``...``."""
    lines = code.split("\n")
    last = function.body[-1]
    ellipsis = isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is ...
    on_its_own = last.lineno > function.lineno and last.lineno <= len(lines)
    return (
        code
        if not (ellipsis or isinstance(last, ast.Pass)) or not on_its_own
        else "\n".join(lines[: last.lineno - 1])
    )


def _collect(
    tree: ast.Module, own_modules: set[str], imported: dict[str, set[str]], called: set[str]
) -> None:
    """Add a test file's foreign imports, and the names that it calls and nobody has bound."""
    bound = set(bound_names(tree)) | set(dir(builtins))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and not node.level
            and _foreign(node.module, own_modules)
        ):
            imported.setdefault(node.module, set()).update(a.name for a in node.names if a.name != "*")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if _foreign(alias.name, own_modules):
                    imported.setdefault(alias.name, set())
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
    functions = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    called |= {function.id for function in functions if isinstance(function, ast.Name)} - bound


def _foreign(module: str, own_modules: set[str]) -> bool:
    top = module.split(".")[0]
    return top not in sys.stdlib_module_names | _TEST_LIBRARIES | own_modules


def _python_path(modules: set[str], taken: frozenset[str]) -> str:
    default = DEFAULT_PATHS[Language.PYTHON]
    if len(modules) != 1:
        return default
    path = next(iter(modules)).replace(".", "/") + ".py"
    return default if path in taken or len(path) > 255 else path


def _solidity_path(tests: Sequence[SourceFile], taken: frozenset[str], names: frozenset[str]) -> str:
    """Where the tests look for the one contract that nobody has given yet, by its path in the project."""
    own = {PurePosixPath(path).name for path in taken} | {"Test.sol", "test.sol"}
    left = [path for path in imported_paths(tests) if PurePosixPath(path).name not in own]
    left = [path for path in left if len(path) <= _MOST_PATH_CHARS and _SOLIDITY_PATH.fullmatch(path)]
    created = [path for path in left if PurePosixPath(path).stem in names]
    chosen = left if len(left) == 1 else created
    return chosen[0] if len(chosen) == 1 else DEFAULT_PATHS[Language.SOLIDITY]


def _named_path(tests: str, language: Language, taken: frozenset[str]) -> str:
    """The one file that the tests name and nobody has given yet, else the language's usual one."""
    default = DEFAULT_PATHS[language]
    pattern = _NAMED_FILE.get(language)
    if pattern is None:
        return default
    first, own = SUFFIXES[language][0], {PurePosixPath(path).name for path in taken}
    found = {PurePosixPath(name).name for name in pattern.findall(tests)}
    names = {name if PurePosixPath(name).suffix else f"{name}{first}" for name in found}
    left = sorted(name for name in names - own if PurePosixPath(name).suffix in SUFFIXES[language])
    return left[0] if len(left) == 1 and not left[0].startswith(".") else default
