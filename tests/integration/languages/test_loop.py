"""The whole loop in each language: a wrong answer, feedback, a right answer. Only the answers are given."""

from __future__ import annotations

import pytest

from agent.solver import Solver
from tests.fakes import ScriptedModel
from tests.integration.languages.conftest import require_language
from verifiers.domain import Budget, CodingTask, Language, OutcomeStatus, SourceFile, TestSuite
from verifiers.execution.languages.table import support_for
from verifiers.execution.languages.tests_verifier import LanguageTestsVerifier
from verifiers.execution.run import TestLimits
from verifiers.sandbox.protocol import Sandbox

# Language -> path of the tests, the tests, the right code; the wrong one subtracts.
TASKS = {
    Language.JAVASCRIPT: (
        "add.test.js",
        "const { test } = require('node:test');\nconst assert = require('node:assert');\n"
        "const { add } = require('./add');\ntest('adds', () => { assert.strictEqual(add(1, 2), 3); });\n",
        "function add(a, b) {\n  return a + b;\n}\nmodule.exports = { add };",
    ),
    Language.TYPESCRIPT: (
        "add.test.ts",
        "import { test } from 'node:test';\nimport assert from 'node:assert';\nimport { add } from './add';\n"
        "test('adds', () => { assert.strictEqual(add(1, 2), 3); });\n",
        "export function add(a: number, b: number): number {\n  return a + b;\n}",
    ),
    Language.JAVA: (
        "SolutionTest.java",
        "import static org.junit.jupiter.api.Assertions.assertEquals;\nimport org.junit.jupiter.api.Test;\n"
        "class SolutionTest {\n  @Test void adds() { assertEquals(3, Solution.add(1, 2)); }\n}\n",
        "public class Solution {\n  public static int add(int a, int b) {\n    return a + b;\n  }\n}",
    ),
    Language.GO: (
        "add_test.go",
        'package add\n\nimport "testing"\n\nfunc TestAdds(t *testing.T) {\n'
        '\tif got := Add(1, 2); got != 3 {\n\t\tt.Errorf("got %d", got)\n\t}\n}\n',
        "package add\n\nfunc Add(a, b int) int {\n\treturn a + b\n}",
    ),
    Language.RUST: (
        "tests/add.rs",
        "use solution::add;\n\n#[test]\nfn adds() {\n    assert_eq!(add(1, 2), 3);\n}\n",
        "pub fn add(a: i32, b: i32) -> i32 {\n    a + b\n}",
    ),
    Language.C: (
        "test_add.c",
        '#include <assert.h>\n#include "add.h"\n\nint main(void) {\n    assert(add(1, 2) == 3);\n    return 0;\n}\n',
        "int add(int a, int b) {\n    return a + b;\n}",
    ),
    Language.CPP: (
        "test_add.cpp",
        "#include <cassert>\n\nint main() {\n    assert(add(1, 2) == 3);\n}\n",
        "int add(int a, int b) {\n    return a + b;\n}",
    ),
    Language.BASH: (
        "add.bats",
        '@test "adds" {\n  run ./add.sh 1 2\n  [ "$status" -eq 0 ]\n  [ "$output" = 3 ]\n}\n',
        '#!/usr/bin/env bash\necho "$(($1 + $2))"',
    ),
}


@pytest.mark.parametrize("language", TASKS)
def test_wrong_then_right(language: Language, sandbox: Sandbox) -> None:
    require_language(language)
    path, tests, code = TASKS[language]
    support = support_for(language)
    assert support is not None
    wrong = code.replace("a + b", "a - b").replace("$1 + $2", "$1 - $2")
    assert wrong != code
    answers = [[f"```{language.value}\n{text}\n```"] for text in (wrong, code)]
    model = ScriptedModel(answers)
    task = CodingTask(
        language=language,
        instruction="Write add.",
        tests=TestSuite(files=(SourceFile(path=path, content=tests),)),
        budget=Budget(samples=1, attempts=2),
    )
    verifier = LanguageTestsVerifier(sandbox, support, language, TestLimits(runs=1))
    outcome = Solver(model, [verifier]).solve(task)
    assert outcome.status is OutcomeStatus.SOLVED, outcome.reason
    first, second = (attempt.verdicts[-1] for attempt in outcome.attempts)
    assert first.evidence["judging"] == second.evidence["judging"] == "apart"
    assert first.evidence["failed"]
    assert f"{path}::" in outcome.attempts[0].feedback
