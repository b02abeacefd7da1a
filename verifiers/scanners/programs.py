"""The scanners that are programs of their own, and how each tells its version."""

from __future__ import annotations

from typing import NamedTuple

from verifiers.sandbox.environments import BANDIT, CPPCHECK, ESLINT, ESLINT_FOLDER, FLAWFINDER


class ScannerProgram(NamedTuple):
    """One of them.

    Attributes:
        environment: The sandbox environment that holds it.
        version_command: Prints its version there.
        needed_for: Whose code it looks at.
    """

    environment: str
    version_command: tuple[str, ...]
    needed_for: str


PROGRAMS = (
    ScannerProgram(
        BANDIT,
        ("python3", "-c", "import importlib.metadata as found; print('bandit', found.version('bandit'))"),
        "python tasks",
    ),
    ScannerProgram(
        ESLINT,
        ("node", f"{ESLINT_FOLDER}/node_modules/eslint/bin/eslint.js", "--version"),
        "javascript and typescript tasks",
    ),
    ScannerProgram(CPPCHECK, ("cppcheck", "--version"), "c and cpp tasks"),
    ScannerProgram(FLAWFINDER, ("flawfinder", "--version"), "c and cpp tasks"),
)
