package acrisol

import (
	"bytes"
	"reflect"
	"runtime"
)

// Gone is what a call panics with when there is no candidate any more, or when a value cannot be carried.
type Gone struct{ text string }

func (g *Gone) Error() string { return g.text }

// The state that the runner of the tests looks at.
var (
	// Trouble is why the tests say nothing about the candidate from here on; it stays, whoever recovers.
	Trouble string
	// Lost is why the candidate's process is not there any more.
	Lost string
	// Asked counts the calls of the candidate.
	Asked int
	// Printed takes what the candidate printed.
	Printed func([]byte)
)

// call asks the other side for a function ('N' by name, 'F' by id) or a method ('M') and waits. The arguments
// and results are pointers. Nested calls in both directions end in the order in which they began.
func (p *peer) call(kind byte, id uint64, name string, arguments, results []interface{}) {
	p.mutex.Lock()
	if p.gone != "" {
		p.mutex.Unlock()
		panic(&Gone{p.gone})
	}
	Asked++
	var reply *decoder
	var printed []byte
	var thrown interface{}
	var panicked, ended bool
	func() {
		defer p.mutex.Unlock()
		defer p.giveUp()
		p.serial += 2
		serial := p.serial + p.made%2
		e := newEncoder(p)
		e.byte('C')
		e.uint(serial)
		e.byte(kind)
		e.uint(id)
		e.text(name)
		e.uint(uint64(len(arguments)))
		for _, argument := range arguments {
			e.value(reflect.ValueOf(argument).Elem())
		}
		e.objects()
		if !p.send(e.data) {
			p.lose("the candidate's process ended")
		}
		reply = &decoder{reader: reader{data: p.await(serial)}, peer: p}
		form := reply.byte()
		reply.uint()
		if form == 'E' {
			panic(uncarried(reply.text()))
		}
		printed = append(printed, reply.raw()...)
		reply.changed(e.slices)
		if panicked = form == 'P'; panicked {
			ended = reply.flag()
			reply.value(reflect.ValueOf(&thrown).Elem())
		} else {
			for _, result := range results {
				reply.value(reflect.ValueOf(result).Elem())
			}
		}
		reply.objects()
		if reply.left() > 0 {
			panic(broken("more than the results"))
		}
	}()
	if len(printed) > 0 && Printed != nil {
		Printed(printed)
	}
	if p.exiting { // a function of the tests ended its test while the candidate called it
		p.exiting = false
		runtime.Goexit()
	}
	if ended {
		Trouble = "the candidate ended its goroutine by runtime.Goexit"
		panic(&Gone{Trouble})
	}
	if panicked {
		panic(thrown)
	}
}

// giveUp turns what the codec throws into the end of the link.
func (p *peer) giveUp() {
	switch thrown := recover().(type) {
	case nil:
	case uncarried:
		p.gone, Trouble = string(thrown), string(thrown)
		panic(&Gone{p.gone})
	case *Gone:
		panic(thrown)
	case broken:
		p.gone = "broke the protocol: " + string(thrown)
		Trouble, Lost = p.gone, p.gone
		panic(&Gone{p.gone})
	default:
		p.gone = "broke the protocol: bytes that are no value"
		if err, ok := thrown.(interface{ Error() string }); ok {
			p.gone += " (" + err.Error() + ")"
		}
		Trouble, Lost = p.gone, p.gone
		panic(&Gone{p.gone})
	}
}

func (p *peer) lose(why string) {
	p.gone, Trouble, Lost = why, why, why
	panic(&Gone{why})
}

// await returns the answer to a call, and serves the calls that the other side makes meanwhile.
func (p *peer) await(serial uint64) []byte {
	for {
		if answer, ok := p.waiting[serial]; ok {
			delete(p.waiting, serial)
			return answer
		}
		message := p.receive()
		if message == nil {
			p.lose("the candidate's process ended")
		}
		if message[0] == 'C' {
			p.serve(message)
			continue
		}
		if message[0] == 'H' && len(message) == 1 { // the guest has built
			continue
		}
		r := reader{data: message, at: 1}
		p.waiting[r.uint()] = message
		if len(p.waiting) > 1000 {
			panic(broken("answers to no question"))
		}
	}
}

// changed reads the new elements of slices that were arguments.
func (d *decoder) changed(slices []reflect.Value) {
	for _, slice := range slices {
		d.slices = append(d.slices, slot{value: slice})
	}
	for i := d.count(); i != 0; i = d.count() {
		if i > len(slices) {
			panic(broken("a slice that does not exist"))
		}
		d.elements(slices[i-1])
	}
}

// serve answers one call of the other side. The link is free while the function runs.
func (p *peer) serve(message []byte) {
	d := &decoder{reader: reader{data: message, at: 1}, peer: p}
	serial := d.uint()
	e := newEncoder(p)
	p.reply(d, e, serial)
	if !p.send(e.data) {
		p.lose("the candidate's process ended")
	}
}

func (p *peer) reply(d *decoder, e *encoder, serial uint64) {
	defer func() {
		if thrown := recover(); thrown != nil {
			text, expected := thrown.(uncarried)
			if !expected {
				panic(thrown)
			}
			e.data = nil
			e.byte('E')
			e.uint(serial)
			e.text(string(text))
		}
	}()
	kind, id := d.byte(), d.uint()
	f := p.target(kind, id, d.text())
	t := f.Type()
	if d.count() != t.NumIn() {
		panic(broken("a call with another number of arguments"))
	}
	arguments := make([]reflect.Value, t.NumIn())
	for i := range arguments {
		arguments[i] = reflect.New(t.In(i)).Elem()
		d.value(arguments[i])
	}
	d.objects()
	results, thrown, how := p.run(f, arguments)
	if how == 'P' {
		e.byte('P')
	} else {
		e.byte('R')
	}
	e.uint(serial)
	e.raw(p.after())
	for _, slot := range d.slices {
		e.slices = append(e.slices, slot.value)
	}
	for i, slot := range d.slices {
		again := newEncoder(p)
		again.inside = 1 // as in an object: whole, without references
		again.elements(slot.value)
		if !bytes.Equal(again.data, slot.raw) {
			e.uint(uint64(i + 1))
			e.elements(slot.value)
		}
	}
	e.uint(0)
	if how == 'P' {
		e.flag(thrown == nil)
		e.thrown(thrown)
	} else {
		for _, result := range results {
			e.value(writable(result))
		}
	}
	e.objects()
}

// thrown writes what a function panicked with, in words where it cannot be carried.
func (e *encoder) thrown(value interface{}) {
	if value != nil && describable(reflect.TypeOf(value)) == nil {
		if _, ok := value.(error); !ok {
			value = "panic with a value of type " + reflect.TypeOf(value).String()
		}
	}
	e.value(reflect.ValueOf(&value).Elem())
}

func (p *peer) target(kind byte, id uint64, name string) reflect.Value {
	switch kind {
	case 'N':
		return p.answer(name, id)
	case 'F':
		if f, ok := p.functions[id]; ok {
			return f
		}
	case 'M':
		if holder, ok := p.values[id]; ok {
			if find := methods[holder.Type()]; find != nil {
				if method := find(holder.Interface(), name); method != nil {
					return reflect.ValueOf(method)
				}
			}
		}
	}
	panic(broken("a function that does not exist"))
}

// run calls a function in a goroutine of its own, so that runtime.Goexit ends only that.
func (p *peer) run(f reflect.Value, arguments []reflect.Value) (results []reflect.Value, thrown interface{}, how byte) {
	p.mutex.Unlock()
	defer p.mutex.Lock()
	done := make(chan byte, 1)
	go func() {
		ended := byte('P')
		defer func() {
			thrown = recover()
			if thrown == nil && ended == 'P' && p.judging {
				p.exiting = true
			}
			done <- ended
		}()
		if f.Type().IsVariadic() {
			results = f.CallSlice(arguments)
		} else {
			results = f.Call(arguments)
		}
		ended = 'R'
	}()
	how = <-done
	return results, thrown, how
}
