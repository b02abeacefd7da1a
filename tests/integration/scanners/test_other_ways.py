"""The same weakness by another way of writing it: types, full names, other names, values handed on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.scanners.conftest import Scan, scanned
from verifiers.domain import Language, Status
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners.eslint import EslintVerifier

SUFFIXES = {"typescript": "ts", "javascript": "js", "python": "py", "java": "java", "go": "go"}
JAVA = "class A {{ void f(String c) throws Exception {{ {} }} }}\n"
SOUND_TYPESCRIPT = """
import { Component, Inject } from "@angular/core";
export enum Kind { One, Two = "two", Three = 1 << 2, }
const enum Small { A }
declare enum Other { A = 1 }
@Component({ selector: "x" })
export class View<T> {
  @Input() name!: string;
  @Input()
  private other?: T;
  constructor(@Inject(Kind) private readonly kind: Kind, @Optional() @Self() public more: T) { super(); }
  @HostListener("click", ["$event"]) on(event: Event) { return event!.target as HTMLElement; }
  @Memo get size(): number { return this.name!.length; }
}
const table = { a: 1, b: 2 } as const satisfies Record<string, number>;
const made = new Map<string, number>();
const build = () => <Array<number>>[1, 2];
const record = () => <Record<string, number>>{ a: 1, b: 2 };
export namespace Deep { export enum Inner { A, B = A } }
"""


@pytest.mark.parametrize(
    "text",
    [
        "const f = (x: string) => eval!(x);",
        "const f = (x: string) => (eval satisfies unknown)(x);",
        "const f = (x: string) => (eval as (s: string) => unknown)(x);",
        "const f = (x: string) => (<any>eval)(x);",
        "const f = (x: string) => (eval<string>)(x);",
        "const x = process.argv[2]; enum A { B = eval(x) }",
        "@eval(process.argv[2]) class A {}",
        "class A { @eval(process.argv[2]) m() {} }",
        "class A { m(@eval(process.argv[2]) y: string) {} }",
        "export @eval(process.argv[2]) class A {}",
        "export = eval(process.argv[2]);",
    ],
)
def test_types_and_typescripts_own_forms_hide_nothing(
    text: str, scan: Scan, sandbox: Sandbox, installed: Callable[[str], None]
) -> None:
    verdict = scan({"a.ts": text + "\n"}, Language.TYPESCRIPT)
    assert (verdict.status, verdict.findings[0].rule) == (Status.FAILED, "javascript.code-injection")
    installed("eslint")
    other = scanned(EslintVerifier(sandbox), Language.TYPESCRIPT, {"a.ts": text + "\n"})
    assert other.status is Status.FAILED, other.summary


def test_sound_typescript_is_looked_at_in_full(
    scan: Scan, sandbox: Sandbox, installed: Callable[[str], None]
) -> None:
    code = {"a.ts": SOUND_TYPESCRIPT, "b.tsx": "const a = <b c={x!}>{y as T}</b>;\nenum E { A }\n"}
    verdict = scan(code, Language.TYPESCRIPT)
    assert (verdict.status, verdict.findings) == (Status.PASSED, ()), verdict.summary
    installed("eslint")
    other = scanned(EslintVerifier(sandbox), Language.TYPESCRIPT, code)
    assert (other.status, other.findings) == (Status.PASSED, ()), other.summary


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("java", JAVA.format("java.lang.Runtime.getRuntime().exec(c);")),
        ("java", JAVA.format("java . lang /**/ . Runtime.getRuntime().exec(c);")),
        ("java", "import static java.lang.Runtime.getRuntime;\n" + JAVA.format("getRuntime().exec(c);")),
        ("java", "import static java.lang.Runtime.*;\n" + JAVA.format("getRuntime().exec(c);")),
        ("java", JAVA.format("Runtime r = Runtime.getRuntime(); r.exec(c);")),
        ("java", JAVA.format("var r = Runtime.getRuntime(); r.exec(c);")),
        ("java", JAVA.format('new java.lang.ProcessBuilder("sh", "-c", c).start();')),
        ("java", JAVA.format('javax.crypto.Cipher.getInstance("DES");')),
        ("java", "import static javax.crypto.Cipher.getInstance;\n" + JAVA.format('getInstance("DES");')),
        ("go", 'package a\nimport . "os/exec"\nfunc f(c string) { Command("sh", "-c", c).Run() }\n'),
        ("go", 'package a\nimport e "os/exec"\nfunc f(c string) { e.Command("sh", "-c", c).Run() }\n'),
        ("go", 'package a\nimport . "crypto/des"\nfunc f(k []byte) { NewCipher(k) }\n'),
        ("go", 'package a\nimport d "crypto/des"\nfunc f(k []byte) { d.NewCipher(k) }\n'),
        (
            "go",
            'package a\nimport "os/exec"\nfunc f(c string) { run := exec.Command; run("sh", "-c", c) }\n',
        ),
        ("python", "def calc(text, run=eval):\n    return run(text)\n"),
        ("python", "def calc(text, *, run=eval):\n    return run(text)\n"),
        ("python", "f = lambda text, run=exec: run(text)\n"),
        ("python", "import os\ndef f(x):\n    return sorted(x, key=os.system)\n"),
        ("python", "from os import system\ndef f(x):\n    return sorted(x, key=system)\n"),
        ("python", "def f(x):\n    return apply(eval, x)\n"),
        ("python", "def f(x):\n    return eval.__call__(x)\n"),
        ("python", "def f(x):\n    return [eval][0](x)\n"),
        ("python", "def f(x):\n    return (eval, 1)[0](x)\n"),
        ("python", "def f():\n    return eval\n"),
        ("python", "f = lambda: eval\n"),
        ("python", "def f(x):\n    return (eval if x else exec)(x)\n"),
        ("python", "def f(x):\n    return (None or eval)(x)\n"),
        ("python", "def f(x):\n    return (e := eval)(x)\n"),
        ("python", "def f(x):\n    a, b = eval, 1\n    return a(x)\n"),
        ("python", "import os\n@os.system\ndef f(x):\n    return x\n"),
        ("python", "def f(x):\n    match x:\n        case y if eval(y):\n            return y\n"),
        (
            "python",
            "def f(x):\n    match x:\n        case (\n            y\n        ) if (eval(y)): return y\n",
        ),
        ("javascript", "function calc(text) { return eval.call(null, text); }"),
        ("javascript", "const f = (x) => eval.apply(null, [x]);"),
        ("javascript", "const f = (x) => eval.bind(null)(x);"),
        ("javascript", "const f = (xs) => xs.map(eval);"),
        ("javascript", "const f = (x) => Reflect.apply(eval, null, [x]);"),
        ("javascript", "const f = (x) => Reflect.construct(Function, [x])();"),
        ("javascript", "const f = (x, run = eval) => run(x);"),
        ("javascript", "const run = eval; run(x);"),
        ("javascript", "let run; run = Function; run(x)();"),
        ("javascript", "const f = (x) => [eval][0](x);"),
        ("javascript", "const f = (x) => ({ run: eval }).run(x);"),
        ("javascript", "const f = () => eval;"),
        ("javascript", "function f() { return eval; }"),
        ("javascript", "const f = (x) => (x ? eval : 0)(x);"),
        ("javascript", "const f = (x) => (null || eval)(x);"),
        ("javascript", "const f = (x) => (() => {}).constructor(x)();"),
        ("javascript", "const F = (async () => {}).constructor; const f = (x) => new F(x)();"),
        ("javascript", "const f = (x) => new ((function* () {}).constructor)(x)();"),
        ("javascript", "const f = (x) => Object.getPrototypeOf(async () => {}).constructor(x)();"),
        ("javascript", "const f = (x) => eval?.(x);"),
        ("javascript", "const { exec: run } = require('child_process'); const f = (x) => run(x);"),
        ("javascript", "const run = require('child_process').exec; const f = (x) => run(x);"),
        ("javascript", "import { execSync as run } from 'child_process'; const f = (x) => run(x);"),
        ("javascript", "import * as c from 'node:child_process'; const f = (x) => c.exec(x);"),
    ],
)
def test_another_way_to_write_it_is_found_as_well(language: str, text: str, scan: Scan) -> None:
    verdict = scan({f"A.{SUFFIXES[language]}": text}, Language(language))
    assert verdict.status is Status.FAILED, verdict.summary


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("java", JAVA.format("java.util.List<String> xs = java.util.List.of(c); xs.size();")),
        ("java", "import static java.util.stream.Collectors.*;\n" + JAVA.format("x.collect(toList());")),
        ("java", JAVA.format("db.exec(c); statement.exec(c); Pattern p = Pattern.compile(c);")),
        ("go", 'package a\nimport . "math"\nfunc f(x float64) float64 { return Sqrt(x) }\n'),
        (
            "go",
            'package a\nimport "os/exec"\nvar run = exec.Command\nfunc f() { run("ls", "-c").Run() }\n',
        ),
        ("python", "def f(model, key=int):\n    model.eval()\n    return sorted([1], key=key)\n"),
        ("python", "def f(eval, xs):\n    return list(map(eval, xs))\n"),
        ("python", "class A:\n    def exec(self, text):\n        return self.exec(text, eval=1)\n"),
        (
            "python",
            "def f(x):\n  match x:\n    case [a, *b] if len(b) > 1: return a\n    case _: return 0\n",
        ),
        ("javascript", "const f = (xs) => xs.map(Number).filter(Boolean);"),
        ("javascript", "const m = /a/.exec(text); const n = pattern.exec(text); db.exec('x');"),
        ("javascript", "if (typeof f === 'function' && f instanceof Function) { f(); }"),
        ("javascript", "const same = a.constructor === b.constructor; const c = new a.constructor(1, 2);"),
        (
            "javascript",
            "class A { constructor(x) { this.x = x; } get name() { return this.constructor.name; } }",
        ),
        ("javascript", "Function.prototype.call.bind(Array.prototype.slice);"),
    ],
)
def test_what_only_looks_like_it_stays_clean(language: str, text: str, scan: Scan) -> None:
    verdict = scan({f"A.{SUFFIXES[language]}": text}, Language(language))
    assert (verdict.status, verdict.findings) == (Status.PASSED, ()), [x.rule for x in verdict.findings]
