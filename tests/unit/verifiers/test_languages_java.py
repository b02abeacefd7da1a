"""Reading Java source, making stand-ins and reading the compiler's words; nothing is run."""

from __future__ import annotations

import pytest

from verifiers.domain import Severity, SourceFile, TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.java.declarations import read_file
from verifiers.execution.languages.java.findings import compiler_findings
from verifiers.execution.languages.java.standin import StandIn, make_stand_in
from verifiers.execution.languages.java.suite import Suite, expected, foreign_names, read_suite

NONE: frozenset[str] = frozenset()


def suite(**files: str) -> TestSuite:
    return TestSuite(
        files=tuple(SourceFile(path=f"{name}.java", content=text) for name, text in files.items())
    )


def read(text: str) -> Suite:
    return read_suite(suite(T=text))


def stand_in(*sources: str, taken: frozenset[str] = NONE, foreign: frozenset[str] = NONE) -> StandIn:
    return make_stand_in([read_file(source) for source in sources], taken, foreign)


def test_ids_of_junit_tests() -> None:
    text = """
    package a.b;
    import org.junit.jupiter.api.*;
    class T extends Base implements More {
        @Test void one() {}
        @org.junit.jupiter.params.ParameterizedTest void two(int n) {}
        @RepeatedTest(3) void three() {}
        void helper() {}
        @Nested class In { @Test void four() {} }
        static class Alone { @Test void five() {} static class Deep { @Test void six() {} } class Helper { } }
    }
    abstract class Base { @Test void above() {} @Test void one() {} }
    interface More { @Test default void also() {} }
    """
    found = read(text)
    names = ("one", "two", "three", "above", "also", "In.four", "Alone.five", "Alone.Deep.six")
    assert set(found.expected) == {f"T.java::T.{name}" for name in names}
    classes = ("a.b.T", "a.b.T$Alone", "a.b.T$Alone$Deep")
    assert found.classes == tuple((name, "T.java") for name in classes)
    assert found.engines == {"jupiter"}


@pytest.mark.parametrize("marks", ["", "private static"])
def test_a_class_whose_tests_junit_never_runs_is_refused(marks: str) -> None:
    with pytest.raises(InvalidInput, match=r"T\.java:1: JUnit never runs the tests of T\.In"):
        read(f"class T {{ @Test void one() {{}} {marks} class In {{ @Test void two() {{}} }} }}")


def test_ids_of_programs_and_of_old_junit() -> None:
    old = "import junit.framework.*; public class Old extends TestCase { public void testA() {} void b() {} }"
    program = "public class Main { public static void main(String[] a) {} } class Helper { }"
    found = read_suite(suite(Old=old, Main=program))
    assert found.expected == ("Old.java::Old.testA", "Main.java::Main.main")
    assert found.engines == {"vintage"}
    assert [main.binary for main in found.mains] == ["Main"]


@pytest.mark.parametrize("text", ["class A { void f() {} }", "", "not java at all {"])
def test_no_test_is_bad_input(text: str) -> None:
    with pytest.raises(InvalidInput, match="no test was found"):
        expected(suite(A=text))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Object.class.getDeclaredMethods();", "reflection"),
        ("java.lang.reflect.Method m;", "reflection"),
        ("org.mockito.Mockito.mock(A.class);", "mocks"),
        ("// getDeclaredMethods()", ""),
    ],
)
def test_what_needs_one_process_is_told_from_the_tests(line: str, reason: str) -> None:
    unfit = read(f"class T {{ @Test void a() {{ {line}\n }} }}").unfit
    assert reason in unfit if reason else not unfit


def test_derived_classes_are_found() -> None:
    found = read("class T { class A extends B<C> { } void f() { new D.E(1) { }; new F(); } }")
    assert found.derived == {"B", "E"}


def test_names_of_the_platform_are_not_the_candidates() -> None:
    found = read("import java.util.*; import static org.junit.jupiter.api.Assertions.*; class T { }")
    names = foreign_names(found, "Write the class Stack. Call Arrays.asList(1).")
    assert {"Math", "String", "AssertionError", "Arrays", "List", "java", "org"} <= names
    assert "Stack" not in names
    assert "Solution" not in names


def test_only_declarations_reach_the_stand_in() -> None:
    made = stand_in(
        "class A { private int secret; static { System.exit(0); } int x = evil(); int "
        "f() { return evil(); } private int evil() { return 1; } }"
    )
    source = made.sources[0]
    assert "evil" not in source
    assert "System" not in source
    assert "secret" not in source
    assert "public int x;" in source
    assert 'acrisol.Link.call("A#f()", this' in source


def test_keys_are_simple_names_of_erased_types() -> None:
    made = stand_in(
        "class A<T extends Comparable<T>> { <U> void f(java.util.List<? super T> a, T[] "
        "b, U c, int... d) { } }"
    )
    assert '"A#f(List,Comparable[],Object,int[])"' in made.sources[0]


def test_escapes_are_read_before_anything_else() -> None:
    hidden = "class A { int f() { return 1; } /* \\u002a/ int g() { return 2; } /\\u002a */ }"
    assert "A#g()" in stand_in(hidden).sources[0]
    text = 'class A { String s() { return "\\\\u0022; } int h() { return "; } }'
    assert "A#h()" not in stand_in(text).sources[0]


def test_what_is_not_a_type_does_not_get_in() -> None:
    for source in (
        "class A { int f(int x = System.exit(0)) { } }",
        "class A<T { } {",
        "class A { List<@B(x = 1) String> f() { return null; } }",
    ):
        for text in stand_in(source).sources:
            assert "System" not in text
            assert "@B" not in text


def test_kinds_of_types() -> None:
    made = stand_in(
        "package p; enum E { A, B; int f() { return 1; } } record R(int x, String... y) "
        "{ } interface I { int C = 1; int g(); default int h() { return 1; } }"
        "class X extends RuntimeException { X(String m) { super(m); } } class L extends "
        "java.util.ArrayList<String> { }"
    )
    source = made.sources[0]
    assert "public enum E" in source
    assert "A, B;" in source
    assert 'create("p.R#new(int,String[])"' in source
    assert "extends RuntimeException" in source
    assert 'callDefault("p.I#h()"' in source
    assert 'acrisol.Link.field(I.class, "C", true)' in source
    assert set(made.shown) == {"p.E", "p.R", "p.I", "p.X"}  # a list goes by value


def test_types_of_the_tests_and_of_the_platform_get_no_stand_in() -> None:
    made = stand_in(
        "class Main { } class Math { } class A { }",
        "package acrisol; class Link { }",
        "package org.junit; class Assert { }",
        taken=frozenset(("Main",)),
        foreign=frozenset(("Math",)),
    )
    assert made.shown == ("A",)


def test_hostile_depth_does_not_break_the_reader() -> None:
    deep = (
        "class A { "
        + "List<" * 3000
        + "Integer"
        + ">" * 3000
        + " f() { return null; } int g() { return 1; } }"
    )
    assert any("A#g()" in source for source in stand_in(deep).sources) or not stand_in(deep).sources


def test_compiler_findings() -> None:
    said = (
        "A.java:3:12: error: [compiler.err.cant.resolve.location] cannot find symbol\n"
        "    symbol: variable c\n"
        "A.java:4:1: warning: [compiler.warn.div.zero] division by zero\n"
        "B.java:1:1: error: [compiler.err.x] not ours\nnoise\n"
    )
    found = compiler_findings(said, ["A.java"])
    assert [(item.rule, item.severity) for item in found] == [
        ("javac.cant.resolve.location", Severity.HIGH),
        ("javac.div.zero", Severity.LOW),
    ]
    assert "symbol: variable c" in found[0].message
    assert found[0].location is not None
    assert (found[0].location.line, found[0].location.column) == (3, 12)
