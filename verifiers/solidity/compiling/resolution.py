"""From a project's imports to everything that is compiled, and to the compilers that can.

The compiler gets all files in one request and is given nothing to read, so what is not found here does not
exist for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from verifiers.domain import Finding, Location, Severity
from verifiers.errors import ToolMissing
from verifiers.solidity.compiling import import_problems as problems
from verifiers.solidity.compiling.imports import (
    Import,
    Remapping,
    absolute,
    find_imports,
    parse_remappings,
    remap,
)
from verifiers.solidity.compiling.packages import GENERATIONS, Generation, Packages, generations_for
from verifiers.solidity.compiling.pragma import Selection, Version, allowing, missing, parse_version, select
from verifiers.solidity.compiling.project import Project
from verifiers.solidity.toolchain import INSTALL_HINT

_MAX_LIBRARY_FILES, _MAX_LIBRARY_BYTES = 1000, 16_000_000
_MAX_IMPORTS = 5000
_MAX_FINDINGS = 20


class Option(NamedTuple):
    """One way to compile a project.

    Attributes:
        project: With all library files that are reached.
        version: The newest compiler that all pragmas allow.
        packages: Those whose files are in it, as ``@openzeppelin/contracts 5.4.0``.
        notes: Findings that do not keep it from being compiled.
    """

    project: Project
    version: str
    packages: tuple[str, ...] = ()
    notes: tuple[Finding, ...] = ()


class Resolution(NamedTuple):
    """What came of it.

    Attributes:
        options: The likeliest first; empty where something is wrong.
        pragmas: Of the project's own files, as written.
        findings: What is wrong.
    """

    options: tuple[Option, ...]
    pragmas: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def resolve(project: Project, installed: Sequence[str], packages: Packages) -> Resolution:
    """Find all that a project imports, and the compilers for it.

    Args:
        project: Its libraries are looked at first, and left out where nothing reaches them.
        installed: The compilers that there are, such as ``0.8.20``; at least one.
        packages: Where the rest comes from.

    Raises:
        ToolMissing: an import names a package that is pinned and not installed.
        ToolFailed: a library file cannot be read.
    """
    selection = select(dict(project.sources), installed)
    if selection.version is None:
        return Resolution((), selection.pragmas, selection.findings)
    newest, lowest = (_version(selection.allowed[index]) for index in (0, -1))
    options: list[Option] = []
    wrong: list[tuple[Finding, ...]] = []
    for generation in generations_for(lowest, newest) or GENERATIONS[:1]:
        walk = _Walk(project, packages, generation)
        walk.run()
        option = None if walk.findings else _option(walk, selection)
        if isinstance(option, Option):
            options.append(option)
            if not walk.depends_on_generation:
                break
        else:
            wrong.append(tuple(walk.findings) if option is None else (option,))
    return Resolution(tuple(options), selection.pragmas, () if options else wrong[0][:_MAX_FINDINGS])


def _option(walk: _Walk, selection: Selection) -> Option | Finding:
    allowed, pragma = allowing(walk.libraries, selection.allowed)
    if pragma is not None:
        return problems.conflict(walk.origins[pragma.path], pragma.path, pragma.text, selection.pragmas)
    # No pragma among the project's own files: the note names the compiler that is really used.
    silent = [item.location.path for item in selection.findings if item.location]
    completed = walk.project.model_copy(
        update={"libraries": walk.libraries, "remappings": tuple(map(str, walk.remappings))}
    )
    notes = tuple(missing(path, allowed[0]) for path in silent)
    return Option(completed, allowed[0], tuple(sorted(walk.used)), notes)


def _version(text: str) -> Version:
    return parse_version(text) or Version(0, 0, 0)


class _Walk:
    """One way through a project's imports, with one release of the packages.

    Attributes:
        project: Whose.
        libraries: What was reached outside its own files.
        remappings: Its own, and those that give a library file its one name.
        origins: Library file -> the import of an own file by which it was reached first.
        used: Packages, with their versions.
        depends_on_generation: Whether another release could have given other files.
        findings: What could not be found.
    """

    def __init__(self, project: Project, packages: Packages, generation: Generation) -> None:
        self.project = project
        self._packages = packages
        self._generation = generation
        self._given: Mapping[str, str] = project.files
        self._bytes = 0
        self._imports = 0
        self.libraries: dict[str, str] = {}
        self.remappings: list[Remapping] = list(parse_remappings(project.remappings))
        self.origins: dict[str, Import] = {}
        self.used: set[str] = set()
        self.depends_on_generation = False
        self.findings: list[Finding] = []

    def run(self) -> None:
        """Follow all imports, each file once."""
        waiting = deque(sorted(self.project.sources.items()))
        while waiting and len(self.findings) < _MAX_FINDINGS:
            path, text = waiting.popleft()
            for found in find_imports(path, text):
                self._imports += 1
                if self._imports > _MAX_IMPORTS:
                    self.findings.append(_too_many(self.origins.get(path, found)))
                    return
                name = self._follow(found, self.origins.get(path, found))
                if name is not None:
                    waiting.append((name, self.libraries[name]))

    def _follow(self, found: Import, origin: Import) -> str | None:
        """The name of a library file that an import reaches for the first time."""
        names = self._names(found)
        problem = problems.outside(found, origin, names)
        name = None if problem else absolute(found.target, found.path)
        if problem is None and name is None:
            problem = problems.climbing(found, origin, names)
        if problem or name is None:
            self.findings += [problem] if problem else []
            return None
        reached = self._find(name, found.path)
        if reached is None:
            self._miss(found, origin, name)
            return None
        name, text = reached
        if name in self.project.sources or name in self.libraries:
            return None
        self._bytes += len(text)
        if len(self.libraries) >= _MAX_LIBRARY_FILES or self._bytes > _MAX_LIBRARY_BYTES:
            self.findings.append(_too_many(origin))
            return None
        self.libraries[name] = text
        self.origins[name] = origin
        return name

    def _find(self, name: str, importer: str) -> tuple[str, str] | None:
        """The file that a name means in a file, under the name that it has in the whole project."""
        mapped = remap(name, importer, self.remappings)
        for tried in dict.fromkeys((mapped, name)):
            text = self._read(tried)
            if text is not None:
                self._remember(name, importer, tried, len(name))
                return tried, text
            alias = self._packages.alias(tried)
            if alias is None:
                continue
            rest = tried[len(alias.prefix) :]
            text = self._read(alias.target + rest)
            if text is not None:
                self._remember(name, importer, alias.target + rest, len(rest))
                return alias.target + rest, text
        return None

    def _read(self, name: str) -> str | None:
        text = self._given.get(name, self.libraries.get(name))
        if text is None:
            text = self._packages.read(name, self._generation)
            if text is not None:
                self.used.add(self._packages.title(name, self._generation) or name)
                self.depends_on_generation |= name.startswith("@openzeppelin/")
        return text

    def _remember(self, name: str, importer: str, wanted: str, shared: int) -> None:
        """Have the compiler come to the same file, by one more remapping where its own way leads elsewhere.

        Args:
            name: The import's name before remappings.
            importer: In which file.
            wanted: The name that it should come to.
            shared: How many of the last characters of both are the same and not to be part of a remapping.
        """
        if remap(name, importer, self.remappings) == wanted:
            return
        used = [each for each in self.remappings if remap(name, importer, (each,)) != name]
        context = max((each.context for each in used), key=len, default="")
        least = max((len(each.prefix) for each in used), default=1)
        keep = min(shared, len(name) - least)
        self.remappings.append(Remapping(context, name[: len(name) - keep], wanted[: len(wanted) - keep]))

    def _miss(self, found: Import, origin: Import, name: str) -> None:
        mapped = remap(name, found.path, self.remappings)
        alias = self._packages.alias(mapped)
        known = alias.target + mapped[len(alias.prefix) :] if alias else mapped
        package = self._packages.title(known, self._generation)
        if package == "":
            raise ToolMissing("The packages that contracts import are not all installed.", INSTALL_HINT)
        self.findings.append(problems.missing(found, origin, package, self._names(found)))

    def _names(self, found: Import) -> Iterator[str]:
        """What an import could name instead; made up only where somebody asks."""
        yield from self.project.sources
        yield from self.project.libraries
        if not found.target.startswith("."):
            yield from self._packages.names(self._generation)


def _too_many(origin: Import) -> Finding:
    return Finding(
        rule=problems.MISSING,
        message=f"There are more than {_MAX_IMPORTS} imports, or they lead to more than {_MAX_LIBRARY_FILES} "
        f"library files or {_MAX_LIBRARY_BYTES // 1_000_000} MB of them.",
        fix="Import only the files that are needed.",
        severity=Severity.HIGH,
        location=Location(path=origin.path, line=origin.line),
    )
