"""An examiner and a model that follow simple rules, so that a run's own logic can be seen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from models.chat import Completion, Completions, Message
from models.examining import Judged, Problem
from verifiers.domain import (
    Attempt,
    Candidate,
    CodingTask,
    Sampling,
    SourceFile,
    Status,
    TestSuite,
    Usage,
    Verdict,
)


def problem(name: str, instruction: str = "", reference: str = "") -> Problem:
    tests = TestSuite(files=(SourceFile(path="test_solution.py", content=f"assert f_{name} == 1\n"),))
    return Problem(
        id=name,
        task=CodingTask(instruction=instruction or f"Write f_{name}.", tests=tests),
        reference=reference,
    )


class RuleExaminer:
    """Code with ``RIGHT`` in it passes its tests; with ``EVIL`` in it a scanner flags it."""

    def __init__(self) -> None:
        self.scans = 0

    def ask(self, task: CodingTask) -> tuple[Message, ...]:
        return (Message(role="user", content=task.instruction),)

    def ask_again(self, task: CodingTask, judged: Judged) -> tuple[Message, ...]:
        said = judged.attempt.candidate.files[0].content.strip()
        return (Message(role="user", content=f"{task.instruction}\nNot right: {said}"),)

    def judge(self, task: CodingTask, answer: str, *, scan: bool = True) -> Judged:
        return self.judge_files(task, [("solution.py", answer)], scan=scan)

    def judge_files(self, task: CodingTask, files: Sequence[tuple[str, str]], *, scan: bool = True) -> Judged:
        self.scans += scan
        text = "".join(content for _, content in files)
        passed = "RIGHT" in text
        clean = ("EVIL" not in text) if scan else None
        sources = tuple(SourceFile(path=path, content=content) for path, content in files)
        verdicts = [Verdict(verifier="tests", status=_status(passed), summary="ran")]
        if clean is not None:
            verdicts.append(Verdict(verifier="scanner", status=_status(clean), summary="scanned"))
        attempt = Attempt(number=1, candidate=Candidate(files=sources), verdicts=tuple(verdicts))
        return Judged(attempt=attempt, passed=passed, clean=clean, accepted=passed and clean is not False)


def _status(good: bool) -> Status:
    return Status.PASSED if good else Status.FAILED


class RuleModel:
    """Answers by a rule from the prompt's text and the sample's number."""

    name = endpoint = "rule"

    def __init__(self, rule: Callable[[str, int], str]) -> None:
        self._rule = rule
        self._lock = threading.Lock()
        self.asked: list[str] = []

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        text = messages[-1].content
        with self._lock:
            self.asked.append(text)
        samples = tuple(Completion(text=self._rule(text, number)) for number in range(n))
        return Completions(samples=samples, usage=Usage(completion_tokens=10 * n), model=self.name)

    def close(self) -> None:
        return None
