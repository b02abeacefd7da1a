"""JavaScript and TypeScript judged in a real sandbox: what passes, what fails, and why."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge
from tests.integration.languages.javascript_programs import (
    ESM,
    ESM_CODE,
    JEST,
    MODULE,
    NODE,
    PACKAGES,
    TS_CODE,
    TS_TESTS,
)
from verifiers.domain import Language, Policy, Status, TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.javascript.plan import expected
from verifiers.execution.run import TestLimits
from verifiers.values import SourceFile

JS, TS = Language.JAVASCRIPT, Language.TYPESCRIPT
SHARED = Policy(allow_shared_judge=True)

PASSING = {
    "node:test": (JS, MODULE, NODE),
    "jest": (JS, MODULE, JEST),
    "ES modules": (JS, ESM_CODE, ESM),
    "TypeScript": (TS, TS_CODE, TS_TESTS),
    "names without imports": (JS, "const add = (a, b) => a + b", "const t = () => { console.assert(add(1, 2) === 3); };\nt();"),
    "an async script": (JS, "exports.f = async (x) => x", "const { f } = require('./solution');\n(async () => { console.assert(await f(1) === 1); process.exit(0); })().catch(() => process.exit(1));"),
    "check": (JS, "function twice(x) { return 2 * x }", "function check(candidate) { if (candidate(2) !== 4) throw new Error('no'); }"),
    "packages": (JS, "const _ = require('lodash'); module.exports = (x) => _.uniq(x)", PACKAGES),
    "a language's prototype": (JS, "Array.prototype.last = function () { return this[this.length - 1] }", "require('./solution'); test('l', () => { expect([1, 2].last()).toBe(2); });"),
    "an assert that nobody imports": (
        JS,
        "const assert = require('assert'); function f(x) { return x }",
        "assert.strictEqual(f(1), 1);\nassert(f(2) === 2);",
    ),
    "classes of the language as values": (
        JS,
        "exports.is = (v, type) => v instanceof type; exports.typeOf = (v) => v.constructor; exports.make = (T, ...a) => new T(...a);",
        "const { is, typeOf, make } = require('./solution'); class Mine { constructor(x) { this.x = x; } }\n"
        "test('t', () => { expect(is([], Array)).toBe(true); expect(is({}, Map)).toBe(false); expect(typeOf(5)).toBe(Number);"
        " expect(make(Map, [[1, 2]])).toEqual(new Map([[1, 2]])); expect(make(Mine, 5)).toBeInstanceOf(Mine); });",
    ),
    "symbols": (
        JS,
        "const s = Symbol('mine'); module.exports = { s, o: { [s]: 1 }, it: { *[Symbol.iterator]() { yield 1; yield 2; } } };",
        "const { s, o, it: list } = require('./solution'); test('s', () => { expect(o[s]).toBe(1); expect([...list]).toEqual([1, 2]); });",
    ),
    "classes of the old kind": (
        JS,
        "function A(n) { this.n = n } A.prototype = { constructor: A, hi() { return this.n } };\n"
        "function Odd(m) { this.message = m } Odd.prototype = Object.create(Error.prototype); Odd.prototype.name = 'Odd';\n"
        "module.exports = { A, Odd, fail() { throw new Odd('x') } };",
        "const { A, Odd, fail } = require('./solution'); const assert = require('assert');\n"
        "test('a', () => { assert.ok(new A(1) instanceof A); assert.equal(new A(2).hi(), 2); assert.throws(fail, Odd); assert.throws(fail, { name: 'Odd', message: 'x' }); });",
    ),
    "long arrays": (
        JS,
        "exports.f = (a) => { a.sort((x, y) => x - y); return a.length };",
        "const { f } = require('./solution'); test('f', () => { const a = Array.from({ length: 100000 }, (_, i) => 100000 - i); expect(f(a)).toBe(100000); expect(a[0]).toBe(1); });",
    ),
    "several files": (
        JS,
        {"src/a.js": "const { b } = require('./b'); module.exports = { a: (x) => b(x) + 1 }", "src/b.js": "module.exports = { b: (x) => x * 2 }"},
        {"test/a.test.js": "const { a } = require('../src/a'); const { two } = require('./helper'); test('a', () => { expect(a(two)).toBe(5); });", "test/helper.js": "exports.two = 2;"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PASSING)
def test_good_code_passes_apart(judge: Judge, name: str) -> None:
    language, code, tests = PASSING[name]
    verdict = judge(
        language, code, tests, instruction="Write `function twice(x)` or whatever the tests ask for."
    )
    assert verdict.status is Status.PASSED, (
        verdict.summary,
        [finding.message for finding in verdict.findings],
    )
    assert verdict.evidence["judging"] == "apart"
    assert verdict.tool.startswith("node 2")


ONE_TEST = "const { f } = require('./solution'); test('f', () => { expect(f(1)).toBe(1); });"
FAILING = {
    "a wrong answer": ("exports.f = () => 2", ONE_TEST, "1 of 1 tests failed"),
    "only a print": ("const f = (x) => x + 1", "console.assert(f(1) === 1, 'off by one');\nconsole.log('done');", "1 of 2"),
    "an exit": ("process.exit(0)", ONE_TEST, "ended by its own hand with exit code 0"),
    "a wait for nothing": ("exports.f = () => new Promise(() => {})", "const { f } = require('./solution'); test('a', async () => { await f(); }); test('b', () => {});", "1 of 2 tests failed"),
    "no end": ("exports.f = () => { for (;;); }", ONE_TEST, "did not end within 1 s of CPU time"),
    "too much memory": ("exports.f = () => { const a = []; for (;;) a.push(new Array(1e5).fill(a.length)); }", ONE_TEST, "ran out of memory"),
    "a missing package": ("require('no-such-package'); exports.f = (x) => x", ONE_TEST, "1 of 1 tests failed"),
    "a late failure": ("exports.f = async (x) => x + 1", "const { f } = require('./solution'); test('f', () => { f(1).then((v) => { expect(v).toBe(1); }); });", "did not run cleanly"),
    "a failure that a script counts": ("exports.f = () => 2", "const { f } = require('./solution'); let bad = 0;\nprocess.on('exit', () => { if (bad) process.exitCode = 1; });\nif (f(1) !== 1) bad++;", "tests failed"),
    "a rejection nobody handles": ("exports.f = (x) => { Promise.reject(new Error('lost')); return x; }", ONE_TEST, "ended by its own hand with exit code 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILING)
def test_bad_code_fails_and_the_verdict_says_why(judge: Judge, name: str) -> None:
    code, tests, said = FAILING[name]
    verdict = judge(JS, code, tests, limits=TestLimits(runs=1, cpu_s=1 if name == "no end" else 10))
    assert verdict.status is Status.FAILED
    assert said in verdict.summary


def test_a_failed_assertion_is_named_with_its_line_and_text(judge: Judge) -> None:
    verdict = judge(JS, "const f = (x) => x", "const t = () => {\n  console.assert(f(1) === 2);\n};\nt();\n")
    finding = verdict.findings[0]
    assert finding.rule == "test_solution.js::line 4"
    assert "console.assert(f(1) === 2)" in finding.message
    assert finding.location is not None
    assert (finding.location.path, finding.location.line) == ("test_solution.js", 2)


def test_an_error_of_the_candidates_names_its_line(judge: Judge) -> None:
    verdict = judge(JS, "exports.f = () => {\n  return null.x;\n};", ONE_TEST)
    assert "solution.js:2" in verdict.findings[0].message


def test_what_ended_the_candidate_is_named_with_its_line(judge: Judge) -> None:
    code = (
        "exports.f = (x) => {\n  setTimeout(() => { throw new RangeError('too late'); }, 1);\n  return x;\n};"
    )
    tests = (
        "const { f } = require('./solution'); test('f', async () => { f(1); await new Promise(() => {}); });"
    )
    verdict = judge(JS, code, tests)
    assert verdict.status is Status.FAILED
    (finding,) = [found for found in verdict.findings if found.rule == "uncaught-error"]
    assert "RangeError: too late" in finding.message
    assert finding.location is not None
    assert (finding.location.path, finding.location.line) == ("solution.js", 2)


@pytest.mark.parametrize(
    ("language", "code", "line"),
    [
        (JS, "exports.f = (x) => {\n  return x +;\n};", 2),
        (JS, "const a = 1;\nconst a = 2;", 2),
        (JS, "import x from 'fs';\nexport const f = ;", 2),
        (TS, "const a: number = 1;\nexport function f(a: number: string { return a }", 2),
    ],
)
def test_code_that_does_not_compile(judge: Judge, language: Language, code: str, line: int) -> None:
    for tests in (ONE_TEST, None):
        verdict = judge(language, code, tests)
        assert verdict.status is Status.FAILED
        assert "does not compile" in verdict.summary
        assert verdict.findings[0].location is not None
        assert verdict.findings[0].location.line == line


def test_code_without_tests_is_only_compiled(judge: Judge) -> None:
    assert (
        judge(TS, "export const f = (x: number): number => x;\nprocess.exit(1);", None).status
        is Status.PASSED
    )


SHARED_TESTS = {
    "programs": ("console.log('out')", "const { execSync } = require('child_process'); const assert = require('assert');\nassert.equal(execSync('node solution.js').toString(), 'out\\n');"),
    "derived classes": ("module.exports = class A { hi() { return this.name(); } }", "const A = require('./solution'); class B extends A { name() { return 'b'; } } test('x', () => { expect(new B().hi()).toBe('b'); });"),
    "names without imports": ("const now = () => Date.now();", "Date.now = () => 5;\nconsole.assert(now() === 5);"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHARED_TESTS)
def test_what_cannot_be_carried_runs_in_one_process_where_that_is_allowed(judge: Judge, name: str) -> None:
    code, tests = SHARED_TESTS[name]
    assert judge(JS, code, tests).status is Status.INCOMPLETE
    verdict = judge(JS, code, tests, policy=SHARED)
    assert verdict.status is Status.PASSED, verdict.findings
    assert verdict.evidence["judging"] == "shared"


def test_a_test_that_skips_itself_after_a_look_at_the_candidate_is_no_pass(judge: Judge) -> None:
    tests = "const { test } = require('node:test'); const { f } = require('./solution'); test('f', (t) => { if (f(1) !== 1) t.skip(); });"
    assert judge(JS, "exports.f = () => 2", tests).status is Status.INCOMPLETE


def test_the_ids_that_the_judge_reports_are_those_expected(judge: Judge) -> None:
    suite = TestSuite(files=(SourceFile(path="test_solution.js", content=NODE),))
    verdict = judge(JS, MODULE, NODE)
    counts = verdict.evidence["counts"]
    assert isinstance(counts, dict)
    assert (counts["missing"], counts["skipped"]) == (0, 1)
    assert verdict.evidence["expected"] == len(expected(suite))


@pytest.mark.parametrize("tests", ["test('a', () => { expect(1).toBe(1); ", "const a = 1;"])
def test_tests_that_are_none_are_refused(judge: Judge, tests: str) -> None:
    with pytest.raises(InvalidInput):
        judge(JS, "exports.f = 1", tests)
