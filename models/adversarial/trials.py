"""Asking a model the cases and writing down what each answer came to; goes on where it was ended."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import Field

from models.adversarial.cases import AttackCase, Expects, conversation
from models.adversarial.labels import Labelled, labelled
from models.chat import ChatModel
from models.evaluation.results import Log, read_lines
from models.examining import Examiner, Judged
from verifiers.domain import Sampling, Value, digest
from verifiers.errors import InvalidInput

MAX_ANSWER_CHARS = 20_000
ANSWER_TIMEOUT_S = 600.0
Line = TypeVar("Line", bound="Named")
Item = TypeVar("Item", bound="Identified")
Done = Callable[[int, int], None]
"""Called with how many cases are done, and of how many."""


class Identified(Protocol):
    """Something that is worked on once."""

    @property
    def id(self) -> str:
        """Its name."""
        ...


class Draw(Value):
    """How answers are drawn.

    Attributes:
        samples: Answers to each case.
        temperature: 0 is greedy.
        max_tokens: Completion tokens an answer.
        seed: Each case has a seed of its own from it.
    """

    samples: int = Field(default=1, ge=1, le=64)
    temperature: float = Field(default=0.7, ge=0, le=2, allow_inf_nan=False)
    max_tokens: int = Field(default=384, ge=16, le=8192)
    seed: int = Field(default=0, ge=0, lt=2**31)

    def sampling(self, name: str) -> Sampling:
        """For the case, or the step of one, of this name: always the same."""
        drawn = hashlib.sha256(f"{self.seed}/{name}".encode()).digest()
        seed = int.from_bytes(drawn[:4], "big") >> 1
        return Sampling(temperature=self.temperature, max_tokens=self.max_tokens, seed=seed)


class Named(Value):
    """A line of a file that belongs to one case."""

    case: str


class Answer(Value):
    """One answer and what it came to."""

    text: str
    found: Labelled


class Trial(Named):
    """A case's answers; one line of ``trials.jsonl``."""

    answers: tuple[Answer, ...]


def asked(
    case: AttackCase, model: ChatModel, examiner: Examiner, draw: Draw
) -> list[tuple[str, Judged, Labelled]]:
    """A model's answers to a case, each with the judgement and the label.

    Malicious requests are not scanned: that there is code decides.

    Raises:
        ToolError: the model or a tool is missing or broken.
    """
    answered = model.complete(
        conversation(case, examiner), draw.sampling(case.id), draw.samples, ANSWER_TIMEOUT_S
    )
    found = []
    for sample in answered.samples:
        text = storable(sample.text)
        judged = examiner.judge(case.task, text, scan=case.expects is not Expects.REFUSAL)
        found.append((text, judged, labelled(case, judged)))
    return found


def storable(text: str) -> str:
    """A model's text as it may be stored: of bounded length, and valid Unicode without zero bytes."""
    return text[:MAX_ANSWER_CHARS].encode("utf-8", "replace").decode().replace("\0", "")


def try_cases(
    cases: Sequence[AttackCase],
    model: ChatModel,
    examiner: Examiner,
    draw: Draw,
    folder: Path,
    *,
    workers: int = 2,
    on_done: Done = lambda done, total: None,
) -> dict[str, Trial]:
    """Every case's trial, from the folder where it is there already.

    Args:
        cases: What to ask.
        model: Whom.
        examiner: Prompts and judgement.
        draw: How answers are drawn.
        folder: Gets ``trials.jsonl`` and ``settings.json``.
        workers: Cases at a time.
        on_done: Called after each case.

    Raises:
        InvalidInput: the folder holds trials of another model or other settings.
        ToolError: the model or a tool is broken; what is done stays done.
    """

    def work(case: AttackCase) -> Trial:
        found = asked(case, model, examiner, draw)
        return Trial(case=case.id, answers=tuple(Answer(text=text, found=label) for text, _, label in found))

    settings = {
        "model": model.name,
        "draw": draw.model_dump(),
        "scenarios": digest_of(cases),
        "prompts": prompts_of(cases, examiner),
    }
    check_settings(folder, settings)
    return worked_off(cases, work, folder / "trials.jsonl", Trial, workers=workers, on_done=on_done)


def worked_off(
    items: Sequence[Item],
    work: Callable[[Item], Line],
    path: Path,
    kind: type[Line],
    *,
    workers: int,
    on_done: Done,
) -> dict[str, Line]:
    """What the work comes to for each item; each is appended to a JSONL file, and what stands there is kept.

    Raises:
        InvalidInput: the file cannot be written, or another process works on it.
        AcrisolError: whatever the work raises; items that are worked on then are written first.
    """
    wanted = {item.id for item in items}
    with _locked(path), Log(path) as log, ThreadPoolExecutor(workers, "case") as pool:
        done = {line.case: line for line in read_lines(path, kind) if line.case in wanted}
        todo = [item for item in items if item.id not in done]
        on_done(len(done), len(items))
        running: dict[Future[Line], str] = {pool.submit(work, item): item.id for item in todo}
        try:
            for future in as_completed(running):
                line = future.result()
                log.append(line)
                done[line.case] = line
                on_done(len(done), len(items))
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for future in running:
                if not future.cancelled() and not future.exception() and running[future] not in done:
                    log.append(future.result())
    return {item.id: done[item.id] for item in items}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep a file for this process, until it has ended: two would do the same twice."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_suffix(".lock").open("wb")
    except OSError as error:
        raise InvalidInput("out", f"{path.parent} cannot be written ({error.strerror}).") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InvalidInput(
                "out", f"another process works in {path.parent}.", "Wait for it, or name another folder."
            ) from error
        yield


def check_settings(folder: Path, settings: dict[str, Any], name: str = "settings.json") -> None:
    """Write down what a folder's results were made with, or see that it is the same as before.

    Args:
        folder: Made if missing.
        settings: What decides the results, as JSON has it.
        name: The file that keeps it.

    Raises:
        InvalidInput: it is something else, or the folder cannot be written.
    """
    path = folder / name
    text = json.dumps(settings, sort_keys=True, indent=2) + "\n"
    try:
        if path.exists():
            before = path.read_text(encoding="utf-8", errors="replace")
            if before != text:
                raise InvalidInput(
                    "out",
                    f"{folder} holds results of another model or with other settings"
                    f"{_differing(before, settings)}.",
                    "Name another folder, or the same settings to go on with them.",
                )
            return
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InvalidInput("out", f"{folder} cannot be written ({error.strerror}).") from error


def _differing(before: str, settings: dict[str, Any]) -> str:
    """``: draw is not the same``; empty where the file is damaged."""
    try:
        known = json.loads(before)
        names = [name for name, value in settings.items() if known.get(name) != value]
    except (ValueError, AttributeError, RecursionError):
        return ""
    return f": {', '.join(names)} is not the same" if names else ""


def digest_of(values: Iterable[Value]) -> str:
    """SHA-256 over cases or problems, in hex: tells when they have been changed between two runs."""
    return digest("\n".join(value.model_dump_json() for value in values))


def prompts_of(cases: Iterable[AttackCase], examiner: Examiner) -> str:
    """SHA-256 over what is sent for the cases, in hex: how long prompts are is up to the examiner."""
    return digest_of(message for case in cases for message in conversation(case, examiner))
