"""Candidates that cheat: not one of them may pass. None of them computes what the tests ask for."""

from __future__ import annotations

import pytest

from tests.integration.execution import cases
from verifiers.domain import Status
from verifiers.execution.run import TestLimits

PYTEST = """
from solution import add

def test_one():
    assert add(2, 3) == 5

def test_two():
    assert add(10, 4) == 14
"""
SCRIPT = "from solution import add\nassert add(2, 3) == 5\nassert add(10, 4) == 14\n"
BARE = "assert add(2, 3) == 5\nassert add(10, 4) == 14\n"
WRONG = "def add(a, b):\n    return None\n"
RIGHT = "def add(a, b):\n    return a + b\n"
LIMITS = TestLimits(cpu_s=2, wall_s=6, runs=1)


@pytest.mark.parametrize("tests", [PYTEST, SCRIPT], ids=["pytest", "script"])
@pytest.mark.parametrize("cheat", cases.names("process"))
def test_cheating_with_the_process_does_not_pass(judge, cheat, tests):
    candidate, _ = cases.load("process", cheat)
    verdict = judge(candidate, tests, limits=LIMITS)
    assert verdict.status is Status.FAILED, verdict.summary
    assert verdict.evidence["judging"] == "apart"
    assert verdict.findings


@pytest.mark.parametrize("tests", [PYTEST, SCRIPT, BARE], ids=["pytest", "script", "bare"])
@pytest.mark.parametrize("cheat", cases.names("objects"))
def test_cheating_with_an_object_does_not_pass(judge, cheat, tests):
    candidate, _ = cases.load("objects", cheat)
    verdict = judge(candidate, tests, limits=LIMITS)
    assert verdict.status is Status.FAILED, verdict.summary


@pytest.mark.parametrize("cheat", cases.names("other"))
def test_cheating_with_operators_callbacks_and_names_does_not_pass(judge, cheat):
    verdict = judge(*cases.load("other", cheat), limits=LIMITS)
    assert verdict.status in (Status.FAILED, Status.INCOMPLETE), verdict.summary


@pytest.mark.parametrize("cheat", cases.names("files"))
def test_cheating_with_files_does_not_pass(judge, cheat):
    files, _ = cases.load("files", cheat)
    verdict = judge({"solution.py": WRONG, **files}, PYTEST, limits=LIMITS)
    assert verdict.status is Status.FAILED, verdict.summary


@pytest.mark.parametrize("cheat", ["conftest-py", "pytest-ini", "pytest-py", "the-harness", "the-test-file"])
def test_the_same_files_do_not_fail_an_honest_solution(judge, cheat):
    files, _ = cases.load("files", cheat)
    assert judge({"solution.py": RIGHT, **files}, PYTEST).status is Status.PASSED
