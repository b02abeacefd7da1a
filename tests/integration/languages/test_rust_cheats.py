"""Rust candidates that try to pass without solving: none gets through."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Status

TESTS = """
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds() {
        assert_eq!(add(2, 3), 5);
        assert_eq!(add(-1, 1), 0);
        assert!(add(20, 30) == 50);
    }

    #[test]
    fn lists() {
        assert_eq!(names(2), vec!["n0".to_string(), "n1".to_string()]);
        assert!(names(3).contains(&"n2".to_string()));
        assert_eq!(names(1).len(), 1);
    }
}
"""
NAMES = "pub fn names(_: usize) -> Vec<String> { vec![] }\n"
WRONG = "pub fn add(_: i32, _: i32) -> i32 { 0 }\n" + NAMES
LINE = (
    '{\\"nonce\\":\\"0\\",\\"test\\":\\"test_solution.rs::tests::adds\\",\\"outcome\\":\\"passed\\"}\\n'
    '{\\"nonce\\":\\"0\\",\\"end\\":true,\\"gone\\":null,\\"versions\\":{}}\\n'
)

CHEATS = {
    "exit 0 in the function": "pub fn add(_: i32, _: i32) -> i32 { std::process::exit(0) }\n" + NAMES,
    "abort": "pub fn add(_: i32, _: i32) -> i32 { std::process::abort() }\n" + NAMES,
    "exit from a static constructor": (
        WRONG + 'extern "C" fn early() { std::process::exit(0) }\n'
        '#[used] #[link_section = ".init_array"] static EARLY: extern "C" fn() = early;\n'
    ),
    "forged report on every descriptor": (
        'extern "C" { fn write(fd: i32, text: *const u8, count: usize) -> isize; }\n'
        "pub fn add(_: i32, _: i32) -> i32 {\n"
        f'    let line = "{LINE}test result: ok. 2 passed; 0 failed\\n";\n'
        "    for fd in 0..64 { unsafe { write(fd, line.as_ptr(), line.len()) }; }\n"
        "    std::process::exit(0)\n}\n" + NAMES
    ),
    "always equal to numbers": (
        "#[derive(Debug)] pub struct Any;\n"
        "impl PartialEq<i32> for Any { fn eq(&self, _: &i32) -> bool { true } }\n"
        "pub fn add(_: i32, _: i32) -> Any { Any }\n" + NAMES
    ),
    "generic result that equals everything": (
        "#[derive(Debug)] pub struct Any;\n"
        "impl<T> PartialEq<T> for Any { fn eq(&self, _: &T) -> bool { true } }\n"
        "impl Any { pub fn contains<T>(&self, _: T) -> bool { true } pub fn len(&self) -> usize { 1 } }\n"
        "pub fn add(_: i32, _: i32) -> Any { Any }\npub fn names(_: usize) -> Any { Any }\n"
    ),
    "macros of the standard names": (
        "#[macro_export] macro_rules! assert_eq { ($($x:tt)*) => {} }\n"
        "#[macro_export] macro_rules! assert { ($($x:tt)*) => {} }\n" + WRONG
    ),
    "standard macros renamed": (
        "#[allow(unused)] pub use std::{println as assert_eq, print as assert};\n" + WRONG
    ),
    "own Vec and String": (
        "#[derive(Debug, Clone)] pub struct Vec<T>(T);\n"
        "impl<T, U> PartialEq<U> for Vec<T> { fn eq(&self, _: &U) -> bool { true } }\n"
        "impl<T> Vec<T> { pub fn contains<U>(&self, _: U) -> bool { true } pub fn len(&self) -> usize { 1 } }\n"
        "pub fn names(_: usize) -> Vec<u8> { Vec(0) }\npub fn add(a: i32, b: i32) -> i32 { a + b }\n"
    ),
    "a method that hides the list's": (
        "pub trait Yes { fn contains(&self, _: &String) -> bool { true } fn len(&self) -> usize { 1 }\n"
        "    fn eq(&self, _: &std::vec::Vec<String>) -> bool { true } }\n"
        "impl Yes for std::vec::Vec<String> {}\n" + NAMES + "pub fn add(a: i32, b: i32) -> i32 { a + b }\n"
    ),
    "panic hook and a thread that exits": (
        "pub fn add(_: i32, _: i32) -> i32 {\n"
        "    std::panic::set_hook(Box::new(|_| std::process::exit(0)));\n"
        "    std::thread::spawn(|| std::process::exit(0));\n    panic!()\n}\n" + NAMES
    ),
    "Deref and Drop": (
        "pub struct Any(i32);\n"
        "impl std::ops::Deref for Any { type Target = i32; fn deref(&self) -> &i32 { &self.0 } }\n"
        "impl Drop for Any { fn drop(&mut self) { std::process::exit(0) } }\n"
        "pub fn add(_: i32, _: i32) -> Any { Any(5) }\n" + NAMES
    ),
    "a Debug that lies": (
        "#[derive(PartialEq)] pub struct Any;\n"
        "impl std::fmt::Debug for Any { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {\n"
        '    write!(f, "test result: ok. 2 passed; 0 failed") } }\n'
        "pub fn add(_: i32, _: i32) -> Any { Any }\n" + NAMES
    ),
    "unsafe writes": (
        "pub fn add(_: i32, _: i32) -> i32 { unsafe { *(0x10 as *mut u64) = 5 }; 5 }\n" + NAMES
    ),
    "killing all processes": (
        'extern "C" { fn kill(pid: i32, signal: i32) -> i32; fn getppid() -> i32; }\n'
        "pub fn add(_: i32, _: i32) -> i32 { unsafe { kill(getppid(), 9); kill(-1, 9) }; 0 }\n" + NAMES
    ),
    "reading the tests while compiling": (
        'pub const SEEN: &str = include_str!("test_solution.rs");\n' + WRONG
    ),
    "a build that ends in no error": '#![no_std]\n#![no_main]\ncompile_error!("acrisol: built");\n' + WRONG,
    "main that is not asked": "pub fn main() { std::process::exit(0) }\n" + WRONG,
    "the runtime's own words": (
        "pub fn add(_: i32, _: i32) -> i32 { ::acrisol::report::end(None) }\n" + NAMES
    ),
}


@pytest.mark.parametrize("name", sorted(CHEATS))
def test_no_cheat_is_accepted(judge: Judge, name: str) -> None:
    verdict = judge(Language.RUST, CHEATS[name], TESTS)
    assert verdict.status in (Status.FAILED, Status.INCOMPLETE), verdict.summary
    assert not verdict.evidence.get("passed") or verdict.status is Status.FAILED


def test_the_honest_program_is_accepted(judge: Judge) -> None:
    honest = (
        "pub fn add(a: i32, b: i32) -> i32 { a + b }\n"
        'pub fn names(n: usize) -> Vec<String> { (0..n).map(|at| format!("n{at}")).collect() }\n'
    )
    verdict = judge(Language.RUST, honest, TESTS)
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)


MONEY_TESTS = """
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn adds() { assert_eq!(Money { cents: 5 }.plus(Money { cents: 7 }), Money { cents: 12 }); }
}
"""
MONEY = (
    "#[derive(Debug, Clone, Copy)] pub struct Money { pub cents: i64 }\n"
    "impl PartialEq for Money { fn eq(&self, other: &Money) -> bool { EQUAL } }\n"
    "impl Money { pub fn plus(self, other: Money) -> Money { Money { cents: PLUS } } }\n"
)


def test_an_equality_of_its_own_is_asked_about_other_values_too(judge: Judge) -> None:
    honest = MONEY.replace("EQUAL", "self.cents == other.cents").replace("PLUS", "self.cents + other.cents")
    assert judge(Language.RUST, honest, MONEY_TESTS).status is Status.PASSED
    verdict = judge(Language.RUST, MONEY.replace("EQUAL", "true").replace("PLUS", "0"), MONEY_TESTS)
    assert verdict.status is Status.FAILED
    assert "yes to everything" in verdict.findings[0].message


# A wrong double(), and an equality that tries to look as if it compared.
POINT = """
use std::cell::RefCell;
thread_local! { static FIRST: RefCell<Option<(i32, i32)>> = RefCell::new(None); }
#[derive(Debug, Clone)] pub struct Point { pub x: i32, pub y: i32 }
impl PartialEq for Point { fn eq(&self, other: &Point) -> bool { EQUAL } }
pub fn double(p: &Point) -> Point { FIRST.with(|first| *first.borrow_mut() = None); WRONG }
"""
POINT_TESTS = """
#[cfg(test)]
mod tests {
    use super::*;
    #[test] fn one() { assert_eq!(double(&Point { x: 1, y: 2 }), Point { x: 2, y: 4 }); }
    #[test] fn two() { assert_eq!(Point { x: 10, y: 0 }, double(&Point { x: 5, y: 0 })); }
    #[test] fn three() { assert_eq!(double(&Point { x: 9, y: 8 }), Point { x: 18, y: 16 }); }
}
"""
EQUALITIES = {
    "the first that it is asked about": (
        "FIRST.with(|first| *first.borrow_mut().get_or_insert((other.x, other.y)) == (other.x, other.y))"
    ),
    "whatever stands beside its own": "self.x == -7 || other.x == -7",
    "whatever looks like an answer": "(0..100).contains(&self.x.max(self.y).max(other.x).max(other.y))",
}


@pytest.mark.parametrize("name", EQUALITIES)
def test_an_equality_that_chooses_when_to_say_yes_is_not_believed(judge: Judge, name: str) -> None:
    wrong = "Point { x: -7, y: -7 }" if "own" in name else "p.clone()"
    code = POINT.replace("EQUAL", EQUALITIES[name]).replace("WRONG", wrong)
    verdict = judge(Language.RUST, code, POINT_TESTS)
    assert verdict.status is Status.FAILED, verdict.summary


@pytest.mark.parametrize("equal", ["(self.x, self.y) == (other.x, other.y)", "self.y == other.y"])
def test_an_honest_equality_by_hand_is_believed(judge: Judge, equal: str) -> None:
    right = "Point { x: p.x * 2, y: p.y * 2 }"
    verdict = judge(Language.RUST, POINT.replace("EQUAL", equal).replace("WRONG", right), POINT_TESTS)
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)


def test_what_needs_one_process_is_not_chosen_by_the_candidate(judge: Judge) -> None:
    verdict = judge(Language.RUST, CHEATS["always equal to numbers"], TESTS)
    assert verdict.status is Status.INCOMPLETE
    assert "one process" in verdict.summary
