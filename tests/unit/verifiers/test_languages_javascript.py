"""What is read from JavaScript tests on the host, before anything runs."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.domain import Candidate, CodingTask, Language, Policy, SourceFile, TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.javascript.plan import plan, program
from verifiers.execution.languages.javascript.support import SUPPORT, compiler_findings
from verifiers.execution.languages.javascript.syntax import parse, top_level_names, used_names
from verifiers.execution.languages.language import Apart, Order, Shared
from verifiers.execution.languages.run import order_for
from verifiers.execution.run import TestLimits


def suite(content: str | dict[str, str], entry_point: str | None = None) -> TestSuite:
    files = {"t.js": content} if isinstance(content, str) else content
    return TestSuite(
        files=tuple(SourceFile(path=path, content=text) for path, text in files.items()),
        entry_point=entry_point,
    )


def order(tests: TestSuite, code: str = "function f(x) { return x }\nmodule.exports = { f };") -> Order:
    task = CodingTask(language=Language.JAVASCRIPT, instruction="Write it.", tests=tests, policy=Policy())
    candidate = Candidate(files=(SourceFile(path="solution.js", content=code),))
    return order_for(task, candidate, SUPPORT.expected(tests), tests, TestLimits(), 45)


def names(content: str) -> list[str]:
    return [item.partition("::")[2] for item in SUPPORT.expected(suite(content))]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("test('a', () => {}); it(\"b\", () => {}); test(`c`, () => {});", ["a", "b", "c"]),
        ("describe('s', () => { describe('t', () => { it('a', () => {}); }); });", ["s > t > a"]),
        ("test('p', async (t) => { await t.test('c', () => {}); });", ["p", "p > c"]),
        ("for (const x of [1]) {\n  test(`n ${x}`, () => {});\n}", ["line 2"]),
        ("test.each([1, 2])('n %i', () => {});\nit.each`a\n${1}`('n $a', () => {});", ["line 1", "line 2"]),
        ("test.skip('a', () => {}); test.only('b', () => {}); test.todo('c');", ["a", "b", "c"]),
        ("xit('a', () => {}); fdescribe('s', () => { fit('b', () => {}); });", ["a", "s > b"]),
        ("const t = require('node:test'); t.it('a', f); t.suite('s', () => { t('b', f); });", ["a", "s > b"]),
        ("import { test as check } from 'node:test'; check('a', () => {});", ["a"]),
        ("const { it: that } = require('node:test'); that('a', () => {});", ["a"]),
        ("test('sum [1, 2]\t of  two', () => {});", ["sum (1, 2) of two"]),
        ("test(() => {});", ["line 1"]),
        ("const other = { test() {} }; other.test('no', () => {}); test('a', () => {});", ["a"]),
        ("f(1);\nconst x = 5;\nif (f(2)) {\n  throw 1;\n}\nfunction g() { f(3); }", ["line 1", "line 3"]),
        ("'use strict';\nimport a from 'b';\nawait a();", ["line 3"]),
        ("const x = f(1);", ["line 1"]),
        ("function check(candidate) { candidate(1); }", ["check"]),
        ("function check(candidate) { candidate(1); }\ncheck(f);", ["line 2"]),
    ],
)  # fmt: skip
def test_ids_are_read_from_the_source(source: str, found: list[str]) -> None:
    assert names(source) == found


def test_a_file_that_another_imports_holds_no_tests() -> None:
    tests = suite(
        {"a.test.js": "const h = require('./lib/help'); test('a', () => {});", "lib/help.js": "run();"}
    )
    assert SUPPORT.expected(tests) == ("a.test.js::a",)


def test_typescript_tests_are_read() -> None:
    tests = suite(
        {"t.ts": "const f = (x: number): void => {}; test('a' as string, () => {}); it('b', (): void => {});"}
    )
    assert SUPPORT.expected(tests) == ("t.ts::line 1", "t.ts::b")


@pytest.mark.parametrize("source", ["test('a', () => {", "const a = 1;", "// nothing", ""])
def test_what_holds_no_test_is_refused(source: str) -> None:
    with pytest.raises(InvalidInput):
        SUPPORT.expected(suite(source))


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="test('a),{}=>;\n`$[]/*\\\"x", max_size=60))
def test_hostile_text_is_read_or_refused(source: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert SUPPORT.expected(suite(source))


@pytest.mark.parametrize(
    ("source", "because"),
    [
        ("const { execSync } = require('child_process'); f(1);", "start programs"),
        ("import fs from 'node:fs'; f(1);", "exchange files"),
        ("jest.mock('./dep'); test('a', () => {});", "replace modules"),
        ("jest.useFakeTimers(); test('a', () => {});", "the clock"),
        ("global.fetch = () => {}; f(1);", "global names"),
        ("process.env.MODE = 'x'; f(1);", "environment"),
        ("Math.random = () => 0.5; f(1);", "parts of the language"),
        ("jest.spyOn(Date, 'now'); f(1);", "parts of the language"),
        ("const { A } = require('./solution'); class B extends A {}\nnew B();", "derive a class"),
        ("delete require.cache[require.resolve('./solution')]; f(1);", "load the candidate again"),
    ],
)
def test_what_needs_one_process_says_why(source: str, because: str) -> None:
    planned = plan(order(suite(source)))
    assert isinstance(planned, Shared)
    assert because in planned.reason


@pytest.mark.parametrize(
    "source",
    [
        "jest.spyOn(console, 'log'); test('a', () => {});",
        "class A extends Error {}\nf(new A());",
        "process.exitCode = f(1);",
        "const Math2 = {}; Math2.random = f(1); f(2);",
    ],
)
def test_everything_else_runs_apart(source: str) -> None:
    assert isinstance(plan(order(suite(source))), Apart)


def test_neither_side_gets_the_others_files() -> None:
    planned = plan(order(suite("const { f } = require('./solution'); test('secret name', () => { f(1); });")))
    assert isinstance(planned, Apart)
    assert "solution.js" not in planned.judge.files
    assert "t.js" not in planned.guest.files
    assert not any(b"secret name" in content for content in planned.guest.files.values())
    assert "ACRISOL_NONCE" not in planned.guest.env


@pytest.mark.parametrize("name", ["console", "assert", "test", "JSON", "Math", "process"])
def test_a_candidate_defines_no_name_that_is_the_tests_own(name: str) -> None:
    planned = plan(order(suite(f"{name}.assert(f(1));"), f"const {name} = {{}}; const f = () => 1;"))
    assert isinstance(planned, Apart)
    assert name.encode() not in planned.guest.files[".acrisol/guest.json"]


def test_a_script_says_before_each_statement_that_it_got_there() -> None:
    planned = plan(order(suite("const a = 1;\nf(a);\n  f(2);")))
    assert isinstance(planned, Apart)
    assert planned.judge.files["t.js"] == b"const a = 1;\n__acrisol_at(2);f(a);\n  __acrisol_at(3);f(2);"


def test_a_check_without_a_function_to_give_it_is_refused() -> None:
    tests = suite("function check(candidate) { candidate(1); }")
    with pytest.raises(InvalidInput, match="entry_point"):
        plan(order(tests, "function f() {} function g() {}"))


def test_a_program_is_one_file_with_all_its_modules() -> None:
    (content,) = program("guest").values()
    assert b"'./codec.js'" in content
    assert b"jest" not in content.lower()


def test_findings_name_lines_of_the_candidates_files_alone() -> None:
    said = "solution.js:3: error: SyntaxError: Unexpected token\nother.js:1: error: SyntaxError: x\nnoise\n"
    (finding,) = compiler_findings(said, ("solution.js",))
    assert finding.location is not None
    assert (finding.location.path, finding.location.line) == ("solution.js", 3)
    assert finding.message == "SyntaxError: Unexpected token"


def test_names_are_read_from_patterns() -> None:
    root = parse(
        "a.js", "const { a, b: [c], ...d } = x; function e(f) {} export class G {} let h = ({ i }) => i;"
    )
    assert top_level_names(root) == {"a", "c", "d", "e", "G", "h"}
    assert {"x", "i"} <= used_names(root)
