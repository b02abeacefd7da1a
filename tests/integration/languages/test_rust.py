"""Rust, for real: honest programs of many shapes pass apart from the tests, wrong ones fail with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Policy, Status
from verifiers.execution.run import TestLimits

RUST = Language.RUST
GOLDEN = Path(__file__).parents[2] / "golden" / "rust"

FUNCTIONS = """
use std::collections::{BTreeMap, HashMap, HashSet};
pub const LIMIT: i32 = 10;
pub type Pairs = Vec<(String, i32)>;
pub fn add(a: i32, b: i32) -> i32 { a + b }
pub fn longest<'a>(a: &'a str, b: &'a str) -> &'a str { if a.len() >= b.len() { a } else { b } }
pub fn double_all(items: &mut Vec<i64>) -> usize { items.iter_mut().for_each(|x| *x *= 2); items.push(0); items.len() }
pub fn sort_slice(items: &mut [u8]) { items.sort(); }
pub fn bump(n: &mut i32) { *n += 1; }
pub fn count(words: &[&str]) -> HashMap<String, usize> {
    let mut all = HashMap::new();
    for word in words { *all.entry(word.to_string()).or_insert(0) += 1; }
    all
}
pub fn ordered(map: BTreeMap<char, Vec<Option<bool>>>) -> Pairs {
    map.into_iter().map(|(key, value)| (key.to_string(), value.len() as i32)).collect()
}
pub fn unique(items: Vec<u64>) -> HashSet<u64> { items.into_iter().collect() }
pub fn parse(text: &str) -> Result<i32, std::num::ParseIntError> { text.trim().parse::<i32>() }
pub fn checked(text: &str) -> Result<f64, Box<dyn std::error::Error>> { Ok(text.parse::<f64>()?) }
pub fn divide(a: i32, b: i32) -> Result<i32, String> {
    if b == 0 { return Err(format!("{} by zero", a)); }
    Ok(a / b)
}
pub fn grid(n: usize) -> [[u8; 2]; 2] { [[n as u8; 2]; 2] }
pub fn index(items: &[i32], at: usize) -> i32 { items[at] }
fn private(x: u128) -> u128 { x + 1 }
pub fn apply(f: impl Fn(i32) -> i32, times: u32) -> i32 { (0..times).fold(1, |x, _| f(x)) }
pub fn each<F: FnMut(&str)>(words: &[String], mut f: F) { for word in words { f(word); } }
pub fn adder(n: i32) -> impl Fn(i32) -> i32 { move |x| x + n }
pub fn boxed(n: i32) -> Box<dyn Fn(i32) -> i32> { Box::new(move |x| x * n) }
pub fn evens(n: u32) -> impl Iterator<Item = u32> { (0..n).filter(|x| x % 2 == 0) }
pub fn largest<T: PartialOrd + Copy>(items: &[T]) -> Option<T> {
    let mut best = *items.first()?;
    for item in items { if *item > best { best = *item; } }
    Some(best)
}
pub fn total<T>(items: &[T]) -> T where T: Copy + std::iter::Sum<T> + std::ops::Add<Output = T> {
    items.iter().copied().sum()
}
pub fn shout<S: AsRef<str>>(text: S) -> String { text.as_ref().to_uppercase() }
pub fn greet(name: impl Into<String>) -> String { format!("hi {}", name.into()) }
pub fn sum_of(items: impl IntoIterator<Item = i32>) -> i32 { items.into_iter().sum() }
"""

FUNCTION_TESTS = """
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        assert_eq!(add(LIMIT, -3), 7);
        assert_eq!(longest("ab", "abc"), "abc");
        assert_eq!(count(&["a", "b", "a"])["a"], 2);
        assert_eq!(unique(vec![1, 1, 2]).len(), 2);
        let map: BTreeMap<char, Vec<Option<bool>>> = [('x', vec![None, Some(true)])].into_iter().collect();
        let pairs: Pairs = ordered(map);
        assert_eq!(pairs, vec![("x".to_string(), 2)]);
        assert_eq!(grid(7), [[7, 7], [7, 7]]);
        assert_eq!(private(1), 2);
    }

    #[test]
    fn changes_in_place() {
        let mut items = vec![1, 2];
        assert_eq!(double_all(&mut items), 3);
        assert_eq!(items, [2, 4, 0]);
        let mut bytes = [3u8, 1, 2];
        sort_slice(&mut bytes);
        assert_eq!(bytes, [1, 2, 3]);
        sort_slice(&mut bytes[1..]);
        let mut n = 1;
        bump(&mut n);
        assert_eq!(n, 2);
    }

    #[test]
    fn errors() -> Result<(), Box<dyn std::error::Error>> {
        assert_eq!(parse(" 12 ")?, 12);
        assert!(matches!(parse("x"), Err(error) if error.to_string().contains("invalid digit")));
        assert!(checked("1.5")? > 1.0);
        assert_eq!(checked("a").unwrap_err().to_string(), "invalid float literal");
        assert_eq!(divide(1, 0), Err("1 by zero".to_string()));
        assert_ne!(divide(4, 2)?, 3);
        Ok(())
    }

    #[test]
    #[should_panic(expected = "index out of bounds")]
    fn panics() {
        index(&[1, 2], 5);
    }

    #[test]
    #[should_panic]
    fn overflows() {
        add(i32::MAX, 1);
    }

    #[test]
    #[ignore = "slow"]
    fn ignored() {
        assert_eq!(1, 2);
    }

    #[test]
    fn functions() {
        assert_eq!(apply(|x| x * 3, 3), 27);
        let mut seen = Vec::new();
        each(&["a".to_string(), "b".to_string()], |word| seen.push(word.to_string()));
        assert_eq!(seen, ["a", "b"]);
        assert_eq!(adder(2)(3), 5);
        assert_eq!(boxed(2)(4), 8);
        assert_eq!(evens(7).collect::<Vec<_>>(), [0, 2, 4, 6]);
        let result = std::panic::catch_unwind(|| apply(|_| panic!("mine"), 1));
        assert!(result.is_err());
    }

    #[test]
    fn generics() {
        assert_eq!(largest(&[1, 5, 3]), Some(5));
        assert_eq!(largest(&["b", "c", "a"]), Some("c"));
        assert_eq!(largest::<f64>(&[]), None);
        assert_eq!(total(&[1.5, 2.0]), 3.5);
        assert_eq!(total(&[1u8, 2]), 3);
        assert_eq!(shout("a") + &shout(String::from("b")), "AB");
        assert_eq!(greet("x"), "hi x");
        assert_eq!(sum_of(vec![1, 2]) + sum_of([3]), 6);
    }
}
"""

TYPES = """
use std::collections::HashMap;
use std::fmt;
use std::ops::{Add, Index, Mul, Neg};
use std::rc::Rc;
use std::cell::RefCell;

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Point { pub x: f64, pub y: f64 }
impl Point {
    pub const ORIGIN_NAME: &'static str = "origin";
    pub fn new(x: f64, y: f64) -> Self { Point { x, y } }
    pub fn norm(&self) -> f64 { (self.x * self.x + self.y * self.y).sqrt() }
    pub fn shift(&mut self, by: f64) -> &mut Self { self.x += by; self }
}
impl Add for Point { type Output = Point; fn add(self, o: Point) -> Point { Point::new(self.x + o.x, self.y + o.y) } }
impl Mul<f64> for Point { type Output = Point; fn mul(self, k: f64) -> Point { Point::new(self.x * k, self.y * k) } }
impl Mul<Point> for f64 { type Output = Point; fn mul(self, p: Point) -> Point { p * self } }
impl Neg for Point { type Output = Point; fn neg(self) -> Point { Point::new(-self.x, -self.y) } }
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "({:.1}, {:.1})", self.x, self.y) }
}
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Token { Number(i64), Op { sign: char }, End }
#[derive(Debug, PartialEq)]
pub enum ParseError { Empty, Bad(char) }
impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self { ParseError::Empty => write!(f, "empty"), ParseError::Bad(c) => write!(f, "bad {}", c) }
    }
}
impl std::error::Error for ParseError {}
pub fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    if text.is_empty() { return Err(ParseError::Empty); }
    let mut all = Vec::new();
    for c in text.chars() {
        all.push(match c {
            '0'..='9' => Token::Number(c as i64 - 48),
            '+' | '-' => Token::Op { sign: c },
            _ => return Err(ParseError::Bad(c)),
        });
    }
    all.push(Token::End);
    Ok(all)
}
#[derive(Debug, Clone, Default)]
pub struct Stack<T> { items: Vec<T> }
impl<T: Clone> Stack<T> {
    pub fn new() -> Self { Stack { items: Vec::new() } }
    pub fn push(&mut self, item: T) { self.items.push(item); }
    pub fn pop(&mut self) -> Option<T> { self.items.pop() }
    pub fn peek(&self) -> Option<&T> { self.items.last() }
    pub fn len(&self) -> usize { self.items.len() }
    pub fn is_empty(&self) -> bool { self.items.is_empty() }
}
pub struct Bank { accounts: HashMap<String, i64>, log: Rc<RefCell<Vec<String>>> }
impl Bank {
    pub fn new() -> Self { Bank { accounts: HashMap::new(), log: Rc::new(RefCell::new(vec![])) } }
    pub fn deposit(&mut self, name: &str, amount: i64) -> Result<i64, String> {
        if amount <= 0 { return Err("not positive".into()); }
        self.log.borrow_mut().push(name.to_string());
        let balance = self.accounts.entry(name.to_string()).or_insert(0);
        *balance += amount;
        Ok(*balance)
    }
    pub fn log(&self) -> Vec<String> { self.log.borrow().clone() }
}
impl Index<&str> for Bank { type Output = i64; fn index(&self, name: &str) -> &i64 { &self.accounts[name] } }
#[derive(Debug, Clone, PartialEq)]
pub struct Node { pub value: i32, pub next: Option<Box<Node>> }
pub fn reversed(list: Option<Box<Node>>) -> Option<Box<Node>> {
    let (mut list, mut done) = (list, None);
    while let Some(mut node) = list { list = node.next.take(); node.next = done; done = Some(node); }
    done
}
pub struct Countdown(u32);
impl Countdown { pub fn new(n: u32) -> Self { Countdown(n) } }
impl Iterator for Countdown {
    type Item = u32;
    fn next(&mut self) -> Option<u32> { if self.0 == 0 { None } else { self.0 -= 1; Some(self.0 + 1) } }
}
impl From<(f64, f64)> for Point { fn from(pair: (f64, f64)) -> Self { Point::new(pair.0, pair.1) } }
impl std::str::FromStr for Point {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (x, y) = text.split_once(',').ok_or("no comma")?;
        Ok(Point::new(x.parse().map_err(|_| "bad x")?, y.parse().map_err(|_| "bad y")?))
    }
}
pub trait Shape { fn area(&self) -> f64; fn describe(&self) -> String { format!("area {:.2}", self.area()) } }
pub struct Square { pub side: f64 }
pub struct Circle { pub radius: f64 }
impl Shape for Square { fn area(&self) -> f64 { self.side * self.side } }
impl Shape for Circle {
    fn area(&self) -> f64 { 3.0 * self.radius * self.radius }
    fn describe(&self) -> String { "round".to_string() }
}
pub fn total_area(shapes: &[Box<dyn Shape>]) -> f64 { shapes.iter().map(|s| s.area()).sum() }
pub fn one_area(shape: &dyn Shape) -> f64 { shape.area() }
pub fn make(kind: &str) -> Box<dyn Shape> {
    if kind == "square" { Box::new(Square { side: 2.0 }) } else { Box::new(Circle { radius: 1.0 }) }
}
pub mod geometry {
    #[derive(Debug, PartialEq)]
    pub struct Size { pub w: u32, pub h: u32 }
    impl Size { pub fn area(&self) -> u32 { self.w * self.h } }
    pub fn square(n: u32) -> Size { Size { w: n, h: n } }
    pub(crate) fn half(n: u32) -> u32 { n / 2 }
}
"""

TYPE_TESTS = """
use solution::geometry::{self, Size};
use solution::*;
use std::collections::HashSet;

#[test]
fn plain_structs() {
    let mut p = Point::new(3.0, 4.0);
    assert_eq!(p.norm(), 5.0);
    p.shift(1.0).shift(1.0);
    assert_eq!(p, Point { x: 5.0, y: 4.0 });
    assert_eq!(p + Point::default() * 2.0, p);
    assert_eq!(2.0 * -p, Point::from((-10.0, -8.0)));
    assert_eq!(format!("{} {:>12}|", p, p), "(5.0, 4.0) (5.0, 4.0)|");
    assert_eq!("1,2".parse::<Point>(), Ok(Point::new(1.0, 2.0)));
    assert_eq!("12".parse::<Point>().unwrap_err(), "no comma");
    assert_eq!(Point::ORIGIN_NAME, "origin");
    assert!(p > Point::default());
}

#[test]
fn enums() {
    assert_eq!(tokens("1+").unwrap(), vec![Token::Number(1), Token::Op { sign: '+' }, Token::End]);
    assert_eq!(tokens(""), Err(ParseError::Empty));
    assert_eq!(tokens("x").unwrap_err().to_string(), "bad x");
    let all: HashSet<Token> = tokens("11").unwrap().into_iter().collect();
    assert_eq!(all.len(), 2);
    fn fails() -> Result<(), Box<dyn std::error::Error>> { tokens("")?; Ok(()) }
    assert_eq!(fails().unwrap_err().to_string(), "empty");
}

#[test]
fn what_stays_with_the_candidate() {
    let mut stack = Stack::new();
    assert!(stack.is_empty());
    stack.push("a".to_string());
    stack.push("b".to_string());
    let copy = stack.clone();
    assert_eq!(stack.pop(), Some("b".to_string()));
    assert_eq!(stack.peek(), Some(&"a".to_string()));
    assert_eq!((stack.len(), copy.len()), (1, 2));
    let mut numbers: Stack<i32> = Stack::default();
    numbers.push(1);
    assert_eq!(format!("{:?}", numbers), "Stack { items: [1] }");
    let mut bank = Bank::new();
    assert_eq!(bank.deposit("ann", 5), Ok(5));
    assert!(bank.deposit("ann", 0).is_err());
    assert_eq!(bank["ann"], 5);
    assert_eq!(bank.log(), ["ann"]);
}

#[test]
fn lists_and_iterators() {
    let list = Some(Box::new(Node { value: 1, next: Some(Box::new(Node { value: 2, next: None })) }));
    assert_eq!(reversed(list).unwrap().value, 2);
    assert_eq!(Countdown::new(3).map(|x| x * 2).collect::<Vec<_>>(), [6, 4, 2]);
}

#[test]
fn traits() {
    assert_eq!(Square { side: 2.0 }.area(), 4.0);
    assert_eq!(Square { side: 2.0 }.describe(), "area 4.00");
    let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Square { side: 1.0 }), Box::new(Circle { radius: 1.0 })];
    assert_eq!(total_area(&shapes), 4.0);
    assert_eq!(one_area(&Circle { radius: 2.0 }), 12.0);
    assert_eq!(make("circle").describe(), "round");
}

#[test]
fn modules() {
    assert_eq!(geometry::square(2), Size { w: 2, h: 2 });
    assert_eq!(solution::geometry::square(3).area(), 9);
}
"""


def test_functions_of_many_shapes(judge: Judge) -> None:
    verdict = judge(RUST, FUNCTIONS, FUNCTION_TESTS)
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)
    assert verdict.evidence["judging"] == "apart"
    assert verdict.evidence["skipped"] == ["test_solution.rs::tests::ignored"]
    assert "rustc" in verdict.tool


def test_types_of_many_shapes(judge: Judge) -> None:
    verdict = judge(RUST, {"src/lib.rs": TYPES}, {"tests/types.rs": TYPE_TESTS})
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)
    assert verdict.evidence["judging"] == "apart"


def test_a_library_as_people_write_them(judge: Judge) -> None:
    code, tests = ((GOLDEN / name).read_text() for name in ("library.rs", "library_tests.rs"))
    verdict = judge(RUST, code, tests)
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
    verdict = judge(RUST, "pub fn add(a: i32, b: i32) -> i32 {\n    a + c\n}\n", FUNCTION_TESTS)
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
