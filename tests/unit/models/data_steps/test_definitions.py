from __future__ import annotations

import pytest

from models.data.source.definitions import Definition, definitions
from models.data.source.documentation import summary
from models.data.source.grammars import LANGUAGES, parse

SOURCES = {
    "python": '''class A:
    """A thing."""

    @deco
    async def f(self, a: int) -> str:
        """Adds.

        More.
        """
        def inner(): pass
        return "x"


def g(): return 1
''',
    "java": """/** A thing. */
public class A {
    /**
     * Adds {@code a}.
     * @param a what
     */
    @Override
    public int f(int a) { return a; }
    abstract int none();
}
""",
    "javascript": """/** Adds. */
export const f = async (a) => { return a; };
// useful, but no documentation
function g() {}
class A { /** Doubles. */ m() {} }
""",
    "typescript": """/** A shape. */
export interface Shape { area(): number }
/** Doubles. */
export function twice(a: number): number { return 2 * a; }
""",
    "go": """package p

// Add adds.
// Always.
func Add(a, b int) int { return a + b }

// T is a thing.
type T struct{ a int }

//go:noinline
func (t *T) M() {}
""",
    "rust": """/// Adds.
#[inline]
pub fn add(a: i32) -> i32 { a }
/// A thing.
struct S { a: i32 }
impl S {
    /// Doubles.
    fn twice(&self) -> i32 { 2 }
}
""",
    "c": """/* Adds two numbers. */
static int *add(int a, int b) { return 0; }
/* far away */

int other(void) { return 1; }
""",
    "cpp": """/// Adds.
template <class T> T add(T a) { return a; }
class A { public: /** Doubles. */ int twice() const { return 2; } };
int A::out() { return 3; }
""",
    "bash": """# Prints a greeting.
greet() {
  echo hi
}
""",
    "solidity": """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
/// @title A vault
contract Vault {
    /// @notice Withdraws all.
    /// @param to Where to
    function withdraw(address to) external returns (bool) { return true; }
    constructor() {}
}
""",
}


def _found(language: str) -> dict[str, Definition]:
    source = parse(SOURCES[language], language)
    assert source is not None
    return {item.full_name: item for item in definitions(source)}


@pytest.mark.parametrize(
    ("language", "name", "kind", "documentation", "signature"),
    [
        ("python", "A", "class", "A thing.", "class A:"),
        ("python", "A.f", "method", "Adds.\n\nMore.", "@deco\nasync def f(self, a: int) -> str:"),
        ("python", "g", "function", "", "def g():"),
        ("java", "A", "class", "A thing.", "public class A"),
        ("java", "A.f", "method", "Adds `a`.\n@param a what", "@Override\npublic int f(int a)"),
        ("javascript", "f", "function", "Adds.", "export const f = async (a)"),
        ("javascript", "g", "function", "", "function g()"),
        ("javascript", "A.m", "method", "Doubles.", "m()"),
        ("typescript", "Shape", "interface", "A shape.", "export interface Shape"),
        ("typescript", "twice", "function", "Doubles.", "export function twice(a: number): number"),
        ("go", "Add", "function", "Add adds.\nAlways.", "func Add(a, b int) int"),
        ("go", "T", "class", "T is a thing.", "type T"),
        ("go", "M", "method", "", "func (t *T) M()"),
        ("rust", "add", "function", "Adds.", "pub fn add(a: i32) -> i32"),
        ("rust", "S", "class", "A thing.", "struct S"),
        ("rust", "S.twice", "method", "Doubles.", "fn twice(&self) -> i32"),
        ("c", "add", "function", "Adds two numbers.", "static int *add(int a, int b)"),
        ("c", "other", "function", "", "int other(void)"),
        ("cpp", "add", "function", "Adds.", "template <class T> T add(T a)"),
        ("cpp", "A.twice", "method", "Doubles.", "int twice() const"),
        ("cpp", "A::out", "method", "", "int A::out()"),
        ("bash", "greet", "function", "Prints a greeting.", "greet()"),
        ("solidity", "Vault", "contract", "@title A vault", "contract Vault"),
        (
            "solidity",
            "Vault.withdraw",
            "method",
            "Withdraws all.\n@param to Where to",
            "function withdraw(address to) external returns (bool)",
        ),
        ("solidity", "Vault.constructor", "method", "", "constructor()"),
    ],
)
def test_a_definition_is_known_by_all_that_is_written_of_it(
    language: str, name: str, kind: str, documentation: str, signature: str
) -> None:
    item = _found(language)[name]
    assert (item.kind, item.documentation, item.signature) == (kind, documentation, signature)


def test_code_comes_without_its_indentation_and_with_its_decorators() -> None:
    item = _found("python")["A.f"]
    assert item.code.startswith("@deco\nasync def f(self")
    assert item.code.endswith('\n    return "x"')
    assert (item.first, item.last) == (4, 11)


def test_what_is_inside_a_function_or_has_no_body_is_no_definition() -> None:
    assert "A.f.inner" not in _found("python")
    assert "A.none" not in _found("java")


def test_what_was_not_understood_is_left_out() -> None:
    source = parse("def f(:\n    x\n\n\ndef g():\n    return 1\n", "python")
    assert source is not None
    assert "f" not in {item.name for item in definitions(source)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Adds.\n\nArgs:\n    a: what", "Adds."),
        ("Adds.\n@param a what", "Adds."),
        ("Adds.\n\n:param a: what", "Adds."),
        ("Adds.\n\nParameters\n----------\na", "Adds."),
        ("Adds.\n\n>>> f(1)", "Adds."),
        ("Adds.\n\nFor example:\n\n>>> f(1)", "Adds."),
        ("Adds, like so:\n\n>>> f(1)", "Adds, like so."),
    ],
)
def test_the_summary_says_what_is_done(text: str, said: str) -> None:
    assert summary(text) == said


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_many_definitions_and_comments_take_linear_time(language: str) -> None:
    units = {
        "bash": "# a\nf() { b; }\n",
        "go": "// F is.\nfunc F() {}\n",
        "javascript": "/** a */\nfunction f() {}\n",
        "python": "def f():\n    '''a b'''\n",
        "rust": "/// a\nfn f() {}\n",
        "typescript": "/** a */\nfunction f() {}\n",
    }
    text = units.get(language, "/** a */\nvoid f() {}\n") * 1_000
    source = parse(text, language)
    assert source is not None
    assert len(definitions(source)) in (0, 1_000)
