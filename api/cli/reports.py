"""The files that ``solve`` and ``verify`` write for other programs: SARIF and JUnit XML."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from verifiers.domain import Candidate, CodingTask, SourceFile, Verdict
from verifiers.errors import InvalidInput
from verifiers.reports.junit import junit_xml
from verifiers.reports.sarif import sarif_text
from verifiers.values import Value
from verifiers.version import acrisol_version


class ReportFiles(Value):
    """Where reports go; None writes none."""

    sarif: Path | None = None
    junit: Path | None = None

    def check(self) -> None:
        """Say before the work starts, not after it, that its result cannot be kept.

        Raises:
            InvalidInput: a path cannot be written to.
        """
        for field, path in (("sarif", self.sarif), ("junit", self.junit)):
            if path is not None:
                check_writable(path, field)
                if path.is_dir():
                    raise InvalidInput(field, f"{path} is a folder.", "Name a file.")

    def write(
        self,
        task: CodingTask,
        candidate: Candidate | None,
        verdicts: Sequence[Verdict],
        required: Sequence[str],
        uris: Mapping[str, str],
    ) -> tuple[Path, ...]:
        """Write what is wanted; the paths that were written.

        Args:
            task: What was asked for.
            candidate: What was judged; None if there was nothing.
            verdicts: All on the candidate.
            required: Names of the verifiers that had to give a verdict.
            uris: Where files lie, by the paths that the verifiers know them under; see :func:`uris_of`.
        """
        files = candidate.files if candidate else ()
        written = []
        today = datetime.now(UTC).date()
        if self.sarif is not None:
            text = sarif_text(task, files, verdicts, required, acrisol_version(), today, uris)
            written.append(_write(self.sarif, text, "sarif"))
        if self.junit is not None:
            written.append(_write(self.junit, junit_xml(task, verdicts, required, today), "junit"))
        return tuple(written)


def uris_of(named: Path | None, files: Sequence[SourceFile]) -> dict[str, str]:
    """Where files that a person named lie, seen from the current folder.

    Args:
        named: The file or folder that was named; None if none was.
        files: What was read there; their paths are relative to it, or the file's name.
    """
    if named is None:
        return {}
    folder = named if named.is_dir() else named.parent
    shown = os.path.relpath(folder) if not folder.is_absolute() or folder.is_relative_to(Path.cwd()) else ""
    inside = "" if shown in ("", ".") or shown.startswith("..") else f"{Path(shown).as_posix()}/"
    return {file.path: f"{inside}{file.path}" for file in files}


def check_writable(path: Path, field: str) -> None:
    """Whether a file can be written, as far as that shows before.

    Raises:
        InvalidInput: it cannot.
    """
    folder = path if path.is_dir() else path.parent
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise InvalidInput(field, f"{path} cannot be written to.", "Name another file.")


def _write(path: Path, text: str, field: str) -> Path:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            field, f"{path} cannot be written ({error.strerror}).", "Name another file."
        ) from error
    return path
