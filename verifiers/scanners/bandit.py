"""Bandit for Python: the ``bandit`` verifier."""

from __future__ import annotations

import importlib.metadata
import json
import time
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from verifiers.domain import Candidate, CodingTask, Finding, Language, Location, Severity, Value, Verdict
from verifiers.errors import ToolFailed
from verifiers.reports.weaknesses import owasp_of
from verifiers.sandbox.environments import BANDIT
from verifiers.sandbox.protocol import ExecResult, Job, Sandbox
from verifiers.scanners.conclusion import Gap, Scan, conclude
from verifiers.scanners.tool_run import Input, broken, cut_short, limits, numbered, one_line
from verifiers.verifier import Stage

NAME = "bandit"
# Bandit goes on when one of its checks crashes, and says so here only.
_CRASHED = "internal error running"


class BanditVerifier:
    """Blocks Python in which Bandit finds a weakness of at least the policy's severity."""

    name = NAME
    stage = Stage.SCAN

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def applies_to(self, task: CodingTask) -> bool:
        """For Python."""
        return task.language is Language.PYTHON

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Scan the candidate's Python files; see :class:`verifiers.verifier.Verifier`."""
        started = time.monotonic()
        inputs = numbered(candidate.files, {"python"}, lambda *_: ".py")
        scan = read(self._run(inputs, seconds), inputs) if inputs else Scan(tool=NAME)
        return conclude(NAME, task, scan, time.monotonic() - started)

    def _run(self, inputs: Sequence[Input], seconds: float) -> ExecResult:
        # Without --ignore-nosec a comment of the candidate would hide its line.
        flags = ("-f", "json", "-q", "--ignore-nosec", "--exit-zero")
        return self._sandbox.run(
            Job(
                environment=BANDIT,
                argv=("python3", "-m", "bandit", *flags, *(item.path for item in inputs)),
                files={item.path: item.content.encode() for item in inputs},
                limits=limits(seconds),
            )
        )


def read(result: ExecResult, inputs: Sequence[Input]) -> Scan:
    """What a run established. Pure.

    Raises:
        ToolFailed: Bandit crashed, its output cannot be read, or it did not look at a file.
    """
    trust()  # a broken table shows at once, not first with a finding
    cut = cut_short(result, inputs)
    if cut:
        return cut
    if result.exit_code != 0:
        raise broken("Bandit", result)
    said = result.stderr.decode("utf-8", "replace")
    scan = parse(result.stdout.decode("utf-8", "replace"), inputs)
    if _CRASHED in said:
        gaps = (*scan.gaps, Gap(file="", reason="one of Bandit's checks crashed"))
        scan = scan.model_copy(update={"gaps": gaps})
    return scan.model_copy(update={"evidence": {"isolation": result.isolation}})


class _Part(BaseModel):
    """A part of Bandit's output; what we do not use may change from version to version."""

    model_config = ConfigDict(extra="ignore")


class _Weakness(_Part):
    id: int


class _Issue(_Part):
    filename: str
    test_id: str
    issue_text: str
    issue_severity: str
    issue_confidence: str
    issue_cwe: _Weakness | dict[str, Any]
    line_number: int


class _Error(_Part):
    filename: str
    reason: str


class _Output(_Part):
    results: list[_Issue]
    errors: list[_Error]
    metrics: dict[str, dict[str, int]]


def parse(text: str, inputs: Sequence[Input]) -> Scan:
    """Read Bandit's JSON against what it was given.

    Raises:
        ToolFailed: it cannot be read, or a file is not in it.
    """
    try:
        output = _Output.model_validate(json.loads(text))
    except (json.JSONDecodeError, RecursionError, ValidationError) as error:
        raise ToolFailed(f"Bandit's output cannot be read: {str(error)[:300]}") from error
    names = {f"./{item.path}": item.candidate_path for item in inputs}
    missed = [name for path, name in names.items() if path not in output.metrics]
    named = [issue.filename for issue in output.results] + [error.filename for error in output.errors]
    strange = [name for name in (*named, *output.metrics) if name not in names and name != "_totals"]
    if missed or strange:
        raise ToolFailed(
            f"Bandit did not look at {missed[0]}."
            if missed
            else f"Bandit names {strange[0]}, which it was not given."
        )
    return Scan(
        findings=tuple(_finding(issue, names[issue.filename]) for issue in output.results),
        gaps=tuple(
            Gap(file=names[error.filename], reason=f"cannot be scanned: {one_line(error.reason)}")
            for error in output.errors
        ),
        files=tuple(names.values()),
        tool=f"bandit {_version()}",
    )


def _finding(issue: _Issue, path: str) -> Finding:
    worth = trust().get(issue.test_id, _OTHER)
    cwe = f"CWE-{issue.issue_cwe.id}" if isinstance(issue.issue_cwe, _Weakness) else None
    return Finding(
        rule=f"bandit.{issue.test_id}",
        # What stands between quotes may be the secret that was found.
        message=one_line(issue.issue_text.split(": '")[0]),
        fix=worth.fix,
        severity=_severity(issue, worth.severity),
        cwe=cwe,
        owasp=owasp_of(cwe),
        location=Location(path=path, line=max(1, issue.line_number)),
    )


def _severity(issue: _Issue, trusted: Severity) -> Severity:
    """The milder of what we and what Bandit call it; low where Bandit itself is not sure."""
    own = Severity(issue.issue_severity.lower()) if issue.issue_severity != "UNDEFINED" else Severity.LOW
    if issue.issue_confidence not in ("HIGH", "MEDIUM"):
        return Severity.LOW
    return min(trusted, own, key=lambda severity: severity.rank)


class CheckTrust(Value):
    """What a finding of one of Bandit's checks is worth; a row of ``bandit.yaml``."""

    severity: Severity
    fix: str


_OTHER = CheckTrust(severity=Severity.LOW, fix="")


@cache
def trust() -> dict[str, CheckTrust]:
    """The checks that may block.

    Raises:
        ToolFailed: the table of them is broken.
    """
    try:
        table = yaml.safe_load(files(__package__).joinpath("bandit.yaml").read_text(encoding="utf-8"))
        return TypeAdapter(dict[str, CheckTrust]).validate_python(table)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise ToolFailed(f"The table of Bandit's checks cannot be read: {str(error)[:300]}") from error


@cache
def _version() -> str:
    return importlib.metadata.version("bandit")
