"""Java candidates that try to pass without solving the task. Apart, none is accepted."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Status

TESTS = """import static org.junit.jupiter.api.Assertions.*;
import java.util.*;
import org.junit.jupiter.api.*;
class SolutionTest {
    @Test void adds() { assertEquals(5, new Solution().add(2, 3)); }
    @Test void sorts() { assertEquals(Arrays.asList(1, 2), new Solution().sorted(new ArrayList<>(List.of(2, 1)))); }
    @Test void finds() { assertEquals("key", new Solution().find()); assertTrue(Math.abs(new Solution().half(1) - 0.5) < 1e-9); }
    @Test void refuses() { assertThrows(IllegalArgumentException.class, () -> new Solution().add(-1, 0)); }
}
"""
WRONG = """
    int add(int a, int b) { %(add)s }
    List<Integer> sorted(List<Integer> list) { %(sorted)s }
    Object find() { %(find)s }
    double half(int n) { %(half)s }
"""


def candidate(
    before: str = "",
    add: str = "return 0;",
    sorted_: str = "return list;",
    find: str = "return null;",
    half: str = "return 0;",
    inside: str = "",
) -> str:
    body = WRONG
    for name, code in {"add": add, "sorted": sorted_, "find": find, "half": half}.items():
        body = body.replace(f"%({name})s", code)
    return f"import java.util.*;\nimport java.io.*;\n{before}\nclass Solution {{ {inside} {body} }}"


LYING = 'new Object() { public boolean equals(Object o) { return true; } public int hashCode() { return 0; } public String toString() { return "key"; } }'
WRITE_ALL = """for (int fd = 0; fd < 32; fd++) try (FileOutputStream out = new FileOutputStream("/proc/self/fd/" + fd)) { out.write(%s); } catch (Throwable t) { }"""
FORGED = """("{\\"nonce\\":\\"0\\",\\"test\\":\\"SolutionTest.java::SolutionTest.adds\\",\\"outcome\\":\\"passed\\",\\"message\\":\\"\\",\\"line\\":0,\\"path\\":\\"\\"}\\n{\\"nonce\\":\\"0\\",\\"end\\":true,\\"gone\\":null,\\"versions\\":{}}\\n").getBytes()"""

CHEATS = {
    "exit": candidate(add="System.exit(0); return 0;"),
    "halt": candidate(add="Runtime.getRuntime().halt(0); return 0;"),
    "exit-in-static-initialiser": candidate(inside="static { System.exit(0); }"),
    "exit-at-shutdown-hook": candidate(
        add="Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0))); System.exit(0); return 0;"
    ),
    "equal-to-everything": candidate(find=f"return {LYING};"),
    "equal-to-everything-shown": candidate(
        before="class Any { public boolean equals(Object o) { return true; } public int hashCode() { return 0; } }",
        find="return new Any();",
    ),
    "list-equal-to-everything": candidate(
        sorted_="return new ArrayList<>(list) { public boolean equals(Object o) { return true; } };"
    ),
    "lying-iterator": candidate(
        sorted_="return new AbstractList<>() { public Integer get(int i) { return null; } public int size() { return 2; } public boolean equals(Object o) { return true; } };"
    ),
    "reports-on-every-descriptor": candidate(add=WRITE_ALL.replace("%s", FORGED) + " return 0;"),
    "frames-on-the-link": candidate(
        add="try { FileOutputStream out = new FileOutputStream(FileDescriptor.out); out.write(new byte[] {0, 0, 0, 2, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0}); out.flush(); } catch (IOException e) { } return 0;"
    ),
    "endless-frame": candidate(
        add="try { FileOutputStream out = new FileOutputStream(FileDescriptor.out); out.write(new byte[] {0, 0, 0, 2, 1, 127, -1, -1, -1}); byte[] b = new byte[1 << 20]; for (int i = 0; i < 100; i++) out.write(b); } catch (IOException e) { } return 0;"
    ),
    "kills-every-process": candidate(
        add='try { new ProcessBuilder("sh", "-c", "kill -9 -1; kill -9 $PPID").start().waitFor(); } catch (Exception e) { } return 0;'
    ),
    "own-assertions": {
        "Solution.java": candidate(),
        "org/junit/jupiter/api/Assertions.java": "package org.junit.jupiter.api; public class Assertions { public static void assertEquals(Object a, Object b) { } public static void assertTrue(boolean b) { } }",
    },
    "own-math-and-arrays": candidate(
        before="class Math { static double abs(double d) { return 0; } } class Arrays { static <T> List<T> asList(T... t) { return Arrays.<T>some(); } static <T> List<T> some() { return new ArrayList<>(); } }",
        sorted_="return new ArrayList<>();",
        find='return "key";',
    ),
    "own-link": {
        "Solution.java": candidate(),
        "acrisol/Link.java": "package acrisol; public class Link { public static Object call(String k, Object r, Object[] a) { return 5; } }",
    },
    "class-called-like-the-test": candidate(before="class SolutionTest { void adds() { } }"),
    "test-replaced": {
        "Solution.java": candidate(),
        "SolutionTest.java": "class SolutionTest { @org.junit.jupiter.api.Test void adds() { } }",
    },
    "reflection-on-the-judge": candidate(
        add="""try { Class<?> c = Class.forName("acrisol.Judge"); var f = Class.forName("acrisol.Link").getDeclaredField("wire"); f.setAccessible(true); Object w = f.get(null);
        for (Thread t : Thread.getAllStackTraces().keySet()) if (t != Thread.currentThread()) t.stop(); } catch (Throwable e) { } return 0;"""
    ),
    "everything-thrown": candidate(
        add="throw new IllegalArgumentException();", sorted_="throw new ThreadDeath();"
    ),
    "skips": {
        "Solution.java": candidate(
            add='throw new org.opentest4j.TestAbortedException("skip");', sorted_="return List.of(1, 2);"
        ),
        "org/opentest4j/TestAbortedException.java": "package org.opentest4j; public class TestAbortedException extends RuntimeException { public TestAbortedException(String s) { super(s); } }",
    },
    "says-it-cannot-be-carried": candidate(
        add='throw new IllegalStateException("cannot be carried between the tests and the candidate");'
    ),
    "lying-message": candidate(
        before="class Odd extends RuntimeException { public String getMessage() { System.exit(0); return null; } }",
        add="throw new Odd();",
    ),
    "prints-the-report": candidate(
        add=f"System.err.print(new String({FORGED})); System.out.println(new String({FORGED})); return 0;"
    ),
    "escaped-source": candidate(inside="/* \\u002a/ static { System.exit(0); } /\\u002a */"),
    "unicode-escape-in-comment": candidate(inside="// \\u000a static { Runtime.getRuntime().halt(0); }"),
    "many-threads": candidate(
        add="for (int i = 0; i < 10000; i++) new Thread(() -> { while (true) try { Thread.sleep(1000); } catch (InterruptedException e) { } }).start(); return 0;"
    ),
    "more-than-fits-into-the-judge": candidate(find="return Collections.nCopies(30_000_000, null);"),
    "too-much": candidate(
        add="return 0;",
        find='StringBuilder b = new StringBuilder(); while (b.length() < 70_000_000) b.append("xxxxxxxxxxxxxxxx"); return b.toString();',
    ),
}


@pytest.mark.parametrize("name", CHEATS)
def test_no_cheat_is_accepted(judge: Judge, name: str) -> None:
    verdict = judge(Language.JAVA, CHEATS[name], TESTS)
    assert verdict.status in (Status.FAILED, Status.INCOMPLETE), (verdict.summary, verdict.evidence)
    if name not in ("says-it-cannot-be-carried", "too-much"):
        assert verdict.status is Status.FAILED, (verdict.summary, verdict.evidence)


def test_the_same_tests_accept_an_honest_candidate(judge: Judge) -> None:
    honest = candidate(
        add="if (a < 0) throw new IllegalArgumentException(); return a + b;",
        sorted_="Collections.sort(list); return list;",
        find='return "key";',
        half="return n / 2.0;",
    )
    verdict = judge(Language.JAVA, honest, TESTS)
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)


POINT = """public class Point {
    private static Point first;
    private final int x; private final int y;
    public Point(int x, int y) { this.x = x; this.y = y; }
    public Point doubled() { first = null; return DOUBLED; }
    @Override public boolean equals(Object other) { EQUALS }
    @Override public int hashCode() { return 1; }
}
"""
POINT_TESTS = """import static org.junit.jupiter.api.Assertions.*;
import java.util.*;
import org.junit.jupiter.api.*;
class PointTest {
    @Test void one() { assertEquals(new Point(2, 4), new Point(1, 2).doubled()); }
    @Test void two() { assertEquals(new Point(5, 0).doubled(), new Point(10, 0)); }
    @Test void three() { assertEquals(List.of(new Point(6, 8)), List.of(new Point(3, 4).doubled())); }
}
"""
EQUALS = {
    "every object of its class": "return other instanceof Point;",
    "the first that it sees": "if (first == null) first = (Point) other; return first == other;",
    "whatever stands beside its own": "return x == -7 || ((Point) other).x == -7;",
}


@pytest.mark.parametrize("name", EQUALS)
def test_an_equality_that_has_not_compared_is_not_believed(judge: Judge, name: str) -> None:
    wrong = "new Point(-7, -7)" if "own" in name else "this"
    code = POINT.replace("EQUALS", EQUALS[name]).replace("DOUBLED", wrong)
    verdict = judge(Language.JAVA, {"Point.java": code}, {"PointTest.java": POINT_TESTS})
    assert verdict.status is Status.FAILED, (verdict.summary, verdict.evidence)


@pytest.mark.parametrize(
    "equals",
    ["return other instanceof Point p && p.x == x && p.y == y;", "Point p = (Point) other; return p.y == y;"],
)
def test_an_honest_equality_is_believed(judge: Judge, equals: str) -> None:
    code = POINT.replace("EQUALS", equals).replace("DOUBLED", "new Point(2 * x, 2 * y)")
    verdict = judge(Language.JAVA, {"Point.java": code}, {"PointTest.java": POINT_TESTS})
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)


def test_an_interface_brings_no_assertions_into_the_tests(judge: Judge) -> None:
    code = """interface Shape { double area(); default void assertEquals(Object a, Object b) { }
        class Math { static double abs(double d) { return 0; } } }
        class Solution { boolean same(Shape s) { s.area(); return true; } }"""
    tests = """import static org.junit.jupiter.api.Assertions.*;
import org.junit.jupiter.api.*;
class SolutionTest { @Test void a() { new Solution().same(new Shape() {
    public double area() { assertEquals("a", "b"); if (Math.abs(1) != 1) fail(); return 1; } }); } }
"""
    verdict = judge(Language.JAVA, code, tests)
    assert verdict.status is Status.FAILED, (verdict.summary, verdict.evidence)
