"""A checkpoint's score: what its own answers are worth, whatever they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from models.examining import Judged
from models.training.scoring import scorer
from tests.unit.models.expert.fakes import RuleExaminer, problem
from verifiers.domain import CodingTask
from verifiers.errors import InvalidInput, SandboxUnavailable


class Refusing(RuleExaminer):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def judge_files(self, task: CodingTask, files: Sequence[tuple[str, str]], *, scan: bool = True) -> Judged:
        if "TOO LONG" in files[0][1]:
            raise self._error
        return super().judge_files(task, files, scan=scan)


PROBLEMS = [problem(name) for name in "abcd"]
SAID = ["RIGHT", "TOO LONG", "wrong", "RIGHT"]


def test_an_answer_that_no_verifier_can_take_is_not_right_and_ends_nothing() -> None:
    score = scorer(PROBLEMS, Refusing(InvalidInput("files", "are too long.")), lambda *_: SAID, 8)
    assert score(Path("folder")) == 0.5


def test_a_sandbox_that_is_gone_is_no_score() -> None:
    score = scorer(PROBLEMS, Refusing(SandboxUnavailable("gone")), lambda *_: SAID, 8)
    with pytest.raises(SandboxUnavailable):
        score(Path("folder"))
