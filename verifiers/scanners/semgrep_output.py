"""What semgrep-core printed, as a value. Pure: tested on recorded output.

The engine says little by itself: it exits 0 with broken rules, calls a file scanned when it crashed on it,
and obeys ``nosemgrep`` comments of the code that it scans. So whatever is not plainly said to have gone well
is taken as gone wrong here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from verifiers.domain import Value
from verifiers.errors import ToolFailed

# What the engine reports about a file, as opposed to about itself -> in words.
_FILE_PROBLEMS = {
    "AST builder error": "cannot be parsed",
    "Fixpoint timeout": "the data flow analysis ran out of time",
    "FixpointTimeout": "the data flow analysis ran out of time",
    "Lexical error": "cannot be parsed",
    "Other syntax error": "cannot be parsed",
    "Out of memory": "the engine ran out of memory",
    "PartialParsing": "can be parsed in part only",
    "Stack overflow": "is nested too deeply for the engine",
    "Syntax error": "cannot be parsed",
    "Timeout": "a rule ran out of time",
    "Too many matches": "there are too many matches to list",
}


class Match(Value):
    """One place that one rule matched; lines and columns count from 1."""

    rule: str
    target: str
    line: int
    end_line: int
    column: int


class Problem(Value):
    """Why a target was not wholly scanned; ``target`` is empty where the engine does not say which."""

    target: str
    reason: str


class Report(Value):
    """What a run of the engine established.

    Attributes:
        version: The engine's.
        matches: All matches, suppressed or not.
        problems: Empty only if every rule saw the whole of every target.
        suppressions: Matches that the scanned code asked to have hidden.
    """

    version: str
    matches: tuple[Match, ...]
    problems: tuple[Problem, ...]
    suppressions: int


class _Part(BaseModel):
    """A part of the engine's output; what we do not use may change from version to version."""

    model_config = ConfigDict(extra="ignore")


class _Place(_Part):
    line: int
    col: int


class _Extra(_Part):
    is_ignored: bool


class _Result(_Part):
    check_id: str
    path: str
    start: _Place
    end: _Place
    extra: _Extra


class _ErrorPlace(_Part):
    path: str = ""
    start: _Place | None = None


class _Error(_Part):
    error_type: JsonValue
    message: str
    location: _ErrorPlace = _ErrorPlace()
    rule_id: str = ""

    @property
    def kind(self) -> str:
        kind = (
            self.error_type[0] if isinstance(self.error_type, list) and self.error_type else self.error_type
        )
        return str(kind)


class _Paths(_Part):
    scanned: list[str]


class _Target(_Part):
    path: str
    num_bytes: int


class _Time(_Part):
    rules: list[str]
    targets: list[_Target]
    fixpoint_timeouts: list[Any]


class _Output(_Part):
    version: str
    results: list[_Result]
    errors: list[_Error]
    paths: _Paths
    time: _Time
    skipped_rules: list[Any]


def parse(text: str, targets: Mapping[str, int], rules: Collection[str]) -> Report:
    """Read the engine's output against what it was asked to do.

    Args:
        text: stdout; its last line is the JSON.
        targets: Path -> size in bytes of every file that it was to scan.
        rules: Ids of all rules that it was to run on them.

    Raises:
        ToolFailed: the output cannot be read, a rule was not run, a target was not looked at, or the engine
            reports a fault of its own.
    """
    output = _read(text)
    _check_own_faults(output)
    _check_done(output, targets, rules)
    problems = [_problem(error) for error in output.errors]
    if output.time.fixpoint_timeouts:
        problems.append(Problem(target="", reason=_FILE_PROBLEMS["Fixpoint timeout"]))
    return Report(
        version=output.version,
        matches=tuple(
            Match(
                rule=result.check_id,
                target=result.path,
                line=result.start.line,
                end_line=result.end.line,
                column=result.start.col,
            )
            for result in output.results
        ),
        problems=tuple(dict.fromkeys(problems)),
        suppressions=sum(result.extra.is_ignored for result in output.results),
    )


def _read(text: str) -> _Output:
    lines = text.rstrip().splitlines()
    if not lines:
        raise ToolFailed("Semgrep printed nothing.")
    try:
        # Not splitlines' last line alone: U+2028 and the like inside strings are no ends of lines in JSON.
        return _Output.model_validate(json.loads(text.rstrip().rsplit("\n", 1)[-1]))
    except (json.JSONDecodeError, RecursionError) as error:
        raise ToolFailed(f"Semgrep's output is not JSON: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ToolFailed(f"Semgrep's output has an unknown form at {place}: {first['msg']}") from error


def _check_own_faults(output: _Output) -> None:
    for error in output.errors:
        if error.kind not in _FILE_PROBLEMS:
            about = f" (rule {error.rule_id})" if error.rule_id else ""
            raise ToolFailed(f"Semgrep reports: {error.kind}{about}: {error.message[:300]}")
    if output.skipped_rules:
        raise ToolFailed(f"Semgrep skipped {len(output.skipped_rules)} rules.")


def _check_done(output: _Output, targets: Mapping[str, int], rules: Collection[str]) -> None:
    if sorted(output.time.rules) != sorted(rules):
        raise ToolFailed(f"Semgrep ran {len(output.time.rules)} rules of {len(rules)}.")
    read = {target.path: target.num_bytes for target in output.time.targets}
    if sorted(output.paths.scanned) != sorted(targets) or read != dict(targets):
        raise ToolFailed(f"Semgrep scanned {len(output.paths.scanned)} files of {len(targets)}.")
    for result in output.results:
        if result.path not in targets or result.check_id not in rules:
            raise ToolFailed(f"Semgrep reports {result.check_id} in {result.path}, which it was not given.")


def _problem(error: _Error) -> Problem:
    reason = _FILE_PROBLEMS[error.kind]
    if error.kind == "Timeout" and error.rule_id:
        reason += f" ({error.rule_id})"
    elif error.location.start:
        reason += f" (line {error.location.start.line})"
    return Problem(target=error.location.path, reason=reason)
