"""Go values of every shape, between the tests and an honest candidate."""

from __future__ import annotations

from tests.integration.languages.conftest import Judge
from verifiers.domain import Language, Status

CODE = """package main

import (
	"container/list"
	"errors"
	"fmt"
	"math/big"
	"strconv"
)

type Animal struct {
	Name string
	Legs int
}

func (a Animal) Hello() string { return "I am " + a.Name }

type Dog struct {
	Animal
	owner *Person
}

type Person struct {
	Name string
	Dogs []*Dog
	on   map[string]func(string) string
}

func NewPerson(n string) *Person { return &Person{Name: n, on: map[string]func(string) string{}} }
func (p *Person) Adopt(name string) *Dog {
	d := &Dog{Animal{name, 4}, p}
	p.Dogs = append(p.Dogs, d)
	return d
}
func (p *Person) On(k string, f func(string) string) { p.on[k] = f }
func (p *Person) Fire(k, v string) string             { return p.on[k](v) }

type LRU struct {
	cap int
	l   *list.List
	m   map[string]*list.Element
}
type entry struct {
	k string
	v int
}

func NewLRU(c int) LRU { return LRU{c, list.New(), map[string]*list.Element{}} }
func (c *LRU) Put(k string, v int) {
	c.m[k] = c.l.PushFront(&entry{k, v})
	if c.l.Len() > c.cap {
		delete(c.m, c.l.Back().Value.(*entry).k)
		c.l.Remove(c.l.Back())
	}
}
func (c *LRU) Get(k string) (int, bool) {
	if e, ok := c.m[k]; ok {
		c.l.MoveToFront(e)
		return e.Value.(*entry).v, true
	}
	return 0, false
}
func (c LRU) Len() int { return c.l.Len() }

type Op func(a, b int) (int, error)

var Ops = map[string]Op{"div": Div, "add": func(a, b int) (int, error) { return a + b, nil }}

func Div(a, b int) (int, error) {
	if b == 0 {
		return 0, &DivError{a}
	}
	return a / b, nil
}

type DivError struct{ A int }

func (e *DivError) Error() string       { return fmt.Sprintf("div %d", e.A) }
func Parse(s string) (int, error)       { return strconv.Atoi(s) }
func Wrap(err error) error              { return fmt.Errorf("w: %w", err) }
func Plain() error                      { return errors.New("xx") }
func Fact(n int64) *big.Int             { return new(big.Int).MulRange(1, n) }
func Anon() struct{ X, Y int }          { return struct{ X, Y int }{1, 2} }
func Any(x interface{}) interface{}     { return x }
func Ptr(s string) *string              { return &s }
func Nested() map[string][]map[int]*Animal { return map[string][]map[int]*Animal{"a": {{1: {"x", 2}}}} }

type Matrix [2][2]float64

func (m *Matrix) T() { m[0][1], m[1][0] = m[1][0], m[0][1] }

type Visitor interface {
	Visit(n int, p *Person) error
}

func Walk(v Visitor, n int) error {
	for i := 0; i < n; i++ {
		if err := v.Visit(i, NewPerson(fmt.Sprint(i))); err != nil {
			return err
		}
	}
	return nil
}
"""
TESTS = """package main

import (
	"encoding/json"
	"errors"
	"math/big"
	"reflect"
	"strconv"
	"testing"
)

type recorder struct {
	seen []string
	fail int
}

func (r *recorder) Visit(n int, p *Person) error {
	if n == r.fail {
		return errors.New("stop")
	}
	r.seen = append(r.seen, p.Name)
	return nil
}

func TestOneObjectStaysOne(t *testing.T) {
	p := NewPerson("ann")
	d := p.Adopt("rex")
	if d.Hello() != "I am rex" || d.owner != p || p.Dogs[0] != d || d.Name != "rex" {
		t.Fatal(d)
	}
	d.Name = "bob"
	if p.Dogs[0].Hello() != "I am bob" {
		t.Fatal(p.Dogs[0].Hello())
	}
	n := 0
	p.On("x", func(s string) string { n++; return s + "!" })
	if p.Fire("x", "a") != "a!" || n != 1 || p.on["x"]("q") != "q!" {
		t.Fatal(n)
	}
	if data, _ := json.Marshal(d.Animal); string(data) != `{"Name":"bob","Legs":4}` {
		t.Fatal(string(data))
	}
}

func TestHiddenPartsStayThere(t *testing.T) {
	c := NewLRU(2)
	c.Put("a", 1)
	c.Put("b", 2)
	c.Get("a")
	c.Put("c", 3)
	if _, ok := c.Get("b"); ok || c.Len() != 2 {
		t.Fatal("b")
	}
	if x, y := NewLRU(1), NewLRU(1); reflect.DeepEqual(x, y) {
		t.Fatal("what is not seen is not equal")
	}
}

func TestErrorsAndFunctions(t *testing.T) {
	if v, _ := Ops["add"](1, 2); v != 3 {
		t.Fatal(v)
	}
	_, err := Ops["div"](1, 0)
	var div *DivError
	if !errors.As(Wrap(err), &div) || div.A != 1 || Wrap(err).Error() != "w: div 1" {
		t.Fatal(err)
	}
	_, err = Parse("x")
	var bad *strconv.NumError
	if !errors.As(err, &bad) || !errors.Is(err, strconv.ErrSyntax) || bad.Num != "x" {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(Plain(), errors.New("xx")) || Plain() == Plain() {
		t.Fatal(Plain())
	}
}

func TestOtherShapes(t *testing.T) {
	if want, _ := new(big.Int).SetString("15511210043330985984000000", 10); Fact(25).Cmp(want) != 0 {
		t.Fatal(Fact(25))
	}
	m := Matrix{{1, 2}, {3, 4}}
	m.T()
	if m != (Matrix{{1, 3}, {2, 4}}) {
		t.Fatal(m)
	}
	r := &recorder{fail: 2}
	if err := Walk(r, 5); err == nil || err.Error() != "stop" || len(r.seen) != 2 {
		t.Fatal(err, r.seen)
	}
	if Anon().Y != 2 || Any(3).(int) != 3 || Any([]string{"a"}).([]string)[0] != "a" || Any(nil) != nil {
		t.Fatal("values")
	}
	if *Ptr("q") != "q" || Nested()["a"][0][1].Legs != 2 {
		t.Fatal("pointers")
	}
}
"""
CONTEXT = """package main

import (
	"context"
	"errors"
	"time"
)

type key string

const User key = "user"

func Work(ctx context.Context, n int) (int, error) {
	for i := 0; i < n; i++ {
		select {
		case <-ctx.Done():
			return i, ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	return n, nil
}

func WithUser(ctx context.Context, name string) context.Context { return context.WithValue(ctx, User, name) }
func UserOf(ctx context.Context) (string, error) {
	if name, ok := ctx.Value(User).(string); ok {
		return name, nil
	}
	return "", errors.New("nobody")
}
func HasEnd(ctx context.Context) bool {
	at, ok := ctx.Deadline()
	return ok && time.Until(at) > time.Minute
}
func Short(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 5*time.Millisecond)
}
"""
CONTEXT_TESTS = """package main

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestContext(t *testing.T) {
	if HasEnd(context.Background()) {
		t.Fatal("an end")
	}
	limited, stop := context.WithTimeout(context.Background(), time.Hour)
	defer stop()
	if !HasEnd(limited) {
		t.Fatal("no end")
	}
	if n, err := Work(context.Background(), 3); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if n, err := Work(ctx, 1000); n > 500 || !errors.Is(err, context.Canceled) {
		t.Fatal(n, err)
	}
	ctx, cancel = context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if _, err := Work(ctx, 100000); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := Work(ctx, 100000); err != context.Canceled {
		t.Fatal(err)
	}
}

func TestValues(t *testing.T) {
	ctx := WithUser(context.Background(), "ann")
	if name, err := UserOf(ctx); name != "ann" || err != nil || ctx.Value(User) != "ann" {
		t.Fatal(name, err)
	}
	if name, _ := UserOf(context.WithValue(context.Background(), User, "bob")); name != "bob" {
		t.Fatal(name)
	}
	if _, err := UserOf(context.Background()); err == nil {
		t.Fatal("somebody")
	}
	ctx, cancel := Short(context.Background())
	defer cancel()
	select {
	case <-ctx.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("late")
	}
}
"""


def test_values(judge: Judge) -> None:
    verdict = judge(Language.GO, CODE, TESTS)
    assert verdict.status is Status.PASSED, verdict
    assert verdict.evidence["judging"] == "apart"


def test_contexts(judge: Judge) -> None:
    verdict = judge(Language.GO, CONTEXT, CONTEXT_TESTS)
    assert verdict.status is Status.PASSED, verdict
    assert verdict.evidence["judging"] == "apart"
