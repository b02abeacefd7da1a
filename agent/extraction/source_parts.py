"""Code of any language of :mod:`agent.extraction.shapes` in an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.extraction.cleaning import unescaped
from agent.extraction.fences import Block
from agent.extraction.parts import SHELL_TAGS, Part
from agent.extraction.shapes import SHAPES, Shape
from verifiers.domain import Language

MAX_CODE_CHARS = 200_000
_OTHER_TAGS = frozenset(["json", "xml", "yaml", "toml", "html", "css", "diff", "markdown", "md", "makefile"])


@dataclass(frozen=True)
class _Outline:
    """Where the top-level parts of a text end.

    Attributes:
        complete: Every bracket that was opened is closed again.
        last_end: Just behind the last top-level bracket that closes, or semicolon.
        last_block: The same of braces and semicolons alone: a finished parameter list finishes nothing.
    """

    complete: bool
    last_end: int
    last_block: int


def source_parts(text: str, blocks: Sequence[Block], language: Language) -> list[Part]:
    """All code of a language in an answer; see :func:`agent.extraction.parts.chosen`."""
    shape = SHAPES[language]
    shells = frozenset() if language is Language.BASH else SHELL_TAGS
    usable = [block for block in blocks if block.tag not in shells | _OTHER_TAGS]
    parts = [part for block in usable if (part := _part(block.code, block.file_name, shape, language))]
    if parts or blocks:
        return parts
    part = _part(_code_in_prose(text, shape), "", shape, language)
    return [part] if part else []


def _part(code: str, file_name: str, shape: Shape, language: Language) -> Part | None:
    if not code.strip() or len(code) > MAX_CODE_CHARS:
        return None
    code = unescaped(code)
    found, cut = _outline(code, shape), False
    names = _names(code, shape)
    if not found.complete:
        rest = code[: found.last_block]
        if _names(rest, shape):
            code, found, cut, names = rest, _outline(rest, shape), True, _names(rest, shape)
    setup = all(shape.setup.fullmatch(line.strip()) for line in code.splitlines() if line.strip())
    # A script need not define anything: what it does stands in its lines.
    if not names and not setup and language is not Language.BASH:
        return None
    tests = frozenset(name for name in names if shape.tests.match(name))
    own = names - tests
    if not own and language is Language.BASH and not setup:
        own = frozenset(["script"])
    return Part(
        code=code,
        names=own,
        file_name=file_name,
        sound=found.complete,
        setup=setup,
        tests_only=bool(tests) and not own,
        cut=cut,
    )


def _names(code: str, shape: Shape) -> frozenset[str]:
    """What a text defines outside its comments and strings."""
    bare = shape.token.sub(lambda token: _blanked(token.group()) if token["skip"] else token.group(), code)
    return frozenset(
        next((name for name in match.groups() if name), "export") for match in shape.defines.finditer(bare)
    )


def _blanked(text: str) -> str:
    return text[0] + "".join("\n" if char == "\n" else " " for char in text[1:])


def _outline(code: str, shape: Shape) -> _Outline:
    """Read the brackets, passing over strings and comments; one pass."""
    depth = last_end = last_block = 0
    for token in shape.token.finditer(code):
        if token.lastgroup == "open":
            depth += 1
        elif token.lastgroup == "close":
            depth = max(depth - 1, 0)
        if depth == 0 and token.lastgroup in ("close", "end"):
            last_end = token.end()
            last_block = last_end if token.group() in "};\n" else last_block
    return _Outline(complete=depth == 0, last_end=last_end, last_block=last_block)


def _code_in_prose(text: str, shape: Shape) -> str:
    """From the first line that begins a source file to the last bracket that closes something."""
    start = shape.starts.search(text)
    if start is None:
        return ""
    code = text[start.start() :]
    found = _outline(code, shape)
    return code[: found.last_end] if found.complete and found.last_end else code
