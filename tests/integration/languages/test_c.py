"""C: strings, arrays, structs and pointers cross between the tests and the candidate."""

from __future__ import annotations

import pytest

from tests.integration.languages.c_problems import PROBLEMS, Problem
from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Status

HEADS = (
    "#include <ctype.h>\n#include <stdbool.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
)
GROUPS = [PROBLEMS[start : start + 9] for start in range(0, len(PROBLEMS), 9)]
MUTATED = [
    (group, place, change)
    for group in GROUPS
    for place, problem in enumerate(group)
    for change in ([problem.wrong] if problem.wrong else [])
]


def candidate_of(problems: list[Problem]) -> str:
    """One source with all of them."""
    return HEADS + "\n".join(problem.code for problem in problems)


def asserts_of(problems: list[Problem]) -> str:
    """One main with all their asserts, each problem's in a block of its own."""
    blocks = "\n".join(f"    {{ {problem.asserts} }}" for problem in problems)
    helpers = "\n".join(problem.helper for problem in problems if problem.helper)
    return f"{HEADS}#include <assert.h>\n{helpers}\nint main(void) {{\n{blocks}\n    return 0;\n}}\n"


@pytest.mark.parametrize("group", GROUPS, ids=[group[0].name for group in GROUPS])
def test_right_solutions_pass_apart(judge: Judge, group: list[Problem]) -> None:
    verdict = judge(Language.C, candidate_of(group), asserts_of(group), instruction="Write the functions.")
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)
    assert verdict.evidence["judging"] == "apart"


@pytest.mark.parametrize(
    ("group", "place", "change"), MUTATED, ids=[group[place].name for group, place, _ in MUTATED]
)
def test_wrong_solutions_fail(
    judge: Judge, group: list[Problem], place: int, change: tuple[str, str]
) -> None:
    problem = group[place]
    assert problem.code.count(change[0]) == 1
    wrong = HEADS + problem.code.replace(*change)
    verdict = judge(Language.C, wrong, asserts_of([problem]), instruction="Write the functions.")
    assert verdict.status is Status.FAILED, verdict.summary


def test_a_buffer_that_is_too_small_is_reported_with_its_line(judge: Judge) -> None:
    code = "#include <string.h>\nvoid greet(char *to) {\n  for (int i = 0; i < 9; i++) to[i] = 'x';\n  to[9] = 0;\n}\n"
    tests = '#include <assert.h>\n#include <string.h>\nint main(void) { char to[4] = ""; greet(to); assert(strlen(to) == 9); }'
    verdict = judge(Language.C, code, tests)
    assert verdict.status is Status.FAILED
    report = next(item for item in verdict.findings if item.rule == "sanitizer.heap-buffer-overflow")
    assert report.location is not None
    assert (report.location.path, report.location.line) == ("solution.c", 3)


def test_constant_text_stays_constant(judge: Judge) -> None:
    code = "void shout(char *text) { text[0] = 'X'; }"
    tests = (
        "#include <assert.h>\nint main(void) { char *text = \"abc\"; shout(text); assert(text[0] == 'X'); }"
    )
    verdict = judge(Language.C, code, tests)
    assert verdict.status is Status.FAILED
    assert "constant" in str(verdict.findings)


def test_catch_like_headers_are_for_cpp_and_plain_c_needs_a_main(judge: Judge) -> None:
    code = "int add(int a, int b) { return a + b; }"
    tests = "#include <assert.h>\nint main(void) { assert(add(1, 1) == 2); return 3; }"
    verdict = judge(Language.C, code, tests)
    assert verdict.status is Status.FAILED
    assert "main ended with 3" in str(verdict.findings)
