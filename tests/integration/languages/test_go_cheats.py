"""Go candidates that try to pass without solving; none may."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Status

TESTS = """package main

import (
	"errors"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAdd(t *testing.T) {
	assert.Equal(t, 3, Add(1, 2))
	if got := Add(20, 22); got != 42 {
		t.Errorf("got %d", got)
	}
}

func TestPoint(t *testing.T) {
	p := NewPoint(1, 2)
	if p.String() != "(1, 2)" || !reflect.DeepEqual(p, &Point{X: 1, Y: 2}) || *p != (Point{X: 1, Y: 2}) {
		t.Errorf("got %v", p)
	}
}

func TestError(t *testing.T) {
	if err := Check(-1); !errors.Is(err, ErrNegative) {
		t.Errorf("got %v", err)
	}
	if len(List()) != 2 || true == false {
		t.Error("no list")
	}
}
"""
WRONG = """
var ErrNegative = errors.New("negative")

type Point struct{ X, Y int }

func NewPoint(x, y int) *Point  { return &Point{} }
func (p *Point) String() string { return "" }
func Check(n int) error         { return nil }
func List() []int               { return nil }
"""


def cheat(*imports: str, add: str = "return 0", more: str = "", rest: str = WRONG) -> str:
    lines = "\n".join(f"import {name}" for name in ('"errors"', *imports))
    return f"package main\n\n{lines}\n{more}\nfunc Add(a, b int) int {{\n{add}\n}}\n{rest}"


FORGED = (
    r"{\"nonce\":\"%s\",\"test\":\"solution_test.go::TestAdd\",\"outcome\":\"passed\"}\n"
    r"{\"nonce\":\"%s\",\"end\":true,\"gone\":null}\n"
)
CHEATS = {
    "wrong": cheat(),
    "exit in a call": cheat('"os"', add="os.Exit(0)\nreturn 0"),
    "exit in init": cheat('"os"', more="func init() { os.Exit(0) }"),
    "exit in a variable": cheat('"os"', more="var gone = func() int { os.Exit(0); return 0 }()"),
    "exit later": cheat('"os"', '"time"', more="func init() { go func() { time.Sleep(5e7); os.Exit(0) }() }"),
    "forged report on every descriptor": cheat(
        '"fmt"', '"os"', '"syscall"',
        more='func init() {\n\tn := os.Getenv("ACRISOL_NONCE")\n\tfor fd := 0; fd < 64; fd++ {\n'
        f'\t\tsyscall.Write(fd, []byte(fmt.Sprintf("{FORGED}", n, n)))\n\t}}\n}}',
    ),
    "forged report on stderr": cheat(
        '"fmt"', '"os"', add=f'fmt.Fprintf(os.Stderr, "{FORGED}", "", "")\nos.Exit(0)\nreturn 0'
    ),
    "goexit": cheat('"runtime"', add="runtime.Goexit()\nreturn 0"),
    "a panic that says passed": cheat(add='panic("PASS")'),
    "a panic that is the test's own skip": cheat('"runtime"', add="defer runtime.Goexit()\npanic(nil)"),
    "kills everybody": cheat('"syscall"', add="syscall.Kill(-1, 9)\nsyscall.Kill(syscall.Getppid(), 9)\nreturn 0"),
    "true is false": cheat(more="const true = false"),
    "names of the tests": cheat(
        more='type assertions struct{}\nfunc (assertions) Equal(...interface{}) bool { return 1 == 1 }\n'
        "func len(x []int) int { return 2 }\nfunc errorsIs(a, b error) bool { return 1 == 1 }"
    ),
    "main and tests of its own": cheat(
        more='func main() {}\nfunc TestAdd(x interface{}) {}\nfunc TestMain(x interface{}) {}'
    ),
    "methods that lie": cheat(
        rest=WRONG.replace('return "" }', 'return "(1, 2)" }')
        + "func (p *Point) Equal(o interface{}) bool { return 1 == 1 }\n"
        "type always struct{}\nfunc (always) Error() string { return \"negative\" }\n"
        "func (always) Is(error) bool { return 1 == 1 }\n",
    ),
    "linkname": cheat('_ "unsafe"', more="//go:linkname exit os.runtime_beforeExit\nfunc exit(code int)"),
    "cgo": cheat('"C"', add="return int(C.add(1, 2))"),
    "answers on the link": cheat(
        '"syscall"',
        more='func init() { syscall.Write(4, []byte("\\x08\\x00\\x00\\x00R\\x02\\x00\\x00\\x06\\x00\\x00\\x00")) }',
    ),
    "floods the link": cheat('"syscall"', add="for {\n\tsyscall.Write(4, make([]byte, 1<<16))\n}"),
    "another program": cheat('"syscall"', add='syscall.Exec("/bin/true", []string{"true"}, nil)\nreturn 0'),
    "reads the tests": cheat(
        '"os"', '"strings"',
        add='for _, p := range []string{"/work/solution_test.go", "/work/acrisol_tests0.go", "/proc/1/cwd"} {\n'
        '\tdata, _ := os.ReadFile(p)\n\tif strings.Contains(string(data), "42") { return a + b }\n}\nreturn 0',
    ),
    "line directives": cheat(more="//line solution_test.go:1\nfunc init() {}", add="return 0"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHEATS)
def test_no_cheat_passes(judge: Judge, name: str) -> None:
    verdict = judge(Language.GO, CHEATS[name], TESTS)
    assert verdict.status is Status.FAILED, verdict


def test_the_honest_one_passes(judge: Judge) -> None:
    honest = cheat(
        add="return a + b",
        rest='\nvar ErrNegative = errors.New("negative")\n\ntype Point struct{ X, Y int }\n'
        "func NewPoint(x, y int) *Point  { return &Point{x, y} }\n"
        'func (p *Point) String() string { return "(1, 2)" }\n'
        "func Check(n int) error         { return ErrNegative }\n"
        "func List() []int               { return []int{1, 2} }\n",
    )
    assert judge(Language.GO, honest, TESTS).status is Status.PASSED
