package assert

import (
	"fmt"
	"math"
	"reflect"
	"time"
)

// number gives a value as a float; false where it is none.
func number(value interface{}) (float64, bool) {
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return float64(v.Int()), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return float64(v.Uint()), true
	case reflect.Float32, reflect.Float64:
		return v.Float(), true
	}
	return 0, false
}

// InDelta asserts that two numbers are at most delta apart.
func InDelta(t TestingT, expected, actual interface{}, delta float64, msgAndArgs ...interface{}) bool {
	help(t)
	first, ok1 := number(expected)
	second, ok2 := number(actual)
	switch {
	case !ok1 || !ok2:
		return Fail(t, "Parameters must be numerical", msgAndArgs...)
	case math.IsNaN(first) && math.IsNaN(second):
		return true
	case math.IsNaN(first) || math.IsNaN(second) || math.Abs(first-second) > delta || math.IsNaN(first-second):
		return Fail(t, fmt.Sprintf("Max difference between %v and %v allowed is %v", expected, actual, delta), msgAndArgs...)
	}
	return true
}

// InEpsilon asserts that the relative error of a number is at most epsilon.
func InEpsilon(t TestingT, expected, actual interface{}, epsilon float64, msgAndArgs ...interface{}) bool {
	help(t)
	first, ok1 := number(expected)
	second, ok2 := number(actual)
	if !ok1 || !ok2 || first == 0 {
		return Fail(t, "Parameters must be numerical, and the expected value not zero", msgAndArgs...)
	}
	if off := math.Abs(first-second) / math.Abs(first); !(off <= epsilon) {
		return Fail(t, fmt.Sprintf("Relative error is too high: %v (expected) < %v (actual)", epsilon, off), msgAndArgs...)
	}
	return true
}

// InDeltaSlice asserts InDelta of each pair of two slices.
func InDeltaSlice(t TestingT, expected, actual interface{}, delta float64, msgAndArgs ...interface{}) bool {
	help(t)
	first, second := reflect.ValueOf(expected), reflect.ValueOf(actual)
	if first.Kind() != reflect.Slice || second.Kind() != reflect.Slice || first.Len() != second.Len() {
		return Fail(t, both("Parameters must be slices of one length", expected, actual), msgAndArgs...)
	}
	for i := 0; i < first.Len(); i++ {
		if !InDelta(t, first.Index(i).Interface(), second.Index(i).Interface(), delta, msgAndArgs...) {
			return false
		}
	}
	return true
}

// compare gives -1, 0 or 1 for two values of one ordered type.
func compare(e1, e2 interface{}) (order int, ok bool) {
	if reflect.TypeOf(e1) != reflect.TypeOf(e2) || e1 == nil {
		return 0, false
	}
	if first, isTime := e1.(time.Time); isTime {
		second := e2.(time.Time)
		return sign(first.Before(second), first.After(second)), true
	}
	a, b := reflect.ValueOf(e1), reflect.ValueOf(e2)
	switch a.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return sign(a.Int() < b.Int(), a.Int() > b.Int()), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return sign(a.Uint() < b.Uint(), a.Uint() > b.Uint()), true
	case reflect.Float32, reflect.Float64:
		return sign(a.Float() < b.Float(), a.Float() > b.Float()), a.Float() == a.Float() && b.Float() == b.Float()
	case reflect.String:
		return sign(a.String() < b.String(), a.String() > b.String()), true
	}
	return 0, false
}

func sign(less, more bool) int {
	if less {
		return -1
	}
	if more {
		return 1
	}
	return 0
}

func ordered(t TestingT, e1, e2 interface{}, allowed func(int) bool, what string, msgAndArgs []interface{}) bool {
	help(t)
	if order, ok := compare(e1, e2); !ok || !allowed(order) {
		return Fail(t, show(e1)+" is not "+what+" "+show(e2), msgAndArgs...)
	}
	return true
}

// Greater asserts that the first is greater.
func Greater(t TestingT, e1, e2 interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	return ordered(t, e1, e2, func(n int) bool { return n > 0 }, "greater than", msgAndArgs)
}

// GreaterOrEqual asserts that the first is greater or equal.
func GreaterOrEqual(t TestingT, e1, e2 interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	return ordered(t, e1, e2, func(n int) bool { return n >= 0 }, "greater than or equal to", msgAndArgs)
}

// Less asserts that the first is less.
func Less(t TestingT, e1, e2 interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	return ordered(t, e1, e2, func(n int) bool { return n < 0 }, "less than", msgAndArgs)
}

// LessOrEqual asserts that the first is less or equal.
func LessOrEqual(t TestingT, e1, e2 interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	return ordered(t, e1, e2, func(n int) bool { return n <= 0 }, "less than or equal to", msgAndArgs)
}

// Positive asserts that a number is above 0.
func Positive(t TestingT, e interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if n, ok := number(e); !ok || !(n > 0) {
		return Fail(t, show(e)+" is not positive", msgAndArgs...)
	}
	return true
}

// Negative asserts that a number is below 0.
func Negative(t TestingT, e interface{}, msgAndArgs ...interface{}) bool {
	help(t)
	if n, ok := number(e); !ok || !(n < 0) {
		return Fail(t, show(e)+" is not negative", msgAndArgs...)
	}
	return true
}

// WithinDuration asserts that two times are close.
func WithinDuration(t TestingT, expected, actual time.Time, delta time.Duration, msgAndArgs ...interface{}) bool {
	help(t)
	if apart := expected.Sub(actual); apart < -delta || apart > delta {
		return Fail(t, fmt.Sprintf("Max difference is %v, but was %v", delta, apart), msgAndArgs...)
	}
	return true
}
