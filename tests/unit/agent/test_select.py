"""What is fed back, and when the model is better asked afresh."""

from __future__ import annotations

from agent.select import attacks_before, failure_digest, worth_feeding_back
from verifiers.domain import (
    Attempt,
    Candidate,
    Confirmation,
    Finding,
    Severity,
    SourceFile,
    Status,
    Verdict,
)
from verifiers.verifier import Stage

STAGES = {"tests": Stage.RUN}


def attempt(number: int, passed: int, said: str) -> Attempt:
    """An attempt that passed so many of four tests and failed by saying something of its own."""
    verdict = Verdict(
        verifier="tests",
        status=Status.FAILED,
        summary="failed",
        findings=(Finding(rule="t", message=said, severity=Severity.HIGH),),
        evidence={"expected": 4, "counts": {"passed": passed}},
    )
    code = SourceFile(path="solution.py", content=f"x = {said!r}\n")
    return Attempt(number=number, candidate=Candidate(files=(code,)), verdicts=(verdict,))


def test_the_furthest_attempt_of_all_rounds_is_fed_back() -> None:
    near, far = attempt(1, 3, "a"), attempt(1, 1, "b")
    assert worth_feeding_back([far, near], STAGES, []) == near


def test_the_same_failure_is_fed_back_once() -> None:
    near = attempt(1, 3, "a")
    assert worth_feeding_back([near], STAGES, [failure_digest(near)]) is None


def test_feedback_that_brought_nothing_is_followed_by_a_fresh_start() -> None:
    first, other = attempt(1, 1, "a"), attempt(1, 1, "b")
    no_better = attempt(2, 1, "c")
    told = [failure_digest(first)]
    assert worth_feeding_back([first, other, no_better], STAGES, told, answered=2) is None
    assert worth_feeding_back([first, other, no_better], STAGES, told) is not None


def test_feedback_that_helped_is_followed_by_more() -> None:
    first, better = attempt(1, 1, "a"), attempt(2, 2, "b")
    assert worth_feeding_back([first, better], STAGES, [failure_digest(first)], answered=2) == better


def test_attacks_of_earlier_rounds_are_kept_and_those_of_this_one_are_not() -> None:
    first = attempt(1, 1, "a")
    (verdict,) = first.verdicts
    done = verdict.findings[0].model_copy(
        update={"confirmation": Confirmation.CONFIRMED, "attack_test": "contract A {}"}
    )
    open_ = done.model_copy(update={"confirmation": Confirmation.UNCONFIRMED})
    attacked = first.model_copy(
        update={"verdicts": (verdict.model_copy(update={"findings": (open_, done)}),)}
    )
    assert attacks_before([attacked], 2) == (done,)
    assert attacks_before([attacked], 1) == ()
