"""Java, Go and Python are scanned once more with unusual forms spelled as rules know them."""

from __future__ import annotations

import ast

import pytest

from verifiers.scanners.source import readings


@pytest.mark.parametrize(
    ("language", "text", "usual"),
    [
        (
            "java",
            "class A { B b = java.lang.Runtime.getRuntime(); }",
            ["class A { B b = Runtime.getRuntime(); }"],
        ),
        ("java", "class A { B b = java\n.lang.Runtime.x(); }", ["class A { B b = \nRuntime.x(); }"]),
        ("java", "class A { a.b.C<d.e.F> g = new a.b.C<>(); }", ["class A { C<F> g = new C<>(); }"]),
        (
            "java",
            "import static a.B.c;\nclass D { E e = c(); }",
            ["import static a.B.c;\nclass D { E e = B.c(); }"],
        ),
        (
            "java",
            "import static a.B.*;\nclass D { E e = c(); }",
            ["import static a.B.*;\nclass D { E e = B.c(); }"],
        ),
        (
            "java",
            "import static a.B.*;\nclass D { E e = c(); void f() {} class G { E c() { return f(); } } }",
            ["import static a.B.*;\nclass D { E e = B.c(); void f() {} class G { E c() { return f(); } } }"],
        ),
        ("java", "import a.B;\nclass C { D d = this.e.F; int g = h.i(); }", []),
        (
            "go",
            'package a\nimport . "os/exec"\nfunc f(c Cmd) { Command("sh") }',
            ['package a\nimport   "os/exec"\nfunc f(c exec.Cmd) { exec.Command("sh") }'],
        ),
        (
            "go",
            'package a\nimport . "b/c"\ntype T int\nfunc F(X T) { F(g(x)); type G int; G(1) }',
            ['package a\nimport   "b/c"\ntype T int\nfunc F(X T) { F(g(x)); type G int; c.G(1) }'],
        ),
        ("go", 'package a\nimport e "b/c"\nfunc F() { e.G() }', []),
        (
            "python",
            "match x:\n    case y if f(y):\n        pass\n    case _:\n        pass\n",
            ["for _ in x:\n    if        f(y):\n        pass\n    if 1  :\n        pass\n"],
        ),
        ("python", "match x:\n    case y:\n        pass\n", []),
        ("python", "match = case = 1\n", []),
    ],
)
def test_unusual_forms_have_a_usual_reading(language: str, text: str, usual: list[str]) -> None:
    assert readings(text, language) == (text, *usual)


@pytest.mark.parametrize(
    "text",
    [
        "match x, 1:\n  case (\n    y # if\n  ) if (f(y)): pass\n  case case if case: pass\n",
        "match x:\n  case {'\u00e9': b, **rest} if rest: pass\n  case -1|2: pass\n  case\\\n  y: pass\n",
        "match x:\n  case [a, *b] if (lambda: a)():\n    match a:\n      case b if b: pass\n",
        "match *a, b:\n  case 1 if 2:\n    pass\n",
    ],
)
def test_a_reading_without_guards_is_python_with_the_same_lines(text: str) -> None:
    _, usual = readings(text, "python")
    assert not any(isinstance(node, ast.Match) for node in ast.walk(ast.parse(usual)))
    assert usual.count("\n") == text.count("\n")


def test_a_file_that_would_have_too_many_readings_is_one_that_cannot_be_scanned() -> None:
    stars = "".join(f"import static a.B{number}.*;\n" for number in range(1000))
    assert len(readings(stars + "class A { int x = f(); }", "java")) == 2
    dots = "".join(f'import . "a/b{number}"\n' for number in range(1000))
    assert len(readings(f"package a\n{dots}func f() {{ G() }}\n", "go")) == 2
