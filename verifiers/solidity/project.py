"""What a candidate's contracts are made of: its own files, and the library files that they import. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from verifiers.domain import Candidate, CodingTask, Value, digest

TEST_SUFFIX = ".t.sol"


class Project(Value):
    """Everything that is compiled together.

    Attributes:
        sources: The project's own files, path -> text; what is judged.
        libraries: Files of pinned packages that the sources import, by the path they are imported by
            (``@openzeppelin/contracts/token/ERC20/ERC20.sol``) -> text; trusted, and never reported on.
    """

    sources: Mapping[str, str]
    libraries: Mapping[str, str] = {}

    @property
    def files(self) -> dict[str, str]:
        """All that the compiler sees; the project's own files win."""
        return {**self.libraries, **self.sources}

    @property
    def digest(self) -> str:
        """SHA-256 over paths and texts, in hex."""
        return digest(json.dumps(self.files, sort_keys=True))


def project_of(task: CodingTask, candidate: Candidate) -> Project:
    """The project that a candidate makes of a task's files; its tests are not part of it.

    Args:
        task: Its files are there already; the candidate's stand in the place of those of the same name.
        candidate: What is judged.
    """
    files = {file.path: file.content for file in (*task.files, *candidate.files)}
    return Project(
        sources={
            path: text
            for path, text in files.items()
            if path.endswith(".sol") and not path.endswith(TEST_SUFFIX)
        }
    )
