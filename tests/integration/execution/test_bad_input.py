"""Tests and candidates that misbehave without meaning to cheat: each gets a clear verdict."""

from __future__ import annotations

import time

import pytest

from verifiers.domain import Policy, Status
from verifiers.errors import InvalidInput
from verifiers.execution.run import TestLimits

RIGHT = "def f(x):\n    return x + 1\n"
ONCE = TestLimits(cpu_s=2, wall_s=5, runs=1)


@pytest.mark.parametrize(
    "tests",
    [
        "from solution import f\ndef test_a():\n    assert f(1) == 2\n    while True: pass\n",
        "from solution import f\nimport time\nassert f(1) == 2\ntime.sleep(99)\nassert f(2) == 3\n",
        "from solution import f\nimport threading\ndef test_a():\n    threading.Event().wait()\n",
    ],
    ids=["spinning", "sleeping", "waiting"],
)
def test_tests_that_never_end_are_ended_and_do_not_pass(judge, tests):
    began = time.monotonic()
    verdict = judge(RIGHT, tests, limits=ONCE)
    assert verdict.status is Status.FAILED
    assert "within 5 s" in verdict.summary
    assert verdict.evidence["limit"] == "time"
    assert time.monotonic() - began < 90


def test_a_thread_of_the_tests_does_not_keep_the_judge(judge):
    tests = (
        "from solution import f\nimport threading, time\n"
        "def test_a():\n    threading.Thread(target=time.sleep, args=(60,)).start()\n    assert f(1) == 2\n"
    )
    assert judge(RIGHT, tests, limits=ONCE).status is Status.PASSED


@pytest.mark.parametrize("side", ["tests", "candidate"])
def test_there_is_no_network_on_either_side(judge, side):
    connect = "    import socket\n    socket.create_connection(('192.0.2.1', 80), timeout=2)\n"
    code = "def f(x):\n" + (connect if side == "candidate" else "") + "    return x + 1\n"
    tests = "from solution import f\ndef test_a():\n" + (connect if side == "tests" else "")
    verdict = judge(code, tests + "    assert f(1) == 2\n", limits=ONCE)
    assert verdict.status is Status.FAILED
    assert any("Network is unreachable" in finding.message for finding in verdict.findings)


def test_one_run_leaves_nothing_for_the_next(judge):
    code = (
        "import builtins, os, sys\n"
        "def f(x):\n"
        "    found = os.path.exists('/tmp/left') or os.path.exists('/dev/shm/left')\n"
        "    found = found or hasattr(builtins, 'left')\n"
        "    open('/tmp/left', 'w').close()\n"
        "    open('/dev/shm/left', 'w').close()\n"
        "    builtins.left = sys.modules['left'] = os.environ['LEFT'] = 'x'\n"
        "    return 0 if found else x + 1\n"
    )
    tests = (
        "import builtins, sys\nfrom solution import f\n"
        "def test_a():\n"
        "    assert not hasattr(builtins, 'ours')\n"
        "    builtins.ours = sys.path = []\n"
        "    assert f(1) == 2\n"
    )
    for _ in range(3):
        verdict = judge(code, tests)
        assert verdict.status is Status.PASSED, verdict.findings
        assert verdict.evidence["runs"] == 2


def test_a_test_that_spoils_the_next_is_shown_as_it_is(judge):
    code = "counter = 0\ndef f():\n    global counter\n    counter += 1\n    return counter\n"
    tests = "from solution import f\ndef test_a(): assert f() == 1\ndef test_b(): assert f() == 1\n"
    verdict = judge(code, tests)
    assert verdict.status is Status.FAILED
    assert verdict.evidence["failed"] == ["test_solution.py::test_b"]


@pytest.mark.parametrize(
    "code",
    [
        "import random\ndef f(x): return x + random.choice([1] * 1 + [2] * 1)\n",
        "import os\ndef f(x): return x + 1 + os.urandom(1)[0] % 2\n",
    ],
)
def test_flaky_code_is_called_flaky_or_failed_but_hardly_ever_passed(judge, code):
    tests = "from solution import f\n" + "def test_a():\n    assert f(1) == 2\n"
    verdicts = [judge(code, tests, limits=TestLimits(runs=6)) for _ in range(3)]
    assert any(verdict.status is Status.INCOMPLETE for verdict in verdicts)
    for verdict in verdicts:
        if verdict.status is Status.INCOMPLETE:
            assert verdict.evidence["flaky"] is True
            assert "flaky" in verdict.summary
            assert "test_solution.py::test_a" in verdict.summary


def test_flaky_tests_are_called_flaky(judge):
    tests = (
        "import os\nfrom solution import f\n"
        "def test_a():\n    assert f(1) == 2\n    assert os.urandom(1)[0] % 2\n"
    )
    verdicts = [judge(RIGHT, tests, limits=TestLimits(runs=6)) for _ in range(2)]
    assert any(verdict.evidence["flaky"] is True for verdict in verdicts)


@pytest.mark.parametrize("where", ["stdout", "stderr", "descriptor"])
@pytest.mark.parametrize("side", ["tests", "candidate"])
def test_megabytes_of_output_change_nothing(judge, side, where):
    printed = {
        "stdout": "    for _ in range(300): print('x' * 10000)\n",
        "stderr": "    import sys\n    for _ in range(300): print('y' * 10000, file=sys.stderr)\n",
        "descriptor": "    import os\n    for n in [1, 2] * 300: os.write(n, b'z' * 10000)\n",
    }[where]
    code = "def f(x):\n" + (printed if side == "candidate" else "") + "    return x + 1\n"
    tests = "from solution import f\ndef test_a():\n" + (printed if side == "tests" else "")
    assert judge(code, tests + "    assert f(1) == 2\n").status is Status.PASSED
    assert judge(code, tests + "    assert f(1) == 3\n").status is Status.FAILED


def test_long_messages_are_cut_and_the_report_is_whole(judge):
    tests = (
        "import pytest\nfrom solution import f\n"
        "@pytest.mark.parametrize('i', range(60))\ndef test_a(i):\n    assert f('m' * 300000 + str(i)) == i\n"
        "def test_b():\n    assert f('') == ''\n"
    )
    verdict = judge("def f(x): return x", tests, limits=TestLimits(cpu_s=30, runs=1))
    assert verdict.status is Status.FAILED
    assert verdict.evidence["passed"] == ["test_solution.py::test_b"]
    assert max(len(finding.message) for finding in verdict.findings) < 5000


def test_a_syntax_error_in_the_tests_is_the_users(judge):
    with pytest.raises(InvalidInput, match="line 2"):
        judge(RIGHT, "from solution import f\nassert f(1) ==\n")


def test_tests_that_do_not_compile_although_they_parse(judge):
    verdict = judge(RIGHT, "from solution import f\ndef test_a():\n    assert f(1) == 2\n    break\n")
    assert verdict.status is Status.FAILED
    assert any("SyntaxError" in finding.message for finding in verdict.findings)


def test_a_missing_helper_is_told(judge):
    verdict = judge(
        RIGHT, "from solution import f\nfrom helpers.data import rows\ndef test_a(): assert f(rows)\n"
    )
    assert verdict.status is Status.FAILED


def test_unicode_in_paths_names_and_output(judge):
    code = {"größe.py": "def länge(wort):\n    print(wort, '✓')\n    return len(wort)\n"}
    tests = {
        "test_größe.py": "from größe import länge\n"
        "def test_länge(): assert länge('äöü😀') == 4\n"
        "def test_falsch(): assert länge('ß') == 2, 'ẞ \\ud800'\n"
    }
    verdict = judge(code, tests)
    assert verdict.evidence["passed"] == ["test_größe.py::test_länge"]
    assert verdict.evidence["failed"] == ["test_größe.py::test_falsch"]
    assert any("ẞ" in finding.message for finding in verdict.findings)


@pytest.mark.parametrize(
    ("tests", "because"),
    [
        (
            "import inspect, solution\ndef test_a(): assert 'return' in inspect.getsource(solution.f)\n",
            "source",
        ),
        ("import solution\ndef test_a(monkeypatch): assert solution.f(1) == 2\n", "monkeypatch"),
        (
            "from unittest.mock import patch\nimport solution\ndef test_a(): assert solution.f(1) == 2\n",
            "patch",
        ),
        ("import solution\ndef test_a(tmp_path): assert solution.f(1) == 2\n", "files"),
        ("import subprocess, solution\ndef test_a(): assert solution.f(1) == 2\n", "program"),
        ("import solution, importlib\ndef test_a(): assert importlib.reload(solution).f(1) == 2\n", "reload"),
    ],
)
def test_what_needs_one_process_says_why_and_runs_only_where_that_is_allowed(judge, tests, because):
    refused = judge(RIGHT, tests)
    assert refused.status is Status.INCOMPLETE
    assert refused.evidence["judging"] == "shared"
    assert because in refused.summary
    allowed = judge(RIGHT, tests, policy=Policy(allow_shared_judge=True))
    assert allowed.status is Status.PASSED, allowed.findings
    assert because in str(allowed.evidence["shared_because"])
