"""ESLint with security rules for JavaScript and TypeScript: the ``eslint`` verifier."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from verifiers.domain import Candidate, CodingTask, Finding, Language, Location, Severity, Value, Verdict
from verifiers.errors import ToolFailed
from verifiers.reports.weaknesses import owasp_of
from verifiers.sandbox.environments import ESLINT, ESLINT_FOLDER
from verifiers.sandbox.protocol import WORKDIR, ExecResult, Job, Sandbox
from verifiers.scanners.conclusion import Gap, Scan, conclude
from verifiers.scanners.tool_run import Input, broken, cut_short, limits, numbered, one_line
from verifiers.verifier import Stage

NAME = "eslint"
_LANGUAGES = {"javascript", "typescript"}
_MODULE = re.compile(r"^[ \t]*(?:import\b[^(\n]*[\"'{*]|export\b)", re.MULTILINE)
_PROGRAM = f"{ESLINT_FOLDER}/node_modules/eslint/bin/eslint.js"


class RuleTrust(Value):
    """What a finding of one of ESLint's rules is worth; a row of ``eslint.yaml``."""

    severity: Severity
    cwe: str
    fix: str


class EslintVerifier:
    """Blocks JavaScript and TypeScript in which ESLint's security rules find a weakness."""

    name = NAME
    stage = Stage.SCAN

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def applies_to(self, task: CodingTask) -> bool:
        """For JavaScript and TypeScript."""
        return task.language in (Language.JAVASCRIPT, Language.TYPESCRIPT)

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Lint the candidate's files; see :class:`verifiers.verifier.Verifier`."""
        started = time.monotonic()
        inputs = numbered(candidate.files, _LANGUAGES, suffix_of)
        scan = read(self._run(inputs, seconds), inputs) if inputs else Scan(tool=NAME)
        return conclude(NAME, task, scan, time.monotonic() - started)

    def _run(self, inputs: Sequence[Input], seconds: float) -> ExecResult:
        # Comments of the candidate could turn rules off; files that are ignored would look clean.
        flags = ("--no-config-lookup", "--config", "eslint.config.cjs", "--no-inline-config", "--no-ignore")
        config = files(__package__).joinpath("eslint_config.js").read_bytes()
        typescript = any(item.language == "typescript" for item in inputs)
        settings = {"rules": sorted(trust()), "typescript": typescript}
        return self._sandbox.run(
            Job(
                environment=ESLINT,
                argv=("node", _PROGRAM, *flags, "--format", "json", *(item.path for item in inputs)),
                files={item.path: item.content.encode() for item in inputs}
                | {"eslint.config.cjs": config, "settings.json": json.dumps(settings).encode()},
                limits=limits(seconds),
            )
        )


def suffix_of(path: str, text: str, language: str) -> str:
    """The suffix by which our configuration chooses parser and kind of source."""
    if language == "typescript":
        return ".tsx" if PurePosixPath(path).suffix.lower() == ".tsx" else ".ts"
    return ".mjs" if _MODULE.search(text) else ".cjs"


def read(result: ExecResult, inputs: Sequence[Input]) -> Scan:
    """What a run established. Pure.

    Raises:
        ToolFailed: ESLint crashed, its output cannot be read, or it did not look at a file.
    """
    cut = cut_short(result, inputs)
    if cut:
        return cut
    if result.exit_code not in (0, 1):  # 1 says that there are findings
        raise broken("ESLint", result)
    scan = parse(result.stdout.decode("utf-8", "replace"), inputs)
    return scan.model_copy(update={"evidence": {"isolation": result.isolation, "rules": len(trust())}})


class _Part(BaseModel):
    """A part of ESLint's output; what we do not use may change from version to version."""

    model_config = ConfigDict(extra="ignore")


# The names are ESLint's.
class _Message(_Part):
    ruleId: str | None
    message: str
    line: int = 1
    fatal: bool = False


class _File(_Part):
    filePath: str
    messages: list[_Message]
    suppressedMessages: list[_Message] = []


_OUTPUT = TypeAdapter(list[_File])


def parse(text: str, inputs: Sequence[Input]) -> Scan:
    """Read ESLint's JSON against what it was given.

    Raises:
        ToolFailed: it cannot be read, or a file is not in it or was ignored.
    """
    try:
        output = _OUTPUT.validate_python(json.loads(text))
    except (json.JSONDecodeError, RecursionError, ValidationError) as error:
        raise ToolFailed(f"ESLint's output cannot be read: {str(error)[:300]}") from error
    names = {f"{WORKDIR}/{item.path}": item.candidate_path for item in inputs}
    if sorted(file.filePath for file in output) != sorted(names):
        raise ToolFailed(f"ESLint looked at {len(output)} files of {len(names)}.")
    findings, gaps = [], []
    for file in output:
        path = names[file.filePath]
        for message in (*file.messages, *file.suppressedMessages):
            if message.fatal:
                gaps.append(Gap(file=path, reason=f"cannot be parsed: {one_line(message.message)}"))
            elif message.ruleId in trust():
                findings.append(_finding(message, message.ruleId, path))
            else:
                raise ToolFailed(f"ESLint reports: {one_line(message.message)}")
    return Scan(findings=tuple(findings), gaps=tuple(gaps), files=tuple(names.values()), tool=NAME)


def _finding(message: _Message, rule: str, path: str) -> Finding:
    worth = trust()[rule]
    return Finding(
        rule=f"eslint.{rule}",
        message=one_line(message.message),
        fix=worth.fix,
        severity=worth.severity,
        cwe=worth.cwe,
        owasp=owasp_of(worth.cwe),
        location=Location(path=path, line=max(1, message.line)),
    )


@cache
def trust() -> dict[str, RuleTrust]:
    """The rules that are run.

    Raises:
        ToolFailed: the table of them is broken.
    """
    try:
        table = yaml.safe_load(files(__package__).joinpath("eslint.yaml").read_text(encoding="utf-8"))
        return TypeAdapter(dict[str, RuleTrust]).validate_python(table)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise ToolFailed(f"The table of ESLint's rules cannot be read: {str(error)[:300]}") from error
