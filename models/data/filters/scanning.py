"""Many files through the scanners at once: starting one costs more than scanning a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from verifiers.domain import Candidate, CodingTask, Finding, Language, SourceFile, Status, Value, Verdict
from verifiers.errors import ToolFailed
from verifiers.verifier import Verifier


class Scanned(Value):
    """What is known of one file.

    Attributes:
        findings: Of all scanners.
        gap: Why a scanner did not see all of it; empty where all did.
    """

    findings: tuple[Finding, ...] = ()
    gap: str = Field(default="")


def scan(
    files: Sequence[SourceFile], language: Language, scanners: Sequence[Verifier], seconds: float
) -> Mapping[str, Scanned]:
    """Scan files together; where one file spoils it for the others, they are scanned in halves.

    Args:
        files: All in one language, paths all different.
        language: Theirs.
        scanners: Those that are not for the language are not asked.
        seconds: Wall-clock, for each run of a scanner.

    Returns:
        By path, in the order of ``files``.
    """
    task = CodingTask(language=language, instruction="Scan these files.")
    asked = [scanner for scanner in scanners if scanner.applies_to(task)]
    known: dict[str, list[Scanned]] = {file.path: [] for file in files}
    for scanner in asked:
        for path, scanned in _scan(files, task, scanner, seconds).items():
            known[path].append(scanned)
    return {
        path: Scanned(
            findings=tuple(finding for each in parts for finding in each.findings),
            gap=next((each.gap for each in parts if each.gap), "" if asked else "no scanner is for it"),
        )
        for path, parts in known.items()
    }


def _scan(
    files: Sequence[SourceFile], task: CodingTask, scanner: Verifier, seconds: float
) -> dict[str, Scanned]:
    done: dict[str, Scanned] = {}
    waiting = [tuple(files)]
    while waiting:
        batch = waiting.pop()
        try:
            verdict = scanner.verify(task, Candidate(files=batch), seconds)
        except ToolFailed:
            # A hostile file can crash a scanner: then it alone is to blame, not those beside it.
            if len(batch) == 1:
                done[batch[0].path] = Scanned(gap="the scanner broke")
                continue
            verdict = None
        if len(batch) > 1 and (verdict is None or not _is_whole(verdict)):
            middle = len(batch) // 2
            waiting += [batch[middle:], batch[:middle]]
        elif verdict is not None:
            done.update(_by_path(batch, verdict))
    return done


def _is_whole(verdict: Verdict) -> bool:
    """Whether a verdict says of each file what it would say of it alone."""
    total = verdict.evidence.get("findings_total", len(verdict.findings))
    gaps = _gaps(verdict)
    spoiled = any(not path or "ran out of" in reason or "too long" in reason for path, reason in gaps)
    return total == len(verdict.findings) and verdict.status is not Status.ERROR and not spoiled


def _by_path(batch: Sequence[SourceFile], verdict: Verdict) -> dict[str, Scanned]:
    gaps = dict(reversed(_gaps(verdict)))
    everywhere = gaps.get("", "")
    if verdict.status is Status.ERROR:
        everywhere = everywhere or "the scanner broke"
    return {
        file.path: Scanned(
            findings=tuple(
                item for item in verdict.findings if item.location and item.location.path == file.path
            ),
            gap=gaps.get(file.path, everywhere),
        )
        for file in batch
    }


def _gaps(verdict: Verdict) -> list[tuple[str, str]]:
    listed = verdict.evidence.get("not_scanned", [])
    if not isinstance(listed, list):
        return []
    return [
        (str(item.get("file", "")), str(item.get("reason", ""))) for item in listed if isinstance(item, dict)
    ]
