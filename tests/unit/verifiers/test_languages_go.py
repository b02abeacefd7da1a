"""Reading Go: what must be reported, what the stand-in declares, what the compiler said."""

from __future__ import annotations

import pytest

from verifiers.domain import SourceFile, TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.go.declarations import read_declarations
from verifiers.execution.languages.go.source import as_main, imports_of, main_renamed, parse
from verifiers.execution.languages.go.standin import Pair, make_pair
from verifiers.execution.languages.go.support import compiler_findings, expected
from verifiers.execution.languages.go.tests import needs_one_process, read_tests

TESTS = """package main

import "testing"

func TestAdd(t *testing.T) { USES }
func Testing(t *testing.T) {}
func TestHelper(t *testing.T, n int) {}
func BenchmarkAdd(b *testing.B) {}
func FuzzAdd(f *testing.F) {}
func ExampleAdd() {
	// Output: not this
	Add(1, 2)
	// Output:
	// 3
	//
	// done
}
func ExampleSilent() { Add(1, 2) }
"""


def read(uses: str = "Add(1, 2)", **files: str) -> tuple[SourceFile, ...]:
    return (SourceFile(path="a_test.go", content=TESTS.replace("USES", uses)),)


def pair(code: str, uses: str) -> Pair:
    return make_pair(read_declarations([code]), read_tests(read(uses)))


def test_expected_ids() -> None:
    assert expected(TestSuite(files=read())) == (
        "a_test.go::TestAdd",
        "a_test.go::FuzzAdd",
        "a_test.go::ExampleAdd",
    )
    example = read_tests(read()).entries[-1]
    assert (example.output, example.unordered) == ("\n3\n\ndone", False)


@pytest.mark.parametrize("content", ["package main\nfunc TestX(", "package main\nfunc Helper() {}\n"])
def test_tests_that_are_none(content: str) -> None:
    with pytest.raises(InvalidInput):
        expected(TestSuite(files=(SourceFile(path="a_test.go", content=content),)))


def test_the_import_path_of_another_package() -> None:
    imports = 'import (\n\t"sort"\n\t"testing"\n\tq "example.com/p"\n)\n'
    content = f"package p_test\n{imports}func TestX(t *testing.T) {{ q.F() }}\n"
    tests = read_tests((SourceFile(path="p_test.go", content=content),))
    assert tests.package == "example.com/p"
    assert "F" not in tests.declared


def test_tests_that_share_files_with_the_candidate() -> None:
    assert "t.TempDir" not in needs_one_process(read_tests(read("Add(1, 2)")), ("a.go",))
    assert "TempDir" in needs_one_process(read_tests(read("t.TempDir()")), ("a.go",))
    assert "source" in needs_one_process(read_tests(read('open("a.go")')), ("a.go",))


def test_a_file_keeps_its_lines() -> None:
    source = "// doc\npackage foo\n\nfunc main() { run() }\n"
    changed = as_main("x.go", source, main_renamed(source))
    assert changed == "//line x.go:1\n// doc\npackage main\n\nfunc acrisolMain() { run() }\n\n"
    assert as_main("x.go", "func F() {}\n").splitlines()[1] == "package main; func F() {}"


def test_imports() -> None:
    root = parse('package p\nimport "math/rand/v2"\nimport (\n\tm "math"\n\t. "fmt"\n)\n')
    assert imports_of(root) == {"rand": "math/rand/v2", "m": "math", ".": "fmt"}


def test_only_what_is_used_stands_there() -> None:
    made = pair("package main\nfunc Add(a, b int) int { return a + b }\nfunc Other() {}\n", "Add(1, 2)")
    assert "func Add(acrisolA0 int, acrisolA1 int) (acrisolR0 int)" in made.standin
    assert "Other" not in made.standin + made.dispatch
    assert 'acrisolLink.Func("Add", Add)' in made.dispatch


@pytest.mark.parametrize("name", ["true", "len", "error", "init", "string"])
def test_words_of_the_language_stay_its_own(name: str) -> None:
    code = f"package main\nfunc {name}() int {{ return 1 }}\nfunc Add(a, b int) int {{ return 0 }}\n"
    assert f"func {name}(" not in pair(code, f"{name}(); Add(1, 2)").standin
    assert "true" not in pair("package main\nconst true = false\n", "_ = true").standin


def test_names_of_the_tests_stay_theirs() -> None:
    code = "package main\ntype testing struct{}\nfunc TestAdd() {}\nfunc FuzzAdd() {}\n"
    made = pair(code, "Add(1, 2)")
    assert "testing struct" not in made.standin
    assert "func TestAdd" not in made.standin


def test_no_comment_of_the_candidate_gets_into_the_judge() -> None:
    code = (
        "package main\nconst (\n\tA = 1 // one\n//line a_test.go:1\n\tB = iota\n)\n"
        "type S struct {\n//go:linkname x y\n\tF int /* hm */\n}\nfunc Add(s S) int { return A }\n"
    )
    standin = pair(code, "Add(S{A, B})").standin
    assert "type S struct" in standin
    assert "iota" in standin
    assert not any(mark in standin for mark in ("//", "/*", "linkname", "hm"))


def test_constants_that_would_run_or_need_more_stay_out() -> None:
    code = 'package main\nimport "C"\nconst Size = C.size\nconst Ok = 2\n'
    standin = pair(code, "_ = Size; _ = Ok").standin
    assert "Ok = 2" in standin
    assert "Size" not in standin
    assert 'import C "C"' not in standin


def test_fields_that_are_not_carried_are_opaque() -> None:
    code = """package main
import "sync"
type S struct {
	sync.Mutex
	n  int
	ch chan int
	by map[string]*S
}
func NewS() *S { return nil }
"""
    made = pair(code, "NewS()")
    assert "\tMutex acrisolLink.Opaque" in made.standin
    assert "\tch acrisolLink.Opaque" in made.standin
    assert "\tby map[string]*S" in made.standin
    assert 'acrisolLink.Type("S", (*S)(nil), "Mutex", "ch")' in made.dispatch
    assert made.missing == ""


@pytest.mark.parametrize(
    ("code", "uses", "reason"),
    [
        ("func Map[T any](x T) T { return x }", "Map(1)", "Map is generic"),
        ("func Gen(n int) <-chan int { return nil }", "Gen(1)", "<-chan int"),
        ("type H func(chan int)\nfunc Use(h H) {}", "Use(nil)", "type H"),
        ("var Count int\nfunc Add() { Count++ }", "_ = Count", "the variable Count changes"),
        ("var now = 1\nfunc Add() int { return now }", "now = 2", "the variable now changes"),
        ("type S struct{}\nfunc (S) Done() chan int { return nil }", "S{}.Done()", "S.Done"),
    ],
)
def test_why_one_process_is_needed(code: str, uses: str, reason: str) -> None:
    assert reason in pair(f"package main\n{code}\n", uses).missing


def test_interfaces_get_proxies() -> None:
    code = """package main
import "io"
type Store interface {
	io.Reader
	Get(key string) (int, error)
}
func Use(s Store, w io.Writer) {}
"""
    made = pair(code, "Use(nil, nil)")
    for part in (
        "acrisolProxy_Store",
        "acrisolProxy_io_Writer",
        'case "Get":',
        'case "Read":',
        'import io "io"',
    ):
        assert part in made.standin
        assert part in made.dispatch


def test_variables_of_known_types() -> None:
    code = (
        'package main\nimport "errors"\nvar ErrX = errors.New("x")\n'
        'var Table = map[string]int{"a": 1}\nvar F = strange()\n'
    )
    standin = pair(code, "_ = ErrX; _ = Table; _ = F").standin
    assert "func acrisolVar_ErrX() (acrisolR0 error)" in standin
    assert "func acrisolVar_Table() (acrisolR0 map[string]int)" in standin
    assert "acrisolVar_F" not in standin


def test_what_the_compiler_said() -> None:
    said = "solution.go:3:7: undefined: c\n/work/acrisol_main.go:1:1: hm\nother.go:9: missing function body\n"
    found = compiler_findings(said, ("solution.go", "other.go"))
    assert [(item.location and item.location.line, item.message) for item in found] == [
        (3, "undefined: c"),
        (9, "missing function body"),
    ]
