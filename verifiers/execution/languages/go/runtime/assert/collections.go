package assert

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Error asserts that there is an error.
func Error(t TestingT, err error, msgAndArgs ...interface{}) bool {
	help(t)
	if err == nil {
		return Fail(t, "An error is expected but got nil.", msgAndArgs...)
	}
	return true
}

// NoError asserts that there is none.
func NoError(t TestingT, err error, msgAndArgs ...interface{}) bool {
	help(t)
	if err != nil {
		return Fail(t, "Received unexpected error: "+show(err), msgAndArgs...)
	}
	return true
}

// EqualError asserts what an error says.
func EqualError(t TestingT, theError error, errString string, msgAndArgs ...interface{}) bool {
	help(t)
	if !Error(t, theError, msgAndArgs...) {
		return false
	}
	if theError.Error() != errString {
		return Fail(t, both("Error message not equal", errString, theError.Error()), msgAndArgs...)
	}
	return true
}

// ErrorContains asserts a part of what an error says.
func ErrorContains(t TestingT, theError error, contains string, msgAndArgs ...interface{}) bool {
	help(t)
	if !Error(t, theError, msgAndArgs...) {
		return false
	}
	if !strings.Contains(theError.Error(), contains) {
		return Fail(t, fmt.Sprintf("Error %q does not contain %q", theError.Error(), contains), msgAndArgs...)
	}
	return true
}

// ErrorIs asserts that an error is or wraps another.
func ErrorIs(t TestingT, err, target error, msgAndArgs ...interface{}) bool {
	help(t)
	if !errors.Is(err, target) {
		return Fail(t, "Target error should be in err chain: expected "+show(target)+" in "+show(err), msgAndArgs...)
	}
	return true
}

// NotErrorIs asserts that an error is not and does not wrap another.
func NotErrorIs(t TestingT, err, target error, msgAndArgs ...interface{}) bool {
	help(t)
	if errors.Is(err, target) {
		return Fail(t, "Target error should not be in err chain: "+show(target), msgAndArgs...)
	}
	return true
}

// ErrorAs asserts that an error is or wraps one of a type, and sets target to it.
func ErrorAs(t TestingT, err error, target interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if !errors.As(err, target) {
		return Fail(t, fmt.Sprintf("Should be in error chain: %T, but got %s", target, show(err)), msgAndArgs...)
	}
	return true
}

func isEmpty(object interface{}) bool {
	if object == nil {
		return true
	}
	v := reflect.ValueOf(object)
	switch v.Kind() {
	case reflect.Chan, reflect.Map, reflect.Slice:
		return v.Len() == 0
	case reflect.Ptr:
		return v.IsNil() || isEmpty(v.Elem().Interface())
	}
	return reflect.DeepEqual(object, reflect.Zero(v.Type()).Interface())
}

// Empty asserts that a value is nil, zero or of length 0.
func Empty(t TestingT, object interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if !isEmpty(object) {
		return Fail(t, "Should be empty, but was "+show(object), msgAndArgs...)
	}
	return true
}

// NotEmpty asserts the opposite.
func NotEmpty(t TestingT, object interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if isEmpty(object) {
		return Fail(t, "Should NOT be empty, but was "+show(object), msgAndArgs...)
	}
	return true
}

// Zero asserts that a value is its type's zero value.
func Zero(t TestingT, i interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if i != nil && !reflect.DeepEqual(i, reflect.Zero(reflect.TypeOf(i)).Interface()) {
		return Fail(t, "Should be zero, but was "+show(i), msgAndArgs...)
	}
	return true
}

// NotZero asserts the opposite.
func NotZero(t TestingT, i interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if i == nil || reflect.DeepEqual(i, reflect.Zero(reflect.TypeOf(i)).Interface()) {
		return Fail(t, "Should not be zero, but was "+show(i), msgAndArgs...)
	}
	return true
}

func lengthOf(object interface{}) (n int, ok bool) {
	v := reflect.ValueOf(object)
	switch v.Kind() {
	case reflect.Array, reflect.Chan, reflect.Map, reflect.Slice, reflect.String:
		return v.Len(), true
	}
	return 0, false
}

// Len asserts a length.
func Len(t TestingT, object interface{}, length int, msgAndArgs ...interface{}) bool {
	help(t)
	n, ok := lengthOf(object)
	if !ok || n != length {
		return Fail(t, fmt.Sprintf("%s should have %d item(s), but has %d", show(object), length, n), msgAndArgs...)
	}
	return true
}

func includes(list, element interface{}) (ok, found bool) {
	v := reflect.ValueOf(list)
	switch v.Kind() {
	case reflect.String:
		part := reflect.ValueOf(element)
		return part.Kind() == reflect.String, part.Kind() == reflect.String && strings.Contains(v.String(), part.String())
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if ObjectsAreEqual(key.Interface(), element) {
				return true, true
			}
		}
		return true, false
	case reflect.Array, reflect.Slice:
		for i := 0; i < v.Len(); i++ {
			if ObjectsAreEqual(v.Index(i).Interface(), element) {
				return true, true
			}
		}
		return true, false
	}
	return false, false
}

// Contains asserts that a string, list or map holds a part, element or key.
func Contains(t TestingT, s, contains interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if ok, found := includes(s, contains); !ok || !found {
		return Fail(t, show(s)+" does not contain "+show(contains), msgAndArgs...)
	}
	return true
}

// NotContains asserts the opposite.
func NotContains(t TestingT, s, contains interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if ok, found := includes(s, contains); !ok || found {
		return Fail(t, show(s)+" should not contain "+show(contains), msgAndArgs...)
	}
	return true
}

// ElementsMatch asserts that two lists hold the same elements, each as often, in any order.
func ElementsMatch(t TestingT, listA, listB interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if isEmpty(listA) && isEmpty(listB) {
		return true
	}
	first, second := reflect.ValueOf(listA), reflect.ValueOf(listB)
	if !isList(first) || !isList(second) {
		return Fail(t, "Both must be lists: "+show(listA)+" and "+show(listB), msgAndArgs...)
	}
	used := make([]bool, second.Len())
	missing := 0
	for i := 0; i < first.Len(); i++ {
		found := false
		for j := 0; j < second.Len() && !found; j++ {
			if !used[j] && ObjectsAreEqual(first.Index(i).Interface(), second.Index(j).Interface()) {
				used[j], found = true, true
			}
		}
		if !found {
			missing++
		}
	}
	if missing > 0 || first.Len() != second.Len() {
		return Fail(t, both("Elements differ", listA, listB), msgAndArgs...)
	}
	return true
}

func isList(v reflect.Value) bool { return v.Kind() == reflect.Slice || v.Kind() == reflect.Array }

// Subset asserts that a list holds all elements of another.
func Subset(t TestingT, list, subset interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	whole, part := reflect.ValueOf(list), reflect.ValueOf(subset)
	if subset == nil {
		return true
	}
	if !isList(whole) || !isList(part) {
		return Fail(t, "Both must be lists: "+show(list)+" and "+show(subset), msgAndArgs...)
	}
	for i := 0; i < part.Len(); i++ {
		if _, found := includes(list, part.Index(i).Interface()); !found {
			return Fail(t, show(list)+" does not contain "+show(part.Index(i).Interface()), msgAndArgs...)
		}
	}
	return true
}

func panicOf(f PanicTestFunc) (panicked bool, value interface{}) {
	panicked = true
	defer func() { value = recover() }()
	f()
	return false, nil
}

// Panics asserts that a function panics.
func Panics(t TestingT, f PanicTestFunc, msgAndArgs ...interface{}) bool {
	help(t)
	if panicked, _ := panicOf(f); !panicked {
		return Fail(t, "The function should panic", msgAndArgs...)
	}
	return true
}

// NotPanics asserts that it does not.
func NotPanics(t TestingT, f PanicTestFunc, msgAndArgs ...interface{}) bool {
	help(t)
	if panicked, value := panicOf(f); panicked {
		return Fail(t, "The function should not panic, but did with "+show(value), msgAndArgs...)
	}
	return true
}

// PanicsWithValue asserts what a function panics with.
func PanicsWithValue(t TestingT, expected interface{}, f PanicTestFunc, msgAndArgs ...interface{}) bool {
	help(t)
	panicked, value := panicOf(f)
	if !panicked || !reflect.DeepEqual(value, expected) {
		return Fail(t, both("The function should panic with another value", expected, value), msgAndArgs...)
	}
	return true
}

// PanicsWithError asserts what the error says that a function panics with.
func PanicsWithError(t TestingT, errString string, f PanicTestFunc, msgAndArgs ...interface{}) bool {
	help(t)
	panicked, value := panicOf(f)
	if err, ok := value.(error); !panicked || !ok || err.Error() != errString {
		return Fail(t, both("The function should panic with another error", errString, value), msgAndArgs...)
	}
	return true
}
