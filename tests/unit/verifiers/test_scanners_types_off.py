"""TypeScript is scanned as it runs, too: its types gone, its own forms written as JavaScript."""

from __future__ import annotations

import pytest

from verifiers.scanners.source import readings
from verifiers.scanners.types_off import types_off


@pytest.mark.parametrize(
    ("text", "as_run"),
    [
        ("eval!(x);", "eval (x);"),
        ("(eval satisfies unknown)(x);", "(eval                  )(x);"),
        ("(eval as\nany)(x);", "(eval   \n   )(x);"),
        ("(<any>eval)(x);", "((    eval))(x);"),
        ("f = () => <T>{ a: 1, b: 2 };", "f = () => (  { a: 1, b: 2 });"),
        ("eval<string>(x); new F<T>(x); (f<T>)(x);", "eval        (x); new F   (x); (f   )(x);"),
        ("a!.b!.c! = d as T;", "a .b .c  = d     ;"),
        ("enum A { B = f(x), C, 'd' }", "var  A = { B : f(x), C:0, 'd':0 }"),
        ("export const enum A { B }", "export var        A = { B:0 }"),
        ("export = f(x);", "export default f(x);"),
        ("@f(x) class A {}", ";(f(x)); class A {}"),
        ("@f(x)\nexport class A {}", ";(f(x));\nexport class A {}"),
        ("export @f(x) class A { b = 1 }", "export       class A {[f(x)]; b = 1 }"),
        ("const a = @f(x!) class {};", "const a =        class {[f(x )];};"),
        ("class A { @f(x) m() {} @g p = 1 }", "class A { [f(x)]; m() {} [g]; p = 1 }"),
        ("class A { m(@f(x) y: T) {} }", "class A { m(_=f(x),  y: T) {} }"),
        ("const a = <b c={eval!(x)}>1</b>;", "const a = <b c={eval (x)}>1</b>;"),
    ],
)
def test_typescript_is_read_as_it_runs(text: str, as_run: str) -> None:
    assert types_off(text) == (as_run,)
    assert readings(text, "typescript") == (text, as_run)


@pytest.mark.parametrize(
    "text",
    [
        "const a: string = 1;\n",
        "declare enum A { B = 1 }\n",
        "class A { b!: string; c?: T; }\n",
        "export default 1;\nexport const x = 1;\n",
        "// a!(b) as T\nconst s = 'enum A { B }';\n",
        "class {{{ !",
    ],
)
def test_what_only_declares_types_has_one_reading(text: str) -> None:
    assert readings(text, "typescript") == (text,)
