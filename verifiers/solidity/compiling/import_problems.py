"""Imports that lead nowhere, as findings that say what would lead somewhere. Pure."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterable

from verifiers.domain import Finding, Location, Severity
from verifiers.solidity.compiling.imports import Import, is_relative

MISSING, OUTSIDE = "solidity.import-missing", "solidity.import-outside"

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ON_GITHUB = re.compile(
    r"openzeppelin-contracts(-upgradeable)?/(?:blob|raw|tree)?/?[^/]*/contracts/(.+\.sol)", re.IGNORECASE
)
_ALLOWED = "only the project's own files and the pinned packages can be imported"
_PINNED = "OpenZeppelin, Chainlink, Solmate and Solady"
_MAX_SHOWN = 160


def outside(found: Import, origin: Import, names: Iterable[str]) -> Finding | None:
    """The finding on an import that names something outside the project; None for one that does not.

    Args:
        found: The import.
        origin: The import of one of the project's own files by which it was reached; often the same.
        names: What could be imported instead.
    """
    target = found.target
    if _SCHEME.match(target):
        what, fix = "is an address; nothing is downloaded", _instead_of_address(target)
    elif target.startswith("/"):
        what, fix = f"is a path on the machine; {_ALLOWED}", _instead(found, names)
    elif "\\" in target:
        what, fix = f"holds a backslash; {_ALLOWED}", "Write the path with forward slashes, as it is."
    elif not target or not target.isprintable():
        what, fix = "is not the name of a file", "Name a file, such as './Token.sol'."
    else:
        return None
    return _finding(OUTSIDE, found, origin, what, fix)


def climbing(found: Import, origin: Import, names: Iterable[str]) -> Finding:
    """The finding on a relative import that leads out of the project."""
    return _finding(OUTSIDE, found, origin, f"leads out of the project; {_ALLOWED}", _instead(found, names))


def missing(found: Import, origin: Import, package: str | None, names: Iterable[str]) -> Finding:
    """The finding on an import of a file that does not exist.

    Args:
        found: The import.
        origin: As for :func:`outside`.
        package: The package that it would belong to, as ``@openzeppelin/contracts 5.4.0``; None for none.
        names: What could be imported instead.
    """
    if package:
        return _finding(MISSING, found, origin, f"is not in {package}", _instead(found, names))
    if is_relative(found.target):
        return _finding(MISSING, found, origin, "is not among the project's files", _instead(found, names))
    if found.target.startswith(("hardhat/", "forge-std/console")):
        return _finding(
            MISSING,
            found,
            origin,
            "is for debugging and not here",
            "Take the import and the console calls out.",
        )
    fix = _instead(
        found, names, "Define what is needed from it, such as an interface, in the project itself."
    )
    what = f"is neither a file of the project nor of a pinned package ({_PINNED})"
    return _finding(MISSING, found, origin, what, fix)


def conflict(origin: Import, library: str, wanted: str, pragmas: Iterable[str]) -> Finding:
    """The finding on a library file whose pragma no compiler satisfies together with the project's."""
    own = " and ".join(pragmas)[:_MAX_SHOWN] or "none"
    return Finding(
        rule="solidity.pragma",
        message=f"No installed compiler satisfies both the project's pragma ({own}) and that of the library "
        f"file {library}, which is imported here ({wanted[:_MAX_SHOWN]}).",
        fix=f"Write: pragma solidity {wanted[:_MAX_SHOWN]};",
        severity=Severity.HIGH,
        location=Location(path=origin.path, line=origin.line),
    )


def nearest(target: str, importer: str, names: Iterable[str]) -> str | None:
    """The name among some that a person most likely meant: the same file elsewhere, else a similar one."""
    known = sorted(set(names) - {importer})
    file = posixpath.basename(target).lower()
    if not file:
        return None
    same = [name for name in known if posixpath.basename(name).lower() == file]
    found = difflib.get_close_matches(target, same, n=1, cutoff=0.0)
    if not found:
        files = [posixpath.basename(name).lower() for name in known]
        alike = difflib.get_close_matches(file, files, n=1, cutoff=0.75)
        found = [name for name in known if alike and posixpath.basename(name).lower() == alike[0]]
    return found[0] if found else None


def _instead(found: Import, names: Iterable[str], otherwise: str = "") -> str:
    name = nearest(found.target, found.path, names)
    if name is None:
        return otherwise or "Add the file to the project, or put what is needed from it into the file itself."
    if not name.startswith("@") and is_relative(found.target):
        relative = posixpath.relpath(name, posixpath.dirname(found.path) or ".")
        name = relative if relative.startswith("../") else f"./{relative}"
    return f'The nearest that exists: import "{name}";'


def _instead_of_address(target: str) -> str:
    match = _ON_GITHUB.search(target)
    if match is None:
        return "Import a pinned package by its name, such as '@openzeppelin/contracts/...', or add the file."
    package = "@openzeppelin/contracts" + (match.group(1) or "").lower()
    return f'Write: import "{package}/{match.group(2)[:_MAX_SHOWN]}";'


def _finding(rule: str, found: Import, origin: Import, what: str, fix: str) -> Finding:
    shown = found.target if len(found.target) <= _MAX_SHOWN else found.target[:_MAX_SHOWN] + "..."
    shown = shown if shown.isprintable() else ascii(shown)[1:-1]
    by_library = f" (imported by {found.path}, which this line leads to)" if found != origin else ""
    return Finding(
        rule=rule,
        message=f"The import '{shown}'{by_library} {what}.",
        fix=fix,
        severity=Severity.HIGH,
        location=Location(path=origin.path, line=origin.line),
    )
