"""Whether a completion brings a weakness into its file that was not there before."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from agent.extraction.python_source import parse
from agent.fill_values import Check, FillRequest, Scanned
from agent.parallel import OutOfPatience, in_threads
from verifiers.domain import Candidate, CodingTask, Finding, Language, SourceFile, Status, Verdict
from verifiers.errors import ToolError
from verifiers.policy import blocks, in_force
from verifiers.reports.normalise import normalised
from verifiers.verifier import Verifier

_OVERRUN_S = 2.0
# Without its completion code often does not parse, and then shows no findings of its own.
_STAND_INS = ("", "pass", "None")


def scan(
    scanners: Sequence[Verifier], request: FillRequest, text: str, seconds: float, missing: str = ""
) -> Scanned:
    """Scan a file with its completion and, where that finds something, without it.

    Only what the completion brings counts: its user knows, or has to live with, what was there before. What
    it brings may show elsewhere: input that it reads reaches a shell in a line behind it.

    Args:
        scanners: Who looks; those that do not apply to the language are left out.
        request: The file, and which findings block.
        text: The completion.
        seconds: Wall-clock seconds for both scans together.
        missing: Why there are no more scanners, where some could not be had.
    """
    task = in_force(CodingTask(instruction="Fill in.", language=request.language, policy=request.policy))
    applicable = [scanner for scanner in scanners if scanner.applies_to(task)]
    whole = request.prefix + text + request.suffix
    verdicts, trouble = _verdicts(applicable, task, _file(request, whole), seconds * 0.6)
    checks = tuple(Check(verifier=one.verifier, status=one.status, summary=one.summary) for one in verdicts)
    found = {verdict.verifier: _blocking(task, verdict) for verdict in verdicts}
    known: dict[str, Verdict] = {}
    if any(found.values()):
        again = [scanner for scanner in applicable if found.get(scanner.name)]
        before, more = _verdicts(again, task, _file(request, _without(request)), seconds * 0.4)
        known = {verdict.verifier: verdict for verdict in before}
        trouble += more
    brought: list[Finding] = []
    for verdict in verdicts:
        new, unsure = _new(task, found[verdict.verifier], known.get(verdict.verifier), request, text)
        brought += new
        if unsure:
            trouble.append(f"{verdict.verifier}: what was there before cannot be told from what is new")
        elif verdict.status in (Status.INCOMPLETE, Status.ERROR):
            trouble.append(f"{verdict.verifier}: {verdict.summary.rstrip('.')}")
        elif verdict.status is Status.FAILED and verdict.apart_from_findings is not Status.PASSED:
            trouble.append(f"{verdict.verifier} did not look at all of it")
    if not any(scanner.name != "secrets" for scanner in applicable):
        trouble.append(missing or f"there is no scanner for {request.language.value}")
    return _concluded(brought, trouble, checks)


def _concluded(brought: Sequence[Finding], trouble: Sequence[str], checks: tuple[Check, ...]) -> Scanned:
    if brought:
        first = brought[0]
        reason = f"The completion was withheld, because it brings in {first.rule}: {first.message}"
        return Scanned(status=Status.FAILED, reason=reason, findings=tuple(brought), checks=checks)
    if trouble:
        reason = f"Not everything was scanned: {'; '.join(dict.fromkeys(trouble))}."
        return Scanned(status=Status.INCOMPLETE, reason=reason, checks=checks)
    return Scanned(status=Status.PASSED, reason="It brings in nothing that blocks.", checks=checks)


def _verdicts(
    scanners: Sequence[Verifier], task: CodingTask, file: SourceFile | None, seconds: float
) -> tuple[list[Verdict], list[str]]:
    """The verdicts that came in time, and why others did not."""
    if file is None:
        return [], ["the file is too large to be scanned, or holds control characters"]
    candidate = Candidate(files=(file,))
    found: list[Verdict] = []
    missing = {scanner.name for scanner in scanners}
    trouble: list[str] = []

    def call(scanner: Verifier) -> Verdict | str:
        try:
            return normalised(scanner.verify(task, candidate, seconds), candidate.files)
        except ToolError as error:
            return f"{scanner.name}: {error}"

    calls = [functools.partial(call, scanner) for scanner in scanners]
    try:
        for place, answer in in_threads(calls, len(calls), seconds + _OVERRUN_S, lambda: False):
            missing.discard(scanners[place].name)
            if isinstance(answer, Verdict):
                found.append(answer)
            else:
                trouble.append(answer)
    except OutOfPatience:
        trouble += [f"{name} did not come back in time" for name in sorted(missing)]
    return sorted(found, key=lambda verdict: verdict.verifier), trouble


def _new(
    task: CodingTask, found: Sequence[Finding], before: Verdict | None, request: FillRequest, text: str
) -> tuple[list[Finding], bool]:
    """The findings that the completion brings, and whether there are others of which that cannot be said."""
    known = _prints(_blocking(task, before)) if before else set()
    new = [finding for finding in found if finding.fingerprint not in known]
    if before is not None and (before.status is Status.PASSED or before.apart_from_findings is Status.PASSED):
        return new, False
    first = request.prefix.count("\n") + 1
    last = first + text.count("\n")
    inside = [finding for finding in new if _within(finding, first, last)]
    return inside, len(inside) < len(new)


def _within(finding: Finding, first: int, last: int) -> bool:
    place = finding.location
    return place is None or (place.line <= last and (place.end_line or place.line) >= first)


def _blocking(task: CodingTask, verdict: Verdict) -> list[Finding]:
    return [finding for finding in verdict.findings if blocks(task.policy, finding)]


def _prints(findings: Iterable[Finding]) -> set[str]:
    return {finding.fingerprint for finding in findings}


def _without(request: FillRequest) -> str:
    """The file as it was, with something neutral in the gap where it does not parse otherwise."""
    texts = [f"{request.prefix}{stand_in}{request.suffix}" for stand_in in _STAND_INS]
    if request.language is not Language.PYTHON:
        return texts[0]
    return next((text for text in texts if parse(text) is not None), texts[0])


def _file(request: FillRequest, content: str) -> SourceFile | None:
    try:
        return SourceFile(path=request.path, content=content)
    except ValueError:  # too large with its completion
        return None
