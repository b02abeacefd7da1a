"""Flawfinder for C and C++: the ``flawfinder`` verifier.

It looks for names of risky functions and does not read the code around them, so what it finds advises and
never blocks. It does not say what it looked at either: a last file of ours, in which it must find a known
call, shows that it got through all of them.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Sequence

from verifiers.domain import Candidate, CodingTask, Finding, Language, Location, Severity, Verdict
from verifiers.errors import ToolFailed
from verifiers.reports.weaknesses import owasp_of
from verifiers.sandbox.environments import FLAWFINDER
from verifiers.sandbox.protocol import ExecResult, Job, Sandbox
from verifiers.scanners.conclusion import Scan, conclude
from verifiers.scanners.tool_run import Input, broken, cut_short, limits, numbered, one_line
from verifiers.verifier import Stage

NAME = "flawfinder"
_SUFFIXES = {"c": ".c", "cpp": ".cpp"}
_LAST = "src/last.c"
_LAST_TEXT = b"void last(char *text) { gets(text); }\n"
_COLUMNS = ("File", "Line", "Level", "Category", "Name", "Warning", "Suggestion", "CWEs")
_CWE = re.compile(r"CWE-\d+")


class FlawfinderVerifier:
    """Lists risky calls in C and C++."""

    name = NAME
    stage = Stage.SCAN

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def applies_to(self, task: CodingTask) -> bool:
        """For C and C++."""
        return task.language in (Language.C, Language.CPP)

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Look through the candidate's C and C++ files; see :class:`verifiers.verifier.Verifier`."""
        started = time.monotonic()
        inputs = numbered(candidate.files, _SUFFIXES, lambda *file: _SUFFIXES[file[2]])
        scan = read(self._run(inputs, seconds), inputs) if inputs else Scan(tool=NAME)
        return conclude(NAME, task, scan, time.monotonic() - started)

    def _run(self, inputs: Sequence[Input], seconds: float) -> ExecResult:
        # Without --neverignore a comment of the candidate would hide its line.
        flags = ("--csv", "--neverignore", "--minlevel=1")
        return self._sandbox.run(
            Job(
                environment=FLAWFINDER,
                argv=("flawfinder", *flags, *(item.path for item in inputs), _LAST),
                files={item.path: item.content.encode() for item in inputs} | {_LAST: _LAST_TEXT},
                limits=limits(seconds),
            )
        )


def read(result: ExecResult, inputs: Sequence[Input]) -> Scan:
    """What a run established. Pure.

    Raises:
        ToolFailed: Flawfinder crashed, its output cannot be read, or it did not get through all files.
    """
    cut = cut_short(result, inputs)
    if cut:
        return cut
    if result.exit_code != 0:
        raise broken("Flawfinder", result)
    scan = parse(result.stdout.decode("utf-8", "replace"), inputs)
    return scan.model_copy(update={"evidence": {"isolation": result.isolation}})


def parse(text: str, inputs: Sequence[Input]) -> Scan:
    """Read Flawfinder's CSV against what it was given.

    Raises:
        ToolFailed: it cannot be read, names an unknown file, or lacks what is in our last file.
    """
    csv.field_size_limit(2**24)  # a line of the candidate stands in a field
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = list(reader)
    except csv.Error as error:
        raise ToolFailed(f"Flawfinder's output is not CSV: {error}") from error
    if not set(_COLUMNS) <= set(reader.fieldnames or ()):
        raise ToolFailed("Flawfinder's output has an unknown form.")
    names = {item.path: item.candidate_path for item in inputs}
    own = [row for row in rows if row["File"] == _LAST and row["Name"] == "gets"]
    if not own or not text.endswith("\n"):
        raise ToolFailed("Flawfinder did not get through all files.")
    try:
        findings = tuple(_finding(row, names[row["File"]]) for row in rows if row["File"] != _LAST)
    except (KeyError, ValueError, AttributeError) as error:
        raise ToolFailed(f"Flawfinder's output has an unknown form: {error!r}") from error
    return Scan(
        findings=findings,
        files=tuple(names.values()),
        tool=f"flawfinder {own[0].get('ToolVersion') or ''}".strip(),
    )


def _finding(row: dict[str, str], path: str) -> Finding:
    found = _CWE.search(row["CWEs"])
    cwe = found[0] if found else None
    return Finding(
        rule=f"flawfinder.{row['Category']}.{row['Name']}",
        message=one_line(row["Warning"]),
        fix=one_line(row["Suggestion"]),
        severity=Severity.LOW if int(row["Level"]) >= 3 else Severity.INFO,
        cwe=cwe,
        owasp=owasp_of(cwe),
        location=Location(path=path, line=max(1, int(row["Line"]))),
    )
