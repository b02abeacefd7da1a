"""Honest C++ programs, and those that are wrong for an honest reason."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Policy, Severity, Status
from verifiers.execution.run import TestLimits

PIECES = """
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>
struct Point { int x = 0; int y = 0;
  bool operator==(const Point& o) const { return x == o.x && y == o.y; }
  Point plus(const Point& o) const { return {x + o.x, y + o.y}; }
  void shift(int by) { x += by; } };
std::ostream& operator<<(std::ostream& out, const Point& p) { return out << "(" << p.x << "," << p.y << ")"; }
class Empty : public std::runtime_error { public: Empty() : std::runtime_error("nothing there") {} };
class Stack { std::vector<int> items;
 public:
  void push(int x) { items.push_back(x); }
  int pop() { if (items.empty()) throw Empty(); int x = items.back(); items.pop_back(); return x; }
  size_t size() const { return items.size(); }
  Stack& add(int x) { push(x); return *this; }
  bool operator==(const Stack& o) const { return items == o.items; } };
int divide(int a, int b) { if (b == 0) throw std::invalid_argument("by zero"); return a / b; }
std::map<std::string, int> counts(const std::vector<std::string>& words) {
  std::map<std::string, int> found; for (auto& word : words) ++found[word]; return found; }
void doubled(std::vector<int>& v) { for (int& x : v) x *= 2; }
int power(int a, int b = 2) { int r = 1; while (b--) r *= a; return r; }
enum class Color { Red, Green = 5 };
Color other(Color c) { return c == Color::Red ? Color::Green : Color::Red; }
namespace shapes {
class Shape { public: virtual ~Shape() {} virtual double area() const = 0; };
class Square : public Shape { double side; public: explicit Square(double s) : side(s) {} double area() const override { return side * side; } };
double total(const std::vector<const Shape*>& all) { double t = 0; for (auto* s : all) t += s->area(); return t; } }
struct Node { int val; Node* next; Node(int x) : val(x), next(nullptr) {} };
Node* turned(Node* head) { Node* p = nullptr; while (head) { Node* n = head->next; head->next = p; p = head; head = n; } return p; }
std::vector<int> mapped(const std::vector<int>& v, std::function<int(int)> f) { std::vector<int> r; for (int x : v) r.push_back(f(x)); return r; }
std::optional<std::string> name_of(int id) { if (id == 1) return "one"; return std::nullopt; }
std::unique_ptr<int> boxed(int x) { return std::make_unique<int>(x); }
void set_all(int* a, int n, int v) { for (int i = 0; i < n; i++) a[i] = v + i; }
"""
CATCH = """
#include <catch2/catch_test_macros.hpp>
#include <sstream>
#include "solution.h"
TEST_CASE("errors", "[math]") {
  REQUIRE(divide(6, 3) == 2);
  REQUIRE_THROWS_AS(divide(1, 0), std::invalid_argument);
  CHECK_THROWS_WITH(divide(1, 0), "by zero"); }
TEST_CASE("objects") {
  Stack s;
  SECTION("empty") { CHECK(s.size() == 0); CHECK_THROWS_AS(s.pop(), Empty); CHECK_THROWS_AS(s.pop(), std::runtime_error); }
  SECTION("one") { s.push(4); Stack t = s; REQUIRE(t == s); REQUIRE(s.pop() == 4); REQUIRE_FALSE(t == s); }
  CHECK(s.add(1).size() == 1);
  shapes::Square square(2); const shapes::Shape* shape = &square;
  CHECK(shape->area() == 4); CHECK(shapes::total({shape, shape}) == 8); }
TEST_CASE("values") {
  Point p{1, 2};
  CHECK(p.plus({1, 1}) == Point{2, 3}); p.shift(4); CHECK(p.x == 5);
  std::ostringstream out; out << p; CHECK(out.str() == "(5,2)");
  CHECK(counts({"a", "b", "a"}) == std::map<std::string, int>{{"a", 2}, {"b", 1}});
  std::vector<int> v{1, 2}; doubled(v); CHECK(v == std::vector<int>{2, 4});
  CHECK(power(3) == 9); CHECK(power(2, 3) == 8); CHECK(other(Color::Red) == Color::Green);
  CHECK(name_of(1).value() == "one"); CHECK_FALSE(name_of(2)); CHECK(*boxed(4) == 4); }
TEST_CASE("memory and callbacks") {
  Node* list = new Node(1); list->next = new Node(2); Node* back = turned(list);
  CHECK(back->val == 2); CHECK(back->next == list); CHECK(list->next == nullptr);
  int a[3]; set_all(a, 3, 7); CHECK(a[2] == 9);
  int by = 3; CHECK(mapped({1, 2}, [&](int x) { return x * by; }) == std::vector<int>{3, 6});
  CHECK_THROWS_AS(mapped({1}, [](int) -> int { throw 5; }), int); }
TEST_CASE("wrong") { CHECK(divide(4, 2) == 3); CHECK(divide(4, 2) == 2); REQUIRE(power(2) == 5); }
"""


def test_values_objects_memory_callbacks_and_errors_cross(judge: Judge) -> None:
    verdict = judge(Language.CPP, PIECES, CATCH)
    assert verdict.evidence["judging"] == "apart", verdict.summary
    passed = [name.partition("::")[2] for name in verdict.evidence["passed"]]  # type: ignore[union-attr,index]
    assert passed == ["errors", "objects", "values", "memory and callbacks"], verdict.findings
    assert verdict.status is Status.FAILED
    wrong = [finding for finding in verdict.findings if finding.rule == "test_solution.cpp::wrong"]
    assert [finding.message for finding in wrong] == [
        "divide(4, 2) == 3 is false: 2 == 3",
        "power(2) == 5 is false: 4 == 5",
    ]
    assert wrong[0].location is not None
    assert wrong[0].location.line == 30


ADD = "int add(int a, int b) { return a + b; }\n"
FRAMEWORKS = {
    "doctest": """
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "doctest.h"
#include "solution.cpp"
TEST_CASE("adds") { CHECK_EQ(add(1, 2), 3); SUBCASE("a") { CHECK(add(1, 1) == doctest::Approx(2.0)); } }
TEST_CASE("fails") { REQUIRE(add(1, 2) == 4); }
""",
    "gtest": """
#include <gtest/gtest.h>
class F : public ::testing::Test { protected: void SetUp() override { n = add(1, 2); } int n = 0; };
TEST(A, adds) { EXPECT_EQ(add(1, 2), 3) << "more"; EXPECT_NEAR(add(1, 2), 3.001, 0.01); EXPECT_NO_THROW(add(1, 1)); }
TEST_F(F, fails) { ASSERT_EQ(n, 4) << "told"; }
int main(int argc, char** argv) { testing::InitGoogleTest(&argc, argv); return RUN_ALL_TESTS(); }
""",
    "catch v2": """
#define CATCH_CONFIG_MAIN
#include "catch.hpp"
TEST_CASE("adds") { REQUIRE_NOTHROW(add(1, 2)); REQUIRE_THAT(std::string("abc"), Catch::Contains("b")); }
TEST_CASE("fails") { FAIL("because " << 3); }
""",
}


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_frameworks_report_each_test(judge: Judge, framework: str) -> None:
    verdict = judge(Language.CPP, ADD, FRAMEWORKS[framework])
    counts = verdict.evidence["counts"]
    assert isinstance(counts, dict)
    assert (counts["passed"], counts["failed"], counts["missing"]) == (1, 1, 0), verdict.summary


MAIN = "#include <cassert>\nint main() { assert(add(1, 2) == 3); }"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("int add(int a, int b) { return a - b; }", "1 of 1 tests failed"),
        ("int add(int a, int b) { return a + c; }", "the candidate does not compile: 'c' was not declared"),
        ("int add(int a, int b);", "the candidate does not compile: add(int, int) is declared or called"),
        ("int add(int a, int b) { int* p = nullptr; return *p + a + b; }", "was ended by signal 6"),
        ("#include <stdexcept>\nint add(int, int) { throw std::runtime_error(\"x\"); }", "1 of 1 tests failed"),
        ("int sum(int a, int b) { return a + b; }", "the candidate does not fit the tests"),
    ],
)  # fmt: skip
def test_wrong_programs_fail_for_the_right_reason(judge: Judge, code: str, said: str) -> None:
    verdict = judge(Language.CPP, code, MAIN)
    assert verdict.status is Status.FAILED
    assert said in verdict.summary.replace("\N{LEFT SINGLE QUOTATION MARK}", "'").replace(
        "\N{RIGHT SINGLE QUOTATION MARK}", "'"
    )


def test_time_and_memory_are_told_apart(judge: Judge) -> None:
    loop = "int add(int a, int b) { volatile int x = a; while (x == a) {} return b; }"
    verdict = judge(Language.CPP, loop, MAIN, limits=TestLimits(runs=1, cpu_s=2))
    assert (verdict.status, verdict.evidence["limit"]) == (Status.FAILED, "time"), verdict.summary
    hungry = (
        "#include <vector>\n#include <cstring>\nint add(int a, int b) { std::vector<char*> all; for (;;) "
        "{ all.push_back(new char[1 << 24]); memset(all.back(), a, 1 << 24); } return b; }"
    )
    verdict = judge(Language.CPP, hungry, MAIN)
    assert (verdict.status, verdict.evidence["limit"]) == (Status.FAILED, "memory"), verdict.summary


def test_warnings_and_sanitizers_are_findings_with_lines(judge: Judge) -> None:
    code = "int add(int a, int b) {\n  int unused;\n  int big = 2147483647;\n  big += a;\n  return a + b + (big & 0);\n}\n"
    verdict = judge(Language.CPP, code, MAIN)
    assert verdict.status is Status.PASSED
    found = {(item.rule, item.severity, item.location.line) for item in verdict.findings if item.location}
    assert ("gcc-Wunused-variable", Severity.LOW, 2) in found
    assert ("sanitizer.undefined-behaviour", Severity.MEDIUM, 4) in found
    code = "#include <vector>\nint add(int a, int b) {\n  std::vector<int> v(2);\n  int far = v[a + 1];\n  return a + b + (far & 0);\n}\n"
    verdict = judge(Language.CPP, code, MAIN)
    assert verdict.status is Status.FAILED
    report = next(item for item in verdict.findings if item.rule == "sanitizer.heap-buffer-overflow")
    assert report.severity is Severity.HIGH
    assert report.location is not None
    assert report.location.line == 4


def test_templates_need_one_process_and_the_policy_decides(judge: Judge) -> None:
    code = "template <class T> T add(T a, T b) { return a + b; }"
    verdict = judge(Language.CPP, code, MAIN)
    assert verdict.status is Status.INCOMPLETE
    assert "add is a template" in verdict.summary
    shared = Policy(allow_shared_judge=True)
    verdict = judge(Language.CPP, code, MAIN, policy=shared)
    assert (verdict.status, verdict.evidence["judging"]) == (Status.PASSED, "shared"), verdict.summary
    for wrong in ("return a - b;", "exit(0);", "_exit(0);", "int* p = 0; return *p;"):
        bad = f"#include <unistd.h>\n#include <cstdlib>\n{code.replace('return a + b;', wrong)}"
        assert judge(Language.CPP, bad, MAIN, policy=shared).status is Status.FAILED, wrong


def test_without_tests_the_candidate_is_only_compiled(judge: Judge) -> None:
    assert judge(Language.CPP, ADD, None).status is Status.PASSED
    verdict = judge(Language.CPP, "int f() {\n  return x;\n}", None)
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].location is not None
    assert verdict.findings[0].location.line == 2


def test_what_is_not_included_does_not_compile(judge: Judge) -> None:
    """Headers compiled ahead bring nothing that the candidate did not ask for."""
    code = "#include <vector>\nint add(int a, int b) { std::string s; return a + b; }"
    verdict = judge(Language.CPP, code, MAIN)
    assert verdict.status is Status.FAILED
    assert "does not compile" in verdict.summary


def test_several_files_are_one_program(judge: Judge) -> None:
    files = {
        "calc.h": "#pragma once\nint add(int a, int b);\n",
        "calc.cpp": '#include "calc.h"\nint add(int a, int b) { return a + b; }\n',
        "other.cpp": '#include "calc.h"\nint twice(int x) { return add(x, x); }\n',
    }
    tests = '#include <cassert>\n#include "calc.h"\nint main() { assert(add(1, 2) == 3); }'
    assert judge(Language.CPP, files, tests).status is Status.PASSED
