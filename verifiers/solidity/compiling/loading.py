"""A Solidity project as it lies on a disk: a file, a folder, a Foundry or a Hardhat project.

What the project itself wrote is judged; what lies in ``lib/`` and ``node_modules/`` is trusted, and only what
is imported of it is read. Nothing outside the project's folder is read, wherever a link leads.
"""

from __future__ import annotations

import os
import tomllib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pydantic import ValidationError

from verifiers.domain import SourceFile
from verifiers.errors import InvalidInput
from verifiers.solidity.compiling.imports import absolute, find_imports, parse_remappings, remap
from verifiers.solidity.compiling.project import (
    FOUNDRY_FILE,
    REMAPPINGS_FILE,
    TEST_SUFFIX,
    Project,
    remappings_in,
)
from verifiers.validation import invalid_input
from verifiers.values import MAX_FILE_BYTES, MAX_FILES

Kind = Literal["file", "folder", "foundry", "hardhat"]
_HARDHAT = ("hardhat.config.js", "hardhat.config.ts", "hardhat.config.cjs", "hardhat.config.mjs")
_MADE = {
    "artifacts",
    "cache",
    "out",
    "broadcast",
    "coverage",
    "typechain",
    "typechain-types",
    "dist",
    "build",
}
_OTHERS = {"lib", "node_modules"}
_MOST_LOOKED_AT = 20_000
_OTHER_CODE = {
    ".vy": "Vyper",
    ".vyi": "Vyper",
    ".bin": "bytecode",
    ".hex": "bytecode",
    ".abi": "an interface",
}
_SCRIPT_TESTS = (".js", ".ts", ".cjs", ".mjs")


@dataclass(frozen=True)
class Loaded:
    """What was found.

    Attributes:
        files: What is judged.
        tests: forge tests, and what lies beside them.
        libraries: What those import from ``lib/`` and ``node_modules/``; trusted.
        remappings: ``prefix=target``.
        notes: What was left out and why, a sentence each.
        kind: What it was taken for.
    """

    files: tuple[SourceFile, ...]
    tests: tuple[SourceFile, ...]
    libraries: tuple[SourceFile, ...]
    remappings: tuple[str, ...]
    notes: tuple[str, ...]
    kind: Kind

    @property
    def context(self) -> tuple[SourceFile, ...]:
        """Libraries and remappings as a task's files, so that every verifier sees the same project."""
        if not self.remappings:
            return self.libraries
        lines = "".join(f"{line}\n" for line in self.remappings)
        return (*self.libraries, SourceFile(path=REMAPPINGS_FILE, content=lines))

    @property
    def project(self) -> Project:
        """The same without the tests."""
        return Project(
            sources={file.path: file.content for file in self.files},
            libraries={file.path: file.content for file in self.libraries},
            remappings=self.remappings,
        )


def load_project(path: Path) -> Loaded:
    """Read a project.

    Args:
        path: A ``.sol`` file, or a folder.

    Raises:
        InvalidInput: there is no Solidity, a file cannot be read, or there is too much.
    """
    if path.is_dir():
        return _Folder(path).load()
    if path.suffix != ".sol":
        instead = _OTHER_CODE.get(path.suffix, "")
        raise InvalidInput(
            "project",
            f"{path} is neither a .sol file nor a folder{instead and f', but {instead}'}.",
            "Name a contract in Solidity, or a project.",
        )
    return _from_file(path)


def _from_file(path: Path) -> Loaded:
    """A file with those that it imports relative to itself, below its own folder."""
    root = path.parent
    texts = {path.name: _read(root, path)}
    waiting = deque(texts)
    while waiting:
        importer = waiting.popleft()
        for found in find_imports(importer, texts[importer]):
            name = absolute(found.target, importer) if found.target.startswith(".") else None
            if name and name not in texts and name.endswith(".sol") and _is_inside(root, root / name):
                texts[name] = _read(root, root / name)
                waiting.append(name)
                _check_count(len(texts))
    return Loaded(_files(texts), (), (), (), (), "file")


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._notes: list[str] = []
        foundry = root / FOUNDRY_FILE
        profile = _profile(root, foundry) if foundry.is_file() else {}
        self._kind: Kind = "folder"
        if foundry.is_file():
            self._kind = "foundry"
        elif any((root / name).is_file() for name in _HARDHAT):
            self._kind = "hardhat"
        self._sources = str(profile.get("src", "src" if self._kind == "foundry" else "contracts"))
        self._tests = str(profile.get("test", "test"))
        self._scripts = str(profile.get("script", "script"))

    def load(self) -> Loaded:
        """All of it."""
        judged: dict[str, str] = {}
        tests: dict[str, str] = {}
        for path in self._solidity():
            if self._is_test(path):
                tests[path] = _read(self._root, self._root / path)
            elif self._is_judged(path):
                judged[path] = _read(self._root, self._root / path)
            _check_count(max(len(judged), len(tests)))
        self._note_scripts()
        if not judged:
            raise InvalidInput(
                "project",
                f"{self._root} holds no Solidity to judge ({self._where()}).",
                "Name the contract itself, or the folder that it lies in.",
            )
        config = [
            SourceFile(path=name, content=_read(self._root, self._root / name))
            for name in (FOUNDRY_FILE, REMAPPINGS_FILE)
            if (self._root / name).is_file()
        ]
        remappings = remappings_in(config)
        libraries = self._libraries({**judged, **tests}, remappings)
        return Loaded(
            _files(judged), _files(tests), _files(libraries), remappings, tuple(self._notes), self._kind
        )

    def _note_scripts(self) -> None:
        """Tests that need the project's own tools, which are not run."""
        folder = self._root / self._tests
        if self._kind != "hardhat" or not folder.is_dir():
            return
        names = [name for _, _, files in os.walk(folder) for name in files if name.endswith(_SCRIPT_TESTS)]
        if names:
            self._notes.append(
                f"{len(names)} test file(s) in {self._tests}/ are JavaScript or TypeScript and were not run: "
                "an audit runs forge tests."
            )

    def _where(self) -> str:
        return (
            "looked at: all of it" if self._kind == "folder" else f"a {self._kind} project: {self._sources}/"
        )

    def _solidity(self) -> Iterator[str]:
        """Paths of all Solidity files that the project itself wrote."""
        looked_at = 0
        for folder, names, files in os.walk(self._root):
            names[:] = sorted(
                name for name in names if name not in _MADE | _OTHERS and not name.startswith(".")
            )
            looked_at += len(files) + len(names)
            if looked_at > _MOST_LOOKED_AT:
                raise InvalidInput(
                    "project",
                    f"{self._root} holds more than {_MOST_LOOKED_AT:,} files.",
                    "Name the folder of the contracts.",
                )
            for name in sorted(files):
                path = Path(folder, name)
                if name.endswith(".sol") and _is_inside(self._root, path):
                    yield path.relative_to(self._root).as_posix()

    def _is_test(self, path: str) -> bool:
        if path.endswith(TEST_SUFFIX):
            return True
        return self._kind != "folder" and _below(path, self._tests)

    def _is_judged(self, path: str) -> bool:
        if self._kind == "folder":
            return True
        if _below(path, self._sources):
            return True
        if not _below(path, self._scripts):
            self._notes.append(f"{path} lies outside {self._sources}/ and is not judged.")
        return False

    def _libraries(self, own: Mapping[str, str], remappings: tuple[str, ...]) -> dict[str, str]:
        """What is imported from ``lib/`` and ``node_modules/``, with what that imports."""
        entries = parse_remappings(remappings)
        found: dict[str, str] = {}
        waiting = deque(own.items())
        while waiting and len(found) < MAX_FILES:
            importer, text = waiting.popleft()
            for each in find_imports(importer, text):
                name = absolute(each.target, importer)
                mapped = remap(name, importer, entries) if name else None
                place = self._place(mapped) if mapped and mapped not in own else None
                if place is None or place in found:
                    continue
                found[place] = _read(self._root, self._root / place)
                waiting.append((place, found[place]))
        if len(found) >= MAX_FILES:
            self._notes.append(f"More than {MAX_FILES} library files are imported; the others were not read.")
        return found

    def _place(self, name: str) -> str | None:
        """Where a library file lies, relative to the project; None if it does not."""
        if not name.endswith(".sol") or name.startswith("/") or ".." in PurePosixPath(name).parts:
            return None
        for place in (name, f"node_modules/{name}", f"lib/{name}"):
            path = self._root / place
            if place.split("/", 1)[0] in _OTHERS and path.is_file() and _is_inside(self._root, path):
                return place
        return None


def _below(path: str, folder: str) -> bool:
    return path.startswith(folder.strip("/").removeprefix("./") + "/")


def _profile(root: Path, foundry: Path) -> dict[str, Any]:
    try:
        read = tomllib.loads(_read(root, foundry))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput("project", f"{foundry} is not TOML ({error}).", "Correct that file.") from error
    profiles = read.get("profile", {})
    profile = profiles.get("default", {}) if isinstance(profiles, dict) else {}
    return profile if isinstance(profile, dict) else {}


def _is_inside(root: Path, path: Path) -> bool:
    """Whether a path is a file of the project, also once links are followed."""
    return path.is_file() and path.resolve().is_relative_to(root.resolve())


def _read(root: Path, path: Path) -> str:
    if not _is_inside(root, path):
        raise InvalidInput("project", f"{path} is not a file of the project.", "Check the path.")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise InvalidInput(
                "project", f"{path} is larger than {MAX_FILE_BYTES:,} bytes.", "Split it into smaller files."
            )
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InvalidInput("project", f"{path} cannot be read ({error.strerror}).", "Check it.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput("project", f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error


def _check_count(count: int) -> None:
    if count > MAX_FILES:
        raise InvalidInput(
            "project", f"holds more than {MAX_FILES} Solidity files.", "Name a folder of fewer of them."
        )


def _files(texts: Mapping[str, str]) -> tuple[SourceFile, ...]:
    return tuple(_file(path, text) for path, text in texts.items())


def _file(path: str, text: str) -> SourceFile:
    try:
        return SourceFile(path=path, content=text)
    except ValidationError as error:
        raise invalid_input(error, f"project: {path}") from error
