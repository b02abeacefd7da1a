"""What the tests' source says before anything runs."""

from __future__ import annotations

import pytest

from verifiers.domain import Candidate, CodingTask, SourceFile, Status, TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.needs_shared import why_shared
from verifiers.execution.plan import entry_point, find_modules, overridden_builtins, project_files
from verifiers.execution.python_import import doctests
from verifiers.execution.python_syntax import PythonSyntaxVerifier
from verifiers.execution.report import Result, ids_by_outcome, read_report
from verifiers.execution.suite import read_suite, used_as_classes


def suite(text: str, path: str = "test_a.py") -> TestSuite:
    return TestSuite(files=(SourceFile(path=path, content=text),))


@pytest.mark.parametrize(
    ("text", "style", "ids"),
    [
        ("def test_a(): pass", "pytest", ["test_a.py::test_a"]),
        ("async def test_a(): pass", "pytest", ["test_a.py::test_a"]),
        (
            "class TestA:\n  def test_b(self): pass\n  def help(self): pass",
            "pytest",
            ["test_a.py::TestA::test_b"],
        ),
        ("class A(unittest.TestCase):\n  def test_b(self): pass", "pytest", ["test_a.py::A::test_b"]),
        (
            "class TestA:\n  def __init__(self): pass\n  def test_b(self): pass\nassert 1",
            "script",
            ["test_a.py:4"],
        ),
        ("\nassert f() == 1\nassert f() == 2", "script", ["test_a.py:2", "test_a.py:3"]),
        ("for x in y:\n  assert f(x)", "script", ["test_a.py:1"]),
        ("def check(c):\n  assert c(1)", "check", ["test_a.py::check"]),
        ("def check(c):\n  assert c(1)\ncheck(f)", "script", ["test_a.py:3"]),
        ("if __name__ == '__main__':\n  assert f()", "script", ["test_a.py:2"]),
    ],
)
def test_styles_and_ids(text, style, ids):
    (file,) = read_suite(suite(text))
    assert (file.style, list(file.ids)) == (style, ids)


ONE = "from solution import f\ndef test_a():\n    assert f(1) == 2\n"
CASES = "from solution import f\nclass Cases:\n    def test_big(self):\n        assert f(2) == 3\n"


def second(text: str, path: str = "test_b.py", **more: str):
    """What is made of a file beside another that has a test."""
    files = {"test_a.py": ONE, path: text, **{f"{name}.py": body for name, body in more.items()}}
    suite = TestSuite(files=tuple(SourceFile(path=name, content=body) for name, body in files.items()))
    return next(file for file in read_suite(suite) if file.path == path)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("def testAddBig():\n    assert f(2) == 3", ["test_b.py::testAddBig"]),
        ("def testBig(capsys):\n    assert f(2) == 3", ["test_b.py::testBig"]),
        ("@mark(1)\ndef testBig(a):\n    assert f(2) == 3", ["test_b.py::testBig"]),
        (
            "from cases import Cases\nclass TestBig(Cases): pass",
            ["test_b.py::TestBig::test_big"],
        ),
        (
            "import unittest, cases\nclass Big(cases.Cases, unittest.TestCase):\n  def test_c(self): pass",
            ["test_b.py::Big::test_c", "test_b.py::Big::test_big"],
        ),
        ("class TestA:\n  __test__ = False\n  def test_a(self): pass\nassert f(1)", ["test_b.py:4"]),
    ],
)
def test_what_pytest_collects_is_expected(text, ids):
    file = second(text, **({"cases": CASES} if "cases" in text else {}))
    assert list(file.ids) == ids


@pytest.mark.parametrize(
    "text",
    [
        "test_big = make(2, 3)",
        "test_big = lambda: f(2)",
        "from cases import *",
        "from cases import Cases as TestBig",
        "if f:\n  def test_big(): assert f(2) == 3",
        "for i in range(3):\n  globals()[f'test_{i}'] = make(i)",
        "class TestBig(make(2, 3)): pass",
        "from cases import Cases as C\nclass TestBig(C): pass",
    ],
)
def test_where_pytest_may_find_tests_it_looks_for_them(text):
    file = second(text, **({"cases": CASES} if "cases" in text else {}))
    assert (file.style, file.ids, file.in_doubt) == ("pytest", ("test_b.py",), True)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("if f(2) != 3:\n  raise SystemExit('bad')", ["test_b.py:1"]),
        ("import unittest\nunittest.TestCase().assertEqual(f(2), 3)", ["test_b.py:2"]),
        ("def main():\n  run()\nif __name__ == '__main__':\n  main()", ["test_b.py:4"]),
        ("def test(g):\n  assert g(2) == 3\ntest(f)", ["test_b.py:3"]),
        ("test_rows = load()\nfor row in test_rows:\n  assert f(row)", ["test_b.py:2"]),
    ],
)
def test_statements_are_run_as_a_script(text, ids):
    file = second(text)
    assert (file.style, list(file.ids), file.in_doubt) == ("script", ids, False)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("test_b.py", "def check_big():\n  run()"),
        ("checks.py", "def check_big():\n  assert f(2) == 3"),
        ("checks.py", "class Big:\n  def big(self):\n    self.assertEqual(f(2), 3)"),
        ("test_b.py", "def test(candidate):\n  assert candidate(2) == 3"),
    ],
)
def test_a_file_of_which_nothing_would_run_is_named(path, text):
    with pytest.raises(InvalidInput, match=f"nothing in {path} would be run") as error:
        second(text, path)
    assert error.value.field == "tests.files.1.content"


@pytest.mark.parametrize(
    ("path", "text", "more"),
    [
        ("conftest.py", "def holds(x):\n  assert x", {}),
        ("tests/__init__.py", "", {}),
        ("helpers.py", "def check(x):\n  assert x", {"test_c": "import helpers\nassert f(2) == 3"}),
        (
            "helpers.py",
            "def holds(x):\n  assert x",
            {"test_c": "from .helpers import holds\nassert f(2)"},
        ),
        ("plug.py", "def holds(x):\n  assert x", {"conftest": "pytest_plugins = ['plug']"}),
        ("data.py", "ROWS = [1, 2]\nimport sys\nsys.path.insert(0, '.')", {}),
    ],
)
def test_helpers_need_hold_no_tests(path, text, more):
    assert second(text, path, **more).style == "helper"


@pytest.mark.parametrize(
    ("text", "field"),
    [("def f(:", "tests.files.0.content"), ("x = 1", "tests"), ("def helper(): assert 1", "tests")],
)
def test_bad_suites_are_named(text, field):
    with pytest.raises(InvalidInput) as error:
        read_suite(suite(text))
    assert error.value.field == field


def test_a_parse_error_names_file_and_line():
    with pytest.raises(InvalidInput, match=r"test_a\.py.*line 2"):
        read_suite(suite("x = 1\ndef f(:\n"))


def test_bare_names_are_those_nobody_defines():
    (file,) = read_suite(suite("import math\ny = 1\nassert add(y, len([math.pi])) == Q"))
    assert file.bare_names == {"add", "Q"}


@pytest.mark.parametrize(
    "text",
    [
        "def test_a(monkeypatch): pass",
        "from unittest.mock import patch\ndef test_a(): pass",
        "from unittest import mock\n@mock.patch('solution.x')\ndef test_a(m): pass",
        "import inspect\ndef test_a(): inspect.getsource(f)",
        "import importlib, solution\ndef test_a(): importlib.reload(solution)",
        "import subprocess\ndef test_a(): pass",
        "import sys\ndef test_a(): sys.modules.clear()",
        "def test_a(): open('solution.py').read()",
        "def test_a(tmp_path): pass",
        "import solution\nclass Mine(solution.Base): pass\ndef test_a(): pass",
        "from solution import Base\nclass Mine(Base): pass\ndef test_a(): pass",
    ],
)
def test_what_needs_one_process(text):
    assert why_shared(read_suite(suite(text)), ["solution"], ["solution.py"])


@pytest.mark.parametrize(
    "text",
    [
        "from solution import f\ndef test_a(capsys): assert f() == 1",
        "from unittest.mock import Mock\ndef test_a(): f(Mock())",
        "import inspect, sys, os\ndef test_a(): inspect.signature(f)",
        "def test_a(): open('data.json').read()",
    ],
)
def test_what_does_not(text):
    assert why_shared(read_suite(suite(text)), ["solution"], ["solution.py"]) is None


def files(*paths: str) -> tuple[SourceFile, ...]:
    return tuple(SourceFile(path=path, content="def f(): pass") for path in paths)


def test_the_main_module():
    tests = read_suite(suite("from b import f\ndef test_a(): pass"))
    found = find_modules(["a.py", "solution.py"], ["a.py"], tests, ["test_a.py"])
    assert found is not None
    assert found.main == "solution"
    found = find_modules(["a.py", "b.py"], ["a.py"], tests, ["test_a.py"])
    assert found is not None
    assert found.main == "b"
    found = find_modules(["a.py"], ["a.py"], tests, ["test_a.py"])
    assert found is not None
    assert found.names == {"a": "a", "solution": "a", "b": "a"}
    assert find_modules(["README.md"], ["README.md"], tests, ["test_a.py"]) is None


def test_a_file_of_the_tests_is_never_the_candidates():
    tests = read_suite(suite("import helper, pytest\ndef test_a(): pass"))
    found = find_modules(["a.py", "test_a.py"], ["a.py"], tests, ["test_a.py", "helper.py"])
    assert found is not None
    assert "helper" not in found.names
    assert "test_a" not in found.names


def test_nobody_writes_into_the_harness():
    task = CodingTask(instruction="x")
    candidate = Candidate(files=files("solution.py", ".acrisol/_acrisol/judge.py"))
    assert list(project_files(task, candidate)) == ["solution.py"]


def test_the_entry_point():
    given = TestSuite(files=files("t.py"), entry_point="g")
    assert entry_point(CodingTask(instruction="x", tests=given), "def f(): pass") == "g"
    assert entry_point(CodingTask(instruction="def h(x):\n  pass\ndef f(x):"), "def q(): pass") == "f"
    assert entry_point(CodingTask(instruction="x"), "def f(): pass\ndef _g(): pass") == "f"
    with pytest.raises(InvalidInput):
        entry_point(CodingTask(instruction="x"), "def f(): pass\ndef g(): pass")


def test_a_candidate_cannot_put_its_builtins_under_the_tests():
    tolerant = read_suite(suite("assert abs(f(2) - 4.0) < 1e-6"))
    assert overridden_builtins(CodingTask(instruction="x"), tolerant, "def abs(x): return 0") == set()
    own = read_suite(suite("assert sum(1, 2) == 3\nassert sum(2, 2) == 4"))
    assert overridden_builtins(CodingTask(instruction="x"), own, "def sum(a, b): return a + b") == {"sum"}
    assert overridden_builtins(CodingTask(instruction="x"), own, "def f(a, b): return a + b") == set()


def test_the_report_needs_its_end_and_its_nonce():
    line = b'{"nonce": "n", "test": "a", "outcome": "passed"}\n'
    end = b'{"nonce": "n", "end": true, "gone": null, "versions": {"python": "3.11"}}\n'
    assert read_report(line + end, "n").ended
    assert read_report(line + end, "n").versions == {"python": "3.11"}
    assert not read_report(line, "n").ended
    assert not read_report(line + end, "m").ended
    assert read_report(line + b"last words\n" + end, "n").noise == "last words"
    assert not read_report(line + b"cut" + line + end, "n").ended
    assert not read_report(line + end + line[:-9], "n").ended
    assert not read_report(line + end + line, "n").ended
    assert (
        read_report(b'{"nonce": "n", "test": "a", "outcome": "great"}\n' + end, "n").results[0].outcome
        == "failed"
    )


def test_the_worst_outcome_counts_and_silence_is_not_success():
    results = [
        Result("a[1]", "passed"),
        Result("a[2]", "failed"),
        Result("b", "passed"),
        Result("x", "failed"),
    ]
    found = ids_by_outcome(["a", "b", "c"], results)
    assert found["failed"] == ["a", "x"]
    assert found["passed"] == ["b"]
    assert found["missing"] == ["c"]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = (\n", 1),
        ("def f():\nreturn 1\n", 2),
        ("-" * 100_000 + "1", 1),
        ("(" * 5000, 1),
        ("x = '\\ud800'\n1x", 2),
    ],
)
def test_syntax_errors_and_parser_bombs_fail_with_their_line(source, line):
    verdict = PythonSyntaxVerifier().verify(
        CodingTask(instruction="x"), Candidate(files=(SourceFile(path="a.py", content=source),)), 5
    )
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].location is not None
    assert verdict.findings[0].location.line == line


def test_good_syntax_passes():
    verdict = PythonSyntaxVerifier().verify(CodingTask(instruction="x"), Candidate(files=files("a.py")), 5)
    assert verdict.status is Status.PASSED


def test_doctests_are_found_in_the_source():
    source = '"""M.\n\n>>> 1\n1\n"""\ndef f():\n    """F.\n\n    >>> f()\n    """\ndef g():\n    "no"\n'
    assert [test["id"] for test in doctests(source, "a.py")] == ["a.py::module:1", "a.py::f:7"]


def test_a_forged_report_is_no_end_and_no_crash():
    """In a shared process the candidate can learn the nonce and write lines of any form."""
    end = b'{"nonce": "n", "end": true}\n'
    assert not read_report(b"[" * 100_000 + b'"nonce": "n"\n' + end, "n").ended
    odd = b'{"nonce": "n", "test": "a", "outcome": "passed", "line": "x"}\n'
    assert read_report(odd + end, "n").results[0].line == 0


def test_doctests_in_test_files_are_tests():
    text = "# T\n\n>>> from solution import f\n>>> f(1)\n2\n>>> f(2) # doctest: +SKIP\n3\n"
    (file,) = read_suite(suite(text, "README.md"))
    assert (file.style, file.ids) == ("doctest", ("README.md:3", "README.md:4"))
    assert file.imports == {"solution"}
    module = 'from solution import f\ndef g():\n    """G.\n\n    >>> f(1)\n    2\n    """\n'
    (file,) = read_suite(suite(module, "checks.py"))
    assert (file.style, file.ids) == ("doctest", ("checks.py:5",))
    with pytest.raises(InvalidInput, match="line 1 does not parse"):
        read_suite(suite(">>> f(\n2\n", "a.txt"))


def test_a_name_is_a_class_by_how_the_tests_use_it():
    text = "from s import f, g, Money\nassert f(1) - 2 < 1\nassert isinstance(x, h.node)\n"
    text += "try: g()\nexcept bad: pass\n"
    (file,) = read_suite(suite(text))
    assert used_as_classes([file.tree]) >= {"Money", "node", "bad"}
    assert not {"f", "g"} & used_as_classes([file.tree])


def test_a_parameter_may_be_called_like_the_candidates_function() -> None:
    source = "def check(add):\n    assert add(1, 2) == 3\n\ncheck(add)\n"
    (file,) = read_suite(TestSuite(files=(SourceFile(path="t.py", content=source),)))
    assert file.bare_names == {"add"}
