package acrisol

import (
	"reflect"
	"sync"
	"unsafe"
)

const flushAll = 256 // objects up to which a message tells every change, and not only what it can reach

// object is a pointer's or a map's target that both sides hold. The candidate's copy is only written to when
// the tests have changed theirs, and the other way round: what is not carried stays where it is.
type object struct {
	value reflect.Value // the pointer or the map
	last  []byte        // contents as both sides knew them after the last message
}

type identity struct {
	at unsafe.Pointer
	of reflect.Type
}

// peer is one end of the link with all that both ends know.
type peer struct {
	link
	mutex   sync.Mutex // held by whoever reads or writes the link
	serial  uint64     // of calls
	waiting map[uint64][]byte
	answer  func(name string, id uint64) reflect.Value // what a call means
	after   func() []byte                              // printed since the last answer
	gone    string                                     // why there is no other side any more
	judging bool
	exiting bool // a test ended while the candidate was calling one of its functions

	made       uint64 // ids of this side differ from the other's in their lowest bit
	objects    map[uint64]*object
	ids        map[identity]uint64
	order      []uint64
	functions  map[uint64]reflect.Value // of this side, that the other may call
	functionID map[unsafe.Pointer]uint64
	stubs      map[unsafe.Pointer]uint64 // functions of the other side
	errors     map[uint64]error
	errorIDs   map[error]uint64
	theirs     map[uint64]error
	theirIDs   map[error]uint64
	values     map[uint64]reflect.Value // objects behind an interface, used by calls
	valueIDs   map[interface{}]uint64
	refs       map[uint64]interface{}
	hidden     map[uint64]reflect.Value // fields that are not carried, by the number that is
}

func newPeer(in, out int, parity uint64) *peer {
	return &peer{
		link: link{in, out}, made: parity, waiting: map[uint64][]byte{},
		objects: map[uint64]*object{}, ids: map[identity]uint64{},
		functions: map[uint64]reflect.Value{}, functionID: map[unsafe.Pointer]uint64{},
		stubs: map[unsafe.Pointer]uint64{}, errors: map[uint64]error{}, errorIDs: map[error]uint64{},
		theirs: map[uint64]error{}, theirIDs: map[error]uint64{},
		values: map[uint64]reflect.Value{}, valueIDs: map[interface{}]uint64{}, refs: map[uint64]interface{}{},
		hidden: map[uint64]reflect.Value{},
	}
}

func (p *peer) fresh() uint64 {
	p.made += 2
	return p.made
}

// isMine tells whether an id was given by this side.
func (p *peer) isMine(id uint64) bool { return id%2 == p.made%2 }

// idOf gives a pointer or a map its id.
func (p *peer) idOf(v reflect.Value) uint64 {
	key := identity{v.UnsafePointer(), v.Type()}
	id, known := p.ids[key]
	if !known {
		id = p.fresh()
		p.keep(id, v)
	}
	return id
}

func (p *peer) keep(id uint64, v reflect.Value) {
	v = own(v)
	p.ids[identity{v.UnsafePointer(), v.Type()}] = id
	p.objects[id] = &object{value: v}
	p.order = append(p.order, id)
}

// own copies a value out of the variable that it was read from.
func own(v reflect.Value) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	return copied
}

// find returns the object of an id that the other side names, and makes it where it is new.
func (p *peer) find(id uint64, t reflect.Type) reflect.Value {
	if known, ok := p.objects[id]; ok {
		if known.value.Type() != t {
			panic(broken("an object of type " + known.value.Type().String() + " for a " + t.String()))
		}
		return known.value
	}
	if p.isMine(id) {
		panic(broken("an object that does not exist"))
	}
	var v reflect.Value
	if t.Kind() == reflect.Map {
		v = reflect.MakeMap(t)
	} else {
		v = reflect.New(t.Elem()).Convert(t)
	}
	p.keep(id, v)
	return v
}

// closure is the address of a function's closure, which tells functions apart.
func closure(v reflect.Value) unsafe.Pointer {
	holder := reflect.New(v.Type())
	holder.Elem().Set(v)
	return *(*unsafe.Pointer)(holder.UnsafePointer())
}

// Ref is what a proxy of an interface holds.
type Ref struct {
	peer *peer
	id   uint64
}

// AcrisolRef finds the reference in a proxy.
func (r *Ref) AcrisolRef() *Ref { return r }

// Method calls a method of the other side's object.
func (r *Ref) Method(name string, arguments, results []interface{}) {
	r.peer.call('M', r.id, name, arguments, results)
}

// What the two sides know of interfaces: how a proxy is made, and how a method is looked up.
var (
	proxies = map[reflect.Type]func(*Ref) interface{}{}
	methods = map[reflect.Type]func(value interface{}, name string) interface{}{}
)

// Interface registers an interface, by a nil pointer to it: objects behind it can be passed as references.
func Interface(nilPointer interface{}, proxy func(*Ref) interface{}, method func(interface{}, string) interface{}) {
	t := reflect.TypeOf(nilPointer).Elem()
	proxies[t], methods[t] = proxy, method
}
