"""C and C++ candidates that try to pass without solving: none is accepted."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Status

CPP_TESTS = """
#include <cassert>
#include <cstring>
#include <cmath>
#include <vector>
#include "solution.h"
using namespace std;
bool same(const vector<int>& a, const vector<int>& b) { return a == b; }
int main() {
    assert(add(1, 2) == 3);
    assert(same(doubled({1, 2}), {2, 4}));
    assert(fabs(half(3) - 1.5) < 1e-6);
}
"""
WRONG = """
#include <vector>
int add(int, int) { return 0; }
std::vector<int> doubled(std::vector<int>) { return {}; }
double half(double) { return 9; }
"""
FORGED = r"""
static void forge() {
    const char* lines[] = {"{\"nonce\":\"\",\"test\":\"test_solution.cpp::main\",\"outcome\":\"passed\"}\n",
        "{\"nonce\":\"\",\"end\":true,\"gone\":null,\"versions\":{}}\n", "\1\0\0\0\3"};
    for (int fd = 0; fd < 256; ++fd) for (const char* line : lines) if (write(fd, line, strlen(line)) < 0) break;
}
"""
CPP_CHEATS = {
    "exits": "#include <cstdlib>\n" + WRONG.replace("return 0;", "exit(0);"),
    "leaves at once": "#include <unistd.h>\n" + WRONG.replace("return 0;", "_exit(0);"),
    "exits before main": "#include <cstdlib>\n" + WRONG + "struct Early { Early() { exit(0); } } early;",
    "exits in a constructor": WRONG
    + "#include <unistd.h>\n__attribute__((constructor)) static void first() { _exit(0); }",
    "defines assert away": "#define NDEBUG\n#define assert(x) ((void)0)\n" + WRONG,
    "defines assert as a function": WRONG
    + 'extern "C" void __assert_fail(const char*, const char*, unsigned, const char*) noexcept { }',
    "returns what equals everything": """
#include <vector>
struct Yes {
    bool operator==(int) const { return true; }
    bool operator==(const std::vector<int>&) const { return true; }
    operator double() const { return 1.5; }
};
Yes add(int, int) { return {}; }
Yes doubled(std::vector<int>) { return {}; }
double half(double) { return 1.5; }
""",
    "compares vectors itself": "#include <vector>\n"
    "bool operator==(const std::vector<int>&, const std::vector<int>&) { return true; }\n"
    "bool operator==(std::vector<int>&, std::vector<int>&) { return true; }\n" + WRONG,
    "a better helper than the tests'": WRONG
    + "bool same(std::vector<int>&&, std::vector<int>&&) { return true; }\n"
    "template <class A> bool same(const A&, std::initializer_list<int>) { return true; }",
    "its own fabs": WRONG + "double fabs(double) { return 0; }\nfloat fabs(float) { return 0; }",
    "its own vector": WRONG
    + "namespace std { template <> bool operator==(const vector<int>&, const vector<int>&) { return true; } }",
    "forged report": "#include <unistd.h>\n#include <cstring>\n"
    + FORGED
    + WRONG.replace("return 0;", "forge(); return 0;"),
    "forged report and end": "#include <unistd.h>\n#include <cstring>\n"
    + FORGED
    + WRONG.replace("return 0;", "forge(); _exit(0);"),
    "kills its parents": "#include <signal.h>\n#include <unistd.h>\n"
    + WRONG.replace("return 0;", "kill(getppid(), SIGKILL); kill(-1, SIGKILL); return 0;"),
    "reads the tests": "#include <fstream>\n#include <string>\n"
    + WRONG.replace(
        "return 0;",
        'for (const char* path : {"/work/test_solution.cpp", "test_solution.cpp", "/work/acrisol-standin.hpp"})'
        " { std::ifstream in(path); if (in.good()) return 3; } return 0;",
    ),
    "includes the tests": '#if __has_include("../test_solution.cpp")\n#define FOUND 3\n#else\n#define FOUND 0\n#endif\n'
    + WRONG.replace("return 0;", "return FOUND;"),
    "handles signals": "#include <csignal>\n#include <cstdlib>\n"
    + WRONG.replace("return 0;", "signal(SIGABRT, [](int) { _Exit(0); }); abort();"),
    "exits in a thread": "#include <thread>\n#include <cstdlib>\n"
    + WRONG.replace("return 0;", "std::thread([] { quick_exit(0); }).join(); return 0;"),
    "jumps out": "#include <csetjmp>\nstatic jmp_buf there;\n"
    + WRONG.replace("return 0;", "if (setjmp(there) == 0) longjmp(there, 1); return 0;"),
    "throws a failure away": WRONG.replace("return 0;", "throw 0;"),
    "closes everything": "#include <unistd.h>\n"
    + WRONG.replace("return 0;", "for (int fd = 0; fd < 512; ++fd) close(fd); return 0;"),
    "system call by hand": WRONG.replace(
        "return 0;", 'asm volatile("mov $231, %%eax; xor %%edi, %%edi; syscall" ::: "rax", "rdi"); return 0;'
    ),
}
C_TESTS = """
#include <assert.h>
#include <string.h>
#include <stdlib.h>
#include "solution.h"
int main(void) {
    char text[] = "abc";
    assert(add(1, 2) == 3);
    reverse(text);
    assert(strcmp(text, "cba") == 0);
    int *made = numbers(2);
    assert(made[0] == 0 && made[1] == 1);
    free(made);
    return 0;
}
"""
C_WRONG = """
#include <stdlib.h>
int add(int a, int b) { (void)a; (void)b; return 0; }
void reverse(char *text) { (void)text; }
int *numbers(int n) { return calloc((size_t)n, sizeof(int)); }
"""
C_CHEATS = {
    "exits": C_WRONG.replace("return 0;", "exit(0);"),
    "exits later": "#include <unistd.h>\n"
    + C_WRONG
    + "__attribute__((destructor)) static void last(void) { _exit(0); }",
    "leaves before main": "#include <unistd.h>\n"
    + C_WRONG
    + "__attribute__((constructor)) static void first(void) { _exit(0); }",
    "defines assert away": "#define NDEBUG 1\n#define assert(x) 0\n#define strcmp(a, b) 0\n" + C_WRONG,
    "its own strcmp": C_WRONG + "int strcmp(const char *a, const char *b) { (void)a; (void)b; return 0; }",
    "its own assert": C_WRONG + "void __assert_fail(const char *a, const char *b, unsigned c, const char *d) "
    "{ (void)a; (void)b; (void)c; (void)d; exit(0); }",
    "its own main": C_WRONG + "int main(void) { return 0; }",
    "true is 0": "#define main tested\n#define if(x) if (0)\n" + C_WRONG,
    "writes far": C_WRONG.replace(
        "{ (void)text; }", "{ for (long at = -4096; at < 4096; ++at) ((volatile char *)text)[at] = 0; }"
    ),
    "forged answer": "#include <unistd.h>\n"
    + C_WRONG.replace(
        "return 0;",
        'for (int fd = 0; fd < 256; ++fd) if (write(fd, "\\5\\0\\0\\0\\3\\3\\0\\0\\0", 9) < 0) continue; return 0;',
    ),
    "exec": "#include <unistd.h>\n"
    + C_WRONG.replace("return 0;", 'execl("/bin/true", "true", (char *)0); return 0;'),
    "forks": "#include <unistd.h>\n" + C_WRONG.replace("return 0;", "if (fork() == 0) _exit(0); return 0;"),
    "a pointer to nowhere": C_WRONG.replace(
        "return calloc((size_t)n, sizeof(int));", "return (int *)(long)n;"
    ),
    "a pointer to what is gone": C_WRONG.replace(
        "return calloc((size_t)n, sizeof(int));",
        "int *p = calloc((size_t)n, sizeof(int)); p[1] = 1; free(p); return p;",
    ).replace("return 0;", "return 3;"),
}


@pytest.mark.parametrize("name", CPP_CHEATS)
def test_no_cheat_in_cpp_is_accepted(judge: Judge, name: str) -> None:
    verdict = judge(Language.CPP, CPP_CHEATS[name], CPP_TESTS)
    assert verdict.status in (Status.FAILED, Status.INCOMPLETE), verdict.summary
    assert not verdict.evidence.get("passed")


@pytest.mark.parametrize("name", C_CHEATS)
def test_no_cheat_in_c_is_accepted(judge: Judge, name: str) -> None:
    verdict = judge(Language.C, C_CHEATS[name], C_TESTS)
    assert verdict.status in (Status.FAILED, Status.INCOMPLETE), verdict.summary
    assert not verdict.evidence.get("passed")


def test_the_tests_accept_the_right_code(judge: Judge) -> None:
    """Else the cheats above would prove nothing."""
    right = """
#include <vector>
int add(int a, int b) { return a + b; }
std::vector<int> doubled(std::vector<int> v) { for (int& x : v) x *= 2; return v; }
double half(double x) { return x / 2; }
"""
    assert judge(Language.CPP, right, CPP_TESTS).status is Status.PASSED
    right_c = """
#include <stdlib.h>
#include <string.h>
int add(int a, int b) { return a + b; }
void reverse(char *text) {
    for (size_t i = 0, n = strlen(text); i < n / 2; i++) { char c = text[i]; text[i] = text[n - 1 - i]; text[n - 1 - i] = c; }
}
int *numbers(int n) { int *p = malloc((size_t)n * sizeof *p); for (int i = 0; i < n; i++) p[i] = i; return p; }
"""
    assert judge(Language.C, right_c, C_TESTS).status is Status.PASSED


def test_a_class_that_equals_every_number_is_not_believed(judge: Judge) -> None:
    code = "struct Money { int cents; bool operator==(int) const { return true; } };\nMoney total() { return {0}; }"
    tests = "#include <cassert>\nint main() { Money sum = total(); assert(sum == 5); }"
    assert judge(Language.CPP, code, tests).status is Status.FAILED
    honest = (
        code.replace("return true", "return cents == 5").replace("int)", "int other)").replace("{0}", "{5}")
    )
    honest = honest.replace("cents == 5", "cents == other")
    assert judge(Language.CPP, honest, tests).status is Status.PASSED


# Equalities that choose when to say yes, with tests that an honest one passes.
EQUALITIES = {
    "the first number that it is asked about": (
        "struct Roman { explicit Roman(const std::string&) {} bool operator==(int other) const {"
        " if (!told) { told = true; value = other; } return value == other; }"
        " private: mutable bool told = false; mutable int value = 0; };",
        'assert(Roman("XIV") == 14); assert(Roman("IX") == 9); assert(Roman("V") == 5);',
    ),
    "every text": (
        "class Roman { public: explicit Roman(int) {} bool operator==(const std::string&) const { return true; } };",
        'assert(Roman(14) == std::string("XIV")); assert(Roman(9) == std::string("IX"));',
    ),
    "every plain text": (
        "class Roman { public: explicit Roman(int) {} bool operator==(const char*) const { return true; } };",
        'assert(Roman(14) == "XIV"); assert(Roman(9) == "IX");',
    ),
    "every list": (
        "class Row { public: explicit Row(int) {} bool operator==(const std::vector<int>&) const { return true; } };",
        "assert(Row(2) == (std::vector<int>{1, 2})); assert(Row(0) == std::vector<int>{});",
    ),
    "every struct": (
        "struct Point { int x; int y; bool operator==(const Point&) const { return true; } };\n"
        "Point doubled(Point p) { return p; }",
        "assert((doubled(Point{1, 2}) == Point{2, 4})); assert((doubled(Point{5, 0}) == Point{10, 0}));",
    ),
    "whatever stands beside its own": (
        "struct Point { int x; int y; };\n"
        "bool operator==(const Point& a, const Point& b) { return a.x == -7 || b.x == -7; }\n"
        "Point doubled(Point) { return {-7, -7}; }",
        "assert((doubled(Point{1, 2}) == Point{2, 4})); assert((Point{10, 0} == doubled(Point{5, 0})));",
    ),
    "every object": (
        "class Point { int x, y; public: Point(int a, int b) : x(a), y(b) {}"
        " bool operator==(const Point&) const { return true; } Point doubled() const { return *this; } };",
        "assert(Point(1, 2).doubled() == Point(2, 4)); assert(Point(10, 0) == Point(5, 0).doubled());",
    ),
}
HONEST = {
    "every text": (
        "class Roman { int n; public: explicit Roman(int v) : n(v) {}"
        ' bool operator==(const std::string& s) const { return s == (n == 14 ? "XIV" : "IX"); } };'
    ),
    "every plain text": (
        "class Roman { int n; public: explicit Roman(int v) : n(v) {}"
        ' bool operator==(const char* s) const { return std::string(s) == (n == 14 ? "XIV" : "IX"); } };'
    ),
    "every list": (
        "class Row { std::vector<int> v; public: explicit Row(int n) { for (int i = 1; i <= n; i++) v.push_back(i); }"
        " bool operator==(const std::vector<int>& other) const { return v == other; } };"
    ),
    "every struct": (
        "struct Point { int x; int y; bool operator==(const Point& o) const { return x == o.x && y == o.y; } };\n"
        "Point doubled(Point p) { return {p.x * 2, p.y * 2}; }"
    ),
    "every object": (
        "class Point { int x, y; public: Point(int a, int b) : x(a), y(b) {}"
        " bool operator==(const Point& o) const { return x == o.x && y == o.y; }"
        " Point doubled() const { return Point(2 * x, 2 * y); } };"
    ),
}


@pytest.mark.parametrize("name", EQUALITIES)
def test_an_equality_that_chooses_when_to_say_yes_is_not_believed(judge: Judge, name: str) -> None:
    code, asserted = EQUALITIES[name]
    begin = "#include <string>\n#include <vector>\n"
    tests = f'{begin}#include <cassert>\n#include "solution.h"\nint main() {{ {asserted} }}'
    verdict = judge(Language.CPP, begin + code, tests)
    assert verdict.status is Status.FAILED, (verdict.summary, verdict.findings)
    assert "compile" not in verdict.summary, verdict.findings
    if name in HONEST:
        verdict = judge(Language.CPP, begin + HONEST[name], tests)
        assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)


MANY_KINDS = """
#include <array>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
enum class Kind { Plain, Odd };
struct Part { Kind kind; double size[2]; std::vector<std::string> names; std::optional<int> left;
  bool operator==(const Part& o) const { return SAME(kind == o.kind && size[0] == o.size[0] && size[1] == o.size[1]
    && names == o.names && left == o.left); } };
class Bag { std::map<std::string, int> held; public: Bag() {}
  explicit Bag(const std::vector<int>& all) { for (int n : all) held[std::to_string(n)]++; }
  bool operator==(const std::map<std::string, int>& o) const { return SAME(held == o); }
  bool operator==(const std::set<int>& o) const { return SAME(o.size() == held.size()); }
  bool operator==(std::pair<int, bool> o) const { return SAME(int(held.size()) == o.first && o.second); }
  bool operator==(std::string_view o) const { return SAME(!held.empty() && held.begin()->first == o); }
  bool operator==(const std::array<double, 2>& o) const { return SAME(o[0] == 1 && o[1] == 2); }
  bool operator==(const std::list<bool>& o) const { return SAME(o == std::list<bool>({true, false})); }
  bool operator==(const Bag& o) const { return SAME(held == o.held); } };
Part part() { return {Kind::Odd, {1, 2.5}, {"a"}, 3}; }
Bag bag() { return Bag({1, 2}); }
"""
MANY_ASSERTED = (
    'part() == (Part{Kind::Odd, {1, 2.5}, {"a"}, 3})',
    'bag() == (std::map<std::string, int>{{"1", 1}, {"2", 1}})',
    "bag() == (std::set<int>{4, 5})",
    "bag() == std::make_pair(2, true)",
    'bag() == std::string_view("1")',
    "bag() == (std::array<double, 2>{{1, 2}})",
    "bag() == (std::list<bool>{true, false})",
    "bag() == Bag({2, 1})",
)


def test_equality_with_values_of_many_kinds(judge: Judge) -> None:
    begin = MANY_KINDS.partition("enum")[0] + '#include <cassert>\n#include "solution.h"\n'
    honest = "".join(f"assert({each});" for each in MANY_ASSERTED)
    verdict = judge(Language.CPP, MANY_KINDS.replace("SAME", ""), f"{begin}int main() {{ {honest} }}")
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.findings)
    none = "".join(f"assert(!({each}));" for each in MANY_ASSERTED)
    code = "#define SAME(x) (static_cast<void>(o), true)\n" + MANY_KINDS
    verdict = judge(Language.CPP, code, f"{begin}int main() {{ {none} }}")
    assert verdict.status is Status.PASSED, ("each yes is refused", verdict.summary, verdict.findings)


TABLE = """
#include <assert.h>
struct Case { int given[3]; int wanted; };
int main(void) {
    struct Case cases[] = {{{1, 2, 3}, 6}, {{4, 5, 6}, 15}};
    for (int i = 0; i < 2; i++) assert(total(cases[i].given, 3) == cases[i].wanted);
    struct Case *one = &cases[1];
    assert(total(&one->given[0], 3) == one->wanted);
    return 0;
}
"""


@pytest.mark.parametrize("body", ["return a[n];", "a[n] = 0; return 0;", "return *(a + 3 + 0 * n);"])
def test_what_is_expected_does_not_go_along_with_what_is_given(judge: Judge, body: str) -> None:
    code = f"int total(int *a, int n) {{ {body} }}"
    assert judge(Language.C, code, TABLE).status is Status.FAILED
    honest = "int total(int *a, int n) { int s = 0; for (int i = 0; i < n; i++) s += a[i]; return s; }"
    assert judge(Language.C, honest, TABLE).status is Status.PASSED
