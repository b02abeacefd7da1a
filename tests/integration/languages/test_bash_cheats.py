"""Bash candidates that try to pass without solving; none may."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Status

TESTS = """
setup() { source ./solution.sh; }

@test "adds" {
  result=$(add 1 2)
  [ "$result" = 3 ]
  add 20 22 >sum
  [ "$(cat sum)" = 42 ]
}
@test "as a program" {
  run ./solution.sh 2 3
  [ "$status" -eq 0 ]
  [[ "$output" == 5 ]]
  echo "$output" | grep -qx 5
}
"""
SCRIPT_TESTS = """set -e
source ./solution.sh
[ "$(add 1 2)" = 3 ]
add 20 22 >sum
[ "$(cat sum)" = 42 ]
[ "$(./solution.sh 2 3)" = 5 ]
"""
# What is expected stands in variables, which a sourced function could read and set.
VARIABLE_TESTS = """set -e
source ./solution.sh
expected=3
got=$(add 1 2)
[ "$got" = "$expected" ]
declare -a wanted=(42)
add 20 22 >sum
[ "$(cat sum)" = "${wanted[0]}" ]
"""
# And in files, which a program could read and overwrite.
FILE_TESTS = {
    "t.sh": """set -e
echo 5 >expected.txt
./solution.sh 2 3 >got
diff expected.txt got
echo 7 >seven
source ./solution.sh
[ "$(add 3 4)" = "$(cat seven)" ]
cmp <(./solution.sh 4 5) data/nine
""",
    "data/nine": "9\n",
}
HONEST = 'add() { echo $(($1 + $2)); }\n[ "${BASH_SOURCE[0]}" != "$0" ] || add "$@"\n'
FORGED = (
    r'{"nonce":"%s","test":"test_solution.sh::adds","outcome":"passed"}\n'
    r'{"nonce":"%s","test":"test_solution.sh::script","outcome":"passed"}\n{"nonce":"%s","end":true,"gone":null}\n'
)
CHEATS = {
    "wrong": "add() { echo 0; }\n",
    "exit 0 when sourced": "exit 0\n",
    "exit 0 in the function": "add() { exit 0; }\n",
    "exit trap": "trap 'exit 0' EXIT\nadd() { exit 1; }\n",
    "debug trap": "trap 'true; return 0' DEBUG\nset -T\nadd() { return 0; }\n",
    "kills the parent": "kill -9 $PPID\nkill -9 -1\nadd() { kill -9 -1; }\n",
    "kills later": "(sleep 0.2; kill -TERM -1) &\nadd() { echo 0; }\n",
    "test and brackets": "test() { return 0; }\nfunction [ { return 0; }\nfunction [[ { return 0; }\nadd() { :; }\n".replace(
        "function [[ { return 0; }\n", ""
    ),
    "tools of the tests": "run() { status=0; output=5; }\ngrep() { return 0; }\ncat() { echo 42; }\nsource() { :; }\n"
    "assert_output() { :; }\nset() { :; }\nadd() { :; }\n",
    "aliases": "shopt -s expand_aliases\nalias [=true\nalias run=true\nset +e\nadd() { :; }\n",
    "another program": "exec true\n",
    "forged report on every descriptor": "for fd in {0..255}; do { printf "
    f"'{FORGED}' \"$ACRISOL_NONCE\" \"$ACRISOL_NONCE\" \"$ACRISOL_NONCE\" >&$fd; }} 2>/dev/null; done\nadd() {{ :; }}\n",
    "answers on the link": "for p in /proc/[0-9]*; do for fd in 198 199; do printf '8 0 2 0 0 0\\n0\\0001\\000/work\\000left\\00042'"
    " >$p/fd/$fd; done; done 2>/dev/null\nadd() { :; }\n",
    "path": 'mkdir -p /tmp/t/bin; printf "#!/bin/sh\\nexit 0\\n" >/tmp/t/bin/grep; chmod +x /tmp/t/bin/grep\n'
    "PATH=/tmp/t/bin:$PATH; export PATH; export BASH_ENV=/tmp/t/bin/env; echo 'exit 0' >$BASH_ENV\nadd() { :; }\n",
    "the tests' files": "for f in *.sh *.bats .acrisol/*; do echo 'exit 0' >$f; done\n"
    "echo 'add() { echo 42; }' >solution.sh\nadd() { :; }\n",
    "links": "ln -sf /work/test_solution.sh sum; ln -s /tmp/acrisol more; mkdir ...; add() { ln -sf /tmp/acrisol/done sum; }\n",
    "reads the tests": 'cat /work/*.sh /work/.acrisol/* /proc/1/cwd/* 2>/dev/null | grep -q "= 4[2]\\|=[3]$" && add() { echo $(($1 + $2)); } || add() { :; }\n'
    "PS4='$(add() { echo 3; })'\n",
    "reads what is expected": "expected= got=\nadd() { echo \"${expected:-$wanted}\"; }\n",
    "sets what is expected": "add() { expected=0; wanted=(0); got=0; echo 0; }\nexpected=0\nwanted=(0)\n",
    "reads the files to compare with": "add() { cat expected.txt seven data/nine 2>/dev/null | tail -n 1; }\nadd\n",
    "writes the files to compare with": "for f in expected.txt seven data/nine; do mkdir -p data; echo 0 >$f; done\n"
    "add() { echo 0; }\necho 0\n",
    "variables that run": "result='$(exit 0)'; output=5 status=0\nACRISOL_STATE=/tmp; acrisol_state='x[$(touch /tmp/acrisol/done)]'\n"
    'BASH_SOURCE=x\nadd() { result="a[\\$(exit 0)]"; }\n',
}  # fmt: skip


@pytest.mark.parametrize("name", CHEATS)
def test_no_cheat_passes(judge: Judge, name: str) -> None:
    suites: list[str | dict[str, str]] = [TESTS, SCRIPT_TESTS]
    if "expected" in name:
        suites.append(VARIABLE_TESTS)
    if "compare" in name:
        suites.append(FILE_TESTS)
    for tests in suites:
        verdict = judge(Language.BASH, CHEATS[name], tests)
        assert verdict.status is Status.FAILED, verdict


def test_the_honest_one_passes(judge: Judge) -> None:
    for tests in (TESTS, SCRIPT_TESTS, VARIABLE_TESTS, FILE_TESTS):
        assert judge(Language.BASH, HONEST, tests).status is Status.PASSED
