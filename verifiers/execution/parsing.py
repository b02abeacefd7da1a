"""Parsing Python that may be hostile: too deep, too long, or no text at all."""

from __future__ import annotations

import ast
import threading
import warnings

# Some CPythons count the depth of a syntax tree for all threads together, so that one that parses beside
# another can end with a SystemError (CPython issue 106905). The filter of warnings is one for all, too.
_ONE_AT_A_TIME = threading.Lock()


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
    try:
        with _ONE_AT_A_TIME, warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(source, path)
    except SyntaxError as error:
        raise Unparsable(error.msg, max(error.lineno or 1, 1)) from error
    except ValueError as error:  # NUL bytes, integers with too many digits
        raise Unparsable(str(error), 1) from error
    except (RecursionError, MemoryError) as error:
        raise Unparsable("too deeply nested", 1) from error
