"""What a run writes down: one line a sample, complete or not there, so that a second start goes on."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from pydantic import Field, ValidationError

from models.examining import Judged
from verifiers.domain import Finding, Sampling, Value, Verdict
from verifiers.errors import InvalidInput, ToolFailed
from verifiers.validation import invalid_input

MANIFEST, GENERATIONS, RESULTS = "run.json", "generations.jsonl", "results.jsonl"
_MOST_FINDINGS = 50
_MOST_CHARS = 1_500


class Manifest(Value):
    """What a run is: a second start must be the same run.

    Attributes:
        suite: Its name or file.
        split: Of the suite; empty for all of it.
        problems: How many there are.
        problems_digest: SHA-256 over them, in order.
        source: The model's name, or the file of recorded generations.
        mode: ``direct``, or ``loop`` where the agent's whole loop answers.
        samples: Answers a problem.
        sampling: How they are drawn; None where they are recorded.
        scan: Scanners look at them too.
        shard: ``i/n`` where only every n-th problem is done here; empty for all.
        settings: What else decides: the loop's budget, digests of local weights and of recorded answers.
    """

    suite: str
    split: str = ""
    problems: int = Field(ge=1)
    problems_digest: str
    source: str
    mode: str = "direct"
    samples: int = Field(ge=1)
    sampling: Sampling | None = None
    scan: bool = True
    shard: str = ""
    settings: dict[str, str] = Field(default={})


class Generation(Value):
    """A sample as the model gave it.

    Attributes:
        problem: The problem's id.
        sample: From 1.
        answer: The model's text; hostile.
        code: The files themselves as (path, content), where they are recorded and no text is.
        finish_reason: See :class:`models.chat.Completion`.
        model: As the server called it.
        completion_tokens: Of this sample, estimated by an equal share where a request drew several.
        rounds: Of the loop; 1 without it.
        returned: There is an answer. The loop returns none where it gives up.
    """

    problem: str
    sample: int = Field(ge=1)
    answer: str = ""
    code: tuple[tuple[str, str], ...] = ()
    finish_reason: str = "stop"
    model: str = ""
    completion_tokens: float = 0.0
    rounds: int = 1
    returned: bool = True


class Result(Value):
    """A sample and what was found out about it.

    Attributes:
        problem: The problem's id.
        sample: From 1.
        judged: None where a tool broke.
        error: What the tool said then.
        rounds: Of the loop; 1 without it.
        returned: See :class:`Generation`.
    """

    problem: str
    sample: int = Field(ge=1)
    judged: Judged | None
    error: str = ""
    rounds: int = 1
    returned: bool = True

    @property
    def passed(self) -> bool:
        """The answer was there and its tests passed."""
        return self.returned and self.judged is not None and self.judged.passed is True

    @property
    def clean(self) -> bool | None:
        """What the scanners say; None where none was asked, one could not say, or there is no answer."""
        return self.judged.clean if self.judged and self.returned else None


def brief(judged: Judged) -> Judged:
    """The same, without what only a receipt needs: evidence goes, long texts and lists are cut, the worst
    findings come first.
    """
    attempt = judged.attempt
    verdicts = tuple(_brief_verdict(verdict) for verdict in attempt.verdicts)
    return judged.model_copy(update={"attempt": attempt.model_copy(update={"verdicts": verdicts})})


def _brief_verdict(verdict: Verdict) -> Verdict:
    worst = sorted(verdict.findings, key=lambda finding: -finding.severity.rank)[:_MOST_FINDINGS]
    findings = tuple(_brief_finding(finding) for finding in worst)
    return verdict.model_copy(
        update={"evidence": {}, "findings": findings, "summary": verdict.summary[:_MOST_CHARS]}
    )


def _brief_finding(finding: Finding) -> Finding:
    counterexample = finding.counterexample and finding.counterexample[:_MOST_CHARS]
    return finding.model_copy(
        update={
            "message": finding.message[:_MOST_CHARS],
            "fix": finding.fix[:_MOST_CHARS],
            "counterexample": counterexample,
            "attack_test": "",
        }
    )


Line = TypeVar("Line", bound=Value)


class Log:
    """An append-only JSONL file. What a killed process left half written at its end is cut off. Thread-safe.

    Args:
        path: The file; made if it is not there.

    Raises:
        InvalidInput: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab")
            whole = _whole_bytes(path)
            if whole < path.stat().st_size:
                os.truncate(path, whole)
        except OSError as error:
            raise InvalidInput("out", f"{path} cannot be written ({error.strerror}).") from error
        self._path = path
        self._lock = threading.Lock()

    def append(self, value: Value) -> None:
        """Write one line, and hand it to the system before returning: a killed process loses none.

        Raises:
            ToolFailed: the disk is full, or gone.
        """
        line = value.model_dump_json().encode("utf-8", "replace") + b"\n"
        with self._lock:
            try:
                self._file.write(line)
                self._file.flush()
            except OSError as error:
                raise ToolFailed(f"{self._path} cannot be written ({error.strerror}).") from error

    def __enter__(self) -> Log:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
        except OSError as broken:  # what could not be written was told when it was appended
            if error is None:
                raise ToolFailed(f"{self._path} cannot be written ({broken.strerror}).") from broken


def _whole_bytes(path: Path) -> int:
    """How much of a file is whole lines."""
    size = path.stat().st_size
    with path.open("rb") as file:
        end = size
        while end:
            start = max(end - 65_536, 0)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


def read_lines(path: Path, kind: type[Line]) -> Iterator[Line]:
    """The whole lines of a file; nothing where there is none.

    Raises:
        InvalidInput: it cannot be read, or a line is damaged; the file and line are named.
    """
    if not path.exists():
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise InvalidInput("run", f"{path} cannot be read ({error.strerror}).", "Check the path.") from error
    with file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield kind.model_validate_json(line)
            except ValidationError as error:
                wrong = invalid_input(error)
                raise InvalidInput(
                    "run",
                    f"{path} line {number} is damaged ({wrong.field} {wrong.message}).",
                    "Remove that line: what it tells of is then done again.",
                ) from error


def read_results(folder: Path) -> dict[tuple[str, int], Result]:
    """The results of a run by problem and sample; of a sample that was judged twice, the last."""
    return {(result.problem, result.sample): result for result in read_lines(folder / RESULTS, Result)}


def open_run(folder: Path, manifest: Manifest) -> None:
    """Begin a run in a folder, or go on with the one that is there.

    Raises:
        InvalidInput: the folder holds another run.
    """
    path = folder / MANIFEST
    if path.exists():
        before = read_manifest(folder)
        differing = [
            name for name in Manifest.model_fields if getattr(before, name) != getattr(manifest, name)
        ]
        if differing:
            name = differing[0]
            raise InvalidInput(
                "out",
                f"{folder} holds another run: its {name} is {_said(getattr(before, name))} and not "
                f"{_said(getattr(manifest, name))}.",
                "Name another folder, or ask for the same again to go on with it.",
            )
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        draft.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InvalidInput("out", f"{folder} cannot be written ({error.strerror}).") from error


def _said(value: object) -> str:
    return (value.model_dump_json() if isinstance(value, Value) else json.dumps(value))[:120]


def read_manifest(folder: Path) -> Manifest:
    """What the run in a folder is.

    Raises:
        InvalidInput: there is none, or it is damaged.
    """
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidInput(
            "run", f"{folder} holds no run.", "Name a folder that acrisol evaluate run made."
        ) from error
    except ValidationError as error:
        wrong = invalid_input(error)
        raise InvalidInput("run", f"{path} is damaged: {wrong.field} {wrong.message}.") from error


def numbered(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results by problem, in the order of their samples."""
    found: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda result: result.sample):
        found.setdefault(result.problem, []).append(result)
    return found
