"""Honest Go programs and their mistakes, judged for real."""

from __future__ import annotations

import pytest

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Policy, Severity, Status
from verifiers.execution.run import TestLimits

SHARED = Policy(allow_shared_judge=True)
STACK = """package stack

import "errors"

var ErrEmpty = errors.New("empty stack")

const Room = 2

type Full struct{ Room int }

func (f *Full) Error() string { return "full" }

type Stack struct {
	items []int
	log   map[string]int
	notify chan int
}

func New() *Stack { return &Stack{log: map[string]int{}, notify: make(chan int, 9)} }

func (s *Stack) Push(x int) error {
	if len(s.items) == Room {
		return &Full{Room}
	}
	s.items = append(s.items, x)
	if s.log != nil {
		s.log["push"]++
		s.notify <- x
	}
	return nil
}

func (s *Stack) Pop() (int, error) {
	if len(s.items) == 0 {
		return 0, ErrEmpty
	}
	last := s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return last, nil
}

func (s Stack) Len() int { return len(s.items) }
"""
STACK_TESTS = """package stack

import (
	"errors"
	"testing"
)

func TestStack(t *testing.T) {
	s := New()
	for i := 1; i <= Room; i++ {
		if err := s.Push(i); err != nil {
			t.Fatalf("push: %v", err)
		}
	}
	var full *Full
	if err := s.Push(9); !errors.As(err, &full) || full.Room != Room {
		t.Fatalf("got %v", err)
	}
	if s.Len() != 2 || s.log["push"] != 2 || s.items[1] != 2 {
		t.Fatalf("got %v", s.items)
	}
}

func TestEmpty(t *testing.T) {
	var s Stack
	if _, err := s.Pop(); !errors.Is(err, ErrEmpty) || err != ErrEmpty {
		t.Fatalf("got %v", err)
	}
	s.items = []int{4}
	if x, err := s.Pop(); x != 4 || err != nil || len(s.items) != 0 {
		t.Fatalf("got %v %v", x, err)
	}
}
"""
MIXED = """package main

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
	"time"
)

type Shape interface {
	Area() float64
	Name() string
}

type square struct{ side float64 }

func (s square) Area() float64 { return s.side * s.side }
func (s square) Name() string  { return "square" }

func NewShape(side float64) Shape { return square{side} }
func Total(shapes ...Shape) (sum float64) {
	for _, shape := range shapes {
		sum += shape.Area()
	}
	return
}

type Node struct {
	Value int
	Next  *Node
}

func Reverse(head *Node) *Node {
	var back *Node
	for head != nil {
		head.Next, back, head = back, head, head.Next
	}
	return back
}

func Counter() func(int) int {
	total := 0
	return func(n int) int { total += n; return total }
}

func Each(xs []string, f func(int, string) error) error {
	for i, x := range xs {
		if err := f(i, x); err != nil {
			return fmt.Errorf("item %d: %w", i, err)
		}
	}
	return nil
}

func SortDown(xs []int) { sort.Sort(sort.Reverse(sort.IntSlice(xs))) }
func Trim(xs []int) []int { return xs[:1] }
func Flip(grid [][]int)    { grid[0], grid[1] = grid[1], grid[0]; grid[0][0] = 7 }
func Count(words []string, into map[string]int) {
	for _, word := range words {
		into[word]++
	}
}
func Greet(w io.Writer, name string) { fmt.Fprintf(w, "hello %s", name) }
func Divide(a, b int) int            { return a / b }
func At(xs []int, i int) int         { return xs[i] }
func Swap(a, b *int)                 { *a, *b = *b, *a }
func Tomorrow(t time.Time) time.Time { return t.Add(24 * time.Hour) }
func Kinds(xs ...interface{}) []string {
	var out []string
	for _, x := range xs {
		out = append(out, fmt.Sprintf("%T", x))
	}
	return out
}
func Read(r io.Reader) (string, error) {
	data, err := io.ReadAll(r)
	return strings.ToUpper(string(data)), err
}

type Tally struct {
	sync.Mutex
	n map[string]int
}

func (t *Tally) Add(name string) {
	t.Lock()
	defer t.Unlock()
	if t.n == nil {
		t.n = map[string]int{}
	}
	t.n[name]++
}
func (t *Tally) Get(name string) int { return t.n[name] }

type Level int

const (
	Low Level = iota
	High
)

func (l Level) String() string { return [...]string{"low", "high"}[l] }

func Grade(n int) (level Level, ok bool) {
	defer func() {
		if recover() != nil {
			level, ok = Low, false
		}
	}()
	if n < 0 {
		panic("negative")
	}
	return Level(n % 2), true
}
"""
MIXED_TESTS = """package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type circle struct{ r float64 }

func (c circle) Area() float64 { return 3 * c.r * c.r }
func (c circle) Name() string  { return "circle" }

func TestShapes(t *testing.T) {
	s := NewShape(2)
	assert.Equal(t, 4.0, s.Area())
	assert.Equal(t, "square", s.Name())
	assert.Equal(t, 7.0, Total(s, circle{1}))
	_, isSquare := s.(square)
	assert.True(t, isSquare)
}

func TestList(t *testing.T) {
	list := &Node{1, &Node{2, &Node{3, nil}}}
	first := list
	got := Reverse(list)
	require.Equal(t, &Node{3, &Node{2, &Node{1, nil}}}, got)
	assert.Same(t, first, got.Next.Next)
}

func TestFunctions(t *testing.T) {
	add := Counter()
	add(2)
	assert.Equal(t, 5, add(3))
	stop := errors.New("stop")
	var seen []string
	err := Each([]string{"a", "b", "c"}, func(i int, s string) error {
		seen = append(seen, fmt.Sprint(i, s))
		if s == "b" {
			return stop
		}
		return nil
	})
	assert.ErrorIs(t, err, stop)
	assert.EqualError(t, err, "item 1: stop")
	assert.Equal(t, fmt.Errorf("item %d: %w", 1, stop), err)
	assert.Equal(t, []string{"0a", "1b"}, seen)
}

func TestInPlace(t *testing.T) {
	xs := []int{1, 3, 2}
	SortDown(xs)
	assert.Equal(t, []int{3, 2, 1}, xs)
	Trim(xs)[0] = 9
	assert.Equal(t, 9, xs[0])
	grid := [][]int{{1}, {2}}
	Flip(grid)
	assert.Equal(t, [][]int{{7}, {1}}, grid)
	counts := map[string]int{"a": 1}
	Count([]string{"a", "b"}, counts)
	assert.Equal(t, map[string]int{"a": 2, "b": 1}, counts)
	a, b := 1, 2
	Swap(&a, &b)
	assert.Equal(t, []int{2, 1}, []int{a, b})
}

func TestStreams(t *testing.T) {
	var buffer bytes.Buffer
	Greet(&buffer, "you")
	assert.Equal(t, "hello you", buffer.String())
	got, err := Read(strings.NewReader("abc"))
	assert.NoError(t, err)
	assert.Equal(t, "ABC", got)
	_, err = Read(io.MultiReader(strings.NewReader("x"), &broken{}))
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestPanics(t *testing.T) {
	assert.PanicsWithError(t, "runtime error: integer divide by zero", func() { Divide(1, 0) })
	assert.Panics(t, func() { At(nil, 3) })
	level, ok := Grade(-1)
	assert.Equal(t, Low, level)
	assert.False(t, ok)
	level, _ = Grade(1)
	assert.Equal(t, "high", level.String())
	assert.Equal(t, "high", fmt.Sprint(High))
}

func TestValues(t *testing.T) {
	day := time.Date(2024, 2, 28, 1, 2, 3, 0, time.UTC)
	assert.Equal(t, day.AddDate(0, 0, 1), Tomorrow(day))
	got := Kinds(1, "a", 2.5, []interface{}{1}, map[string]bool{}, nil, time.Second, Node{}, &Node{}, High)
	want := strings.Fields("int string float64 []interface{} map[string]bool <nil> time.Duration Node *Node Level")
	assert.Len(t, got, len(want))
	if !reflect.DeepEqual(got[:3], want[:3]) || got[7] != "main.Node" {
		t.Error(got)
	}
}

func TestManyAtOnce(t *testing.T) {
	var tally Tally
	var all sync.WaitGroup
	for i := 0; i < 20; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			tally.Add("x")
		}()
	}
	all.Wait()
	assert.Equal(t, 20, tally.Get("x"))
}

func TestTable(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b int
	}{{"one", 4, 2}, {"two three", 9, 3}} {
		c := c
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Divide(c.a, c.b); got != c.b {
				t.Errorf("got %d", got)
			}
		})
	}
	t.Run("skipped", func(t *testing.T) { t.Skip("not here") })
}

func ExampleGrade() {
	level, ok := Grade(1)
	fmt.Println(level, ok)
	// Output: high true
}

func FuzzDivide(f *testing.F) {
	f.Add(4, 2)
	f.Fuzz(func(t *testing.T, a, b int) {
		if Divide(a, b) != 2 {
			t.Fail()
		}
	})
}
"""


def test_a_stack_with_hidden_parts(judge: Judge) -> None:
    verdict = judge(Language.GO, STACK, STACK_TESTS)
    assert verdict.status is Status.PASSED, verdict
    assert verdict.evidence["judging"] == "apart"
    assert verdict.evidence["passed"] == ["solution_test.go::TestStack", "solution_test.go::TestEmpty"]


def test_most_that_go_tests_do(judge: Judge) -> None:
    verdict = judge(Language.GO, MIXED, MIXED_TESTS)
    assert verdict.status is Status.PASSED, verdict
    assert verdict.evidence["judging"] == "apart"
    assert verdict.evidence["expected"] == 11


def test_a_wrong_answer_names_the_line(judge: Judge) -> None:
    verdict = judge(
        Language.GO,
        "package main\nfunc Add(a, b int) int { return a - b }\n",
        'package main\n\nimport "testing"\n\nfunc check(t *testing.T, got, want int) {\n\tt.Helper()\n'
        '\tif got != want {\n\t\tt.Errorf("got %d, want %d", got, want)\n\t}\n}\n\n'
        "func TestAdd(t *testing.T) {\n\tcheck(t, Add(0, 0), 0)\n\tcheck(t, Add(1, 2), 3)\n}\n",
    )
    assert verdict.status is Status.FAILED
    finding = verdict.findings[0]
    assert finding.rule == "solution_test.go::TestAdd"
    assert "got -1, want 3" in finding.message
    assert finding.location is not None
    assert finding.location.line == 14


def test_a_compile_error_has_its_line(judge: Judge) -> None:
    verdict = judge(Language.GO, "package main\n\nfunc Add(a, b int) int { return a + c }\n", STACK_TESTS)
    assert verdict.status is Status.FAILED
    assert "does not compile" in verdict.summary
    finding = verdict.findings[0]
    assert (finding.severity, finding.location and finding.location.line) == (Severity.HIGH, 3)
    assert "undefined: c" in finding.message


def test_a_candidate_without_the_function_does_not_fit(judge: Judge) -> None:
    verdict = judge(Language.GO, "package stack\n\nfunc Other() {}\n", STACK_TESTS)
    assert verdict.status is Status.FAILED
    assert "does not fit the tests" in verdict.summary


def test_only_built(judge: Judge) -> None:
    assert judge(Language.GO, STACK, None).status is Status.PASSED
    bad = judge(Language.GO, "package main\nfunc main() { x }\n", None)
    assert bad.status is Status.FAILED
    assert bad.findings[0].location is not None


@pytest.mark.parametrize(
    ("body", "limit", "said"),
    [
        ("for {\n\t}", "time", "CPU time"),
        ("var keep [][]byte\n\tfor {\n\t\tkeep = append(keep, make([]byte, 1<<24))\n\t\tfor i := range keep[len(keep)-1] "
         "{\n\t\t\tkeep[len(keep)-1][i] = 1\n\t\t}\n\t}", "memory", "memory"),
        ("for {\n\t\ttime.Sleep(time.Second)\n\t}", "time", "did not end"),
    ],
)  # fmt: skip
def test_limits(judge: Judge, body: str, limit: str, said: str) -> None:
    code = f'package main\n\nimport "time"\n\nvar _ = time.Second\n\nfunc F() int {{\n\t{body}\n}}\n'
    tests = 'package main\nimport "testing"\nfunc TestF(t *testing.T) { if F() != 1 { t.Fatal() } }\n'
    wall = 4.0 if "Sleep" in body else 30.0
    limits = TestLimits(runs=1, cpu_s=1, wall_s=wall, memory_bytes=128 * 2**20)
    verdict = judge(Language.GO, code, tests, limits=limits)
    assert verdict.status is Status.FAILED
    assert verdict.evidence["limit"] == limit
    assert said in verdict.summary


def test_another_package_and_a_main_of_its_own(judge: Judge) -> None:
    code = """package greet

import "fmt"

type Config struct {
	Name  string
	Times int
}

var Default = Config{"you", 1}

func Hello(c Config) string { return fmt.Sprint("hello ", c.Name) }
func Say(c Config)          { fmt.Println(Hello(c)) }
func main()                 {}
"""
    tests = """package greet_test

import (
	"os"
	"testing"

	g "example.com/greet"
)

func TestMain(m *testing.M) { os.Exit(m.Run()) }

func TestHello(t *testing.T) {
	if g.Hello(g.Default) != "hello you" || g.Hello(g.Config{Name: "me"}) != "hello me" {
		t.Fatal(g.Hello(g.Default))
	}
}

func ExampleSay() {
	g.Say(g.Default)
	g.Say(g.Config{Name: "all"})
	// Unordered output:
	// hello all
	// hello you
}
"""
    verdict = judge(Language.GO, code, tests)
    assert verdict.status is Status.PASSED, verdict
    assert verdict.evidence["judging"] == "apart"


def test_a_program(judge: Judge) -> None:
    code = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hi") }\n'
    tests = 'package main\n\nimport "testing"\n\nfunc ExampleMain() {\n\tmain()\n\t// Output: hi\n}\n'
    tests += "func TestNothing(t *testing.T) {}\n"
    assert judge(Language.GO, code, tests).status is Status.PASSED
    assert judge(Language.GO, code.replace("hi", "ho"), tests).status is Status.FAILED


GENERIC = """package main

func Map[T, U any](xs []T, f func(T) U) []U {
	var out []U
	for _, x := range xs {
		out = append(out, f(x))
	}
	return out
}
"""
GENERIC_TESTS = """package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMap(t *testing.T) {
	assert.Equal(t, []string{"a!"}, Map([]string{"a"}, func(s string) string { return s + "!" }))
	assert.JSONEq(t, `{"a": 1}`, `{"a":1}`)
}
"""


def test_generic_functions_need_one_process(judge: Judge) -> None:
    refused = judge(Language.GO, GENERIC, GENERIC_TESTS)
    assert refused.status is Status.INCOMPLETE
    assert "Map is generic" in refused.summary
    allowed = judge(Language.GO, GENERIC, GENERIC_TESTS, policy=SHARED)
    assert allowed.status is Status.PASSED, allowed
    assert allowed.evidence["judging"] == "shared"
    wrong = judge(Language.GO, GENERIC.replace("xs {", "xs[1:] {"), GENERIC_TESTS, policy=SHARED)
    assert wrong.status is Status.FAILED
    assert wrong.evidence["failed"] == ["solution_test.go::TestMap"]


def test_all_of_testify(judge: Judge) -> None:
    tests = """package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/suite"
)

type AddSuite struct{ suite.Suite }

func (s *AddSuite) TestAdd() { s.Equal(3, Add(1, 2)) }

func TestSuite(t *testing.T) { suite.Run(t, new(AddSuite)) }

func TestJSON(t *testing.T) { assert.Regexp(t, "^3$", Add(1, 2)) }
"""
    good = "package main\nfunc Add(a, b int) int { return a + b }\n"
    assert judge(Language.GO, good, tests).status is Status.PASSED
    assert judge(Language.GO, good.replace("+", "*"), tests).status is Status.FAILED


def test_map_order_is_called_flaky(judge: Judge) -> None:
    code = "package main\nfunc First(m map[int]int) int { for k := range m { return k }; return 0 }\n"
    tests = """package main
import "testing"
func TestFirst(t *testing.T) {
    if First(map[int]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8}) > 4 { t.Fatal("a later one") }
}
"""
    verdict = judge(Language.GO, code, tests, limits=TestLimits(runs=12))
    assert verdict.status is Status.INCOMPLETE
    assert verdict.evidence["flaky"] is True
