"""Python code in an answer: fenced, bare, or just a function's body."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence

from agent.extraction.cleaning import unescaped, without_prompts
from agent.extraction.fences import Block
from agent.extraction.parts import SHELL_TAGS, Part
from agent.extraction.python_source import (
    bound_names,
    defined_by_look,
    longest_code,
    parse,
    says_nothing,
    shape_of,
    without_unfinished_end,
)
from agent.extraction.wanted import Wanted

_PYTHON_TAGS = frozenset(["", "python", "python3", "py", "py3", "python2", "pycon", "ipython"])


def python_parts(text: str, blocks: Sequence[Block], wanted: Wanted, *, truncated: bool) -> list[Part]:
    """All Python in an answer; see :func:`agent.extraction.parts.chosen` for what becomes of it."""
    parts = []
    for block in blocks:
        unfinished = not block.closed or (truncated and block is blocks[-1])
        part = _from_block(block, wanted, unfinished=unfinished, truncated=truncated)
        if part is not None:
            parts.append(part)
    if parts and (any(part.names or part.sound for part in parts)):
        return parts
    part = _from_prose(text, wanted, truncated=truncated) if not blocks else None
    return [part] if part else parts


def finished(code: str, wanted: Wanted) -> str:
    """Add what the instruction already holds and the answer left out; drop the model's own asserts."""
    tree = parse(code)
    if tree is None:
        return code
    if wanted.names & shape_of(tree).names:
        code = _without_trailing_asserts(code, tree)
    return _with_given(code, tree, wanted) if wanted.prefix else code


def _from_block(block: Block, wanted: Wanted, *, unfinished: bool, truncated: bool) -> Part | None:
    code = without_prompts(block.code)
    if parse(code) is None:
        code = _mended(code)
    tree = parse(code)
    cut = False
    if tree is None and unfinished:
        rest = without_unfinished_end(code) or ("" if truncated else longest_code(code))
        cut = bool(rest)
        code, tree = (rest, parse(rest)) if rest else (code, None)
    body = _as_body(block.code, wanted, truncated=unfinished) if _lacks_stub(tree, wanted) else ""
    if body:
        code, tree, cut = body, parse(body), False
    if tree is None:
        names = defined_by_look(code)
        if not code.strip() or (block.tag not in _PYTHON_TAGS and not names) or block.tag in SHELL_TAGS:
            return None
        return Part(code=code, names=names, file_name=block.file_name, sound=False)
    shape = shape_of(tree)
    if not shape.statements or (block.tag in SHELL_TAGS and not shape.names):
        return None
    return Part(
        code=code,
        names=shape.names,
        file_name=block.file_name,
        setup=shape.setup,
        tests_only=bool(shape.tests) and not shape.names,
        cut=cut,
    )


def _from_prose(text: str, wanted: Wanted, *, truncated: bool) -> Part | None:
    """Code in a text without fences."""
    bare = "\n".join(
        line.strip().strip("`") if line.lstrip().startswith("`") else line for line in text.split("\n")
    )
    code = _mended(without_prompts(bare))
    tree = parse(code)
    if tree is None or not shape_of(tree).statements:
        code = longest_code(code)
        tree = parse(code)
    if _lacks_stub(tree, wanted) or not code:
        body = _as_body(text, wanted, truncated=truncated)
        code, tree = (body, parse(body)) if body else (code, tree)
    if tree is None or not code:
        return None
    shape = shape_of(tree)
    return Part(code=code, names=shape.names, setup=shape.setup) if shape.statements else None


def _mended(code: str) -> str:
    """The code without HTML escaping or common indentation, where that is what keeps it from parsing."""
    for attempt in (unescaped(code), textwrap.dedent(code), textwrap.dedent(unescaped(code))):
        if attempt != code and parse(attempt) is not None:
            return attempt
    return code


def _lacks_stub(tree: ast.Module | None, wanted: Wanted) -> bool:
    return bool(wanted.stub) and (tree is None or wanted.stub not in shape_of(tree).names)


def _as_body(text: str, wanted: Wanted, *, truncated: bool) -> str:
    """The instruction's unfinished function with ``text`` as its body; empty if that makes no sense."""
    if not wanted.stub:
        return ""
    raw = text.strip("\n")
    first, _, rest = raw.partition("\n")
    plain = longest_code(textwrap.dedent(raw)) if raw.strip() else ""
    attempts = [
        raw,
        f"    {first.lstrip()}\n{rest}",
        textwrap.indent(raw, "    "),
        textwrap.indent(plain, "    "),
    ]
    for attempt in attempts:
        lines = _indented_head(attempt)
        for kept in (lines, lines[:-1] if truncated else []):
            whole = wanted.prefix + "\n".join(kept)
            tree = parse(whole) if kept else None
            last = tree.body[-1] if tree and tree.body else None
            if isinstance(last, ast.FunctionDef | ast.AsyncFunctionDef) and not all(
                says_nothing(node) for node in last.body
            ):
                return whole
    return ""


def _indented_head(text: str) -> list[str]:
    """The lines up to the first that begins at the left margin: there the function's body ends."""
    kept: list[str] = []
    for line in text.split("\n"):
        if line.strip() and not line[0].isspace():
            break
        kept.append(line)
    return kept


def _without_trailing_asserts(code: str, tree: ast.Module) -> str:
    """A wrong assert that the model made up says nothing about the function above it."""
    end = len(tree.body)
    while end and isinstance(tree.body[end - 1], ast.Assert):
        end -= 1
    if end == len(tree.body) or not end:
        return code
    return "\n".join(code.split("\n")[: tree.body[end - 1].end_lineno])


def _with_given(code: str, tree: ast.Module, wanted: Wanted) -> str:
    """The code with the instruction's imports and helper functions that it does not repeat."""
    given = parse(wanted.prefix) or parse(wanted.prefix + "    pass\n")
    if given is None or "from __future__" in code:
        return code
    bound = bound_names(tree)
    lines = wanted.prefix.split("\n")
    missing = []
    for node in given.body[:-1]:
        names = bound_names(ast.Module(body=[node], type_ignores=[]))
        if names and not names <= bound:
            decorators = getattr(node, "decorator_list", [])
            start = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            missing.append("\n".join(lines[start - 1 : node.end_lineno]))
    return "\n".join([*missing, "", code]) if missing else code
