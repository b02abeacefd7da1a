from __future__ import annotations

import time

import pytest

from agent.examiner import AgentExaminer
from verifiers.domain import Budget, Candidate, CodingTask, SourceFile, Status, TestSuite, Verdict
from verifiers.verifier import Stage


@pytest.mark.parametrize(
    "answer",
    ["", "\x00", "\x1b]0;title\x07 no code", "\ud800", "I cannot do that.", "\u202e" * 5000, "x" * 100_000],
)
def test_an_answer_without_code_is_judged_whatever_is_in_it(answer: str) -> None:
    examiner = AgentExaminer(())
    judged = examiner.judge(CodingTask(instruction="Write code."), answer)
    assert (judged.passed, judged.accepted) == (False, False)
    assert len(judged.attempt.candidate.files[0].content) <= 4_000
    assert examiner.ask_again(CodingTask(instruction="Write code."), judged)


class Saying:
    """A verifier that says what it is told to, once its clock has moved on."""

    def __init__(self, name: str, stage: Stage, status: Status, wait_s: float = 0.0) -> None:
        self.name, self.stage = name, stage
        self._status, self._wait_s = status, wait_s

    def applies_to(self, task: CodingTask) -> bool:
        return True

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        time.sleep(self._wait_s)
        return Verdict(verifier=self.name, status=self._status, summary="said so")


TESTS = TestSuite(files=(SourceFile(path="test_a.py", content="assert f()"),))
TASK = CodingTask(instruction="Write f.", tests=TESTS)
CODE = [("solution.py", "def f():\n    return 1\n")]


def judged(*verifiers: Saying, task: CodingTask = TASK) -> tuple[bool | None, bool | None, bool]:
    found = AgentExaminer(verifiers).judge_files(task, CODE)
    return found.passed, found.clean, found.accepted


def test_tests_and_scans_speak_for_themselves() -> None:
    screen, scan = Saying("s", Stage.SCREEN, Status.PASSED), Saying("c", Stage.SCAN, Status.FAILED)
    assert judged(screen, Saying("r", Stage.RUN, Status.PASSED), scan) == (True, False, False)
    assert judged(screen, Saying("r", Stage.RUN, Status.FAILED)) == (False, None, False)
    assert judged(Saying("s", Stage.SCREEN, Status.FAILED)) == (False, None, False)


def test_code_whose_tests_were_not_run_has_not_passed_them() -> None:
    assert judged(Saying("s", Stage.SCREEN, Status.PASSED))[0] is None


def test_what_the_time_did_not_last_for_says_nothing_good() -> None:
    short = TASK.model_copy(update={"budget": Budget(seconds=0.05)})
    slow = Saying("s", Stage.SCREEN, Status.PASSED, wait_s=0.06)
    assert judged(slow, Saying("r", Stage.RUN, Status.PASSED), task=short)[0] is None
    late = Saying("c", Stage.SCAN, Status.PASSED, wait_s=0.06)
    deep = Saying("d", Stage.DEEP_SCAN, Status.FAILED)
    assert judged(late, deep, task=short)[1] is None


@pytest.mark.parametrize(
    "files",
    [
        [("solution.py", "x = '\x1b'")],
        [("solution.py", "\0")],
        [("solution.py", "\ud800")],
        [("solution.py", "#" * 1_000_001)],
        [("../solution.py", "x = 1")],
        [("a.py", "x = 1"), ("a.py", "x = 2")],
        [],
    ],
    ids=["control", "zero", "surrogate", "large", "outside", "twice", "none"],
)
def test_recorded_code_that_can_be_no_file_fails_and_ends_nothing(files: list[tuple[str, str]]) -> None:
    found = AgentExaminer([Saying("r", Stage.RUN, Status.PASSED)]).judge_files(TASK, files)
    assert (found.passed, found.clean, found.accepted) == (False, None, False)
    assert "file" in found.attempt.verdicts[0].summary
    assert found.model_dump_json()
