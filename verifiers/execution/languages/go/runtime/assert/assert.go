// Package assert answers to the import path of testify's package of that name, with the assertions that tests
// use most. It links in a third of the time; tests that need more of testify are built with testify itself.
package assert

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"time"
)

// TestingT is what an assertion reports to.
type TestingT interface {
	Errorf(format string, args ...interface{})
}

type failNower interface{ FailNow() }

// The shapes of functions that tests pass on.
type (
	PanicTestFunc           func()
	Comparison              func() (success bool)
	ComparisonAssertionFunc func(TestingT, interface{}, interface{}, ...interface{}) bool
	ValueAssertionFunc      func(TestingT, interface{}, ...interface{}) bool
	BoolAssertionFunc       func(TestingT, bool, ...interface{}) bool
	ErrorAssertionFunc      func(TestingT, error, ...interface{}) bool
)

// AnError is an error to test with.
var AnError = errors.New("assert.AnError general error for testing")

// Assertions holds what its methods report to.
type Assertions struct{ t TestingT }

// New makes assertions that report to t.
func New(t TestingT) *Assertions { return &Assertions{t: t} }

func help(t TestingT) {
	if h, ok := t.(interface{ Helper() }); ok {
		h.Helper()
	}
}

// Fail reports a failure.
func Fail(t TestingT, failureMessage string, msgAndArgs ...interface{}) bool {
	help(t)
	said := ""
	if len(msgAndArgs) == 1 {
		said = fmt.Sprint(msgAndArgs[0])
	} else if len(msgAndArgs) > 1 {
		if format, ok := msgAndArgs[0].(string); ok {
			said = fmt.Sprintf(format, msgAndArgs[1:]...)
		}
	}
	if said != "" {
		said = "\n" + said
	}
	t.Errorf("%s%s", failureMessage, said)
	return false
}

// FailNow reports a failure and ends the test.
func FailNow(t TestingT, failureMessage string, msgAndArgs ...interface{}) bool {
	help(t)
	Fail(t, failureMessage, msgAndArgs...)
	if ends, ok := t.(failNower); ok {
		ends.FailNow()
	} else {
		panic("test failed and t is missing FailNow()")
	}
	return false
}

// ObjectsAreEqual tells whether two values are deeply equal; bytes by content.
func ObjectsAreEqual(expected, actual interface{}) bool {
	first, ok := expected.([]byte)
	if !ok || expected == nil || actual == nil {
		return reflect.DeepEqual(expected, actual)
	}
	second, ok := actual.([]byte)
	if !ok {
		return false
	}
	if first == nil || second == nil {
		return first == nil && second == nil
	}
	return bytes.Equal(first, second)
}

// ObjectsAreEqualValues tells whether they are equal once the first has the second's type.
func ObjectsAreEqualValues(expected, actual interface{}) bool {
	if ObjectsAreEqual(expected, actual) {
		return true
	}
	wanted := reflect.TypeOf(actual)
	value := reflect.ValueOf(expected)
	if wanted == nil || !value.IsValid() || !value.Type().ConvertibleTo(wanted) {
		return false
	}
	return reflect.DeepEqual(value.Convert(wanted).Interface(), actual)
}

func both(what string, expected, actual interface{}) string {
	first, second := show(expected), show(actual)
	if first == second {
		first, second = fmt.Sprintf("%T(%s)", expected, first), fmt.Sprintf("%T(%s)", actual, second)
	}
	return fmt.Sprintf("%s:\nexpected: %s\nactual  : %s", what, first, second)
}

func show(value interface{}) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("a value of type %T", value)
		}
	}()
	text = fmt.Sprintf("%#v", value)
	if err, ok := value.(error); ok {
		text = fmt.Sprintf("%T(%q)", err, err.Error())
	}
	if len(text) > 1500 {
		text = text[:1500] + "..."
	}
	return text
}

func isFunction(value interface{}) bool {
	return value != nil && reflect.TypeOf(value).Kind() == reflect.Func
}

// Equal asserts that two values are equal.
func Equal(t TestingT, expected, actual interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if isFunction(expected) || isFunction(actual) {
		return Fail(t, "functions cannot be compared", msgAndArgs...)
	}
	if !ObjectsAreEqual(expected, actual) {
		return Fail(t, both("Not equal", expected, actual), msgAndArgs...)
	}
	return true
}

// NotEqual asserts that two values differ.
func NotEqual(t TestingT, expected, actual interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if isFunction(expected) || isFunction(actual) {
		return Fail(t, "functions cannot be compared", msgAndArgs...)
	}
	if ObjectsAreEqual(expected, actual) {
		return Fail(t, "Should not be: "+show(actual), msgAndArgs...)
	}
	return true
}

// EqualValues asserts that two values are equal, or are once they are of one type.
func EqualValues(t TestingT, expected, actual interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if !ObjectsAreEqualValues(expected, actual) {
		return Fail(t, both("Not equal", expected, actual), msgAndArgs...)
	}
	return true
}

// NotEqualValues asserts that two values differ even when they are of one type.
func NotEqualValues(t TestingT, expected, actual interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if ObjectsAreEqualValues(expected, actual) {
		return Fail(t, "Should not be: "+show(actual), msgAndArgs...)
	}
	return true
}

// Exactly asserts that two values are equal and of one type.
func Exactly(t TestingT, expected, actual interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if reflect.TypeOf(expected) != reflect.TypeOf(actual) {
		return Fail(t, fmt.Sprintf("Types differ: %T and %T", expected, actual), msgAndArgs...)
	}
	return Equal(t, expected, actual, msgAndArgs...)
}

// True asserts that a value is true.
func True(t TestingT, value bool, msgAndArgs ...interface{}) bool {
	help(t)
	if !value {
		return Fail(t, "Should be true", msgAndArgs...)
	}
	return true
}

// False asserts that a value is false.
func False(t TestingT, value bool, msgAndArgs ...interface{}) bool {
	help(t)
	if value {
		return Fail(t, "Should be false", msgAndArgs...)
	}
	return true
}

func isNil(value interface{}) bool {
	if value == nil {
		return true
	}
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Ptr, reflect.Slice, reflect.UnsafePointer:
		return v.IsNil()
	}
	return false
}

// Nil asserts that a value is nil.
func Nil(t TestingT, object interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if !isNil(object) {
		return Fail(t, "Expected nil, but got: "+show(object), msgAndArgs...)
	}
	return true
}

// NotNil asserts that a value is not nil.
func NotNil(t TestingT, object interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if isNil(object) {
		return Fail(t, "Expected value not to be nil", msgAndArgs...)
	}
	return true
}

// Same asserts that two pointers point to one object.
func Same(t TestingT, expected, actual interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if !same(expected, actual) {
		return Fail(t, both("Not the same", expected, actual), msgAndArgs...)
	}
	return true
}

// NotSame asserts that two pointers do not point to one object.
func NotSame(t TestingT, expected, actual interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if same(expected, actual) {
		return Fail(t, "Expected and actual point to the same object: "+show(expected), msgAndArgs...)
	}
	return true
}

func same(expected, actual interface{}) bool {
	first, second := reflect.ValueOf(expected), reflect.ValueOf(actual)
	if first.Kind() != reflect.Ptr || second.Kind() != reflect.Ptr {
		return false
	}
	return first.Type() == second.Type() && expected == actual
}

// IsType asserts that a value is of another's type.
func IsType(t TestingT, expectedType, object interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if reflect.TypeOf(expectedType) != reflect.TypeOf(object) {
		return Fail(t, fmt.Sprintf("Expected a %T, but got a %T", expectedType, object), msgAndArgs...)
	}
	return true
}

// Implements asserts that a value implements the interface that a pointer points to.
func Implements(t TestingT, interfaceObject, object interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	wanted := reflect.TypeOf(interfaceObject).Elem()
	if object == nil || !reflect.TypeOf(object).Implements(wanted) {
		return Fail(t, fmt.Sprintf("%T must implement %v", object, wanted), msgAndArgs...)
	}
	return true
}

// Condition asserts that a function answers true.
func Condition(t TestingT, comp Comparison, msgAndArgs ...interface{}) bool {
	help(t)
	if !comp() {
		return Fail(t, "Condition failed", msgAndArgs...)
	}
	return true
}

// Eventually asserts that a function answers true before the time is over.
func Eventually(t TestingT, condition func() bool, waitFor, tick time.Duration, msgAndArgs ...interface{}) bool {
	help(t)
	for end := time.Now().Add(waitFor); time.Now().Before(end); time.Sleep(tick) {
		if condition() {
			return true
		}
	}
	return Fail(t, "Condition never satisfied", msgAndArgs...)
}
