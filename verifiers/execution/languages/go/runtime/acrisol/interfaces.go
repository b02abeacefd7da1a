package acrisol

import (
	"errors"
	"reflect"
)

// remoteError is an error of the other side, of a type that this side does not know.
type remoteError struct {
	text   string
	causes []error
}

func (r *remoteError) Error() string { return r.text }
func (r *remoteError) Unwrap() error {
	if len(r.causes) == 1 {
		return r.causes[0]
	}
	return nil
}

// Is looks into an error that was joined of several.
func (r *remoteError) Is(target error) bool {
	for _, cause := range r.causes {
		if errors.Is(cause, target) {
			return true
		}
	}
	return false
}

// runtimeError is one of Go's own: an index out of range, a division by zero.
type runtimeError struct{ remoteError }

func (r *runtimeError) RuntimeError() {}

// Wrap makes what fmt.Errorf makes of a "%w"; set by a side that has fmt.
var Wrap func(text string, cause error) error

var (
	plainError    = reflect.TypeOf(errors.New(""))
	sentinels     = map[error]string{}
	sentinelNames = map[string]error{}
)

// Sentinel registers an error value of the standard library.
func Sentinel(name string, value error) { sentinels[value], sentinelNames[name] = name, value }

// held writes what an interface holds.
func (e *encoder) held(v reflect.Value) {
	if v.IsNil() {
		e.byte('0')
		return
	}
	p, inner := e.peer, v.Elem()
	err, isError := inner.Interface().(error)
	if isError && inner.Type().Comparable() {
		if name, known := sentinels[err]; known {
			e.byte('S')
			e.text(name)
			return
		}
		if id, known := p.theirIDs[err]; known {
			e.byte('e')
			e.uint(id)
			return
		}
	}
	if ref, ok := inner.Interface().(interface{ AcrisolRef() *Ref }); ok {
		e.byte('r')
		e.uint(ref.AcrisolRef().id)
		return
	}
	if described := describable(inner.Type()); described != nil {
		e.byte('V')
		e.data = append(e.data, described...)
		e.value(writable(inner))
		return
	}
	if isError {
		e.error(err)
		return
	}
	if proxies[v.Type()] == nil {
		panic(uncarried("a value of type " + inner.Type().String() + " " + Uncarried))
	}
	e.byte('R')
	var id uint64
	if inner.Type().Comparable() {
		id = p.valueIDs[inner.Interface()]
	}
	if id == 0 {
		id = p.fresh()
		holder := reflect.New(v.Type()).Elem()
		holder.Set(v)
		p.values[id] = holder
		if inner.Type().Comparable() {
			p.valueIDs[inner.Interface()] = id
		}
	}
	e.uint(id)
}

var described = map[reflect.Type][]byte{}

func describable(t reflect.Type) (text []byte) {
	if known, ok := described[t]; ok {
		return known
	}
	defer func() {
		if thrown := recover(); thrown != nil {
			if _, expected := thrown.(uncarried); !expected {
				panic(thrown)
			}
			text = nil
		}
		described[t] = text
	}()
	w := &writer{}
	w.describe(t)
	return w.data
}

func (e *encoder) error(err error) {
	p := e.peer
	var id uint64
	comparable := reflect.TypeOf(err).Comparable()
	if comparable {
		id = p.errorIDs[err]
	}
	e.byte('E')
	if id != 0 {
		e.uint(id)
		e.byte('k')
		return
	}
	id = p.fresh()
	p.errors[id] = err
	if comparable {
		p.errorIDs[err] = id
	}
	e.uint(id)
	e.byte(formOf(err))
	e.text(err.Error())
	causes := causesOf(err)
	e.uint(uint64(len(causes)))
	for i := range causes {
		e.value(reflect.ValueOf(causes).Index(i))
	}
}

func formOf(err error) byte {
	name := reflect.TypeOf(err).String()
	_, runtime := err.(interface{ RuntimeError() })
	switch {
	case runtime:
		return 'r'
	case reflect.TypeOf(err) == plainError:
		return 'n'
	case name == "*fmt.wrapError":
		return 'w'
	}
	return 'o'
}

func causesOf(err error) []error {
	if single, ok := err.(interface{ Unwrap() error }); ok {
		if cause := single.Unwrap(); cause != nil {
			return []error{cause}
		}
	}
	var causes []error
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, cause := range several.Unwrap() {
			if cause != nil {
				causes = append(causes, cause)
			}
		}
	}
	return causes
}

// held reads what an interface of type t holds.
func (d *decoder) held(t reflect.Type) reflect.Value {
	p := d.peer
	var found interface{}
	switch d.byte() {
	case '0':
		return reflect.Zero(t)
	case 'V':
		inner := reflect.New(d.typeOf(0)).Elem()
		d.value(inner)
		found = inner.Interface()
	case 'S':
		found = known(sentinelNames[d.text()])
	case 'e':
		found = known(p.errors[d.uint()])
	case 'E':
		found = d.error()
	case 'r':
		if holder, ok := p.values[d.uint()]; ok {
			found = holder.Interface()
		}
	case 'R':
		id := d.uint()
		make := proxies[t]
		if make == nil || p.isMine(id) {
			panic(broken("an object behind an interface that has none"))
		}
		if p.refs[id] == nil {
			p.refs[id] = make(&Ref{p, id})
		}
		found = p.refs[id]
	}
	if found == nil || !reflect.TypeOf(found).Implements(t) {
		panic(broken("a value that is no " + t.String()))
	}
	return reflect.ValueOf(found)
}

func known(err error) interface{} {
	if err == nil {
		return nil
	}
	return err
}

func (d *decoder) error() error {
	p, id := d.peer, d.uint()
	form := d.byte()
	if p.isMine(id) {
		panic(broken("an error that does not exist"))
	}
	if form == 'k' {
		return p.theirs[id]
	}
	text := d.text()
	causes := make([]error, min(d.count(), 100))
	for i := range causes {
		d.value(reflect.ValueOf(causes).Index(i))
	}
	var err error = &remoteError{text, causes}
	switch {
	case form == 'r':
		err = &runtimeError{remoteError{text, causes}}
	case form == 'n':
		err = errors.New(text)
	case form == 'w' && Wrap != nil && len(causes) == 1 && causes[0] != nil:
		if wrapped := Wrap(text, causes[0]); wrapped != nil {
			err = wrapped
		}
	}
	p.theirs[id], p.theirIDs[err] = err, id
	return err
}
