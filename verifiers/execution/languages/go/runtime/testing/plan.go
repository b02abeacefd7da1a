package testing

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"acrisol"
)

// AcrisolTest is one entry of the tests' files: Test, Example or Fuzz is set.
type AcrisolTest struct {
	ID, Name  string
	Test      func(*T)
	Example   func()
	Fuzz      func(*F)
	Output    string
	Unordered bool
}

// AcrisolPlan is what there is to run.
type AcrisolPlan struct {
	Tests    []AcrisolTest
	Files    []string // paths of the tests' files
	Main     func(*M)
	Together bool // the candidate is in this very process
}

type running struct {
	AcrisolPlan
	mutex    sync.Mutex
	out      *os.File
	nonce    string
	deadline time.Time
	files    map[string]bool
	root     *common
	failed   bool
}

var plan = running{root: &common{}}

const (
	ended      = "/tmp/acrisol.ended"
	reportFile = 5
)

// AcrisolMain runs the plan, reports, and ends the process.
func AcrisolMain(given AcrisolPlan) {
	plan.AcrisolPlan = given
	plan.out = os.NewFile(reportFile, "report")
	syscall.CloseOnExec(reportFile)
	plan.nonce = os.Getenv("ACRISOL_NONCE")
	os.Unsetenv("ACRISOL_NONCE")
	plan.files = map[string]bool{}
	for _, path := range given.Files {
		plan.files[path] = true
	}
	root := newCommon(nil, "")
	plan.root = &root
	acrisol.Printed = func(text []byte) { os.Stdout.Write(text) }
	acrisol.Wrap = wrap
	plan.watch()
	if given.Main != nil {
		m := &M{}
		root.guarded(func() { given.Main(m) })
		if !m.ran || root.failed {
			plan.write(map[string]interface{}{
				"test": "TestMain", "outcome": "failed", "message": "TestMain: " + root.said.String() + "did not run the tests",
			})
		}
	} else {
		plan.all()
	}
	plan.end()
}

// said is an error that says what it is told to.
type said string

func (s said) Error() string { return string(s) }

// wrap makes an error as fmt.Errorf with a "%w" does. It may not ask the cause what it says: that is a call.
func wrap(text string, cause error) error {
	wrapped := fmt.Errorf("%w", said(text))
	inner := reflect.ValueOf(wrapped).Elem().FieldByName("err")
	if !inner.IsValid() || inner.Type() != reflect.TypeOf(&cause).Elem() {
		return nil
	}
	*(*error)(unsafe.Pointer(inner.UnsafeAddr())) = cause
	return wrapped
}

// M is what TestMain gets.
type M struct {
	ran  bool
	code int
}

// Run runs the tests and returns the code to exit with.
func (m *M) Run() int {
	m.ran = true
	plan.all()
	if plan.failed {
		return 1
	}
	return 0
}

// AcrisolExit stands for os.Exit in TestMain: it ends the function, and with it the run.
func AcrisolExit(code int) {
	if code != 0 && !plan.failed {
		plan.write(map[string]interface{}{
			"test": "TestMain", "outcome": "failed", "message": "TestMain ended with exit code " + strconv.Itoa(code),
		})
	}
	plan.end()
}

func (p *running) all() {
	for _, test := range p.Tests {
		t := &T{common: newCommon(p.root, test.Name)}
		t.id = test.ID
		switch {
		case test.Test != nil:
			t.start(func() { test.Test(t) })
		case test.Fuzz != nil:
			test := test
			t.start(func() { test.Fuzz(&F{T: t}) })
		default:
			test := test
			t.start(func() { t.example(test) })
		}
	}
	close(p.root.barrier)
	p.root.below.Wait()
}

func (t *T) example(test AcrisolTest) {
	file, err := os.CreateTemp("", "example")
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdout
	os.Stdout = file
	func() {
		defer func() { os.Stdout = before }()
		test.Example()
	}()
	data, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	got, want := strings.TrimSpace(string(data)), strings.TrimSpace(test.Output)
	same := got == want
	if test.Unordered {
		same = ordered(got) == ordered(want)
	}
	if !same {
		t.Errorf("%s printed:\n%s\nwant:\n%s", test.Name, got, want)
	}
}

func ordered(text string) string {
	lines := strings.Split(text, "\n")
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// report writes how a test ended.
func (p *running) report(c *common) {
	c.mutex.Lock()
	outcome := "passed"
	switch {
	case c.failed:
		outcome = "failed"
	case c.skipped && acrisol.Asked > c.asked:
		outcome = "skipped-by-candidate"
	case c.skipped:
		outcome = "skipped"
	}
	entry := map[string]interface{}{"test": c.id, "outcome": outcome}
	if outcome != "passed" {
		entry["message"] = strings.ToValidUTF8(c.said.String(), "?")
		if c.line > 0 {
			entry["path"], entry["line"] = c.path, c.line
		}
	}
	c.mutex.Unlock()
	if outcome == "failed" {
		p.mutex.Lock()
		p.failed = true
		p.mutex.Unlock()
	}
	p.write(entry)
}

func (p *running) write(entry map[string]interface{}) {
	line := make([]byte, 0, 256)
	line = append(line, '{')
	if p.nonce != "" {
		line = append(append(line, `"nonce":`...), quoted(p.nonce)+","...)
	}
	keys := make([]string, 0, len(entry))
	for key := range entry {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for i, key := range keys {
		if i > 0 {
			line = append(line, ',')
		}
		line = append(append(line, quoted(key)...), ':')
		switch value := entry[key].(type) {
		case string:
			line = append(line, quoted(value)...)
		case int:
			line = strconv.AppendInt(line, int64(value), 10)
		case bool:
			line = strconv.AppendBool(line, value)
		default:
			line = append(line, "null"...)
		}
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.out.Write(append(line, '}', '\n'))
}

func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// end writes the report's end and ends the process.
func (p *running) end() {
	if !p.Together && acrisol.Lost == "" && acrisol.Trouble == "" && !acrisol.Alive() && acrisol.Lost == "" {
		acrisol.Lost = "the candidate's process ended"
	}
	p.finish(acrisol.Lost)
}

func (p *running) finish(lost string) {
	entry := map[string]interface{}{"end": true, "gone": nil, "go": nil}
	if lost != "" {
		entry["gone"] = lost
	}
	p.write(entry)
	os.WriteFile(ended, nil, 0o600)
	os.Exit(0)
}

// watch ends the run shortly before the sandbox would, so that there is a report.
func (p *running) watch() {
	wall, err := strconv.ParseFloat(os.Getenv("ACRISOL_WALL"), 64)
	if err != nil {
		return
	}
	begun, _ := strconv.ParseFloat(os.Getenv("ACRISOL_START"), 64)
	left := wall
	if file, err := os.Open("/proc/uptime"); err == nil {
		var now float64
		if line, err := bufio.NewReader(file).ReadString(' '); err == nil {
			now, _ = strconv.ParseFloat(strings.TrimSpace(line), 64)
			left = wall - (now - begun)
		}
		file.Close()
	}
	p.deadline = time.Now().Add(time.Duration(left * float64(time.Second)))
	time.AfterFunc(time.Until(p.deadline), func() {
		if !p.Together {
			p.finish("the candidate did not answer in time")
		}
	})
}
