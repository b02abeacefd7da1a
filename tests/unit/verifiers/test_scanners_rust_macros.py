"""The code in Rust's macros is laid open for parsers that take it for loose words."""

from __future__ import annotations

import pytest

from verifiers.scanners.rust_macros import unwrapped


@pytest.mark.parametrize(
    ("code", "open_code"),
    [
        ('assert!(f(x), "no");', "assert_(f(x), 0);"),
        ("let a = vec![f(x); 3];", "let a = ({f(x); 3});"),
        ("let a = vec![f(x), y];", "let a = vec_(f(x), 0);"),
        ("same! { fn a() { f(x) } }", "   fn a() { f(x) } ;"),
        ("same! {\nfn a() {}\n}", "  \nfn a() {}\n;"),
        ("let a = same! { let b = 1; f(b) };", "let a =  ({ let b = 1; f(b) });"),
        ('std::println!("{}", unsafe { f(x) });', "std::println_(0, unsafe { f(x) });"),
        ("same! { same! { same!(f(x)) } }", "      f(x)  ; ;"),
        ('a = map!{"a" => f(x), "b" => 2, }.len()', "a = map_(0 , f(x), 0 , 0, ).len()"),
        ('json!({"a": f(x), "b": 2})', '("a", f(x), "b", 2)'),
        ("a = matches!(f(x), Some(0..=9) | None,);", "a = (match (f(x)) { Some(0..=9) | None=> 0, _ => 0});"),
        ("a = matches!(0, transmute(x));", "a = matches_(0, transmute(x));"),
        ("if cfg!(debug) { }", "if cfg_ { }"),
        ("let a: Token![let] = b;", "let a: Token_ = b;"),
        ("list!(u8 u16);", ";"),
        ("same /* a /* b */ */ ! (f(x));", " /* a /* b */ */  f(x);"),
        ("macro_rules! m { ($a:expr) => { f($a) } }", "     fn m() { f(a) } "),
        ("macro_rules! m { ($($a:ty),*) => { $(f($a)),* } }", "     fn m() { f(a), } "),
        (
            "macro_rules! m { ($v:vis) => { $v fn a() { f(1) } } ; () => { 1 } }",
            "fn m() { fn a() { f(1) } } fn m() { }",
        ),
        (
            "macro_rules! m { () => { macro_rules! n { () => { f(1) } } } }",
            "     fn m() {     fn n() { f(1) }  } ",
        ),
    ],
)
def test_code_in_macros_is_written_as_if_it_were_in_none(code: str, open_code: str) -> None:
    assert _squeezed(open_code) in [_squeezed(each) for each in unwrapped(code)], unwrapped(code)


def test_each_line_keeps_its_number() -> None:
    code = 'macro_rules! m {\n ($a:expr) => {\n f($a)\n }\n}\nfn g() {\n m!("\n",\n 1);\n transmute(x);\n}\n'
    for each in unwrapped(code):
        assert [line.strip() for line in each.split("\n")].index("transmute(x);") == 9
        assert each.count("\n") == code.count("\n")


@pytest.mark.parametrize(
    "code",
    ["fn f(a: &'a str) -> bool { !(a) }", "#![no_std]\n", "'!'; 'a: loop {} \"m!(f(x))\"; // m!(f(x))"],
)
def test_what_is_no_macro_is_left_as_it_is(code: str) -> None:
    assert set(unwrapped(code)) <= {code}


def test_format_is_kept_in_one_reading_and_opened_in_the_other() -> None:
    code = 'same!(a.b(&format!("select {}", f(x))));'
    assert [_squeezed(each) for each in unwrapped(code)] == [
        'a.b(&format!("select{}",f(x)));',
        "a.b(&format_(0,f(x)));",
    ]


@pytest.mark.parametrize(
    "code",
    [
        'include!("x.txt");',
        'include /* */ !(concat!("x", ".rs"));',
        "use std::include as other;",
        'macro_rules! m { () => { include!("x.txt") } }',
        '#[path = "x.txt"] mod x;',
        '#[cfg_attr(all(), path = "x.txt")] mod x;',
    ],
)
def test_code_from_a_file_that_nothing_scans_does_not_parse(code: str) -> None:
    assert unwrapped(code)[0].endswith("\n}")


def test_code_from_a_file_of_rust_is_scanned_there() -> None:
    assert unwrapped('include!("x.rs");') == (";",)
    assert unwrapped('#[path = "y.rs"] mod y;\nfn f(path: A) { let path = "x"; }')[0].endswith("}")
    assert "\n}" not in unwrapped('#[path = "y.rs"] mod y;\nfn f(path: A) { let path = "x"; }')[0]


@pytest.mark.parametrize(
    "code", ["m!(f(x)", "m!(f(x]);", "macro_rules! m { () => { " * 20 + "f(1)" + "}}" * 20]
)
def test_what_cannot_be_laid_open_does_not_parse(code: str) -> None:
    assert all(each.endswith("\n}") for each in unwrapped(code))


def test_hostile_code_takes_no_time() -> None:
    for piece in ("m!(", "m!{f(", "macro_rules! a { () => {", "$(", "r#", "'", "/*", 'm!("', "matches!(a, "):
        assert unwrapped(piece * 5_000 + "!")
    for start, end in (
        ("m!(", ")"),
        ("m!(f(", "))"),
        ("matches!(f(x), ", ")"),
        ("macro_rules! a { () => { ", "} }"),
    ):
        assert unwrapped(start * 2_000 + end * 2_000)


def _squeezed(text: str) -> str:
    return "".join(text.split())
