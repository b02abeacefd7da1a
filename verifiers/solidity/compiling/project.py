"""What a candidate's contracts are made of: its own files, and the library files that they import. Pure."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping

from verifiers.domain import Candidate, CodingTask, InnerPath, SourceFile, Value, digest
from verifiers.solidity.compiling.imports import parse_remappings

TEST_SUFFIX = ".t.sol"
REMAPPINGS_FILE, FOUNDRY_FILE = "remappings.txt", "foundry.toml"
LIBRARY_FOLDERS = ("lib/", "node_modules/")
_BOM = "\ufeff"


class Project(Value):
    """Everything that is compiled together.

    Attributes:
        sources: The project's own files, path -> text; what is judged.
        libraries: Files of others that the sources import, by the name that the compiler knows them by
            (``@openzeppelin/contracts/token/ERC20/ERC20.sol``) -> text; trusted, and never reported on.
        remappings: ``prefix=target`` or ``context:prefix=target``, as solc takes them.
        ignored: Paths of what was given beside contracts and tests.
    """

    sources: Mapping[InnerPath, str]
    libraries: Mapping[str, str] = {}
    remappings: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """All that the compiler sees; the project's own files win."""
        return {**self.libraries, **self.sources}

    @property
    def digest(self) -> str:
        """SHA-256 over paths, texts and remappings, in hex."""
        return digest(json.dumps([dict(self.sources), dict(self.libraries), self.remappings], sort_keys=True))


def project_of(task: CodingTask, candidate: Candidate) -> Project:
    """The project that a candidate makes of a task's files; its tests are not part of it.

    The task's files below ``lib/`` and ``node_modules/`` are libraries. A candidate's own files are judged
    wherever they lie, or it could have itself taken for a library.

    Args:
        task: Its files are there already; the candidate's stand in the place of those of the same name.
        candidate: What is judged.
    """
    own = {file.path for file in candidate.files}
    files = {file.path: file.content for file in (*task.files, *candidate.files)}
    contracts = {
        path: text.removeprefix(_BOM)
        for path, text in files.items()
        if path.endswith(".sol") and not path.endswith(TEST_SUFFIX)
    }
    given = {path for path in contracts if path not in own and path.startswith(LIBRARY_FOLDERS)}
    return Project(
        sources={path: text for path, text in contracts.items() if path not in given},
        libraries={path: contracts[path] for path in sorted(given)},
        remappings=remappings_in((*task.files, *candidate.files)),
        ignored=tuple(path for path in files if not path.endswith(".sol")),
    )


def remappings_in(files: Iterable[SourceFile]) -> tuple[str, ...]:
    """What ``foundry.toml`` and ``remappings.txt`` say; the latter wins, as it does in Foundry."""
    by_path = {file.path: file.content for file in files}
    lines = [*_foundry_remappings(by_path.get(FOUNDRY_FILE, ""))]
    lines += by_path.get(REMAPPINGS_FILE, "").removeprefix(_BOM).splitlines()
    return tuple(dict.fromkeys(str(entry) for entry in parse_remappings(lines)))


def _foundry_remappings(text: str) -> list[str]:
    """Those of the default profile; none where the file cannot be read, because forge will say so itself."""
    try:
        read = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return []
    profile = read.get("profile", {})
    table = profile.get("default", {}) if isinstance(profile, dict) else {}
    found = table.get("remappings", []) if isinstance(table, dict) else []
    return [line for line in found if isinstance(line, str)] if isinstance(found, list) else []
