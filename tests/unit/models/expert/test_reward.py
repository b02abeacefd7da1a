from __future__ import annotations

from typing import Any

import pytest

from models.examining import Judged
from models.training.expert.reward import Reward, passed_share, worth
from tests.unit.models.expert.fakes import RuleExaminer, problem
from verifiers.domain import Attempt, Candidate, SourceFile, Status, Verdict

CANDIDATE = Candidate(files=(SourceFile(path="a.py", content="x = 1\n"),))


def judged(passed: bool | None, *verdicts: Verdict) -> Judged:
    attempt = Attempt(number=1, candidate=CANDIDATE, verdicts=verdicts)
    return Judged(attempt=attempt, passed=passed, clean=None, accepted=bool(passed))


def ran(passed: list[str], expected: int) -> Verdict:
    status = Status.PASSED if len(passed) == expected else Status.FAILED
    evidence: dict[str, Any] = {"passed": passed, "expected": expected}
    return Verdict(verifier="python-tests", status=status, summary="", evidence=evidence)


SYNTAX = Verdict(verifier="python-syntax", status=Status.FAILED, summary="invalid syntax")
NO_CODE = Verdict(verifier="extraction", status=Status.FAILED, summary="no code")


def test_passing_everything_is_worth_more_than_twice_any_part() -> None:
    whole = worth(judged(True, ran(["1", "2", "3"], 3)))
    part = worth(judged(False, ran(["1", "2"], 3)))
    nothing = worth(judged(False, ran([], 3)))
    assert whole > 2 * part > 2 * nothing > 0
    assert worth(judged(False, NO_CODE)) == 0
    assert worth(judged(False, SYNTAX, ran([], 3))) == 0


def test_a_share_is_never_more_than_one() -> None:
    assert passed_share(judged(False, ran(["1"] * 9, 3))) == 1
    assert passed_share(judged(False)) == 0


def test_part_of_the_tests_is_never_as_good_as_all() -> None:
    """A verifier that says failed decides, whatever its counts say."""
    assert worth(judged(False, ran(["1", "2", "3"], 3))) < 0.6


@pytest.mark.parametrize("form", [str, lambda text: [{"role": "assistant", "content": text}]])
def test_rewards_come_in_the_answers_order(form: Any) -> None:
    counts: list[tuple[int, int]] = []
    reward = Reward([problem("a")], RuleExaminer(), tell=lambda *count: counts.append(count))
    texts = ["x = 1", "RIGHT", "y = 2", "RIGHT too"]
    found = reward(
        completions=[form(text) for text in texts], problem=["a"] * 4, prompts=[], trainer_state=None
    )
    assert [value is not None and value >= 1 for value in found] == [False, True, False, True]
    assert counts == [(2, 4)]
