"""Exceptions that may cross the link as themselves, and those that end it."""

from __future__ import annotations

import builtins
import sys

# Standard-library modules whose exceptions steer a test runner or a debugger: a candidate may not raise them.
_STEERING = frozenset(
    ("unittest", "doctest", "bdb", "pdb", "test", "_pytest", "pytest", "asyncio.exceptions")
)


class CandidateGone(BaseException):
    """The candidate's process ended, went silent or broke the protocol. No later test can pass."""


class CandidateExit(Exception):
    """The candidate called ``sys.exit()`` where that would end more than one test, or pressed Ctrl-C."""


BUILTIN: dict[str, type[BaseException]] = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
}


def may_derive_from(kind: type) -> bool:
    """Whether a candidate's exception may be an instance of this exception class of ours."""
    if not issubclass(kind, Exception):
        return False
    top = kind.__module__.partition(".")[0]
    return kind.__module__ == "builtins" or (top in sys.stdlib_module_names and top not in _STEERING)
