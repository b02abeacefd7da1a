"""The Semgrep verifier in every language, against code that its compiler reads otherwise than it looks."""

from __future__ import annotations

import pytest

from tests.integration.scanners.conftest import Scan
from verifiers.domain import Language, Status

FILES = {
    Language.JAVASCRIPT: "a.js",
    Language.TYPESCRIPT: "a.ts",
    Language.JAVA: "A.java",
    Language.GO: "a.go",
    Language.RUST: "a.rs",
    Language.C: "a.c",
    Language.CPP: "a.cpp",
    Language.BASH: "a.sh",
    Language.SOLIDITY: "A.sol",
}
SOUND = {
    Language.JAVASCRIPT: "export const add = (a, b) => a + b;\n",
    Language.TYPESCRIPT: "export const add = (a: number, b: number): number => a + b;\n",
    Language.JAVA: "class A { int add(int a, int b) { return a + b; } }\n",
    Language.GO: "package a\n\nfunc add(a, b int) int { return a + b }\n",
    Language.RUST: "fn add(a: i32, b: i32) -> i32 { a + b }\n",
    Language.C: "int add(int a, int b) { return a + b; }\n",
    Language.CPP: "template <class T> T add(T a, T b) { return a + b; }\n",
    Language.BASH: 'add() { echo "$(("$1" + "$2"))"; }\n',
    Language.SOLIDITY: "pragma solidity 0.8.26;\ncontract A { uint256 public a; }\n",
}
BROKEN = {
    Language.JAVASCRIPT: "function ( { ] }\n",
    Language.TYPESCRIPT: "function ( { ] }\n",
    Language.JAVA: "class { int ) }\n",
    Language.GO: "package a\nfunc ( { ]\n",
    Language.RUST: "fn ( { ]\n",
    Language.C: "int f( { ] = ;;; )\n",
    Language.CPP: "int f( { ] = ;;; )\n",
    Language.BASH: "if then fi ((\n",
    Language.SOLIDITY: "contract { function ( ] }\n",
}
JAVA = "class A {{ void f(String c) throws Exception {{ {} }} }}\n"
C = "#include <stdlib.h>\nvoid f(char *c) {{\n{}\n}}\n"
RUST = "fn f(c: &str) {{\n{}\n}}\n"
SHELL = 'Command::new("sh").arg("-c").arg(c)'


@pytest.mark.parametrize("language", FILES)
def test_sound_code_passes(scan: Scan, language: Language) -> None:
    verdict = scan({FILES[language]: SOUND[language]}, language)
    assert (verdict.status, verdict.findings) == (Status.PASSED, ()), verdict.summary


@pytest.mark.parametrize("language", FILES)
def test_what_cannot_be_parsed_is_incomplete(scan: Scan, language: Language) -> None:
    assert scan({FILES[language]: BROKEN[language]}, language).status is Status.INCOMPLETE


@pytest.mark.parametrize(
    ("language", "code"),
    [
        pytest.param(Language.JAVASCRIPT, "\\u0065val(x);\n", id="escaped letter"),
        pytest.param(Language.JAVASCRIPT, "\\u{65}val(x);\n", id="escaped letter in braces"),
        pytest.param(Language.JAVASCRIPT, "globalThis['\\x65val'](x);\n", id="escape in a string"),
        pytest.param(Language.JAVASCRIPT, "// note\u2028eval(x);\n", id="separator ends a comment"),
        pytest.param(Language.JAVASCRIPT, "// note\reval(x);\n", id="carriage return ends a comment"),
        pytest.param(Language.JAVASCRIPT, "let a = 1;\na\n--> 0; eval(x);\n", id="no comment in a module"),
        pytest.param(Language.JAVASCRIPT, "let a = b <!--c /*\neval(x)\n<!-- */\n", id="comment in a script"),
        pytest.param(Language.JAVASCRIPT, "eval(x); // nosemgrep\n", id="nosemgrep"),
        pytest.param(Language.TYPESCRIPT, "(<any>eval)(x);\neval(x as string);\n", id="cast"),
        pytest.param(
            Language.JAVA, JAVA.format("// note\\u000aRuntime.getRuntime().exec(c);"), id="escaped line end"
        ),
        pytest.param(Language.JAVA, JAVA.format("R\\uuu0075ntime.getRuntime().exec(c);"), id="escape"),
        pytest.param(Language.JAVA, JAVA.format("Run\u200btime.getRuntime().exec(c);"), id="ignored"),
        pytest.param(Language.C, C.format("sys\\\ntem(c);"), id="joined lines"),
        pytest.param(Language.C, C.format("// note ??/\n\nsystem(c);"), id="trigraph in a comment"),
        pytest.param(Language.C, C.format("/* note *??/\n/ system(c);"), id="trigraph ends a comment"),
        pytest.param(Language.C, C.format("<% system(c); %>"), id="digraphs"),
        pytest.param(Language.C, "#define go system\n" + C.format("go(c);"), id="renamed by a macro"),
        pytest.param(Language.C, C.format("// note\rsystem(c);"), id="carriage return"),
        pytest.param(Language.C, "#define go system // x\n" + C.format("go(c);"), id="renamed and commented"),
        pytest.param(Language.C, "#define a (system)\n#define b a\n" + C.format("b(c);"), id="renamed twice"),
        pytest.param(Language.CPP, C.format("[r = system(c)] { return r; }();"), id="capture"),
        pytest.param(Language.CPP, C.format("::system(c); std::system(c);"), id="scope"),
        pytest.param(Language.RUST, RUST.format(f"assert!({SHELL});"), id="in an assertion"),
        pytest.param(Language.RUST, RUST.format(f'println!("{{}}", {SHELL});'), id="printed"),
        pytest.param(Language.RUST, RUST.format(f"vec![{SHELL}];"), id="in a vector"),
        pytest.param(
            Language.RUST,
            "macro_rules! same { ($($t:tt)*) => { $($t)* } }\nsame! {\n" + RUST.format(f"{SHELL};") + "}\n",
            id="a module in a macro",
        ),
        pytest.param(
            Language.RUST,
            f"macro_rules! run {{ ($c:expr) => {{ {SHELL.replace('(c)', '($c)')} }} }}\n"
            + RUST.format("run!(c);"),
            id="a macro's body",
        ),
        pytest.param(
            Language.RUST, RUST.format('Command::r#new("sh").r#arg("-c").r#arg(c);'), id="raw identifiers"
        ),
        pytest.param(Language.BASH, "ev''al \"$1\"\n", id="quotes in a word"),
        pytest.param(Language.BASH, '\\eval "$1"\n', id="backslash before a word"),
        pytest.param(Language.BASH, 'ev\\\nal "$1"\n', id="joined words"),
        pytest.param(
            Language.SOLIDITY,
            "contract A { function f() external { // \u2028selfdestruct(payable(msg.sender));\n } }\n",
            id="separator",
        ),
    ],
)
def test_weakness_cannot_be_hidden(scan: Scan, language: Language, code: str) -> None:
    assert scan({FILES[language]: code}, language).status is Status.FAILED


@pytest.mark.parametrize(
    ("language", "padding", "weak", "rule"),
    [
        (Language.BASH, "# curl wget eval chmod ", "\ncurl -sk https://x\n", "bash.tls-verification-off"),
        (Language.BASH, "# rm -rrrrrrrrrrrrrrrr /tmp/a/a/a ", "\nrm -rf $1\n", "bash.unquoted-removal"),
        (Language.JAVASCRIPT, "// select from update set ", "\neval(x);\n", "javascript.code-injection"),
        (Language.C, "// select from % printf ", "\nvoid f(char *s) { gets(s); }\n", "c.gets"),
    ],
)
def test_padding_does_not_exhaust_the_rules(
    scan: Scan, language: Language, padding: str, weak: str, rule: str
) -> None:
    """The engine gives a regular expression up in silence when it backtracks too long."""
    filler = padding * (300_000 // len(padding))
    verdict = scan({FILES[language]: filler + weak}, language)
    assert rule in {finding.rule for finding in verdict.findings}


@pytest.mark.parametrize(
    "code",
    [
        'assert!(f(x).is_ok(), "{} {:>5}", x, y = g(1));',
        'println!("{x:?} {}", vec![f(1); 3].len());\nlet a: Vec<u8> = vec![];',
        "assert!(matches!(f(x), Some('a'..='z' | 'A'..='Z') | None if g(x)));",
        'write!(out, "{}", f(x))?;\nlet a = if cfg!(test) { todo!() } else { panic!("no") };',
        "assert_eq!(f(vec![1, 2]), Point { x: 1, y: g(2) });",
        'let a = map!{"a" => f(1), "b" => 2};\nlet b = json!({"a": f(1), "b": [2]});',
    ],
)
def test_honest_macros_stay_clean(scan: Scan, code: str) -> None:
    verdict = scan({"a.rs": RUST.format(code)}, Language.RUST)
    assert (verdict.status, verdict.findings) == (Status.PASSED, ()), verdict.summary


def test_files_of_two_languages_are_each_scanned_with_their_own_rules(scan: Scan) -> None:
    verdict = scan({"a.c": "void f(char *s) { gets(s); }\n", "a.py": "eval(x)\n", "a.sh": 'eval "$1"\n'})
    assert {finding.rule for finding in verdict.findings} >= {"c.gets", "python.code-injection", "bash.eval"}
