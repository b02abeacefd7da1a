// forms writes the other forms of our package assert: methods, names that end in f, and package require.
// Usage: forms ASSERT_FOLDER OUT_FOLDER
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

var files = token.NewFileSet()

func text(node ast.Node) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, files, node); err != nil {
		panic(err)
	}
	return b.String()
}

// form is one assertion: its parameters between t and the message, with and without their types.
type form struct{ name, typed, passed string }

func main() {
	packages, err := parser.ParseDir(files, os.Args[1], nil, 0)
	if err != nil {
		panic(err)
	}
	var forms []form
	for _, file := range packages["assert"].Files {
		for _, declared := range file.Decls {
			if f, ok := declared.(*ast.FuncDecl); ok && f.Recv == nil && ast.IsExported(f.Name.Name) {
				if made, ok := formOf(f); ok {
					forms = append(forms, made)
				}
			}
		}
	}
	sort.Slice(forms, func(i, j int) bool { return forms[i].name < forms[j].name })
	write(filepath.Join(os.Args[2], "assert_forms.go"), assertForms(forms))
	write(filepath.Join(os.Args[2], "require.go"), requireForms(forms))
}

func formOf(f *ast.FuncDecl) (form, bool) {
	parameters := f.Type.Params.List
	if len(parameters) < 2 || text(parameters[0].Type) != "TestingT" {
		return form{}, false
	}
	made := form{name: f.Name.Name}
	for _, parameter := range parameters[1 : len(parameters)-1] {
		for _, name := range parameter.Names {
			made.typed += name.Name + " " + text(parameter.Type) + ", "
			made.passed += name.Name + ", "
		}
	}
	return made, true
}

func assertForms(forms []form) string {
	var b strings.Builder
	b.WriteString("package assert\n\nimport \"time\"\n\nvar _ time.Duration\n\n")
	for _, f := range forms {
		name := strings.TrimSuffix(f.name, "f") + "f"
		fmt.Fprintf(&b, "func %s(t TestingT, %smsg string, args ...interface{}) bool {\n\thelp(t)\n"+
			"\treturn %s(t, %sappend([]interface{}{msg}, args...)...)\n}\n\n", name, f.typed, f.name, f.passed)
		fmt.Fprintf(&b, "func (a *Assertions) %s(%smsgAndArgs ...interface{}) bool {\n\thelp(a.t)\n"+
			"\treturn %s(a.t, %smsgAndArgs...)\n}\n\n", f.name, f.typed, f.name, f.passed)
		fmt.Fprintf(&b, "func (a *Assertions) %s(%smsg string, args ...interface{}) bool {\n\thelp(a.t)\n"+
			"\treturn %s(a.t, %smsg, args...)\n}\n\n", name, f.typed, name, f.passed)
	}
	return b.String()
}

func requireForms(forms []form) string {
	var b strings.Builder
	b.WriteString("package require\n\nimport (\n\t\"time\"\n\n\t\"github.com/stretchr/testify/assert\"\n)\n\n" +
		"var _ time.Duration\n\n// TestingT is what an assertion reports to, and ends.\n" +
		"type TestingT interface {\n\tErrorf(format string, args ...interface{})\n\tFailNow()\n}\n\n" +
		"type (\n\tComparisonAssertionFunc func(TestingT, interface{}, interface{}, ...interface{})\n" +
		"\tValueAssertionFunc func(TestingT, interface{}, ...interface{})\n" +
		"\tBoolAssertionFunc func(TestingT, bool, ...interface{})\n" +
		"\tErrorAssertionFunc func(TestingT, error, ...interface{})\n)\n\n" +
		"type Assertions struct{ t TestingT }\n\nfunc New(t TestingT) *Assertions { return &Assertions{t: t} }\n\n" +
		"func help(t TestingT) {\n\tif h, ok := t.(interface{ Helper() }); ok {\n\t\th.Helper()\n\t}\n}\n\n")
	for _, f := range forms {
		typed := f.typed
		for _, name := range []string{"PanicTestFunc", "Comparison"} {
			typed = strings.ReplaceAll(typed, " "+name+",", " assert."+name+",")
		}
		short := strings.TrimSuffix(f.name, "f") + "f"
		fmt.Fprintf(&b, "func %s(t TestingT, %smsgAndArgs ...interface{}) {\n\thelp(t)\n"+
			"\tif !assert.%s(t, %smsgAndArgs...) {\n\t\tt.FailNow()\n\t}\n}\n\n", f.name, typed, f.name, f.passed)
		fmt.Fprintf(&b, "func %s(t TestingT, %smsg string, args ...interface{}) {\n\thelp(t)\n"+
			"\tif !assert.%s(t, %smsg, args...) {\n\t\tt.FailNow()\n\t}\n}\n\n", short, typed, short, f.passed)
		fmt.Fprintf(&b, "func (a *Assertions) %s(%smsgAndArgs ...interface{}) {\n\thelp(a.t)\n"+
			"\t%s(a.t, %smsgAndArgs...)\n}\n\n", f.name, typed, f.name, f.passed)
		fmt.Fprintf(&b, "func (a *Assertions) %s(%smsg string, args ...interface{}) {\n\thelp(a.t)\n"+
			"\t%s(a.t, %smsg, args...)\n}\n\n", short, typed, short, f.passed)
	}
	return b.String()
}

func write(path, content string) {
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		panic(err)
	}
}
