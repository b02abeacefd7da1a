"""Rust's generators and readers, without a compiler."""

from __future__ import annotations

import pytest

from verifiers.domain import Candidate, CodingTask, Language, Severity, SourceFile, TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.language import Apart, Shared
from verifiers.execution.languages.run import order_for
from verifiers.execution.languages.rust.declarations import read_crate, root_of
from verifiers.execution.languages.rust.findings import compiler_findings
from verifiers.execution.languages.rust.standin import StandIn, make_stand_in
from verifiers.execution.languages.rust.suite import cases_of, crate_names, expected, made_to_run
from verifiers.execution.languages.rust.support import SUPPORT
from verifiers.execution.languages.rust.syntax import is_literal, is_name
from verifiers.execution.run import TestLimits

TESTS = """// Tests.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "no \\"x\\"")]
    fn fails() { f(0); }

    mod inner {
        #[test]
        #[ignore]
        fn slow() -> Result<(), String> { Ok(()) }
    }

    fn helper() {}
}
"""


def suite(**files: str) -> TestSuite:
    return TestSuite(files=tuple(SourceFile(path=f"{name}.rs", content=text) for name, text in files.items()))


def stand_in(code: str, tests: str = "", *, public_only: bool = False) -> StandIn:
    files = {"solution.rs": SourceFile(path="solution.rs", content=code)}
    return make_stand_in(read_crate(files, "solution.rs"), tests, tests, public_only)


def plan_of(code: str, tests: str) -> Apart | Shared:
    task = CodingTask(language=Language.RUST, instruction="Write it.", tests=suite(tests=tests))
    candidate = Candidate(files=(SourceFile(path="solution.rs", content=code),))
    assert task.tests is not None
    order = order_for(task, candidate, expected(task.tests), task.tests, TestLimits(), 30.0)
    return SUPPORT.plan(order)


def test_tests_are_read_from_their_source() -> None:
    assert expected(suite(a=TESTS)) == ("a.rs::tests::fails", "a.rs::tests::inner::slow")
    fails, slow = cases_of(suite(a=TESTS))
    assert (fails.panics, fails.ignored, fails.line) == ('"no \\"x\\""', False, 8)
    assert (slow.panics, slow.ignored) == (None, True)


def test_a_file_of_asserts_in_main_is_a_test_only_where_there_are_no_others() -> None:
    assert expected(suite(a="fn main() { assert!(true); }")) == ("a.rs::main",)
    assert expected(suite(a="#[test] fn t() {}\nfn main() {}")) == ("a.rs::t",)


@pytest.mark.parametrize("text", ["fn helper() {}", "#[test] fn broken( {", "// nothing"])
def test_tests_that_hold_none_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        expected(suite(a=text))


@pytest.mark.parametrize(
    "text",
    [
        "macro_rules! case { ($n:ident) => { #[test] fn $n() {} } }\ncase!(big);",
        "group! { mod inner { # [ test ] fn big() {} } }",
        "#[cfg_attr(all(), test)] fn big() {}",
        "#[core::prelude::v1::test] fn big() {}",
    ],
)
def test_tests_that_cannot_be_listed_are_refused_rather_than_not_run(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"a\.rs:1: which tests are made here"):
        expected(suite(a=f"{text}\n#[test] fn small() {{}}"))


def test_words_of_a_test_that_make_none_are_left_alone() -> None:
    told = '#[cfg_attr(test, derive(Debug))] struct A; #[test] fn t() { println!("#[test]"); /* #[test] */ }'
    assert expected(suite(a=told)) == ("a.rs::t",)


def test_the_tests_keep_their_lines() -> None:
    made = made_to_run(TESTS, "a.rs")
    for number, line in enumerate(TESTS.splitlines()):
        mine = made.splitlines()[number]
        assert mine.startswith(line) or "#[" in line or line == "    }" or line == "}", line
    assert "#[test]" not in made
    assert "#[cfg(test)]" not in made
    assert made.count("ACRISOL_CASES: ::acrisol::Group") == 3


def test_the_crates_name_is_what_the_tests_import() -> None:
    tests = (
        "use my_crate::{add, shapes::Circle};\nuse std::fmt;\nuse super::*;\nuse rand::Rng;\n"
        "use tests::x;\nmod tests {}"
    )
    assert crate_names(suite(a=tests)) == ("my_crate",)


def test_functions_of_plain_values_are_carried() -> None:
    made = stand_in("fn add(a: &[i32], b: &mut Vec<String>) -> Option<(i32, f64)> { None }")
    assert not made.left_out
    assert "pub fn add(mut a0: &[i32], mut a1: &mut ::std::vec::Vec<::std::string::String>)" in made.source
    assert "crate::add(&a0, &mut a1)" in made.dispatcher


@pytest.mark.parametrize(
    "code",
    [
        "pub async fn f() {}",
        "pub unsafe fn f() {}",
        "pub fn f(x: std::fs::File) {}",
        "pub fn f(x: &mut Vec<i32>) -> &mut i32 { &mut x[0] }",
        "pub fn f<T: std::io::Read>(x: T) {}",
        "pub fn f(x: fn(i32) -> i32) {}",
        "pub fn f<const N: usize>(x: [i32; N]) {}",
        "pub fn f<'/* > */a>(x: &'a str) {}",
        "pub fn f(x: impl Fn(i32) -> i32) -> impl Fn(i32) -> i32 { x }",
        "pub const F: usize = std::mem::size_of::<u8>();",
    ],
)
def test_what_cannot_be_carried_is_left_out_with_a_reason(code: str) -> None:
    made = stand_in(code)
    assert made.left_out
    assert "fn f" not in made.source.replace("fn fmt", "")


def test_names_of_the_prelude_and_macros_never_come_from_the_candidate() -> None:
    made = stand_in(
        "pub struct Vec<T>(T);\npub enum Option<T> { Some(T), None }\nmacro_rules! assert_eq { () => {} }\n"
        "pub use std::{println as assert_eq, string::String as Vec};\npub type Box<T> = Option<T>;\n"
        "pub fn drop() {}\npub mod std { pub fn f() {} }\npub fn fine() -> i32 { 1 }\n"
    )
    for words in ("struct Vec", "enum Option", "assert_eq", "type Box", "fn drop", "mod std"):
        assert words not in made.source
    assert "fn fine" in made.source


def test_a_type_that_nobody_names_cannot_agree_to_everything() -> None:
    code = (
        "#[derive(Debug)] pub struct Yes;\n"
        "impl PartialEq for Yes { fn eq(&self, _: &Yes) -> bool { true } }\n"
        "impl PartialEq<i32> for Yes { fn eq(&self, _: &i32) -> bool { true } }\n"
        "impl Yes { pub fn is_some(&self) -> bool { true } }\npub fn f() -> Yes { Yes }\n"
    )
    assert "is_some" not in stand_in(code, "f()").source
    assert "PartialEq" not in stand_in(code, "f()").source
    named = stand_in(code, "let y: Yes = f();").source
    assert "is_some" in named
    assert "PartialEq<i32>" not in named
    assert "::acrisol::believed" in named


@pytest.mark.parametrize(
    ("derived", "held", "believed"),
    [
        ("#[derive(PartialEq)]", "", True),
        ("", "impl PartialEq for Money { fn eq(&self, _: &Money) -> bool { true } }", False),
        (
            "#[derive(PartialEq)]",
            "impl PartialEq for Part { fn eq(&self, _: &Part) -> bool { true } }",
            False,
        ),
    ],
)
def test_an_equality_by_hand_of_what_stays_is_not_believed(derived: str, held: str, believed: bool) -> None:
    part = "#[derive(PartialEq)]" if "for Part" not in held else ""
    code = (
        f"{part} pub struct Part {{ x: i32 }}\n{derived} pub struct Money {{ part: Part }}\n{held}\n"
        "impl Drop for Money { fn drop(&mut self) {} }\n"
    )
    made = stand_in(code, "Money::new(1) == Money::new(2)")
    assert "pub struct Money(::acrisol::Handle" in made.source
    assert ("::std::cmp::PartialEq for crate::Money" in made.source) is believed


def test_methods_for_foreign_types_need_a_trait_that_the_tests_name() -> None:
    code = (
        "pub trait Yes { fn contains(&self, x: &i32) -> bool; }\n"
        "impl Yes for Vec<i32> { fn contains(&self, x: &i32) -> bool { true } }\n"
    )
    assert "for ::std::vec::Vec<i32>" not in stand_in(code, "f()").source
    assert "for ::std::vec::Vec<i32>" in stand_in(code, "use solution::Yes;").source


def test_private_items_are_not_seen_by_another_crate() -> None:
    code = "fn hidden() {}\npub fn shown() {}"
    assert "fn hidden" in stand_in(code).source
    assert "fn hidden" not in stand_in(code, public_only=True).source


def test_what_can_be_copied_is_and_what_grows_stays() -> None:
    code = (
        "#[derive(PartialEq)] pub struct Point { x: i32 }\n"
        "pub struct Stack { items: Vec<i32> }\nimpl Stack { pub fn push(&mut self, x: i32) {} }\n"
    )
    made = stand_in(code, "Point Stack")
    assert "#[derive(::std::cmp::PartialEq)]\npub struct Point { x: i32 }" in made.source
    assert "pub struct Stack(::acrisol::Handle" in made.source
    assert "pub struct Stack { items:" in stand_in(code, "Stack { items: vec![] }").source


def test_a_macro_of_the_candidates_needs_one_process_but_not_a_standard_name() -> None:
    code = (
        "macro_rules! sq { ($x:expr) => { $x * $x } }\nmacro_rules! assert { ($x:expr) => {} }\nfn f() {}\n"
    )
    shared = plan_of(code, "#[test] fn t() { assert!(sq!(2) == 4); }")
    assert isinstance(shared, Shared)
    assert "sq!" in shared.reason
    assert isinstance(plan_of(code, "#[test] fn t() { assert!(true); }"), Apart)


def test_neither_side_holds_the_others_code() -> None:
    made = plan_of(
        "pub fn secret_body() -> i32 { 41 + 1 }", "#[test] fn t() { assert_eq!(super::secret_body(), 42); }"
    )
    assert isinstance(made, Apart)
    judge = b"".join(made.judge.files.values())
    guest = b"".join(made.guest.files.values())
    assert b"41 + 1" not in judge
    assert b"42)" not in guest
    assert "ACRISOL_NONCE" in made.judge.env
    assert not made.guest.env


def test_the_compilers_words_become_findings() -> None:
    said = (
        "src/lib.rs:3:5: error[E0308]: mismatched types: expected `i32`, found `&str`\n"
        "src/lib.rs:9:1: warning: unused variable: `x`\n"
        "/work/acrisol_dispatch.rs:1:1: error: ours\nerror: linking failed\n"
        "error: aborting due to 1 previous error\n"
    )
    error, warning, bare = compiler_findings(said, ("src/lib.rs",))
    assert (error.rule, error.severity, error.location and error.location.line) == (
        "rustc.E0308",
        Severity.HIGH,
        3,
    )
    assert (warning.rule, warning.severity) == ("rustc.warning", Severity.LOW)
    assert (bare.message, bare.location) == ("linking failed", None)


@pytest.mark.parametrize("word", ['"a\\u{22}"', 'b"x"', 'r"x"', '"a" + f()', "1 + 1", "'''", '"', "x"])
def test_only_plain_literals_are_copied(word: str) -> None:
    assert not is_literal(word)


@pytest.mark.parametrize("word", ["", "a b", "a;", "é", "1a", "a::b"])
def test_only_plain_names_are_copied(word: str) -> None:
    assert not is_name(word)


def test_the_root_file_is_found() -> None:
    files = {
        name: SourceFile(path=name, content="") for name in ("src/a.rs", "src/lib.rs", "src/main.rs", "x.txt")
    }
    assert root_of(files) == "src/lib.rs"
    assert root_of({"a/z.rs": files["src/a.rs"], "b.rs": files["src/a.rs"]}) == "b.rs"
    assert root_of({}) is None


def test_modules_are_followed_into_their_files() -> None:
    files = {
        "src/lib.rs": SourceFile(
            path="src/lib.rs", content="pub mod geo;\n#[cfg(test)] mod tests { fn no() {} }"
        ),
        "src/geo.rs": SourceFile(path="src/geo.rs", content="pub mod deep { pub fn f() {} }"),
    }
    crate = read_crate(files, "src/lib.rs")
    assert ("geo", "deep") in crate.modules
    assert ("tests",) not in crate.modules
