from __future__ import annotations

import pytest

from agent.examiner import AgentExaminer
from verifiers.domain import CodingTask


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
