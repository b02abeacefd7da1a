package testing

import (
	"fmt"
	"strings"

	"acrisol"
)

// T is one test.
type T struct {
	common
	inherit bool
}

func newCommon(parent *common, name string) common {
	c := common{name: name, parent: parent, helpers: map[string]bool{}, names: map[string]int{}}
	c.barrier, c.signal = make(chan struct{}), make(chan struct{}, 1)
	c.asked = acrisol.Asked
	return c
}

// Run runs f as a test below this one and tells whether it passed.
func (t *T) Run(name string, f func(t *T)) bool {
	sub := &T{common: newCommon(&t.common, t.subName(name))}
	sub.id = t.root().id + "[" + strings.TrimPrefix(sub.name, t.root().name+"/") + "]"
	sub.start(func() { f(sub) })
	return !sub.Failed()
}

func (c *common) root() *common {
	up := c
	for up.parent != nil && up.parent != plan.root {
		up = up.parent
	}
	return up
}

// subName is the full name: spaces become underscores, a second test of the same name gets a number.
func (c *common) subName(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			return '_'
		case r < ' ' || r == 0x7f:
			return -1
		}
		return r
	}, name)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	count := c.names[clean]
	c.names[clean] = count + 1
	if count > 0 || clean == "" {
		clean = fmt.Sprintf("%s#%02d", clean, count)
	}
	return c.name + "/" + clean
}

// Parallel lets the test wait until its parent's function is done, and then run beside others.
func (t *T) Parallel() {
	if t.parallel {
		panic("testing: t.Parallel called multiple times")
	}
	t.parallel = true
	t.parent.below.Add(1)
	t.signal <- struct{}{}
	<-t.parent.barrier
}

// start runs a test's function, and returns when it is done or waits for its parent.
func (c *common) start(f func()) {
	go c.whole(f)
	<-c.signal
}

func (c *common) whole(f func()) {
	defer func() {
		plan.report(c)
		if c.parallel {
			c.parent.below.Done()
		} else {
			c.signal <- struct{}{}
		}
	}()
	c.guarded(f)
	close(c.barrier)
	c.below.Wait()
	if c.cancel != nil {
		c.cancel()
	}
	c.guarded(c.clean)
	if acrisol.Trouble != "" {
		c.say(acrisol.Trouble)
		c.Fail()
	}
}

// guarded runs a function to its end, whichever that is.
func (c *common) guarded(f func()) {
	done := make(chan struct{})
	go func() {
		returned := false
		defer close(done)
		defer func() {
			thrown := recover()
			c.mutex.Lock()
			ended := c.finished
			c.mutex.Unlock()
			switch {
			case thrown != nil:
				c.panicked(thrown)
			case !returned && !ended:
				c.say("the test ended by runtime.Goexit or panic(nil)")
				c.Fail()
			}
		}()
		f()
		returned = true
	}()
	<-done
}

func (c *common) panicked(thrown interface{}) {
	text := ""
	func() {
		defer func() {
			if recover() != nil {
				text = fmt.Sprintf("a value of type %T", thrown)
			}
		}()
		text = fmt.Sprint(thrown)
	}()
	c.say("panic: " + text)
	c.Fail()
}

// InternalTest is a test as suites list it.
type InternalTest struct {
	Name string
	F    func(*T)
}

// InternalBenchmark is a benchmark as lists hold it; none is run.
type InternalBenchmark struct {
	Name string
	F    func(b *B)
}

// InternalExample is an example with what it should print.
type InternalExample struct {
	Name      string
	F         func()
	Output    string
	Unordered bool
}

// InternalFuzzTarget is a fuzz test as lists hold it.
type InternalFuzzTarget struct {
	Name string
	Fn   func(f *F)
}

// RunTests runs tests one after the other and tells whether all passed.
func RunTests(match func(pattern, name string) (bool, error), tests []InternalTest) bool {
	passed := true
	for _, test := range tests {
		t := &T{common: newCommon(plan.root, test.Name)}
		t.id = test.Name
		t.start(func() { test.F(t) })
		passed = passed && !t.Failed()
	}
	return passed
}

// Short tells that tests need not hurry.
func Short() bool { return false }

// Verbose tells that nobody reads along.
func Verbose() bool { return false }

// CoverMode tells that nothing is measured.
func CoverMode() string { return "" }

// Coverage tells that nothing is measured.
func Coverage() float64 { return 0 }

// Testing tells that this is a test.
func Testing() bool { return true }

// Init has nothing to do.
func Init() {}
