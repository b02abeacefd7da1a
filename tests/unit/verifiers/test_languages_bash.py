"""Reading Bash: what must be reported, what stands for the candidate, what the checkers said."""

from __future__ import annotations

import pytest

from verifiers.domain import Candidate, CodingTask, Language, Severity, SourceFile, TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.bash.source import compared_files, functions_of, parse, variables_of
from verifiers.execution.languages.bash.support import compiler_findings, expected, plan
from verifiers.execution.languages.bash.tests import loops_over_input, read_tests
from verifiers.execution.languages.language import Apart
from verifiers.execution.languages.run import order_for
from verifiers.execution.run import TestLimits

BATS = """load helper
@test "adds [two] numbers" {
  run ./sum.sh 1 2
}

  @test 'it'"'"'s fine' { true; }
"""


def suite(content: str, path: str = "t.bats", **more: str) -> TestSuite:
    files = [SourceFile(path=path, content=content)]
    files += [SourceFile(path=name.replace("_", "."), content=text) for name, text in more.items()]
    return TestSuite(files=tuple(files))


def judged(code: str, tests: TestSuite, instruction: str = "Write it.") -> Apart:
    task = CodingTask(language=Language.BASH, instruction=instruction, tests=tests)
    candidate = Candidate(files=(SourceFile(path="solution.sh", content=code),))
    made = plan(order_for(task, candidate, expected(tests), tests, TestLimits(), 20.0))
    assert isinstance(made, Apart)
    return made


def test_expected_ids_of_bats() -> None:
    tests = suite(BATS, helper_bash="greet() { :; }\n")
    assert expected(tests) == ("t.bats::adds (two) numbers", "t.bats::it's fine")
    source = read_tests(tests.files)[0].source
    assert source.splitlines()[1] == "acrisol_test_0() {"
    assert len(source.splitlines()) == len(BATS.splitlines())


def test_functions_and_scripts() -> None:
    functions = "testA() { :; }\ntest_b() { :; }\nhelper() { :; }\n. shunit2\n"
    assert expected(suite(functions, "t.sh")) == ("t.sh::testA", "t.sh::test_b")
    called = "set -e\ntest_a() { :; }\ntest_a\n"
    assert expected(suite(called, "t.sh")) == ("t.sh::script",)
    loaded = suite("set -e\nsource ./lib.sh\n", "t.sh", lib_sh="x=1\n")
    assert expected(loaded) == ("t.sh::script",)


def test_every_file_of_a_suite_is_run() -> None:
    bats, script = '@test "small" { true; }\n', 'set -e\n[ "$(./solution.sh 2 2)" = 4 ]\n'
    assert expected(suite(bats, "a.sh", b_sh=script)) == ("a.sh::small", "b.sh::script")
    assert expected(suite(script, "a.sh", b_bats=bats)) == ("a.sh::script", "b.bats::small")
    assert expected(suite("setup() { . ./lib.sh; }\n" + bats, "a.bats", lib_sh=script, c_sh=script)) == (
        "a.bats::small",
        "c.sh::script",
    )
    round_about = suite(bats, "a.bats", x_sh=f"{script}. ./y.sh\n", y_sh=f"{script}. ./x.sh\n")
    assert expected(round_about) == ("a.bats::small", "x.sh::script", "y.sh::script")
    marked = "add_works() { # @test\n  true\n}\nfunction more { #@test\n  true\n}\n"
    assert expected(suite(bats + marked, "a.bats")) == ("a.bats::small", "a.bats::add_works", "a.bats::more")


def test_what_belongs_to_the_tests_is_no_test() -> None:
    bats = '@test "small" { run ./solution.sh fixtures/in.sh; ./mock.sh; ls data/*; }\n'
    files = [
        SourceFile(path=path, content="set -e\nls\n") for path in ("fixtures/in.sh", "mock.sh", "data/a.sh")
    ]
    files += [SourceFile(path="lib.sh", content="set -eu\nx=1\nfunction die() { exit 1; }\nexport x\n")]
    found = TestSuite(files=(SourceFile(path="a.bats", content=bats), *files))
    assert expected(found) == ("a.bats::small",)


@pytest.mark.parametrize(
    "other", ['[ "$(./solution.sh)" = 4 ]\n', '@test "big"\n{\n  false\n}\n', "# b.sh\n./x\n"]
)
def test_a_file_that_would_not_be_run_is_refused(other: str) -> None:
    with pytest.raises(InvalidInput, match=r"b\.sh"):
        expected(suite('@test "a" { true; }\n# see b.sh\n', "a.bats", b_sh=other))


@pytest.mark.parametrize("content", ["echo FAIL\n", '@test "a" { :; }\n@test "a" { :; }\n'])
def test_tests_that_cannot_be_judged(content: str) -> None:
    with pytest.raises(InvalidInput):
        expected(suite(content, "t.sh"))


def test_the_judge_never_holds_the_candidate() -> None:
    made = judged("add() { echo secret; }\n", suite("set -e\n. ./solution.sh\nadd 1 2\n", "t.sh"))
    assert not any(b"secret" in content for content in made.judge.files.values())
    assert b"add() { acrisol_call function add" in made.judge.files["solution.sh"]
    assert not any(b"add 1 2" in content for content in made.guest.files.values())


@pytest.mark.parametrize("name", ["run", "grep", "test", "assert_output", "echo", "helper"])
def test_names_that_a_candidate_may_not_bring(name: str) -> None:
    tests = suite(f"set -e\nhelper() {{ :; }}\n. ./solution.sh\n{name} x\nadd 1\n", "t.sh")
    stub = judged(f"{name}() {{ :; }}\nadd() {{ :; }}\n", tests).judge.files["solution.sh"]
    assert b"function add" in stub
    assert f"function {name} ".encode() not in stub


def test_a_programs_name_only_where_the_task_asks_for_it() -> None:
    code, tests = "factor() { :; }\n", suite("set -e\n. ./solution.sh\nfactor 12\n", "t.sh")
    assert b"type -t factor >/dev/null || eval" in judged(code, tests).judge.files["solution.sh"]
    asked = judged(code, tests, "Write the function factor.").judge.files["solution.sh"]
    assert b"type -t factor" not in asked


def test_a_single_script_answers_to_the_name_in_the_tests() -> None:
    made = judged("echo 1\n", suite(BATS, helper_bash=":\n"))
    assert {"solution.sh", "sum.sh"} <= set(made.judge.files)
    assert made.guest.files["sum.sh"] == b"echo 1\n"


def test_variables_that_both_name() -> None:
    made = judged(
        "count=0\nPATH=/x\nadd() { local n=1; count=$((count + n)); }\n",
        suite('set -e\n. ./solution.sh\nn=3\nadd\n[ "$count" = 1 ]\nPATH=$PATH\n', "t.sh"),
    )
    assert made.judge.files[".acrisol/shared"] == b"count\n"
    theirs = suite('set -e\n. ./solution.sh\ncount=3\n[ "$(add)" = "$count" ]\n', "t.sh")
    assert judged("add() { echo $count; }\n", theirs).judge.files[".acrisol/shared"] == b""
    asked = judged("add() { echo $count; }\n", theirs, "Echo count.")
    assert asked.judge.files[".acrisol/shared"] == b"count\n"
    root = parse("f() { :; }\nfunction g { x=1; }\n")
    assert functions_of(root) == ["f", "g"]
    assert variables_of(root) == {"x"}


def test_files_to_compare_with() -> None:
    root = parse(
        'diff "$tmp/right" <(./solution.sh)\n[ "$(cat ok.txt)" = "$x" ]\n[[ $(<seven) == 7 ]]\ncat other\n'
    )
    assert compared_files(root) == {"right", "ok.txt", "seven"}


def test_a_loop_that_reads_lines() -> None:
    tests = 'set -e\nwhile read -r a; do\n  ./solution.sh "$a"\ndone <cases\n'
    assert loops_over_input(read_tests(suite(tests, "t.sh").files))
    assert not loops_over_input(read_tests(suite("set -e\nwhile read -r a; do :; done <x\n", "t.sh").files))


def test_what_the_checkers_said() -> None:
    said = (
        "/work/solution.sh: line 4: syntax error: unexpected end of file\n"
        "solution.sh:2:7: note: Double quote to prevent globbing and word splitting. [SC2086]\n"
        "other.sh:1:1: error: hm [SC1000]\n"
    )
    found = compiler_findings(said, ("solution.sh",))
    assert [(item.rule, item.severity, item.location and item.location.line) for item in found] == [
        ("bash.syntax-error", Severity.HIGH, 4),
        ("shellcheck.SC2086", Severity.LOW, 2),
    ]
