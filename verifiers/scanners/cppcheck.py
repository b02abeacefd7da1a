"""Cppcheck for C and C++: the ``cppcheck`` verifier.

Files keep their names, because they include each other by them. Every configuration that ``#if`` makes is
looked at, so that no weakness hides behind one that is switched off here and on elsewhere. Where a file has
several readings, all files go in once a reading. Cppcheck supposes names to be defined but not numbers to be
great, so ``#if __GNUC__ >= 4`` is read a second time as ``#if defined`` with a name that stands for it.
"""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import PurePosixPath

from verifiers.domain import (
    Candidate,
    CodingTask,
    Finding,
    Language,
    Location,
    Severity,
    SourceFile,
    Verdict,
    digest,
)
from verifiers.errors import ToolFailed
from verifiers.reports.weaknesses import owasp_of
from verifiers.sandbox.environments import CPPCHECK
from verifiers.sandbox.protocol import ExecResult, Job, Sandbox
from verifiers.scanners.conclusion import Gap, Scan, conclude
from verifiers.scanners.line_marks import without_line_marks
from verifiers.scanners.source import language_of, readings
from verifiers.scanners.tool_run import Input, broken, cut_short, limits, one_line
from verifiers.verifier import Stage

NAME = "cppcheck"
_LANGUAGES = {"c", "cpp"}
_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".c++")
_BLANKS = r"(?:[ \t]|/\*[^*\n]*\*/)*"
_CONDITION = re.compile(
    rf"^{_BLANKS}(?:\#|%:|\?\?=){_BLANKS}(?P<word>if|elif)\b(?P<test>[^\n]*)$", re.MULTILINE
)
_DECIDED = re.compile(r"\s*(?:0|1|[^\W\d]\w*|defined\s*\w+|defined\s*\(\s*\w+\s*\))\s*")
# What Cppcheck reports about itself or about code that it cannot read.
_UNREAD = re.compile(
    r"syntaxError|internalAstError|internalError|cppcheckError|unknownMacro|preprocessorErrorDirective"
    r"|toomanyconfigs|noValidConfiguration|\w*[bB]ailout\w*|ConfigurationNotChecked|unhandledChar|unmatched\w+"
)
# Errors that overwrite or reveal memory; other errors are faults of another kind.
_MEMORY = re.compile(
    r"\w*(?:OutOfBounds|[dD]oubleFree|dealloc\w*|[dD]anglingLifetime|[uU]seAfterFree|danglingReference"
    r"|returnReference|autoVariables|invalidContainer|bufferAccess\w*|eraseDereference|negativeIndex)\w*"
)
# Leaks harm nobody in a program that ends; of containers Cppcheck often supposes wrongly that they are empty.
_MILD = re.compile(
    r"memleak\w*|resourceLeak|leakNoVarFunctionCall|leakReturnValNotUsed|containerOutOfBounds\w*"
)


class CppcheckVerifier:
    """Blocks C and C++ in which Cppcheck finds a fault of at least the policy's severity."""

    name = NAME
    stage = Stage.SCAN

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def applies_to(self, task: CodingTask) -> bool:
        """For C and C++."""
        return task.language in (Language.C, Language.CPP)

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Check the candidate's C and C++ files; see :class:`verifiers.verifier.Verifier`."""
        started = time.monotonic()
        inputs = checked(candidate.files)
        scan = Scan(tool=NAME)
        if inputs:
            scan = read(self._run(candidate.files, inputs, seconds), inputs)
        return conclude(NAME, task, scan, time.monotonic() - started)

    def _run(self, files: Sequence[SourceFile], inputs: Sequence[Input], seconds: float) -> ExecResult:
        # Comments that suppress are obeyed only with --inline-suppr.
        flags = ("--xml", "--xml-version=2", "--enable=warning,portability", "--force")
        beside = {
            f"{PurePosixPath(item.path).parts[0]}/{file.path}": without_line_marks(file.content).encode()
            for item in inputs
            for file in files
        }
        return self._sandbox.run(
            Job(
                environment=CPPCHECK,
                argv=("cppcheck", *flags, "--file-list=files.txt"),
                files=beside
                | {item.path: item.content.encode() for item in inputs}
                | {"files.txt": "".join(f"{item.path}\n" for item in inputs).encode()},
                limits=limits(seconds),
            )
        )


def checked(files: Sequence[SourceFile]) -> list[Input]:
    """The files to check. A header is also given as a source file, since nothing need include it."""
    inputs: list[Input] = []
    taken = {file.path for file in files}
    for file in files:
        language = language_of(file.path, file.content)
        if language not in _LANGUAGES:
            continue
        suffix = PurePosixPath(file.path).suffix
        name = file.path
        while suffix not in _SOURCES and name in taken:  # whatever else the candidate calls so
            name += ".cpp"
        texts = [without_line_marks(text) for text in readings(file.content, language)]
        inputs += [
            Input(path=f"r{number}/{name}", candidate_path=file.path, language=language, content=text)
            for number, text in enumerate(_both_ways(tuple(dict.fromkeys(texts))))
        ]
    return inputs


def _both_ways(texts: Sequence[str]) -> tuple[str, ...]:
    """The readings, and those in which each condition that Cppcheck would compute is a name's definition."""
    return tuple(dict.fromkeys([*texts, *(_named(text) for text in texts)]))


def _named(text: str) -> str:
    prefix = f"c_{digest(text)[:16]}"  # no name that the text could define
    names: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        if _DECIDED.fullmatch(found["test"]):
            return found[0]
        name = names.setdefault("".join(found["test"].split()), f"{prefix}_{len(names)}")
        return f"#{found['word']} defined({name})" + "/*" * (
            found["test"].rfind("/*") > found["test"].rfind("*/")
        )

    return _CONDITION.sub(named, text)


def read(result: ExecResult, inputs: Sequence[Input]) -> Scan:
    """What a run established. Pure.

    Raises:
        ToolFailed: Cppcheck crashed, its output cannot be read, or it did not look at a file.
    """
    cut = cut_short(result, inputs)
    if cut:
        return cut
    if result.exit_code != 0:
        raise broken("Cppcheck", result)
    progress = result.stdout.decode("utf-8", "replace")
    scan = parse(progress, result.stderr.decode("utf-8", "replace"), inputs)
    return scan.model_copy(update={"evidence": {"isolation": result.isolation}})


def parse(progress: str, report: str, inputs: Sequence[Input]) -> Scan:
    """Read Cppcheck's report against what it was given.

    Args:
        progress: stdout: one line for each file.
        report: stderr: the XML.
        inputs: What it was given.

    Raises:
        ToolFailed: the report cannot be read, or a file was not checked.
    """
    try:
        root = ElementTree.fromstring(report)
    except ElementTree.ParseError as error:
        raise ToolFailed(f"Cppcheck's report is not XML: {error}") from error
    version = root.find("cppcheck")
    if root.tag != "results" or version is None or root.find("errors") is None:
        raise ToolFailed("Cppcheck's report has an unknown form.")
    said = set(progress.split("\n"))
    missed = [item.candidate_path for item in inputs if f"Checking {item.path} ..." not in said]
    if missed:
        raise ToolFailed(f"Cppcheck did not check {missed[0]}.")
    names = {item.path: item.candidate_path for item in inputs}
    findings, gaps = [], []
    for fault in root.iterfind("errors/error"):
        place = _place(fault, names)
        kind, grade = fault.get("id", ""), fault.get("severity", "")
        if _UNREAD.fullmatch(kind) or (grade == "error" and place is None):
            reason = f"cannot be read: {one_line(fault.get('msg', kind))}"
            gaps.append(Gap(file=place.path if place else "", reason=reason))
        elif grade in ("error", "warning", "portability"):
            findings.append(_finding(fault, place))
    return Scan(
        findings=tuple(findings),
        gaps=tuple(gaps),
        files=tuple(item.candidate_path for item in inputs),
        tool=f"cppcheck {version.get('version', '')}".strip(),
    )


def _place(error: ElementTree.Element, names: dict[str, str]) -> Location | None:
    location = error.find("location")
    if location is None:
        return None
    path = location.get("file", "")
    own = names.get(path) or path.split("/", 1)[-1]
    line = location.get("line", "1")
    return Location(path=own, line=max(1, int(line) if line.isdecimal() else 1)) if own else None


def _finding(error: ElementTree.Element, place: Location | None) -> Finding:
    kind = error.get("id", "")
    cwe = f"CWE-{error.get('cwe')}" if error.get("cwe") else None
    return Finding(
        rule=f"cppcheck.{kind}",
        message=one_line(error.get("msg", kind)),
        fix=one_line(error.get("verbose", "")) if error.get("verbose") != error.get("msg") else "",
        severity=_severity(error, kind),
        cwe=cwe,
        owasp=owasp_of(cwe),
        location=place,
    )


def _severity(error: ElementTree.Element, kind: str) -> Severity:
    grade = error.get("severity")
    if error.get("inconclusive") == "true" or grade == "warning":
        return Severity.LOW
    if grade == "portability":
        return Severity.INFO
    if _MILD.fullmatch(kind):
        return Severity.LOW
    return Severity.HIGH if _MEMORY.fullmatch(kind) else Severity.MEDIUM
