"""Rust, for real: honest programs of many shapes pass apart from the tests, wrong ones fail with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Policy, Status
from verifiers.execution.run import TestLimits

RUST = Language.RUST
GOLDEN = Path(__file__).parents[2] / "golden" / "rust"


def program(name: str) -> tuple[str, str]:
    """An honest candidate and its tests."""
    return (GOLDEN / f"{name}.rs").read_text(), (GOLDEN / f"{name}_tests.rs").read_text()


def test_functions_of_many_shapes(judge: Judge) -> None:
    verdict = judge(RUST, *program("functions"))
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)
    assert verdict.evidence["judging"] == "apart"
    assert verdict.evidence["skipped"] == ["test_solution.rs::tests::ignored"]
    assert "rustc" in verdict.tool


def test_types_of_many_shapes(judge: Judge) -> None:
    code, tests = program("types")
    verdict = judge(RUST, {"src/lib.rs": code}, {"tests/types.rs": tests})
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)
    assert verdict.evidence["judging"] == "apart"


def test_a_library_as_people_write_them(judge: Judge) -> None:
    verdict = judge(RUST, *program("library"))
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)
    assert verdict.evidence["judging"] == "apart"


def test_a_program_of_asserts_is_a_test(judge: Judge) -> None:
    code = "pub fn twice(n: i32) -> i32 { n * 2 }"
    tests = "use super::*;\nfn main() {\n    let candidate = twice;\n    assert_eq!(candidate(2), %d);\n}\n"
    verdict = judge(RUST, code, tests % 4)
    assert verdict.evidence["passed"] == ["test_solution.rs::main"]
    assert judge(RUST, code, tests % 5).status is Status.FAILED


def test_a_wrong_result_fails_with_its_line_and_both_values(judge: Judge) -> None:
    tests = '#[test]\nfn adds() {\n    assert_eq!(solution::add(1, 2), 3, "sum");\n}\n'
    verdict = judge(
        RUST, "pub fn add(a: i32, b: i32) -> i32 { a - b }", tests.replace("solution::", "super::")
    )
    assert verdict.status is Status.FAILED
    finding = verdict.findings[0]
    assert finding.rule == "test_solution.rs::adds"
    assert "left: " in finding.message
    assert "-1" in finding.message
    assert finding.location is not None
    assert (finding.location.path, finding.location.line) == ("test_solution.rs", 3)


def test_code_that_does_not_compile_is_told_with_its_lines(judge: Judge) -> None:
    verdict = judge(RUST, "pub fn add(a: i32, b: i32) -> i32 {\n    a + c\n}\n", program("functions")[1])
    assert verdict.status is Status.FAILED
    assert verdict.evidence["built"] is False
    found = [(item.rule, item.location.line) for item in verdict.findings if item.location]
    assert ("rustc.E0425", 2) in found


def test_warnings_come_back(judge: Judge) -> None:
    tests = "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn one() { assert_eq!(one_of(1), 1); }\n}\n"
    verdict = judge(RUST, "pub fn one_of(n: i32) -> i32 {\n    let unused = 1;\n    n\n}\n", tests)
    assert verdict.status is Status.PASSED
    assert [item.location.line for item in verdict.findings if item.location] == [2]


@pytest.mark.parametrize(
    ("body", "limit"),
    [
        ("loop { std::hint::black_box(n); }", "time"),
        (
            "let mut all = vec![]; loop { all.push(vec![1u8; 1 << 20]); std::hint::black_box(&all); }",
            "memory",
        ),
    ],
)
def test_limits_are_told(judge: Judge, body: str, limit: str) -> None:
    code = f"#[allow(unreachable_code)] pub fn f(n: i32) -> i32 {{ {body} n }}"
    tests = "#[test]\nfn ends() { assert_eq!(super::f(1), 1); }\n"
    verdict = judge(RUST, code, tests, limits=TestLimits(cpu_s=2, wall_s=20, runs=1))
    assert verdict.status is Status.FAILED
    assert verdict.evidence["limit"] == limit


def test_endless_recursion_is_a_signal(judge: Judge) -> None:
    code = "#[allow(unconditional_recursion)] pub fn f(n: u64) -> u64 { 1 + f(n + 1) }"
    verdict = judge(RUST, code, "#[test]\nfn ends() { assert_eq!(super::f(1), 1); }\n")
    assert verdict.status is Status.FAILED
    assert "signal" in verdict.summary


def test_a_private_function_is_not_seen_from_another_crate(judge: Judge) -> None:
    tests = "use solution::add;\n#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }\n"
    assert judge(RUST, "pub fn add(a: i32, b: i32) -> i32 { a + b }", tests).status is Status.PASSED
    verdict = judge(RUST, "fn add(a: i32, b: i32) -> i32 { a + b }", tests)
    assert verdict.status is not Status.PASSED


def test_macros_need_one_process(judge: Judge) -> None:
    code = "#[macro_export] macro_rules! square { ($x:expr) => { $x * $x } }\n"
    tests = "#[test]\nfn squares() { assert_eq!(square!(3), 9); }\n#[test]\nfn wrong() { assert_eq!(square!(2), 5); }\n"
    assert judge(RUST, code, tests).status is Status.INCOMPLETE
    verdict = judge(RUST, code, tests, policy=Policy(allow_shared_judge=True))
    assert verdict.status is Status.FAILED
    assert verdict.evidence["judging"] == "shared"
    assert verdict.evidence["passed"] == ["test_solution.rs::squares"]
    assert verdict.evidence["failed"] == ["test_solution.rs::wrong"]


def test_crates_of_the_environment_are_there(judge: Judge) -> None:
    code = (
        "use rand::Rng;\nuse regex::Regex;\n"
        "pub fn roll() -> u8 { rand::thread_rng().gen_range(1..=6) }\n"
        'pub fn digits(text: &str) -> bool { Regex::new(r"^\\d+$").unwrap().is_match(text) }\n'
        'pub fn sum(text: &str) -> String { format!("{:x}", md5::compute(text)) }\n'
    )
    tests = (
        "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn all() {\n"
        '        assert!((1..=6).contains(&roll()) && digits("12") && !digits("a"));\n'
        '        assert_eq!(sum(""), "d41d8cd98f00b204e9800998ecf8427e");\n'
        "        let mut rng = rand::thread_rng();\n        assert!(rng.gen::<f64>() < 1.0);\n    }\n}\n"
    )
    verdict = judge(RUST, code, tests)
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)


def test_a_task_without_tests_is_only_built(judge: Judge) -> None:
    assert judge(RUST, "pub fn f() -> i32 { 1 }", None).status is Status.PASSED
    assert judge(RUST, "pub fn f() -> i32 { true }", None).status is Status.FAILED
