"""What a piece of Python text is, and which part of it is code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from verifiers.execution import parsing

MAX_CODE_CHARS = 200_000

_CONTINUES = re.compile(r"(?:else\b|elif\b|except\b|finally\b|case\b|[)\]}])")
# A chunk without any of these is prose or blank; not parsing it saves most of the time on long prose.
_CODE_LIKE = re.compile(
    r"[(=@#\"']|\b(?:import|del|global|raise|return|assert|class|lambda|while|for|try|with|if)\b"
)
_TRIPLE_QUOTE = re.compile(r'"""|\'\'\'')
_DEFINITION = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_TEST_NAME = re.compile(r"test_|Test[A-Z_]|test$|tests$|check$")


@dataclass(frozen=True)
class Shape:
    """What the top level of a piece of code consists of.

    Attributes:
        names: What it defines by ``def`` and ``class``, tests left out.
        tests: What it defines that is a test by its name.
        statements: It does something at all: more than bare names and literals, which prose can be, too.
        setup: Nothing but imports and plain constants.
    """

    names: frozenset[str]
    tests: frozenset[str]
    statements: bool
    setup: bool


def parse(code: str) -> ast.Module | None:
    """The syntax tree, or None if there is none, whatever the reason."""
    if len(code) > MAX_CODE_CHARS:
        return None
    try:
        return parsing.parse(code, "answer")
    except parsing.Unparsable:
        return None


def shape_of(tree: ast.Module) -> Shape:
    """Look at the top level of a tree."""
    defined = {
        node.name
        for node in _top_level(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    assigned = {name for node in tree.body for name in _lambda_names(node)}
    tests = {name for name in defined if _TEST_NAME.match(name)}
    return Shape(
        names=frozenset((defined - tests) | assigned),
        tests=frozenset(tests),
        statements=has_statements(tree),
        setup=bool(tree.body) and all(_is_setup(node) for node in tree.body),
    )


def has_statements(tree: ast.Module) -> bool:
    """Whether the code does something at all; see :class:`Shape`."""
    return any(map(_does_something, tree.body))


def defined_by_look(code: str) -> frozenset[str]:
    """Top-level names that code seems to define, also where it does not parse."""
    return frozenset(_DEFINITION.findall(code))


def bound_names(tree: ast.Module) -> frozenset[str]:
    """Everything that the top level binds: definitions, imports and assignments."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(names)


def chunks(text: str) -> list[str]:
    """Split at lines that begin at the left margin, keeping a statement and its clauses together.

    One pass; parsing every chunk by itself costs no more than parsing the text once.
    """
    parts: list[list[str]] = []
    inside_string = ""
    decorated = False
    for line in text.split("\n"):
        starts = bool(line) and not line[0].isspace() and not inside_string
        if starts and not decorated and not _CONTINUES.match(line):
            parts.append([line])
        elif parts:
            parts[-1].append(line)
        else:
            parts.append([line])
        if starts:
            decorated = line.startswith("@")
        for quote in _TRIPLE_QUOTE.findall(line):
            if not inside_string:
                inside_string = quote
            elif inside_string == quote:
                inside_string = ""
    return ["\n".join(part) for part in parts]


def longest_code(text: str) -> str:
    """The longest run of lines that parses and does something; empty if there is none.

    Only the first :data:`MAX_CODE_CHARS` characters are looked at.
    """
    best: list[str] = []
    run: list[str] = []
    longest = length = 0
    for chunk in chunks(text[:MAX_CODE_CHARS]):
        tree = parse(chunk) if _CODE_LIKE.search(chunk) or not chunk.strip() else None
        if tree is None or not (_harmless(tree) or has_statements(tree)):
            run, length = [], 0
            continue
        run.append(chunk)
        length += len(chunk)
        if length > longest:
            best, longest = run, length  # the same list: it may still grow
    code = "\n".join(best).strip("\n")
    tree = parse(code)
    return code if tree is not None and has_statements(tree) else ""


def without_unfinished_end(code: str) -> str:
    """Drop the last top-level statement, and what then still does not parse; empty if nothing is left."""
    parts = chunks(code)
    kept: list[str] = []
    for part in parts[:-1]:
        if parse(part) is None:
            break
        kept.append(part)
    remainder = "\n".join(kept)
    tree = parse(remainder)
    return remainder if tree is not None and has_statements(tree) else ""


def says_nothing(node: ast.stmt) -> bool:
    """``pass``, ``...``, a docstring or an import."""
    return isinstance(node, ast.Pass | ast.Import | ast.ImportFrom) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """Statements of the top level and of the ``if`` and ``try`` blocks that stand there."""
    for node in tree.body:
        yield node
        if isinstance(node, ast.If | ast.Try):
            yield from node.body


def _lambda_names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _harmless(tree: ast.Module) -> bool:
    """Blank lines, comments and docstrings: they do not end a run of code."""
    return all(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for node in tree.body
    )


def _does_something(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call | ast.Await | ast.Yield)
    if isinstance(node, ast.AnnAssign):
        return node.value is not None  # "Note: this" is prose that parses
    return not isinstance(node, ast.Pass)


def _is_setup(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        return not any(isinstance(part, ast.Call | ast.Lambda) for part in ast.walk(node.value))
    return False
