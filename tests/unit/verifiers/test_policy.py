"""The gate accepts only positive evidence."""

from __future__ import annotations

import pytest

from verifiers.domain import Policy, Status, Verdict
from verifiers.policy import decide


def verdict(status: Status, verifier: str = "tests") -> Verdict:
    return Verdict(verifier=verifier, status=status, summary="said so")


def test_accepts_when_every_required_verifier_passed() -> None:
    decision = decide(Policy(), ["tests", "scan"], [verdict(Status.PASSED), verdict(Status.PASSED, "scan")])
    assert decision.accepted
    assert "tests, scan" in decision.reason


@pytest.mark.parametrize("status", [Status.FAILED, Status.INCOMPLETE, Status.ERROR])
def test_anything_but_passed_blocks(status: Status) -> None:
    decision = decide(Policy(), ["tests", "scan"], [verdict(Status.PASSED), verdict(status, "scan")])
    assert not decision.accepted
    assert [blocking.verifier for blocking in decision.blocking] == ["scan"]
    assert decision.undecided is (status is not Status.FAILED)


def test_a_missing_verdict_is_not_clean() -> None:
    decision = decide(Policy(), ["tests", "scan"], [verdict(Status.PASSED)])
    assert not decision.accepted
    assert decision.missing == ("scan",)


def test_no_verifier_at_all_is_not_clean() -> None:
    assert not decide(Policy(), [], []).accepted
    assert not decide(Policy(), [], [verdict(Status.PASSED)]).accepted


def test_a_verdict_nobody_asked_for_blocks_too() -> None:
    decision = decide(Policy(), ["tests"], [verdict(Status.PASSED), verdict(Status.FAILED, "extra")])
    assert not decision.accepted


def test_policy_require_adds_a_verifier() -> None:
    assert decide(Policy(require=("mythril",)), ["tests"], [verdict(Status.PASSED)]).missing == ("mythril",)


def test_waive_accepts_incomplete_and_says_so_but_never_failed_or_error() -> None:
    policy = Policy(waive=("scan",))
    ok = verdict(Status.PASSED)
    waived = decide(policy, ["tests", "scan"], [ok, verdict(Status.INCOMPLETE, "scan")])
    assert waived.accepted
    assert waived.waived == ("scan",)
    assert "waived" in waived.reason
    for status in (Status.FAILED, Status.ERROR):
        assert not decide(policy, ["tests", "scan"], [ok, verdict(status, "scan")]).accepted


def test_waiving_everything_accepts_nothing() -> None:
    assert not decide(Policy(waive=("scan",)), ["scan"], [verdict(Status.INCOMPLETE, "scan")]).accepted


def test_one_failure_among_two_verdicts_of_the_same_verifier_blocks() -> None:
    assert not decide(Policy(), ["tests"], [verdict(Status.PASSED), verdict(Status.FAILED)]).accepted
