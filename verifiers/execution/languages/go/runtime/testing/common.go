// Package testing stands where Go's own would be: the same names, but it reports each test as a line of JSON,
// goes on after a panic, and is small enough to be linked in a tenth of a second.
package testing

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

const maxSaid = 6000 // characters of a test's log that are reported

// TB is what T, B and F have in common.
type TB interface {
	Cleanup(func())
	Error(args ...interface{})
	Errorf(format string, args ...interface{})
	Fail()
	FailNow()
	Failed() bool
	Fatal(args ...interface{})
	Fatalf(format string, args ...interface{})
	Helper()
	Log(args ...interface{})
	Logf(format string, args ...interface{})
	Name() string
	Setenv(key, value string)
	Skip(args ...interface{})
	SkipNow()
	Skipf(format string, args ...interface{})
	Skipped() bool
	TempDir() string
	private()
}

type common struct {
	mutex    sync.Mutex
	name     string
	parent   *common
	id       string
	failed   bool
	skipped  bool
	finished bool // its function returned, or ended by one of the methods here
	said     strings.Builder
	path     string // of the first failure
	line     int
	cleanups []func()
	helpers  map[string]bool
	names    map[string]int
	temp     int
	cancel   context.CancelFunc
	context  context.Context
	asked    int // calls of the candidate before it began

	barrier  chan struct{} // closed when the parallel tests below it may go on
	signal   chan struct{} // it is done or waits for its parent
	parallel bool
	below    sync.WaitGroup
}

func (c *common) private()      {}
func (c *common) Name() string  { return c.name }
func (c *common) Failed() bool  { c.mutex.Lock(); defer c.mutex.Unlock(); return c.failed }
func (c *common) Skipped() bool { c.mutex.Lock(); defer c.mutex.Unlock(); return c.skipped }

// Fail marks the test and all above it as failed.
func (c *common) Fail() {
	for up := c; up != nil; up = up.parent {
		up.mutex.Lock()
		up.failed = true
		up.mutex.Unlock()
	}
	c.where(true)
}

// FailNow fails the test and ends it.
func (c *common) FailNow() { c.Fail(); c.end() }

// SkipNow skips the test and ends it.
func (c *common) SkipNow() {
	c.mutex.Lock()
	c.skipped = true
	c.mutex.Unlock()
	c.end()
}

func (c *common) end() {
	c.mutex.Lock()
	c.finished = true
	c.mutex.Unlock()
	runtime.Goexit()
}

func (c *common) Log(args ...interface{})                 { c.say(fmt.Sprintln(args...)) }
func (c *common) Logf(format string, args ...interface{}) { c.say(fmt.Sprintf(format, args...)) }
func (c *common) Error(args ...interface{})               { c.say(fmt.Sprintln(args...)); c.Fail() }
func (c *common) Errorf(format string, args ...interface{}) {
	c.say(fmt.Sprintf(format, args...))
	c.Fail()
}
func (c *common) Fatal(args ...interface{}) { c.say(fmt.Sprintln(args...)); c.FailNow() }
func (c *common) Fatalf(format string, args ...interface{}) {
	c.say(fmt.Sprintf(format, args...))
	c.FailNow()
}
func (c *common) Skip(args ...interface{}) { c.say(fmt.Sprintln(args...)); c.SkipNow() }
func (c *common) Skipf(format string, args ...interface{}) {
	c.say(fmt.Sprintf(format, args...))
	c.SkipNow()
}

func (c *common) say(text string) {
	path, line := c.where(false)
	text = strings.TrimRight(text, "\n")
	if line > 0 {
		text = filepath.Base(path) + ":" + strconv.Itoa(line) + ": " + text
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.said.Len() < maxSaid {
		c.said.WriteString(text + "\n")
	}
}

// Helper keeps its caller out of the places that are named.
func (c *common) Helper() {
	var at [1]uintptr
	if runtime.Callers(2, at[:]) > 0 {
		frame, _ := runtime.CallersFrames(at[:]).Next()
		c.mutex.Lock()
		c.helpers[frame.Function] = true
		c.mutex.Unlock()
	}
}

// where finds the innermost line of the tests' files, outside of helpers; as the first failure if it is one.
func (c *common) where(failure bool) (string, int) {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	path, line := "", 0
	for {
		frame, more := frames.Next()
		file := strings.TrimPrefix(frame.File, "/work/")
		if plan.files[file] {
			path, line = file, frame.Line
			if !c.helps(frame.Function) {
				break
			}
		}
		if !more {
			break
		}
	}
	if failure && line > 0 {
		c.mutex.Lock()
		if c.line == 0 {
			c.path, c.line = path, line
		}
		c.mutex.Unlock()
	}
	return path, line
}

func (c *common) helps(function string) bool {
	for up := c; up != nil; up = up.parent {
		up.mutex.Lock()
		found := up.helpers[function]
		up.mutex.Unlock()
		if found {
			return true
		}
	}
	return false
}

// Cleanup calls f when the test and all below it are done; the last first.
func (c *common) Cleanup(f func()) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.cleanups = append(c.cleanups, f)
}

func (c *common) clean() {
	for {
		c.mutex.Lock()
		n := len(c.cleanups)
		if n == 0 {
			c.mutex.Unlock()
			return
		}
		f := c.cleanups[n-1]
		c.cleanups = c.cleanups[:n-1]
		c.mutex.Unlock()
		f()
	}
}

// TempDir makes a folder that is the test's own.
func (c *common) TempDir() string {
	c.temp++
	path, err := os.MkdirTemp("", "test")
	if err != nil {
		c.Fatalf("TempDir: %v", err)
	}
	c.Cleanup(func() { os.RemoveAll(path) })
	return path
}

// Setenv sets a variable until the test is done.
func (c *common) Setenv(key, value string) {
	before, was := os.LookupEnv(key)
	os.Setenv(key, value)
	c.Cleanup(func() {
		if was {
			os.Setenv(key, before)
		} else {
			os.Unsetenv(key)
		}
	})
}

// Chdir changes the working directory until the test is done.
func (c *common) Chdir(dir string) {
	before, err := os.Getwd()
	if err == nil {
		err = os.Chdir(dir)
	}
	if err != nil {
		c.Fatalf("Chdir: %v", err)
	}
	c.Cleanup(func() { os.Chdir(before) })
}

// Context ends just before the cleanups.
func (c *common) Context() context.Context {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.context == nil {
		c.context, c.cancel = context.WithCancel(context.Background())
	}
	return c.context
}

// Deadline tells when the tests are stopped.
func (c *common) Deadline() (time.Time, bool) { return plan.deadline, !plan.deadline.IsZero() }
