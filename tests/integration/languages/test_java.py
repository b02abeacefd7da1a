"""Java candidates in a real sandbox: what honest ones can do, and the reasons why others fail."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge, require_language
from verifiers.domain import Language, Policy, Severity, Status, Verdict
from verifiers.execution.languages.java.support import CLASS_PATH, FOLDER, SUPPORT
from verifiers.execution.run import TestLimits
from verifiers.sandbox.environments import JAVA
from verifiers.sandbox.protocol import Job, Sandbox

J5 = """import static org.junit.jupiter.api.Assertions.*;
import java.util.*;
import java.util.function.*;
import java.util.stream.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.params.*;
import org.junit.jupiter.params.provider.*;
"""


def passes(verdict: Verdict, count: int | None = None) -> None:
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings, verdict.evidence)
    assert verdict.evidence["judging"] == "apart"
    if count is not None:
        counts = verdict.evidence["counts"]
        assert isinstance(counts, dict)
        assert counts["passed"] == count


VALUES = """
import java.math.*;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;
import java.util.stream.*;

public class Solution {
    public Object same(Object value) { return value; }
    public void reverse(List<Integer> list) { Collections.reverse(list); }
    public void sort(int[] numbers) { Arrays.sort(numbers); }
    public void count(Map<String, Integer> into, String... words) { for (String w : words) into.merge(w, 1, Integer::sum); }
    public void append(StringBuilder out) { out.append("!"); }
    public void swap(int[][] grid) { int[] row = grid[0]; grid[0] = grid[1]; grid[1] = row; }
    public List<Integer> itself(List<Integer> list) { list.add(1); return list; }
    public <T extends Comparable<T>> T largest(Collection<? extends T> all) { return Collections.max(all); }
    public int fold(List<Integer> all, BinaryOperator<Integer> by) { return all.stream().reduce(0, by); }
    public Supplier<Integer> counter() { int[] n = {0}; return () -> ++n[0]; }
    public Iterator<Integer> upTo(int n) { return IntStream.range(0, n).iterator(); }
    public IntStream squares(int n) { return IntStream.range(0, n).map(i -> i * i); }
    public CompletableFuture<String> later() { return CompletableFuture.supplyAsync(() -> "done"); }
    public List<String> sorted(List<String> words, Comparator<String> order) {
        List<String> copy = new ArrayList<>(words); copy.sort(order); return copy;
    }
    public int parse(String text) throws java.io.IOException {
        if (text == null) throw new java.io.IOException("nothing to parse");
        return Integer.parseInt(text);
    }
    public int deep(int n) { return n < 0 ? deep(n - 1) : deep(n + 1); }
    public void hello(String name) { System.out.println("Hello " + name); }
    public String ask() { return new Scanner(System.in).nextLine() + "?"; }
    public TreeMap<String, Integer> tree() { return new TreeMap<>(Map.of("b", 2, "a", 1)); }
    public boolean fixed(List<Integer> list) { try { list.add(1); return false; } catch (UnsupportedOperationException e) { return true; } }
    public <T> Optional<T> first(List<T> all, Predicate<? super T> which) { return all.stream().filter(which).findFirst(); }
}
"""


def test_values_cross_as_what_they_are(judge: Judge) -> None:
    tests = (
        J5
        + """
import java.math.*;
import java.time.*;
class SolutionTest {
    Solution s = new Solution();
    record Mine(String name) {}
    @Test void plain() {
        for (Object value : new Object[] {1, 2L, 1.5, 2.5f, 'c', (byte) 1, (short) 2, true, "text", "\\ud800\\u20ac", null,
                new BigInteger("123456789012345678901234567890"), new BigDecimal("1.50"), LocalDate.of(2024, 2, 29),
                Duration.ofSeconds(3), Optional.of(1), OptionalInt.empty(), List.of(1, "a"), Set.of(1), Map.of("a", List.of(1)),
                new ArrayDeque<>(List.of(1)).peek(), DayOfWeek.MONDAY, new UUID(1, 2), String.class})
            assertEquals(value, s.same(value));
        assertArrayEquals(new int[][] {{1}, {2, 3}}, (int[][]) s.same(new int[][] {{1}, {2, 3}}));
        assertArrayEquals(new String[] {"a", null}, (String[]) s.same(new String[] {"a", null}));
        Mine mine = new Mine("x");
        assertSame(mine, s.same(mine));
        assertEquals(Double.NaN, s.same(Double.NaN));
        assertEquals(-0.0, s.same(-0.0));
    }
    @Test void changedInPlace() {
        List<Integer> list = new LinkedList<>(List.of(1, 2, 3)); s.reverse(list); assertEquals(List.of(3, 2, 1), list);
        List<Integer> fixed = Arrays.asList(1, 2); s.reverse(fixed); assertEquals(List.of(2, 1), fixed);
        int[] numbers = {3, 1, 2}; s.sort(numbers); assertArrayEquals(new int[] {1, 2, 3}, numbers);
        Map<String, Integer> map = new HashMap<>(); s.count(map, "a", "b", "a"); assertEquals(Map.of("a", 2, "b", 1), map);
        StringBuilder out = new StringBuilder("x"); s.append(out); assertEquals("x!", out.toString());
        int[][] grid = {{1}, {2}}; int[] first = grid[0]; s.swap(grid); assertSame(first, grid[1]);
        List<Integer> it = new ArrayList<>(); assertSame(it, s.itself(it)); assertEquals(List.of(1), it);
        String text = new String("x"); assertTrue(s.same(text) == text);
        assertTrue(s.fixed(List.of(1))); assertFalse(s.fixed(new ArrayList<>()));
    }
    @Test void functions() {
        assertEquals(6, s.fold(List.of(1, 2, 3), (a, b) -> a + b));
        Supplier<Integer> counter = s.counter(); counter.get(); assertEquals(2, counter.get());
        Iterator<Integer> it = s.upTo(2); assertEquals(0, it.next()); assertEquals(1, it.next()); assertFalse(it.hasNext());
        assertEquals(14, s.squares(4).sum());
        assertEquals("done", s.later().join());
        assertEquals(List.of("b", "a"), s.sorted(List.of("a", "b"), Comparator.reverseOrder()));
        assertEquals(List.of("a", "bb"), s.sorted(List.of("bb", "a"), Comparator.comparing(String::length)));
        assertEquals(3, s.largest(Set.of(1, 3, 2)));
        assertEquals(new Mine("b"), s.first(List.of(new Mine("a"), new Mine("b")), m -> m.name().equals("b")).get());
    }
    @Test void exceptions() throws Exception {
        assertEquals(7, s.parse("7"));
        assertEquals("nothing to parse", assertThrows(java.io.IOException.class, () -> s.parse(null)).getMessage());
        assertThrows(NumberFormatException.class, () -> s.parse("x"));
        assertThrows(StackOverflowError.class, () -> s.deep(1));
        IllegalStateException own = new IllegalStateException("mine");
        assertSame(own, assertThrows(IllegalStateException.class, () -> s.fold(List.of(1), (a, b) -> { throw own; })));
    }
    @Test void printsAndReads() {
        java.io.PrintStream before = System.out;
        var bytes = new java.io.ByteArrayOutputStream();
        System.setOut(new java.io.PrintStream(bytes));
        try { s.hello("world"); } finally { System.setOut(before); }
        assertEquals("Hello world", bytes.toString().trim());
        System.setIn(new java.io.ByteArrayInputStream("who\\n".getBytes()));
        assertEquals("who?", s.ask());
        assertEquals("a", s.tree().firstKey());
    }
}
"""
    )
    passes(judge(Language.JAVA, VALUES, tests), 5)


CLASSES = """
package shop;
import java.util.*;

public class Account implements Comparable<Account> {
    public static final int LIMIT = 100;
    public static int made = 0;
    public String owner;
    private int balance;
    protected final List<String> log = new ArrayList<>();
    public Account(String owner, int balance) { this.owner = owner; this.balance = balance; made++; }
    public int getBalance() { return balance; }
    public void withdraw(int amount) throws Poor {
        if (amount > balance) throw new Poor("only " + balance, amount - balance);
        balance -= amount; log.add("-" + amount);
    }
    public Account self() { return this; }
    @Override public int compareTo(Account other) { return Integer.compare(balance, other.balance); }
    @Override public boolean equals(Object o) { return o instanceof Account a && a.owner.equals(owner) && a.balance == balance; }
    @Override public int hashCode() { return owner.hashCode() * 31 + balance; }
    @Override public String toString() { return owner + ":" + balance; }
    public static class Poor extends Exception {
        private final int missing;
        public Poor(String message, int missing) { super(message); this.missing = missing; }
        public int getMissing() { return missing; }
    }
    public enum Kind { SAVING { int rate() { return 3; } }, GIRO { int rate() { return 0; } }; abstract int rate(); }
    public record Pair<A, B>(A first, B second) { public Pair { Objects.requireNonNull(first); } }
    public interface Shape { double area(); default String describe() { return "area " + area(); } static Shape unit() { return () -> 1; } }
    public static class Circle implements Shape { double r; public Circle(double r) { this.r = r; } public double area() { return 3 * r * r; } }
    static abstract class Base { abstract int one(); int two() { return one() * 2; } }
    static class Derived extends Base { int one() { return 21; } }
    static class Node<T> { T val; Node<T> next; Node(T val) { this.val = val; } }
    static <T> Node<T> reverse(Node<T> head) { Node<T> back = null; while (head != null) { Node<T> n = head.next; head.next = back; back = head; head = n; } return back; }
    static double total(List<Shape> shapes) { double sum = 0; for (Shape s : shapes) sum += s.area(); return sum; }
    static String tell(Shape shape) { return shape.describe(); }
    static Kind other(Kind kind) { return kind == Kind.GIRO ? Kind.SAVING : Kind.GIRO; }
    public Object hidden() { return new Object() { public String toString() { return "anonymous"; } }; }
}
"""


def test_classes_are_used_like_the_judges_own(judge: Judge) -> None:
    tests = (
        "package shop;\n"
        + J5
        + """
class AccountTest {
    @Test void objects() throws Exception {
        int before = Account.made;
        Account a = new Account("ann", 10);
        assertEquals(before + 1, Account.made);
        assertEquals(100, Account.LIMIT);
        assertSame(a, a.self());
        assertEquals(new Account("ann", 10), a);
        assertNotEquals(new Account("bob", 10), a);
        assertFalse(a.equals(null));
        assertFalse(a.equals("ann:10"));
        assertEquals("ann:10", a.toString());
        a.owner = "eve";
        assertEquals("eve:10", a + "");
        a.withdraw(4);
        assertEquals(List.of("-4"), a.log);
        assertTrue(a.compareTo(new Account("x", 100)) < 0);
        assertEquals(1, new HashSet<>(List.of(new Account("q", 1))).size());
        assertTrue(Set.of(new Account("q", 1)).contains(new Account("q", 1)));
        List<Account> all = new ArrayList<>(List.of(new Account("b", 2), new Account("a", 1)));
        Collections.sort(all);
        assertEquals("a", all.get(0).owner);
        assertEquals("anonymous", a.hidden().toString());
    }
    @Test void exceptions() {
        Account.Poor poor = assertThrows(Account.Poor.class, () -> new Account("a", 1).withdraw(3));
        assertEquals("only 1", poor.getMessage());
        assertEquals(2, poor.getMissing());
        assertThrows(NullPointerException.class, () -> new Account.Pair<>(null, 1));
    }
    @Test void enumsAndRecords() {
        assertEquals(3, Account.Kind.SAVING.rate());
        assertSame(Account.Kind.SAVING, Account.other(Account.Kind.GIRO));
        switch (Account.other(Account.Kind.SAVING)) { case GIRO: break; default: fail(); }
        assertEquals(new Account.Pair<>("a", 1), new Account.Pair<>("a", 1));
        assertEquals("a", new Account.Pair<>("a", 1).first());
        assertEquals("Pair[first=a, second=1]", new Account.Pair<>("a", 1).toString());
    }
    @Test void interfaces() {
        assertEquals(13.0, Account.total(List.of(new Account.Circle(2), () -> 1)));
        assertEquals("area 7.0", Account.tell(() -> 7));
        Account.Shape mine = () -> 4;
        assertEquals("area 4.0", mine.describe());
        assertEquals("area 12.0", new Account.Circle(2).describe());
        assertEquals(1.0, Account.Shape.unit().area());
        assertEquals(42, new Account.Derived().two());
    }
    @Test void fields() {
        Account.Node<Integer> head = new Account.Node<>(1);
        head.next = new Account.Node<>(2);
        head.next.next = new Account.Node<>(3);
        Account.Node<Integer> back = Account.reverse(head);
        assertEquals(3, back.val);
        assertEquals(2, back.next.val);
        assertSame(head, back.next.next);
        assertNull(head.next);
    }
}
"""
    )
    passes(judge(Language.JAVA, {"shop/Account.java": CLASSES}, {"shop/AccountTest.java": tests}), 5)


SMALL = "class Solution { int add(int a, int b) { return a + b; } }"


def test_junit_5_in_its_forms(judge: Judge) -> None:
    tests = (
        J5
        + """
class SolutionTest extends Common {
    static List<String> order = new ArrayList<>();
    Solution s;
    @BeforeAll static void all() { order.add("all"); }
    @BeforeEach void each() { s = new Solution(); order.add("each"); }
    @ParameterizedTest @ValueSource(ints = {1, 2}) void values(int n) { assertEquals(n + 1, s.add(n, 1)); }
    @ParameterizedTest @CsvSource({"1, 2, 3", "2, 2, 4"}) void csv(int a, int b, int c) { assertEquals(c, s.add(a, b)); }
    static Stream<Arguments> given() { return Stream.of(Arguments.of(1, 1)); }
    @ParameterizedTest @MethodSource("given") void method(int a, int b) { assertEquals(2, s.add(a, b)); }
    @RepeatedTest(2) void again() { assertEquals(2, s.add(1, 1)); }
    @Disabled("later") @Test void disabled() { fail(); }
    @TestFactory List<DynamicTest> made() { return List.of(DynamicTest.dynamicTest("one", () -> assertEquals(2, s.add(1, 1)))); }
    @Nested class Inner { @Test void inside() { assertTrue(order.contains("all")); assertEquals(3, s.add(1, 2)); } }
    static class Alone { @Test void big() { assertEquals(4, new Solution().add(2, 2)); } }
    @Test void times() { assertTimeoutPreemptively(java.time.Duration.ofSeconds(20), () -> assertEquals(1, s.add(0, 1))); }
}
abstract class Common { @Test void inherited() { assertEquals(0, new Solution().add(0, 0)); } }
"""
    )
    verdict = judge(Language.JAVA, SMALL, tests)
    passes(verdict, 9)
    assert verdict.evidence["skipped"] == ["SolutionTest.java::SolutionTest.disabled"]
    passed = verdict.evidence["passed"]
    assert isinstance(passed, list)
    assert "SolutionTest.java::SolutionTest.Inner.inside" in passed
    assert "SolutionTest.java::SolutionTest.Alone.big" in passed
    half = judge(Language.JAVA, SMALL.replace("a + b", "a == 2 && b == 2 ? 0 : a + b"), tests)
    assert half.status is Status.FAILED
    assert half.findings[0].message


def test_junit_4_and_plain_programs(judge: Judge) -> None:
    old = """import static org.junit.Assert.*;
import org.junit.*;
public class OldTest {
    @Test public void adds() { assertEquals(3, new Solution().add(1, 2)); }
    @Test(expected = ArithmeticException.class) public void throwing() { int x = 1 / new Solution().add(0, 0); }
}
"""
    program = """public class Main { public static void main(String[] args) {
        if (new Solution().add(2, 2) != 4) System.exit(1);
        assert new Solution().add(1, 1) == 2;
        System.exit(0);
    } }"""
    passes(judge(Language.JAVA, SMALL, {"OldTest.java": old, "Main.java": program}), 3)


@pytest.mark.parametrize(
    "line",
    ["System.exit(1);", 'throw new AssertionError("no");', 'assert new Solution().add(1, 1) == 3 : "no";'],
    ids=["exit", "throw", "assert"],
)
def test_program_that_finds_a_fault_fails(judge: Judge, line: str) -> None:
    verdict = judge(
        Language.JAVA,
        SMALL,
        {"Main.java": f"public class Main {{\n public static void main(String[] a) {{\n {line} }} }}"},
    )
    assert verdict.status is Status.FAILED
    assert verdict.evidence["failed"] == ["Main.java::Main.main"]


def test_failure_names_test_message_and_line(judge: Judge) -> None:
    verdict = judge(
        Language.JAVA,
        SMALL,
        J5
        + "class SolutionTest {\n @Test void adds() {\n  assertEquals(4, new Solution().add(1, 2));\n }\n}",
    )
    assert verdict.status is Status.FAILED
    finding = verdict.findings[0]
    assert finding.rule == "SolutionTest.java::SolutionTest.adds"
    assert "expected: <4> but was: <3>" in finding.message
    assert finding.location is not None
    assert finding.location.line == 10


def test_threads_of_the_tests_wait_for_each_other(judge: Judge) -> None:
    candidate = """import java.util.concurrent.*;
public class Solution { private final BlockingQueue<Integer> q = new ArrayBlockingQueue<>(1);
    public void put(int n) throws InterruptedException { q.put(n); }
    public int take() throws InterruptedException { return q.take(); } }"""
    tests = (
        J5
        + """
class SolutionTest { @Test void handsOver() throws Exception {
    Solution s = new Solution(); int[] got = {0};
    Thread taker = new Thread(() -> { try { got[0] = s.take() + s.take(); } catch (InterruptedException e) { } });
    taker.start(); Thread.sleep(50); s.put(1); s.put(2); taker.join(); assertEquals(3, got[0]); } }
"""
    )
    passes(judge(Language.JAVA, candidate, tests), 1)


def test_compile_errors_are_findings_with_lines(judge: Judge) -> None:
    verdict = judge(
        Language.JAVA,
        "class Solution {\n  int add(int a, int b) {\n    return a + c;\n  }\n}",
        J5 + "class T { @Test void a() { new Solution().add(1, 2); } }",
    )
    assert verdict.status is Status.FAILED
    assert "does not compile" in verdict.summary
    finding = verdict.findings[0]
    assert finding.severity is Severity.HIGH
    assert finding.rule.startswith("javac.cant.resolve")
    assert finding.location is not None
    assert (finding.location.path, finding.location.line) == ("Solution.java", 3)


def test_a_missing_method_is_the_candidates_fault(judge: Judge) -> None:
    verdict = judge(
        Language.JAVA, SMALL, J5 + "class T { @Test void a() { new Solution().subtract(1, 2); } }"
    )
    assert verdict.status is Status.FAILED
    assert "does not fit the tests" in verdict.summary


def test_warnings_do_not_fail(judge: Judge) -> None:
    verdict = judge(Language.JAVA, "class Solution { int f() { int zero = 1 / 0; return 1; } }", None)
    assert verdict.status is Status.PASSED
    assert [finding.rule for finding in verdict.findings] == ["javac.div.zero"]
    assert verdict.findings[0].severity is Severity.LOW


LOOP = J5 + "class T { @Test void a() { new Solution().f(); } }"


def test_endless_loop_is_a_time_out(judge: Judge) -> None:
    limits = TestLimits(runs=1, cpu_s=1)
    verdict = judge(Language.JAVA, "class Solution { void f() { while (true) { } } }", LOOP, limits=limits)
    assert verdict.status is Status.FAILED
    assert verdict.evidence["limit"] == "time"


def test_memory_is_named(judge: Judge) -> None:
    code = "class Solution { void f() { java.util.List<long[]> all = new java.util.ArrayList<>(); while (true) all.add(new long[1 << 20]); } }"
    verdict = judge(Language.JAVA, code, LOOP, limits=TestLimits(runs=1, memory_bytes=128 * 2**20))
    assert verdict.status is Status.FAILED
    assert verdict.evidence["limit"] == "memory"


@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        (
            "class T { @Test void a() { assertEquals(5, new Solution() { int add(int a, int b) { return 5; } }.add(1, 2)); } }",
            "derive",
        ),
        (
            "class T { @Test void a() throws Exception { assertEquals(1, Solution.class.getDeclaredMethods().length); } }",
            "reflection",
        ),
    ],
    ids=["derived", "reflection"],
)
def test_what_only_one_process_can_do_is_said(judge: Judge, tests: str, reason: str) -> None:
    verdict = judge(Language.JAVA, SMALL, J5 + tests)
    assert verdict.status is Status.INCOMPLETE
    assert reason in verdict.summary
    allowed = judge(Language.JAVA, SMALL, J5 + tests, policy=Policy(allow_shared_judge=True))
    assert allowed.status is Status.PASSED, (allowed.summary, allowed.evidence)
    assert allowed.evidence["judging"] == "shared"
    assert reason in str(allowed.evidence["shared_because"])


LRU = """import java.util.*;
class Cache<K, V> extends LinkedHashMap<K, V> {
    private final int size;
    Cache(int size) { super(16, 0.75f, true); this.size = size; }
    @Override protected boolean removeEldestEntry(Map.Entry<K, V> eldest) { return size() > size; }
}"""
SHAPES = "class Circle implements Shape { public double area() { return 3; } }"


@pytest.mark.parametrize(
    ("code", "tests", "reason"),
    [
        (
            LRU,
            'class T { @Test void a() { Cache<String, Integer> c = new Cache<>(1); c.put("a", 1); c.put("b", 2); assertEquals(Set.of("b"), c.keySet()); } }',
            "do not compile against",
        ),
        (
            SHAPES,
            "interface Shape { double area(); } class T { @Test void a() { assertEquals(3, new Circle().area()); } }",
            "uses Shape",
        ),
    ],
    ids=["extends-a-map", "implements-what-the-tests-define"],
)
def test_tests_that_do_not_fit_the_stand_in_run_shared(
    judge: Judge, code: str, tests: str, reason: str
) -> None:
    verdict = judge(Language.JAVA, code, J5 + tests, policy=Policy(allow_shared_judge=True))
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)
    assert reason in str(verdict.evidence["shared_because"])
    assert judge(Language.JAVA, code, J5 + tests).status is Status.INCOMPLETE


def test_shared_candidate_that_exits_fails(judge: Judge) -> None:
    code = "class Solution { int add(int a, int b) { System.exit(0); return 0; } }"
    tests = J5 + "class T { @Test void a() { assertEquals(3, new Solution() { }.add(1, 2)); } }"
    verdict = judge(Language.JAVA, code, tests, policy=Policy(allow_shared_judge=True))
    assert verdict.status is Status.FAILED


def test_the_archive_of_classes_fits_the_toolchain(sandbox: Sandbox) -> None:
    require_language(Language.JAVA)
    options = [SUPPORT.version_command[0], f"-XX:SharedArchiveFile={FOLDER}/acrisol.jsa", "-XX:+UseSerialGC"]
    result = sandbox.run(
        Job(environment=JAVA, argv=(*options, "-Xshare:on", "-cp", CLASS_PATH, "acrisol.Guest"))
    )
    # It is given no order: it starts, if the archive can be used, and complains.
    assert b"ArrayIndexOutOfBounds" in result.stderr, result.stderr
