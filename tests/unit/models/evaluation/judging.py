"""An examiner for tests of our own logic: an answer says itself what is to be found out about it."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from models.chat import Message
from models.examining import Judged, Problem
from verifiers.domain import (
    Attempt,
    Candidate,
    CodingTask,
    Finding,
    Severity,
    SourceFile,
    Status,
    TestSuite,
    Verdict,
)
from verifiers.errors import SandboxUnavailable, ToolFailed


class WordExaminer:
    """``right`` passes, ``insecure`` is flagged, ``broken`` breaks a tool, ``gone`` has no sandbox."""

    def __init__(self) -> None:
        self.judged: list[str] = []
        self.scans: list[bool] = []
        self._lock = threading.Lock()

    def ask(self, task: CodingTask) -> tuple[Message, ...]:
        return (Message(role="user", content=task.instruction),)

    def ask_again(self, task: CodingTask, judged: Judged) -> tuple[Message, ...]:
        return self.ask(task)

    def judge(self, task: CodingTask, answer: str, *, scan: bool = True) -> Judged:
        return self.judge_files(task, [("solution.py", answer)], scan=scan)

    def judge_files(self, task: CodingTask, files: Sequence[tuple[str, str]], *, scan: bool = True) -> Judged:
        text = files[0][1]
        with self._lock:
            self.judged.append(text)
            self.scans.append(scan)
        if "broken" in text:
            raise ToolFailed("The scanner crashed.")
        if "gone" in text:
            raise SandboxUnavailable("No sandbox can be had.")
        insecure = scan and "insecure" in text
        finding = Finding(rule="sql", message="text in SQL", severity=Severity.HIGH, cwe="CWE-89")
        verdicts = (
            Verdict(
                verifier="tests",
                status=Status.PASSED if "right" in text else Status.FAILED,
                summary="said so",
                evidence={"ids": ["a"] * 50},
            ),
            Verdict(
                verifier="scan",
                status=Status.FAILED if insecure else Status.PASSED,
                summary="looked",
                findings=(finding,) if insecure else (),
            ),
        )
        candidate = Candidate(files=(SourceFile(path="solution.py", content=text or "-"),))
        return Judged(
            attempt=Attempt(number=1, candidate=candidate, verdicts=verdicts),
            passed="right" in text,
            clean=(not insecure) if scan else None,
            accepted="right" in text and not insecure,
        )


def problem(name: str, family: str = "", reference: str = "") -> Problem:
    tests = TestSuite(files=(SourceFile(path="tests.py", content="assert f()"),), entry_point=f"f_{name[-1]}")
    return Problem(
        id=name,
        task=CodingTask(instruction=f"def f_{name[-1]}():", tests=tests),
        family=family,
        reference=reference,
    )
