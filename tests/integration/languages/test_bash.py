"""Honest Bash scripts and their mistakes, judged for real."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Policy, Severity, Status
from verifiers.errors import InvalidInput
from verifiers.execution.run import TestLimits

PROGRAM = """#!/usr/bin/env bash
set -euo pipefail
case ${1:-} in
sum) shift; total=0; for n in "$@"; do total=$((total + n)); done; echo "$total" ;;
upper) tr a-z A-Z ;;
copy) cp -- "$2" "$3"; mkdir -p out; echo done >out/log ;;
remove) rm -r -- "$2" ;;
env) echo "${GREETING:-none} $PWD" ;;
both) echo to-out; echo to-err >&2; exit 3 ;;
count) wc -l <"$2" | tr -d ' ' ;;
bytes) printf 'a\\0b' ;;
*) echo "usage: $0 COMMAND" >&2; exit 64 ;;
esac
"""
PROGRAM_TESTS = """#!/usr/bin/env bats
setup() { cd "$BATS_TEST_TMPDIR"; tool=$BATS_TEST_DIRNAME/solution.sh; }
teardown() { rm -f left; }

@test "sums its arguments" {
  run "$tool" sum 1 2 3
  [ "$status" -eq 0 ]
  [ "$output" = 6 ]
}
@test "reads standard input" {
  result=$(printf 'ab\\ncd' | "$tool" upper)
  [[ "$result" == $'AB\\nCD' ]]
  [ "$("$tool" upper <<<"x y")" = "X Y" ]
  [ "$(echo pipe | "$tool" upper | "$tool" upper)" = PIPE ]
}
@test "files go there and back" {
  echo hello >in
  "$tool" copy in "a copy"
  [ "$(cat "a copy")" = hello ]
  [ -f out/log ]
  echo more >>in
  run "$tool" count in
  assert_output 2
  "$tool" remove out
  [ ! -e out ]
}
@test "environment and folder" {
  GREETING=hi run "$tool" env
  assert_success
  assert_line --partial "hi $BATS_TEST_TMPDIR"
}
@test "both streams and a status" {
  run "$tool" both
  assert_failure 3
  [ "${lines[0]}" = to-out ]
  [ "${lines[1]}" = to-err ]
  run --separate-stderr "$tool" both
  [ "$output" = to-out ]
  [ "$stderr" = to-err ]
  run -64 "$tool"
  assert_output --regexp "^usage: .*solution.sh COMMAND$"
  "$tool" bytes >got
  [ "$(wc -c <got)" -eq 3 ]
}
@test "not today" { skip "no time"; }
"""
FUNCTIONS = """#!/bin/bash
VERSION=1.2
STACK=()
count=0
push() { STACK+=("$1"); count=$((count + 1)); }
pop() {
    [ "${#STACK[@]}" -gt 0 ] || return 1
    popped=${STACK[-1]}
    unset 'STACK[-1]'
}
join_by() { local IFS=$1; shift; echo "$*"; }
ask() { read -r answer; echo "you said $answer"; }
die() { echo "dead" >&2; exit 7; }
if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
    echo "main $*"
fi
"""
FUNCTION_TESTS = """
setup() { load solution.sh; }

@test "state lasts, and a subshell's does not" {
  push a; push "b c"
  [ "$count" -eq 2 ]
  (push d)
  [ "${#STACK[@]}" -eq 2 ]
  pop
  [ "$popped" = "b c" ]
  count=10
  push e
  [ "$count" -eq 11 ]
  pop && pop
  run pop
  [ "$status" -eq 1 ] || [ "${#STACK[@]}" -eq 0 ]
}
@test "output, input, exit" {
  [ "$(join_by , a 'b c' d)" = "a,b c,d" ]
  run ask <<<"yes"
  [ "$output" = "you said yes" ]
  run die
  [ "$status" -eq 7 ]
  [ "$output" = dead ]
  [ "$VERSION" = 1.2 ]
}
@test "as a program" {
  run bash "$BATS_TEST_DIRNAME/solution.sh" x y
  [ "$output" = "main x y" ]
}
"""


def test_a_program(judge: Judge) -> None:
    verdict = judge(
        Language.BASH, PROGRAM, {"test/solution.bats": PROGRAM_TESTS.replace("DIRNAME", "DIRNAME/..")}
    )
    assert verdict.status is Status.PASSED, verdict
    assert verdict.evidence["judging"] == "apart"
    assert verdict.evidence["skipped"] == ["test/solution.bats::not today"]


def test_functions_that_are_sourced(judge: Judge) -> None:
    told = "Write push and pop; count says how often push was called."
    verdict = judge(Language.BASH, FUNCTIONS, FUNCTION_TESTS, instruction=told)
    assert verdict.status is Status.PASSED, verdict
    assert verdict.evidence["judging"] == "apart"
    wrong = judge(
        Language.BASH, FUNCTIONS.replace("count + 1", "count + 2"), FUNCTION_TESTS, instruction=told
    )
    assert wrong.status is Status.FAILED
    assert wrong.evidence["failed"] == ["test_solution.sh::state lasts, and a subshell's does not"]
    assert wrong.findings[0].location is not None
    assert wrong.findings[0].location.line == 6


def test_a_script_and_shunit_like_functions(judge: Judge) -> None:
    script = 'set -e\n. ./solution.sh\n[ "$(join_by - a b)" = a-b ]\n./solution.sh z | grep -q "main z"\n'
    assert judge(Language.BASH, FUNCTIONS, script).status is Status.PASSED
    assert judge(Language.BASH, FUNCTIONS.replace("main $*", "man $*"), script).status is Status.FAILED
    functions = (
        'testJoin() {\n  assertEquals "joined" "a-b" "$(join_by - a b)"\n}\n. ./solution.sh\n. shunit2\n'
    )
    assert judge(Language.BASH, FUNCTIONS, functions).status is Status.PASSED
    with pytest.raises(InvalidInput, match="cannot fail"):
        judge(Language.BASH, FUNCTIONS, '. ./solution.sh\n[ "$(join_by - a b)" = b ] || echo FAIL\n')


def test_a_syntax_error_has_its_line(judge: Judge) -> None:
    verdict = judge(Language.BASH, "#!/bin/bash\necho a\nif true; then\n  echo b\n", FUNCTION_TESTS)
    assert verdict.status is Status.FAILED
    assert "does not compile" in verdict.summary
    assert verdict.findings[0].rule == "bash.syntax-error"
    assert verdict.findings[0].location is not None
    assert verdict.findings[0].location.line >= 3


def test_only_checked_and_shellcheck(judge: Judge) -> None:
    verdict = judge(Language.BASH, "#!/bin/bash\nrm -r $1\n", None)
    assert verdict.status is Status.PASSED
    found = {finding.rule: finding for finding in verdict.findings}
    assert found["shellcheck.SC2086"].severity is Severity.LOW
    assert judge(Language.BASH, "fi\n", None).status is Status.FAILED


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        ("while :; do :; done", "time"),
        ("sleep 60", "time"),
        ("exec awk 'BEGIN { x = \"a\"; while (1) x = x x }'", "memory"),
    ],
)
def test_limits(judge: Judge, body: str, limit: str) -> None:
    limits = TestLimits(runs=1, cpu_s=2, wall_s=5 if "sleep" in body else 30, memory_bytes=64 * 2**20)
    tests = '@test "f" {\n  run ./solution.sh\n  [ "$status" -eq 0 ]\n}\n'
    verdict = judge(Language.BASH, f"#!/bin/bash\n{body}\n", tests, limits=limits)
    assert verdict.status is Status.FAILED
    assert verdict.evidence["limit"] == limit, verdict


def test_variables_that_a_caller_names_need_one_process(judge: Judge) -> None:
    code = "double() { local -n into=$1; into=$(( $2 * 2 )); }\n"
    tests = '. ./solution.sh\nset -e\ndouble got 4\n[ "$got" -eq 8 ]\n'
    refused = judge(Language.BASH, code, tests)
    assert refused.status is Status.INCOMPLETE
    assert "sets variables that its caller names" in refused.summary
    shared = Policy(allow_shared_judge=True)
    assert judge(Language.BASH, code, tests, policy=shared).status is Status.PASSED
    assert judge(Language.BASH, code.replace("* 2", "* 3"), tests, policy=shared).status is Status.FAILED


def test_input_in_a_loop_needs_one_process(judge: Judge) -> None:
    tests = '@test "all" {\n  while read -r a b; do\n    run ./solution.sh sum "$a" "$b"\n    [ "$output" = 3 ]\n' \
        "  done <<<$'1 2\\n2 1'\n}\n"  # fmt: skip
    refused = judge(Language.BASH, PROGRAM, tests)
    assert refused.status is Status.INCOMPLETE
    assert "standard input" in refused.summary
    assert (
        judge(Language.BASH, PROGRAM, tests, policy=Policy(allow_shared_judge=True)).status is Status.PASSED
    )
