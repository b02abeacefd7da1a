"""What the service's tasks teach: the verified answer, what it is better than, and the way there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from agent.examiner import AgentExaminer
from agent.extraction import extract, wanted_from
from models.data.outcomes import Ended, Said, answer_of, rows_of
from models.data.private import without_private
from models.data.rows import PreferenceRow, TrainingRow
from models.examining import Judged
from verifiers.domain import (
    Attempt,
    Candidate,
    CodingTask,
    Finding,
    Outcome,
    OutcomeStatus,
    Severity,
    SourceFile,
    Status,
    Verdict,
)

TASK = CodingTask(instruction="Write `add(a, b)`.")
GOOD, BAD, WORSE = "def add(a, b):\n    return a + b\n", "def add(a, b):\n    return a\n", "def add(a): ..."


class Examiner(AgentExaminer):
    """The agent's prompts; corrections pass unless they hold ``wrong``."""

    def __init__(self) -> None:
        super().__init__(())

    def judge_files(self, task: CodingTask, files: Sequence[tuple[str, str]], *, scan: bool = True) -> Judged:
        accepted = all("wrong" not in content for _, content in files)
        status = Status.PASSED if accepted else Status.FAILED
        found = attempt(files[0][1], status)
        return Judged(attempt=found, passed=accepted, clean=accepted, accepted=accepted)


def attempt(code: str, status: Status, number: int = 1, verifier: str = "tests") -> Attempt:
    failed = status is Status.FAILED
    findings = (Finding(rule="test_add", message="1 != 2", severity=Severity.HIGH),) if failed else ()
    verdict = Verdict(verifier=verifier, status=status, summary="...", findings=findings)
    candidate = Candidate(files=(SourceFile(path="solution.py", content=code),))
    return Attempt(number=number, candidate=candidate, verdicts=(verdict,))


def ended(
    *attempts: Attempt, solved: bool = True, accepted: bool = True, corrected: str | None = None
) -> Ended:
    outcome = Outcome(
        status=OutcomeStatus.SOLVED if solved else OutcomeStatus.EXHAUSTED,
        reason="...",
        solution=attempts[-1] if solved else None,
        attempts=attempts,
    )
    files = None if corrected is None else (SourceFile(path="solution.py", content=corrected),)
    return Ended(id="t1", task=TASK, outcome=outcome, said=Said(accepted=accepted, corrected=files))


def answers(rows: Sequence[TrainingRow | PreferenceRow], method: str) -> list[TrainingRow]:
    return [row for row in rows if isinstance(row, TrainingRow) and row.origin.method == method]


def pairs(rows: Sequence[TrainingRow | PreferenceRow]) -> list[PreferenceRow]:
    return [row for row in rows if isinstance(row, PreferenceRow)]


def test_a_solution_is_an_answer_to_learn() -> None:
    (row,) = rows_of(ended(attempt(GOOD, Status.PASSED)), Examiner())
    assert isinstance(row, TrainingRow)
    assert row.prompt == Examiner().ask(TASK)
    assert row.completion[0].content == f"```python\n{GOOD}```"
    assert (row.origin.method, row.origin.id, row.origin.verified) == ("outcome", "t1", ("tests",))


def test_what_failed_before_it_is_worse_and_the_way_to_it_is_learnt() -> None:
    bad, good = attempt(BAD, Status.FAILED), attempt(GOOD, Status.PASSED, 2)
    rows = list(rows_of(ended(bad, good), Examiner()))
    (pair,) = pairs(rows)
    assert BAD in pair.rejected[0].content
    assert GOOD in pair.chosen[0].content
    assert pair.reason == "tests: test_add"
    (repair,) = answers(rows, "repair")
    judged = Judged(attempt=bad, passed=False, clean=None, accepted=False)
    assert repair.prompt == Examiner().ask_again(TASK, judged)
    assert "1 != 2" in repair.prompt[-1].content


def test_attempts_that_nobody_found_bad_are_not_worse() -> None:
    unsure = attempt(BAD, Status.INCOMPLETE)
    broken = attempt(WORSE, Status.ERROR, 2)
    prose = attempt("I cannot.", Status.FAILED, 3, verifier="extraction")
    rows = list(rows_of(ended(unsure, broken, prose, attempt(GOOD, Status.PASSED, 4)), Examiner()))
    assert pairs(rows) == []
    assert len(rows) == 1


def test_the_same_attempt_twice_is_one_and_many_are_few() -> None:
    same = [attempt(BAD, Status.FAILED, number) for number in range(1, 4)]
    assert len(pairs(list(rows_of(ended(*same, attempt(GOOD, Status.PASSED, 9)), Examiner())))) == 1
    many = [attempt(f"{BAD}# {number}", Status.FAILED, number) for number in range(1, 20)]
    assert len(pairs(list(rows_of(ended(*many, attempt(GOOD, Status.PASSED, 20)), Examiner())))) == 4


def test_a_rejected_solution_is_not_learnt_but_its_correction_is() -> None:
    rows = list(rows_of(ended(attempt(BAD, Status.PASSED), accepted=False, corrected=GOOD), Examiner()))
    assert answers(rows, "outcome") == []
    (row,), (pair,) = answers(rows, "feedback"), pairs(rows)
    assert GOOD in row.completion[0].content
    assert (GOOD in pair.chosen[0].content, BAD in pair.rejected[0].content) == (True, True)
    assert list(rows_of(ended(attempt(BAD, Status.PASSED), accepted=False), Examiner())) == []


def test_a_correction_that_does_not_pass_is_not_learnt() -> None:
    said = ended(attempt(BAD, Status.FAILED), solved=False, accepted=False, corrected="wrong")
    assert list(rows_of(said, Examiner())) == []


def test_a_correction_of_what_was_not_solved_is_learnt() -> None:
    rows = list(rows_of(ended(attempt(BAD, Status.FAILED), solved=False, corrected=GOOD), Examiner()))
    assert [row.kind for row in rows] == ["sft", "preference"]


@pytest.mark.parametrize(
    ("instruction", "code", "reason"),
    [
        ("Write to m.oberhuber@corp-mail.io.", GOOD, "personal data"),
        ("Write f.", "KEY = 'AKIA" + "Z7QJ4TXW2MNB5RKD'\n", "secret"),
        ("Write f.", GOOD, ""),
    ],
)
def test_rows_with_what_is_private_are_left_out(instruction: str, code: str, reason: str) -> None:
    one = ended(attempt(code, Status.PASSED))
    one = one.model_copy(update={"task": CodingTask(instruction=instruction)})
    dropped: Counter[str] = Counter()
    left = list(without_private(rows_of(one, Examiner()), dropped))
    assert (len(left), dict(dropped)) == ((0, {reason: 1}) if reason else (1, {}))


def test_an_answer_of_several_files_is_read_back_as_them() -> None:
    files = (SourceFile(path="a.py", content=GOOD), SourceFile(path="b.py", content="from a import add\n"))
    task = CodingTask(instruction="Write a.py and b.py.")
    read = extract(answer_of(files, task).content, wanted_from(task))
    assert {file.path: file.content.strip() for file in read.files} == {
        file.path: file.content.strip() for file in files
    }
