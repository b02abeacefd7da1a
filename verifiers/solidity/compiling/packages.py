"""The pinned packages that contracts may import, and the only place where their files are read.

Nothing else on this machine can be read by an import: a name is turned into a path below one package's folder
by rules that leave no way out of it, and what a path resolves to is checked again before it is opened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from verifiers.domain import Value
from verifiers.errors import ToolFailed
from verifiers.solidity.compiling.imports import Remapping
from verifiers.solidity.compiling.pragma import Version
from verifiers.solidity.toolchain import INSTALL_HINT

OPENZEPPELIN, UPGRADEABLE = "@openzeppelin/contracts/", "@openzeppelin/contracts-upgradeable/"
CHAINLINK, SOLMATE, SOLADY = "@chainlink/contracts/", "solmate/src/", "solady/src/"

_MAX_FILE_BYTES = 2_000_000
_NAME = re.compile(r"[A-Za-z0-9_+-][A-Za-z0-9_.+-]*(?:/[A-Za-z0-9_+-][A-Za-z0-9_.+-]*)*\.sol")
_OF_MAJOR = re.compile(r"(@openzeppelin/contracts(?:-upgradeable)?)(?:@|-)v?([0-9])[0-9.]*/")

# Other names under which people import the same package.
_ALIASES = {
    "node_modules/@openzeppelin/contracts/": OPENZEPPELIN,
    "lib/openzeppelin-contracts/contracts/": OPENZEPPELIN,
    "openzeppelin-contracts/contracts/": OPENZEPPELIN,
    "openzeppelin-contracts/": OPENZEPPELIN,
    "openzeppelin-solidity/contracts/": OPENZEPPELIN,
    "zeppelin-solidity/contracts/": OPENZEPPELIN,
    "openzeppelin/contracts/": OPENZEPPELIN,
    "node_modules/@openzeppelin/contracts-upgradeable/": UPGRADEABLE,
    "lib/openzeppelin-contracts-upgradeable/contracts/": UPGRADEABLE,
    "openzeppelin-contracts-upgradeable/contracts/": UPGRADEABLE,
    "openzeppelin-contracts-upgradeable/": UPGRADEABLE,
    "node_modules/@chainlink/contracts/": CHAINLINK,
    "lib/chainlink/contracts/": CHAINLINK,
    "lib/chainlink-brownie-contracts/contracts/": CHAINLINK,
    "chainlink-brownie-contracts/contracts/": CHAINLINK,
    "chainlink/contracts/": CHAINLINK,
    "node_modules/solmate/src/": SOLMATE,
    "lib/solmate/src/": SOLMATE,
    "solmate/": SOLMATE,
    "@rari-capital/solmate/src/": SOLMATE,
    "node_modules/solady/src/": SOLADY,
    "lib/solady/src/": SOLADY,
    "solady/": SOLADY,
}

# The same for every generation; where there are several folders, the first that has a file gives it.
_ALWAYS = {
    CHAINLINK: ("@chainlink/contracts", "chainlink-0"),
    SOLMATE: ("solmate/src",),
    SOLADY: ("solady/src",),
}


class Generation(NamedTuple):
    """One release of the OpenZeppelin packages.

    Attributes:
        major: Of its version.
        folder: Where its contracts lie, below the folder of packages.
        upgradeable: The same for its upgradeable twin; empty where there is none.
        low: The first compiler that it is written for.
        high: The first one that it is not written for any more.
    """

    major: int
    folder: str
    upgradeable: str
    low: Version
    high: Version


_NEWEST = Generation(
    5,
    "@openzeppelin/contracts",
    "@openzeppelin/contracts-upgradeable",
    Version(0, 8, 20),
    Version(0, 9, 0),
)
_LAST_BEFORE_5 = Generation(
    4, "openzeppelin-4", "openzeppelin-upgradeable-4", Version(0, 8, 0), Version(0, 9, 0)
)
_OLDER = (
    Generation(3, "openzeppelin-3", "openzeppelin-upgradeable-3", Version(0, 6, 0), Version(0, 8, 0)),
    Generation(2, "openzeppelin-2", "", Version(0, 5, 0), Version(0, 6, 0)),
    Generation(1, "openzeppelin-1/contracts", "", Version(0, 4, 11), Version(0, 5, 0)),
)
GENERATIONS = (_NEWEST, _LAST_BEFORE_5, *_OLDER)


def generations_for(lowest: Version, newest: Version) -> tuple[Generation, ...]:
    """Which releases come into question, the likeliest first.

    Who asks for 0.8.20 or later writes for release 5; who allows earlier compilers of 0.8 most likely writes
    for release 4.

    Args:
        lowest: The oldest compiler that the project allows.
        newest: The newest one.
    """
    modern = (_NEWEST, _LAST_BEFORE_5) if lowest >= _NEWEST.low else (_LAST_BEFORE_5, _NEWEST)
    return tuple(row for row in (*modern, *_OLDER) if row.low <= newest and lowest < row.high)


class Packages(Value):
    """The packages folder.

    Attributes:
        folder: Where the packages lie; None where they are not installed.
    """

    folder: Path | None = None

    def alias(self, name: str) -> Remapping | None:
        """What a name has to be remapped to, so that one file has one name in a project."""
        found = [prefix for prefix in _ALIASES if name.startswith(prefix)]
        if not found or name.startswith((OPENZEPPELIN, UPGRADEABLE, CHAINLINK, SOLMATE, SOLADY)):
            return None
        prefix = max(found, key=len)
        return Remapping("", prefix, _ALIASES[prefix])

    def read(self, name: str, generation: Generation) -> str | None:
        """The text of a library file by the name it is imported by; None if there is none.

        Raises:
            ToolFailed: it is there and cannot be read.
        """
        for folder, rest in _places(name, generation):
            text = self._read(folder, rest)
            if text is not None:
                return text
        return None

    def title(self, name: str, generation: Generation) -> str | None:
        """The package of a name, as ``@openzeppelin/contracts 5.4.0``, whether it has the file or not.

        Empty if it is not installed; None if it is no pinned package.
        """
        places = list(_places(name, generation))
        if not places:
            return None
        places.sort(key=lambda place: self._read(*place) is None)  # stable
        titles = (_title(Path(self.folder, folder), self.folder) for folder, _ in places if self.folder)
        return next(filter(None, titles), "")

    def names(self, generation: Generation) -> Iterator[str]:
        """The names of all library files that can be imported."""
        roots = {OPENZEPPELIN: (generation.folder,), UPGRADEABLE: (generation.upgradeable,), **_ALWAYS}
        for prefix, folders in roots.items():
            for folder in filter(None, folders if self.folder else ()):
                yield from (prefix + rest for rest in _files_below(Path(str(self.folder), folder)))

    def _read(self, folder: str, rest: str) -> str | None:
        if self.folder is None or not _NAME.fullmatch(rest):
            return None
        root = (self.folder / folder).resolve()
        try:
            path = (root / rest).resolve()
            if not path.is_relative_to(root) or not root.is_relative_to(self.folder.resolve()):
                return None
            if not path.is_file() or path.stat().st_size > _MAX_FILE_BYTES:
                return None
            return path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ToolFailed(f"The library file {rest!r} cannot be read: {error}.", INSTALL_HINT) from error


def _places(name: str, generation: Generation) -> Iterator[tuple[str, str]]:
    """Where a name may lie: a package's folder, and the path within."""
    pinned = _OF_MAJOR.match(name)
    if pinned:
        for row in GENERATIONS:
            folder = _twin(row, pinned.group(1) + "/")
            if row.major == int(pinned.group(2)) and folder:
                yield folder, name[pinned.end() :]
        return
    for prefix in (OPENZEPPELIN, UPGRADEABLE):
        if name.startswith(prefix) and _twin(generation, prefix):
            yield _twin(generation, prefix), name.removeprefix(prefix)
    for prefix, folders in _ALWAYS.items():
        if name.startswith(prefix):
            yield from ((folder, name.removeprefix(prefix)) for folder in folders)


def _twin(generation: Generation, prefix: str) -> str:
    return generation.folder if prefix == OPENZEPPELIN else generation.upgradeable


@cache
def _title(folder: Path, stop: Path) -> str:
    while folder != stop and folder.is_relative_to(stop):
        file = folder / "package.json"
        if file.is_file():
            try:
                read = json.loads(file.read_text())
                return f"{read['name']} {read['version']}"
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise ToolFailed(f"{file} cannot be read: {error}.", INSTALL_HINT) from error
        folder = folder.parent
    return ""


@cache
def _files_below(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.sol")))
