"""Where a candidate's contracts and the user's tests lie when both are compiled together. Pure.

The tests are the user's: nothing of the candidate's stands in their place, in that of the library they import
or in that of the runner's settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from verifiers.domain import Candidate, CodingTask, SourceFile, TestSuite, Value
from verifiers.solidity.compiling.imports import (
    Remapping,
    absolute,
    find_imports,
    is_relative,
    parse_remappings,
    remap,
)
from verifiers.solidity.compiling.project import (
    FOUNDRY_FILE,
    REMAPPINGS_FILE,
    Project,
    project_of,
    remappings_in,
)
from verifiers.solidity.testing.forge import STD_FOLDER, forge_std
from verifiers.solidity.testing.replay import FOLDER

WATCH_FOLDER = "acrisol_watch"  # see ``replicas.py``
_KEPT_FREE = tuple(f"{folder}/" for folder in (STD_FOLDER, FOLDER, WATCH_FOLDER))
_SETTINGS = (REMAPPINGS_FILE, FOUNDRY_FILE)
_HOME = "test"
_SOURCE_FOLDERS = {"src", "contracts"}
_BOM = "\ufeff"


class Layout(Value):
    """Project and tests, each at its place.

    Attributes:
        project: The contracts, without the tests.
        tests: Path -> text of the tests, and of files that only pass an import on.
        given: The tests' paths as the user knows them, by the path at which they lie.
        candidate: Paths of the files that the candidate wrote; all else is trusted.
    """

    project: Project
    tests: Mapping[str, str]
    given: Mapping[str, str]
    candidate: frozenset[str]

    def known_as(self, path: str) -> str:
        """The path by which the user knows a file."""
        return self.given.get(path, path)


def layout(task: CodingTask, candidate: Candidate, tests: TestSuite) -> Layout:
    """Put a candidate and the tests together.

    Args:
        task: Its files are there already.
        candidate: What is tested; hostile.
        tests: The user's.
    """
    prefix = _prefix(tests.files)
    placed = {f"{prefix}{file.path}": file for file in tests.files}
    taken = {*placed, *(file.path for file in tests.files)}
    files = tuple(file for file in candidate.files if not _is_kept_free(file.path, taken))
    own = tuple(file for file in files if file.path.endswith(".sol"))
    bare = task.model_copy(
        update={"files": tuple(file for file in task.files if not file.path.startswith(f"{FOLDER}/"))}
    )
    project = project_of(bare, candidate.model_copy(update={"files": own}))
    sources = {path: text for path, text in project.sources.items() if path not in taken}
    project = project.model_copy(update={"sources": sources, "remappings": _remappings(task, candidate)})
    texts = {path: file.content.removeprefix(_BOM) for path, file in placed.items() if path.endswith(".sol")}
    return Layout(
        project=project,
        tests={**_passed_on(project, texts), **texts},
        given={path: file.path for path, file in placed.items()},
        candidate=frozenset(file.path for file in own if file.path in sources),
    )


def imported_paths(tests: Iterable[SourceFile]) -> tuple[str, ...]:
    """Where the tests look for what they import and do not bring along, by paths of the project."""
    files = tuple(tests)
    prefix = _prefix(files)
    own = {f"{prefix}{file.path}" for file in files}
    found: dict[str, None] = {}
    for file in files:
        for entry in find_imports(f"{prefix}{file.path}", file.content):
            name = absolute(entry.target, entry.path)
            if name and name not in own and _may_be_the_candidates(entry.target):
                found[name] = None
    return tuple(found)


def _prefix(tests: Iterable[SourceFile]) -> str:
    """The folders that the tests must lie in so that no import of theirs leads out of the project."""
    out = 0
    for file in tests:
        above = len(PurePosixPath(file.path).parts) - 1
        for entry in find_imports(file.path, file.content):
            if is_relative(entry.target):
                out = max(out, _climbs(entry.target) - above)
    return "".join(f"{_HOME}/" for _ in range(min(out, 8)))


def _climbs(target: str) -> int:
    """How many folders above its own an import reaches."""
    height = lowest = 0
    for part in target.split("/"):
        height += {"..": -1, ".": 0, "": 0}.get(part, 1)
        lowest = min(lowest, height)
    return -lowest


def _is_kept_free(path: str, taken: set[str]) -> bool:
    return path in taken or path in _SETTINGS or path.startswith(_KEPT_FREE)


def _remappings(task: CodingTask, candidate: Candidate) -> tuple[str, ...]:
    """The user's, and those of the candidate's that neither stand in their way nor mean our library."""
    given = remappings_in(task.files)
    prefixes = {entry.prefix for entry in parse_remappings(given)}
    own = [
        entry
        for entry in parse_remappings(remappings_in(candidate.files))
        if entry.prefix not in prefixes and not _means_the_library(entry)
    ]
    return (*(str(entry) for entry in own), *given)


def _means_the_library(entry: Remapping) -> bool:
    return entry.prefix.startswith(STD_FOLDER) or STD_FOLDER.startswith(entry.prefix)


def _passed_on(project: Project, tests: Mapping[str, str]) -> dict[str, str]:
    """Files at places where the tests look for a contract that lies elsewhere, each importing that."""
    remappings = parse_remappings(project.remappings)
    there = {*project.files, *tests, *forge_std()}
    by_name: dict[str, list[str]] = {}
    for path in project.sources:
        by_name.setdefault(PurePosixPath(path).name, []).append(path)
    made: dict[str, str] = {}
    for path, text in tests.items():
        for entry in find_imports(path, text):
            name = absolute(entry.target, path)
            wanted = remap(name, path, remappings) if name else ""
            lies_at = by_name.get(PurePosixPath(wanted).name) or list(project.sources)
            if wanted in there or len(lies_at) != 1 or not _may_be_the_candidates(entry.target):
                continue
            made[wanted] = f'pragma solidity >=0.4.0;\nimport "{lies_at[0]}";\n'
    return made


def _may_be_the_candidates(target: str) -> bool:
    """Whether an import can mean a file of the project, and not one of a package."""
    first, slash, _ = target.partition("/")
    return is_relative(target) or not slash or first in _SOURCE_FOLDERS
