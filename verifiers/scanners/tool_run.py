"""What scanners have in common that are somebody else's program: the files they are given and how they ended.

A candidate is hostile, so a program sees files only as their compiler reads them (:mod:`source`), and an end
that is not plainly a good one is either a gap in what was looked at or a broken tool, never silence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

from verifiers.domain import SourceFile, Value
from verifiers.errors import ToolFailed
from verifiers.sandbox.protocol import ExecResult, Limits
from verifiers.scanners.conclusion import Gap, Scan
from verifiers.scanners.source import language_of, readings

MEMORY_BYTES = 1024 * 2**20
OUTPUT_BYTES = 16 * 2**20
_XCPU = 128 + 24


class Input(Value):
    """A file as a program is given it.

    Attributes:
        path: Below the working directory.
        candidate_path: The name the candidate gave it.
        language: What it is written in.
        content: One reading of it.
    """

    path: str
    candidate_path: str
    language: str
    content: str


def numbered(
    files: Sequence[SourceFile], languages: Collection[str], suffix_of: Callable[[str, str, str], str]
) -> list[Input]:
    """Every reading of the files in these languages, under names of ours: no name of theirs says anything.

    Args:
        files: The candidate's.
        languages: Those that the program is for.
        suffix_of: From a file's path, text and language to the suffix it gets for the program.
    """
    inputs: list[Input] = []
    for file in files:
        language = language_of(file.path, file.content)
        if language is None or language not in languages:
            continue
        inputs += [
            Input(
                path=f"src/{len(inputs) + number}{suffix_of(file.path, text, language)}",
                candidate_path=file.path,
                language=language,
                content=text,
            )
            for number, text in enumerate(readings(file.content, language))
        ]
    return inputs


def limits(seconds: float) -> Limits:
    """What a program may use that has this many wall-clock seconds."""
    return Limits(
        wall_s=max(0.1, seconds),
        cpu_s=math.ceil(seconds) + 1,
        memory_bytes=MEMORY_BYTES,
        output_bytes=OUTPUT_BYTES,
    )


def cut_short(result: ExecResult, inputs: Sequence[Input]) -> Scan | None:
    """What is known where a limit ended the program: nothing about any file. None where none did."""
    reason = ""
    if result.timed_out or result.exit_code == _XCPU:
        reason = "the scan ran out of time"
    elif result.out_of_memory:
        reason = "the scan ran out of memory"
    elif result.truncated:
        reason = "the scan's output was too long"
    if not reason:
        return None
    return Scan(gaps=tuple(Gap(file=item.candidate_path, reason=reason) for item in inputs))


def broken(tool: str, result: ExecResult) -> ToolFailed:
    """The exception for a program that ended in a way it does not end when it has done its work."""
    said = (result.stderr or result.stdout).decode("utf-8", "replace").strip()[:600]
    return ToolFailed(f"{tool} ended with exit code {result.exit_code}: {said}")


def one_line(text: str, longest: int = 300) -> str:
    """A tool's words as a finding may carry them: one line of bounded length."""
    return " ".join(text.split())[:longest]
