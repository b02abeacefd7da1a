"""Reading C and C++: declarations, what the tests get of them, test ids, and what compilers say."""

from __future__ import annotations

import pytest

from verifiers.domain import Severity, SourceFile, TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.cpp.c_standin import c_standin
from verifiers.execution.languages.cpp.compiler_output import compiler_findings, run_findings
from verifiers.execution.languages.cpp.declarations import read_declarations
from verifiers.execution.languages.cpp.exports import Exports, choose_exports
from verifiers.execution.languages.cpp.generate import dispatcher
from verifiers.execution.languages.cpp.parts import with_parts_marked
from verifiers.execution.languages.cpp.standin import cpp_standin
from verifiers.execution.languages.cpp.suite import expected_ids, main_of

CANDIDATE = """
#include <vector>
using namespace std;
#define LIMIT 10
#define assert(x) ((void)0)
namespace geo {
struct Point { int x = 0; double y[3]; Point *next; };
enum class Color : int { Red, Green = 4 };
double distance_of(const Point& a, Point b = {}) { return a.x - b.x; }
}
class Stack {
 public:
  explicit Stack(int n, bool full = false);
  void push(int x);
  bool operator==(const Stack& other) const { return true; }
 private:
  vector<int> items;
};
int apply(int (*f)(int), const char *names[], int a[][3]);
auto made(int x) -> vector<int> { return {x}; }
template <class T> T twice(T a) { return a + a; }
int counter;
double fabs(double) { return 0; }
"""


def exported(tests: str, code: str = CANDIDATE, told: str = "", *, c: bool = False) -> Exports:
    return choose_exports(read_declarations([code], c=c), [tests], told, c=c)


def names(exports: Exports) -> set[str]:
    return {call.function.name for call in exports.calls if call.function}


def suite(*texts: str) -> TestSuite:
    return TestSuite(
        files=tuple(SourceFile(path=f"test{n}.cpp", content=text) for n, text in enumerate(texts))
    )


def test_declarations_are_read_with_their_types() -> None:
    found = read_declarations([CANDIDATE], c=False)
    by_name = {function.name: function for function in found.functions}
    assert by_name["distance_of"].scope == ("geo",)
    assert by_name["distance_of"].defaults == 1
    assert [part.named("p") for part in by_name["apply"].parameters] == [
        "int (* p)(int)",
        "const char * p[]",
        "int p[][3]",
    ]
    assert by_name["made"].result == "vector<int>"
    assert found.templates == {"twice"}
    assert found.variables == {"counter"}
    stack = next(item for item in found.classes if item.name == "Stack")
    assert stack.closed
    point = next(item for item in found.classes if item.name == "Point")
    assert (point.closed, [name for _, name, _ in point.fields]) == (False, ["x", "y", "next"])


@pytest.mark.parametrize(
    "declaration",
    [
        "int f(decltype(x) a);",
        "int f(int a = ({ system(\"true\"); 1; }), __typeof__(x) b);",
        "int f(struct { int a; } b);",
        "asm(\"int3\"); int f(auto x);",
    ],
)  # fmt: skip
def test_types_that_are_code_are_not_repeated(declaration: str) -> None:
    exports = exported("int main() { f(1); }", declaration)
    said = cpp_standin(exports)
    for word in ("decltype", "system", "typeof", "int3", "auto x"):
        assert word not in said


def test_only_what_the_tests_name_is_exported() -> None:
    exports = exported("int main() { Stack s(1); s.push(2); made(LIMIT); }", told="made")
    assert names(exports) == {"Stack", "push", "made"} | {"operator=="}
    said = cpp_standin(exports)
    assert "static constexpr auto LIMIT = 10;" in said
    assert "#define" not in said
    assert "assert" not in said


def test_the_tests_own_names_and_the_librarys_stay_theirs() -> None:
    code = "int add(int a, int b); bool same(int a, int b); double fabs(double x); int unique(int x);"
    tests = (
        "using namespace std; bool same(int a, int b) { return a == b; }"
        "int main() { same(add(1, fabs(2)), unique(3)); }"
    )
    assert names(exported(tests, code)) == {"add"}
    assert names(exported(tests, code, "Write a function `int unique(int x)`")) == {"add", "unique"}


def test_an_operator_needs_its_class_to_be_named() -> None:
    code = "struct Yes { bool operator==(int) const { return true; } };\nYes add(int, int) { return {}; }"
    assert names(exported("int main() { assert(add(1, 2) == 3); }", code)) == {"add"}
    assert names(exported("int main() { Yes y = add(1, 2); }", code)) == {"add", "operator=="}


def test_what_cannot_be_given_is_told() -> None:
    assert exported("int main() { twice(1); }").missing == ("twice is a template",)
    assert exported("int main() { counter = 1; }").missing == ("they use the variable counter",)


def test_c_types_are_repeated_as_c() -> None:
    code = "typedef struct { int x; } P;\nstruct N { int v; struct N *next; };\n"
    code += "P f(struct N *n);\n#define MAX 4\n"
    said = c_standin(exported("int main(void) { P p = f(0); return MAX; }", code, c=True))
    assert "typedef struct  { int x; } P;" in said
    assert "struct N { int v; struct N * next; };" in said
    assert "enum { MAX = 4 };" in said
    assert "P f(struct N * acrisol_a0);" in said


def test_both_programs_number_the_calls_alike() -> None:
    exports = exported("int main() { Stack s(1); s.push(2); made(1); }", told="made")
    assert dispatcher(exports, c=False).count("static void acrisol_") == len(exports.calls)


def test_ids_are_read_from_the_tests() -> None:
    text = """
    // TEST_CASE("commented") {}
    TEST_CASE("adds [fast]", "[tag]") { }
    #if 0
    TEST_CASE("off") {}
    #endif
    SCENARIO("said \\"so\\"") {}
    TEST(Suite, Name) {}
    TEST_F(Fixture, Other) {}
    """
    assert expected_ids(suite(text)) == (
        "test0.cpp::adds (fast)",
        'test0.cpp::said "so"',
        "test0.cpp::Suite.Name",
        "test0.cpp::Fixture.Other",
    )
    assert main_of(suite(text)) == "frame"
    assert main_of(suite(text + "int main(int c, char** v) {}")) == "frame-main"
    assert expected_ids(suite("int helper;", "int main() { }")) == ("test1.cpp::main",)
    with pytest.raises(InvalidInput, match="neither a main nor"):
        expected_ids(suite("int x; /* int main() */"))


def test_compiler_output_becomes_findings() -> None:
    said = (
        "candidate/solution.cpp:3:7: warning: unused variable 'x' [-Wunused-variable]\n"
        "candidate/solution.cpp:4:10: error: 'y' was not declared in this scope\n"
        "/usr/include/c++/12/vector:1:1: error: not the candidate's\n"
        "/work/candidate/solution.cpp:9: error: undefined reference to 'helper(int)'\n"
    )
    found = compiler_findings(said, ["solution.cpp"])
    assert [(item.rule, item.severity, item.location.line if item.location else 0) for item in found] == [
        ("gcc-Wunused-variable", Severity.LOW, 3),
        ("compile-error", Severity.HIGH, 4),
        ("compile-error", Severity.HIGH, 9),
        ("undefined-reference", Severity.HIGH, 0),
    ]


def test_sanitizer_reports_become_findings() -> None:
    said = (
        "candidate/a.cpp:4:7: runtime error: signed integer overflow: 1 + 2147483647 cannot be represented\n"
        "==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1 at pc 0x2\n"
        "READ of size 4 at 0x1 thread T0\n"
        "    #0 0x1 in std::x /usr/include/c++/12/x:3\n"
        "    #1 0x2 in f(int) candidate/a.cpp:12\n"
        "==7==ABORTING\n"
    )
    overflow, report = run_findings(said, ["a.cpp"])
    assert (overflow.cwe, overflow.severity) == ("CWE-190", Severity.MEDIUM)
    assert (report.rule, report.cwe) == ("sanitizer.heap-buffer-overflow", "CWE-122")
    assert report.location is not None
    assert report.location.line == 12


def test_members_that_are_passed_by_pointer_are_marked_in_their_lines() -> None:
    code = "int total(int *a, int n); int plain(int x);"
    tests = "int main(void) {\n  total(c[i].in, 3); total(&p->in[1], 2);\n"
    tests += "  total(row, n); plain(c.x); total(f().in, 1);\n}"
    marked = with_parts_marked(tests, exported(tests, code, c=True), c=True)
    assert "total((acrisol_part(&(c[i].in), sizeof(c[i].in)), c[i].in), 3)" in marked
    assert "total((acrisol_part(&(p->in), sizeof(p->in)), &p->in[1]), 2)" in marked
    assert "total(row, n); plain(c.x); total(f().in, 1);" in marked
    assert marked.count("\n") == tests.count("\n")
