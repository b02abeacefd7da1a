"""The verdict says why: time, memory, signal, exit, protocol, and what the tests themselves did."""

from __future__ import annotations

import time

import pytest

from tests.integration.execution.conftest import as_files
from verifiers.domain import Candidate, CodingTask, Policy, Status
from verifiers.errors import InvalidInput
from verifiers.execution.python_import import PythonImportVerifier
from verifiers.execution.run import TestLimits

TEST = "from solution import f\ndef test_a(): assert f() == 1\ndef test_b(): assert f() == 1\n"
SMALL = TestLimits(cpu_s=2, wall_s=40, runs=1, memory_bytes=128 * 2**20)
SHARED = Policy(allow_shared_judge=True)
PATCHING = (
    "import solution\ndef test_a(monkeypatch):\n"
    "    monkeypatch.setattr(solution, 'get', lambda: 7)\n    assert solution.f() == 8\n"
)

DOUBLE = '''
def f(x):
    """Double.

    >>> f(2)
    4
    >>> f("a")
    'aa'
    """
    return x * 2
'''


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("while True: pass", "did not end within 2 s of CPU time"),
        ("x = [0] * 10**9", "memory"),
        ("import os; os._exit(3)", "ended by its own hand with exit code 3"),
        ("import os; os.kill(os.getpid(), 15)", "ended by signal 15"),
        (
            "import os; fds = [n for n in range(3, 9) if os.path.exists(f'/proc/self/fd/{n}')]\n"
            "    try: [os.write(n, b'\\xff' * 99) for n in fds if n != 3]\n"
            "    except OSError: pass",
            "judge's link",
        ),
        ("raise ValueError('no')", "2 of 2 tests failed"),
        ("return 2", "2 of 2 tests failed"),
    ],
)
def test_the_summary_tells_what_happened(judge, body, said):
    verdict = judge(f"def f():\n    {body}\n", TEST, limits=SMALL)
    assert verdict.status is Status.FAILED
    texts = [verdict.summary, *(finding.message for finding in verdict.findings)]
    assert any(said in text.lower() or said in text for text in texts), texts


def test_sleeping_ends_at_the_wall_clock(judge):
    began = time.monotonic()
    verdict = judge("import time\ndef f(): time.sleep(99)", TEST, limits=TestLimits(cpu_s=2, wall_s=4))
    assert verdict.status is Status.FAILED
    assert "did not end within 4 s" in verdict.summary
    assert verdict.evidence["limit"] == "time"
    assert time.monotonic() - began < 90


def test_a_budget_that_is_too_short_is_not_held_against_the_candidate(judge):
    verdict = judge("import time\ndef f(): time.sleep(99)", TEST, seconds=3)
    assert verdict.status is Status.INCOMPLETE


def test_an_honest_test_before_the_end_stays_reported(judge):
    code = "import os\ndef f(): return 1\ndef g(): os._exit(0)"
    tests = "from solution import *\ndef test_a(): assert f() == 1\ndef test_b(): assert g() == 1\n"
    verdict = judge(code, tests)
    assert verdict.status is Status.FAILED
    assert verdict.evidence["passed"] == ["test_solution.py::test_a"]
    assert verdict.evidence["candidate_left_first"] is True


def test_a_failing_assert_shows_both_values_and_its_line(judge):
    verdict = judge("def f(): return [1, 2]", "\nassert f() == [1, 3]\nassert f() == [1, 2]\n")
    (finding,) = verdict.findings
    assert finding.rule == "test_solution.py:2"
    assert "[1, 2]" in finding.message
    assert "[1, 3]" in finding.message
    assert finding.location is not None
    assert (finding.location.path, finding.location.line) == ("test_solution.py", 2)
    assert verdict.evidence["passed"] == ["test_solution.py:3"]


def test_an_exception_names_the_candidates_line(judge):
    verdict = judge("def f():\n    x = 1\n    return x / 0\n", TEST)
    assert any("solution.py:3" in finding.message for finding in verdict.findings)


def test_a_syntax_error_is_the_candidates(judge):
    verdict = judge("def f(:\n", TEST)
    assert verdict.status is Status.FAILED
    assert any("SyntaxError" in finding.message for finding in verdict.findings)


def test_only_skipped_tests_prove_nothing(judge):
    tests = "import pytest\nfrom solution import f\n@pytest.mark.skip\ndef test_a(): assert f() == 1\n"
    assert judge("def f(): return 1", tests).status is Status.INCOMPLETE


def test_patching_needs_permission(judge):
    code = "def get(): return 1\ndef f(): return get() + 1"
    refused = judge(code, PATCHING)
    assert refused.status is Status.INCOMPLETE
    assert "allow_shared_judge" in refused.summary
    allowed = judge(code, PATCHING, policy=SHARED)
    assert allowed.status is Status.PASSED
    assert allowed.evidence["judging"] == "shared"
    wrong = judge("def get(): return 1\ndef f(): return 5", PATCHING, policy=SHARED)
    assert wrong.status is Status.FAILED


def test_ending_a_shared_process_early_does_not_pass(judge):
    code = "import os\ndef get(): return 1\ndef f(): os._exit(0)"
    assert judge(code, PATCHING, policy=SHARED).status is Status.FAILED


def test_a_candidate_cannot_force_the_shared_mode(judge):
    code = "import inspect, sys, subprocess\ndef f(): return inspect.getsource(f) and 1"
    verdict = judge(code, TEST, policy=SHARED)
    assert verdict.evidence["judging"] == "apart"


@pytest.mark.parametrize(
    ("tests", "field"),
    [
        ("x = 1\n", "tests"),
        ("def test_a(:\n", "tests.files.0.content"),
        ("def check(candidate):\n    assert candidate() == 1\n", "tests.entry_point"),
    ],
)
def test_bad_tests_are_named(judge, tests, field):
    with pytest.raises(InvalidInput) as error:
        judge("def f(): return 1\ndef g(): return 2", tests)
    assert error.value.field == field


def test_without_tests_import_and_doctests_count(sandbox):
    task = CodingTask(instruction="Write f.")

    def status(code: str) -> Status:
        candidate = Candidate(files=as_files(code, "solution.py"))
        verdict = PythonImportVerifier(sandbox).verify(task, candidate, 30)
        assert verdict.evidence["tests"] == "none given"
        return verdict.status

    assert status(DOUBLE) is Status.PASSED
    assert status(DOUBLE.replace("x * 2", "x * 3")) is Status.FAILED
    assert status("def f(x): return x") is Status.PASSED
    assert status("raise ValueError('x')") is Status.FAILED
    assert status("import os; os._exit(0)") is Status.FAILED
    assert status("import sys; sys.exit(0)") is Status.FAILED
