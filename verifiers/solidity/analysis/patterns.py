"""Detectors of our own over the compiler's syntax trees: the ``solidity-patterns`` verifier.

They look for the classes of weakness in which the usual tools are weak. A tree is read, and nothing of the
code is run, so no sandbox is needed: what is read is the compiler's answer, which came out of one.
"""

from __future__ import annotations

import time

from verifiers.domain import Candidate, CodingTask, Finding, Language, Location, Verdict
from verifiers.scanners.conclusion import Gap, Scan, conclude
from verifiers.solidity.analysis.detectors.detector import Detector, Hit
from verifiers.solidity.analysis.detectors.program import Program, TooMuch, read
from verifiers.solidity.analysis.detectors.table import DETECTORS
from verifiers.solidity.compiling.compilation import Compilation, Compilations, NotCompiled
from verifiers.solidity.compiling.compiler_output import line_and_column
from verifiers.solidity.compiling.project import project_of
from verifiers.verifier import Stage

NAME = "solidity-patterns"
_MOST_HITS = 200  # of one detector


class SolidityPatternsVerifier:
    """Blocks contracts in which a detector finds a weakness of at least the policy's severity."""

    name = NAME
    stage = Stage.SCAN

    def __init__(self, compilations: Compilations) -> None:
        self._compilations = compilations

    def applies_to(self, task: CodingTask) -> bool:
        """For Solidity."""
        return task.language is Language.SOLIDITY

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Look at all contracts of the project; see :class:`verifiers.verifier.Verifier`.

        Raises:
            ToolMissing: no compiler is installed.
            ToolFailed: it could not be run, or its answer cannot be read.
        """
        started = time.monotonic()
        made = self._compilations.compile(project_of(task, candidate), seconds)
        if isinstance(made, NotCompiled):
            verdict = made.verdict(NAME, before="Nothing was looked at: ")
        else:
            verdict = conclude(NAME, task, scan(made, started + seconds), 0.0)
        return verdict.model_copy(update={"duration_s": time.monotonic() - started})


def scan(compilation: Compilation, deadline: float = float("inf")) -> Scan:
    """What the detectors find; a detector that cannot cope with a program is a gap, never silence.

    Args:
        compilation: The project.
        deadline: By ``time.monotonic``; the detectors that are left then are gaps.
    """
    project = compilation.project
    evidence = {**compilation.evidence, "detectors": [detector.rule for detector in DETECTORS]}
    files = tuple(project.sources)
    try:
        program = read(compilation.output, project.sources.keys(), compilation.compiler.version)
    except TooMuch as error:
        return Scan(gaps=(Gap(file="", reason=f"the program has {error}"),), evidence=evidence)
    except (AttributeError, TypeError, KeyError, ValueError, RecursionError):
        gap = Gap(file="", reason="the compiler's syntax tree has a form that is not known")
        return Scan(gaps=(gap,), evidence=evidence)
    found: list[Finding] = []
    gaps: list[Gap] = []
    if not program.own_contracts and not any(program.own):
        gaps.append(Gap(file="", reason="no contract of the project was seen"))
    for detector in DETECTORS:
        if time.monotonic() > deadline:
            gaps.append(Gap(file="", reason=f"the time ran out before {detector.rule} was looked for"))
            continue
        try:
            hits = [hit for hit, _ in zip(detector.find(program), range(_MOST_HITS), strict=False)]
            found += [_finding(detector, hit, program, compilation) for hit in hits]
        except (AttributeError, TypeError, KeyError, ValueError, IndexError, RecursionError) as error:
            reason = f"{detector.rule} could not be looked for ({type(error).__name__})"
            gaps.append(Gap(file="", reason=reason))
    return Scan(findings=tuple(found), gaps=tuple(gaps), files=files, tool="acrisol", evidence=evidence)


def _finding(detector: Detector, hit: Hit, program: Program, compilation: Compilation) -> Finding:
    return Finding(
        rule=f"{NAME}.{detector.rule}",
        message=" ".join(part for part in (detector.message, f"In {hit.where}.", hit.detail) if part),
        fix=detector.fix,
        severity=hit.severity or detector.severity,
        cwe=detector.cwe,
        swc=f"SWC-{detector.swc}" if detector.swc else None,
        location=_location(hit, program, compilation),
    )


def _location(hit: Hit, program: Program, compilation: Compilation) -> Location | None:
    path = program.path_of(hit.node)
    text = compilation.project.files.get(path)
    start, length, *_ = (int(part) for part in str(hit.node.get("src", "0:0:0")).split(":"))
    if text is None:
        return None
    line, column = line_and_column(text, start)
    end_line, _ = line_and_column(text, start + length)
    return Location(path=path, line=line, end_line=end_line, column=column)
