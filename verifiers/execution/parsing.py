"""Parsing Python that may be hostile: too deep, too long, or no text at all."""

from __future__ import annotations

import ast
import warnings

MAX_NESTING = 90  # brackets within brackets; CPython's own parser gives up at 200


class Unparsable(Exception):
    """The source is not Python; ``line`` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message, line)
        self.message = message
        self.line = line


def parse(source: str, path: str) -> ast.Module:
    """The syntax tree of a source text.

    Raises:
        Unparsable: it is no Python, or is built to break the parser.
    """
    _check_nesting(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(source, path)
    except SyntaxError as error:
        raise Unparsable(error.msg, max(error.lineno or 1, 1)) from error
    except ValueError as error:  # NUL bytes, integers with too many digits
        raise Unparsable(str(error), 1) from error
    except (RecursionError, MemoryError) as error:
        raise Unparsable("too deeply nested", 1) from error


def _check_nesting(source: str) -> None:
    """Refuse chains of operators or brackets that overflow the parser's stack rather than raise."""
    for number, line in enumerate(source.split("\n"), start=1):
        if len(line) < 1000:
            continue
        depth = deepest = chain = longest = 0
        for char in line:
            if char in "([{":
                depth += 1
                deepest = max(deepest, depth)
            elif char in ")]}":
                depth -= 1
            chain = chain + 1 if char in "-~+ " else 0
            longest = max(longest, chain)
        if deepest > MAX_NESTING * 2 or longest > 2000:
            raise Unparsable("too deeply nested", number)
