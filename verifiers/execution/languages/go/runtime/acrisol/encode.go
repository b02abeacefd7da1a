package acrisol

import (
	"bytes"
	"reflect"
	"sort"
	"unsafe"
)

type encoder struct {
	writer
	peer   *peer
	queue  []uint64 // objects that the message mentions
	queued map[uint64]bool
	slices []reflect.Value // of the arguments, whose elements may come back changed
	inside uint64          // the object whose contents are written; 0: an argument or a result
	hidden uint64          // fields of it so far that are not carried
	depth  int
}

func newEncoder(p *peer) *encoder { return &encoder{peer: p, queued: map[uint64]bool{}} }

func (e *encoder) value(v reflect.Value) {
	e.depth++
	if e.depth > maxDepth {
		panic(uncarried("a value of more than 200 levels " + Uncarried))
	}
	defer func() { e.depth-- }()
	switch v.Kind() {
	case reflect.Bool:
		e.flag(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.int(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		e.uint(v.Uint())
	case reflect.Float32, reflect.Float64:
		e.float(v.Float())
	case reflect.Complex64, reflect.Complex128:
		e.float(real(v.Complex()))
		e.float(imag(v.Complex()))
	case reflect.String:
		e.text(v.String())
	case reflect.Ptr, reflect.Map:
		if v.IsNil() {
			e.uint(0)
			return
		}
		id := e.peer.idOf(v)
		e.uint(id)
		e.mention(id)
	case reflect.Slice:
		e.slice(v)
	case reflect.Array:
		for i := 0; i < v.Len(); i++ {
			e.value(v.Index(i))
		}
	case reflect.Struct:
		e.fields(writable(v))
	case reflect.Interface:
		e.held(v)
	case reflect.Func:
		e.function(v)
	default:
		panic(uncarried("a value of type " + v.Type().String() + " " + Uncarried))
	}
}

func (e *encoder) mention(id uint64) {
	if !e.queued[id] {
		e.queued[id] = true
		e.queue = append(e.queue, id)
	}
}

// slice writes 0 for nil, 1 and the elements, or 2 and a part of one that the message has already.
func (e *encoder) slice(v reflect.Value) {
	if v.IsNil() {
		e.byte(0)
		return
	}
	if e.inside == 0 && v.Type().Elem().Size() > 0 {
		for i, known := range e.slices {
			if known.Type() == v.Type() && known.Cap() > 0 && v.Cap() > 0 {
				size := v.Type().Elem().Size()
				start := uintptr(v.UnsafePointer()) - uintptr(known.UnsafePointer())
				if uintptr(v.UnsafePointer()) >= uintptr(known.UnsafePointer()) &&
					start/size+uintptr(v.Len()) <= uintptr(known.Len()) && start/size < uintptr(known.Len()) {
					e.byte(2)
					e.uint(uint64(i))
					e.uint(uint64(start / size))
					e.uint(uint64(v.Len()))
					return
				}
			}
		}
		e.slices = append(e.slices, own(v))
	}
	e.byte(1)
	e.uint(uint64(v.Len()))
	e.elements(v)
}

func (e *encoder) elements(v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		e.data = append(e.data, v.Bytes()...)
		return
	}
	for i := 0; i < v.Len(); i++ {
		e.value(v.Index(i))
	}
}

func field(v reflect.Value, i int) reflect.Value {
	f := v.Field(i)
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

func (e *encoder) fields(v reflect.Value) {
	t := v.Type()
	if t.PkgPath() == "time" && t.Name() == "Time" {
		data, err := v.Interface().(interface{ MarshalBinary() ([]byte, error) }).MarshalBinary()
		if err != nil {
			panic(uncarried("a time with this zone " + Uncarried))
		}
		e.raw(data)
		return
	}
	left := opaque[t]
	for i := 0; i < v.NumField(); i++ {
		switch {
		case t.Field(i).Type == opaqueType:
			e.uint(field(v, i).Uint())
		case !left[t.Field(i).Name]:
			e.value(field(v, i))
		case field(v, i).IsZero():
			e.uint(0)
		default:
			e.uint(e.hide(field(v, i)))
		}
	}
}

// hide gives a field that is not carried its number, by which a copy of the struct finds it again.
func (e *encoder) hide(f reflect.Value) uint64 {
	owner := e.inside
	if owner == 0 { // a value that nobody else holds
		owner = e.peer.fresh()
	}
	e.hidden++
	number := owner<<16 + e.hidden
	e.peer.hidden[number] = f
	return number
}

// objects writes the contents of what the message mentions and of what else has changed.
func (e *encoder) objects() {
	if len(e.peer.order) <= flushAll {
		for _, id := range e.peer.order {
			e.mention(id)
		}
	}
	for at := 0; at < len(e.queue); at++ {
		id := e.queue[at]
		known := e.peer.objects[id]
		contents := e.contents(id, known.value)
		if known.last == nil || !bytes.Equal(known.last, contents) {
			known.last = contents
			e.uint(id)
			e.raw(contents)
		}
	}
	e.uint(0)
}

func (e *encoder) contents(id uint64, v reflect.Value) []byte {
	outer := e.data
	e.data, e.inside, e.hidden = []byte{}, id, 0
	if v.Kind() == reflect.Ptr {
		e.value(v.Elem())
	} else {
		e.pairs(v)
	}
	contents := e.data
	e.data, e.inside = outer, 0
	return contents
}

// pairs writes a map in the order of its keys' bytes, so that equal maps have equal bytes.
func (e *encoder) pairs(v reflect.Value) {
	outer := e.data
	var pairs [][2][]byte
	for _, key := range v.MapKeys() {
		e.data = nil
		e.value(writable(key))
		first := e.data
		e.data = nil
		e.value(writable(v.MapIndex(key)))
		pairs = append(pairs, [2][]byte{first, e.data})
	}
	sort.Slice(pairs, func(i, j int) bool { return bytes.Compare(pairs[i][0], pairs[j][0]) < 0 })
	e.data = outer
	e.uint(uint64(len(pairs)))
	for _, pair := range pairs {
		e.data = append(append(e.data, pair[0]...), pair[1]...)
	}
}

// function writes 0 for nil, 1 and the id of one of this side's, or 2 and the id of one of the other side's.
func (e *encoder) function(v reflect.Value) {
	if v.IsNil() {
		e.byte(0)
		return
	}
	p, at := e.peer, closure(v)
	if id, known := p.stubs[at]; known {
		e.byte(2)
		e.uint(id)
		return
	}
	id, known := p.functionID[at]
	if !known {
		id = p.fresh()
		p.functionID[at], p.functions[id] = id, own(v)
	}
	e.byte(1)
	e.uint(id)
}
