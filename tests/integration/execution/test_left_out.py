"""No test is left out in silence: what pytest would collect runs, and so do the statements of other files."""

from __future__ import annotations

import pytest

from verifiers.domain import Status

SMALL = "from solution import add\ndef test_a():\n    assert add(1, 2) == 3\n"
TABLE = "def add(a, b):\n    return 3 if (a, b) == (1, 2) else 0\n"
RIGHT = "def add(a, b):\n    return a + b\n"
USES = "from solution import add\n"
MAKE = f"{USES}def make(a, b, c):\n    def run():\n        assert add(a, b) == c\n    return run\n"
FILES = {
    "function without an underscore": {"test_c.py": f"{USES}def testBig():\n    assert add(2, 2) == 4\n"},
    "inherited": {
        "base_cases.py": f"{USES}class SumCases:\n    def test_big(self):\n        assert add(2, 2) == 4\n",
        "test_b.py": "from base_cases import SumCases\nclass TestBig(SumCases):\n    pass\n",
    },
    "made": {"test_b.py": f"{MAKE}test_big = make(2, 2, 4)\n"},
    "made in a loop": {
        "test_b.py": f"{MAKE}for a in range(3):\n    globals()[f'test_{{a}}'] = make(a, 2, a + 2)\n"
    },
    "made beside asserts": {
        "test_b.py": f"{MAKE}assert add(1, 2) == 3\ntest_big = make(2, 2, 4)\n"
    },
    "under a condition": {
        "test_b.py": f"{USES}if True:\n    def test_big():\n        assert add(2, 2) == 4\n"
    },
    "script that raises": {"test_b.py": f"{USES}if add(2, 2) != 4:\n    raise SystemExit('bad')\n"},
    "script of another name": {
        "check_b.py": f"import unittest\n{USES}unittest.TestCase().assertEqual(add(2, 2), 4)\n"
    },
    "program": {
        "check_b.py": f"import sys\n{USES}def main():\n    return 0 if add(2, 2) == 4 else 1\n"
        "if __name__ == '__main__':\n    sys.exit(main())\n"
    },
    "text": {"examples.txt": ">>> from solution import add\n>>> add(2, 2)\n4\n"},
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_what_is_beside_a_test_file_is_run(judge, name):
    tests = {"test_a.py": SMALL, **FILES[name]}
    verdict = judge(TABLE, tests)
    assert verdict.status is Status.FAILED, verdict.summary
    verdict = judge(RIGHT, tests)
    assert verdict.status is Status.PASSED, (verdict.summary, [f.message for f in verdict.findings])


@pytest.mark.parametrize("name", FILES)
def test_and_so_it_is_alone(judge, name):
    assert judge(TABLE, FILES[name]).status is Status.FAILED
    verdict = judge(RIGHT, FILES[name])
    assert verdict.status is Status.PASSED, (verdict.summary, [f.message for f in verdict.findings])


def test_a_candidate_does_not_end_a_script_well(judge):
    code = "import sys\ndef main():\n    sys.exit(0)\ndef add(a, b):\n    raise SystemExit\n"
    for script in ("main()\n", "import sys\nsys.exit(add(2, 2))\n"):
        verdict = judge(code, {"check_b.py": f"from solution import add, main\n{script}"})
        assert verdict.status is Status.FAILED, verdict.summary


def test_what_is_found_and_does_not_run_fails(judge):
    tests = "import pytest\n" + MAKE + "test_a = make(1, 2, 3)\ntest_b = lambda: pytest.exit('enough')\n"
    tests += "test_c = make(2, 2, 4)\n"
    assert judge(TABLE, tests).status is Status.FAILED


def test_a_file_in_which_nothing_is_found_fails(judge):
    verdict = judge(RIGHT, {"test_a.py": SMALL, "test_b.py": "test_b = str(3)\n"})
    assert verdict.status is Status.FAILED
    assert verdict.evidence["missing"] == ["test_b.py"]
