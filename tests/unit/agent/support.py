"""What the tests of the loop share."""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes import FunctionVerifier
from verifiers.domain import Budget, Candidate, CodingTask, Finding, JsonValue, Severity, Status, Verdict
from verifiers.verifier import Stage

GOOD = "```python\ndef add(a, b):\n    return a + b\n```"
BAD = "```python\ndef add(a, b):\n    return a - b\n```"
WORSE = "```python\ndef add(a, b):\n    return None\n```"


def task(samples: int = 1, attempts: int = 5, **fields: object) -> CodingTask:
    budget = Budget(samples=samples, attempts=attempts)
    return CodingTask.model_validate({"instruction": "Write add(a, b).", "budget": budget, **fields})


def failed(name: str, message: str = "assert -1 == 3", severity: Severity = Severity.HIGH) -> Verdict:
    return Verdict(
        verifier=name,
        status=Status.FAILED,
        summary="1 of 1 tests failed",
        findings=(Finding(rule="test_add.py::test_add", message=message, severity=severity),),
    )


def passed(name: str, evidence: dict[str, JsonValue] | None = None) -> Verdict:
    return Verdict(
        verifier=name, status=Status.PASSED, summary="1 of 1 tests passed", evidence=evidence or {}
    )


def holds(text: str, name: str = "tests", stage: Stage = Stage.RUN) -> FunctionVerifier:
    """Passes candidates in which ``text`` stands."""

    def judge(candidate: Candidate) -> Verdict:
        return passed(name) if text in candidate.files[0].content else failed(name)

    return FunctionVerifier(judge, name, stage)


def always(
    status: Status, name: str, stage: Stage = Stage.SCAN, summary: str = "so it is"
) -> FunctionVerifier:
    def judge(candidate: Candidate) -> Verdict:
        return Verdict(verifier=name, status=status, summary=summary)

    return FunctionVerifier(judge, name, stage)


def raising(
    error: Callable[[], Exception], name: str = "broken", stage: Stage = Stage.RUN
) -> FunctionVerifier:
    def judge(candidate: Candidate) -> Verdict:
        raise error()

    return FunctionVerifier(judge, name, stage)
