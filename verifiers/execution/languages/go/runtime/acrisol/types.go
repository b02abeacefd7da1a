package acrisol

import "reflect"

// Opaque stands in a stand-in's struct for a field that is not carried: a channel, a lock, a cache of the
// standard library. It is 0 where the candidate's field is its zero value, and else a number of its own, so
// that two objects that differ only in what is not carried never look equal.
type Opaque uint64

// Names of types that an interface may hold, and back. Both sides register the same.
var (
	typeNames = map[reflect.Type]string{}
	namedType = map[string]reflect.Type{}
	opaque    = map[reflect.Type]map[string]bool{} // fields that are not carried, on the candidate's side
)

var (
	opaqueType = reflect.TypeOf(Opaque(0))
	errorType  = reflect.TypeOf((*error)(nil)).Elem()
	emptyType  = reflect.TypeOf((*interface{})(nil)).Elem()
	basicTypes = []reflect.Type{
		reflect.TypeOf(false), reflect.TypeOf(0), reflect.TypeOf(int8(0)), reflect.TypeOf(int16(0)),
		reflect.TypeOf(int32(0)), reflect.TypeOf(int64(0)), reflect.TypeOf(uint(0)), reflect.TypeOf(uint8(0)),
		reflect.TypeOf(uint16(0)), reflect.TypeOf(uint32(0)), reflect.TypeOf(uint64(0)),
		reflect.TypeOf(uintptr(0)), reflect.TypeOf(float32(0)), reflect.TypeOf(float64(0)),
		reflect.TypeOf(complex64(0)), reflect.TypeOf(complex128(0)), reflect.TypeOf(""),
	}
)

// Type registers a named type by a nil pointer to it, with the fields of it that are not carried.
func Type(name string, nilPointer interface{}, hidden ...string) {
	t := reflect.TypeOf(nilPointer).Elem()
	typeNames[t], namedType[name] = name, t
	if len(hidden) > 0 {
		opaque[t] = map[string]bool{}
		for _, field := range hidden {
			opaque[t][field] = true
		}
	}
}

// describe writes a type, and throws for one that the other side cannot know.
func (w *writer) describe(t reflect.Type) {
	if name, known := typeNames[t]; known {
		w.byte('N')
		w.text(name)
		return
	}
	if t.Name() != "" && t != errorType {
		for i, basic := range basicTypes {
			if t == basic {
				w.byte('B')
				w.byte(byte(i))
				return
			}
		}
		panic(uncarried("a value of type " + t.String() + " " + Uncarried))
	}
	switch {
	case t == errorType:
		w.byte('X')
	case t == emptyType:
		w.byte('I')
	case t.Kind() == reflect.Slice:
		w.byte('S')
		w.describe(t.Elem())
	case t.Kind() == reflect.Ptr:
		w.byte('P')
		w.describe(t.Elem())
	case t.Kind() == reflect.Array:
		w.byte('A')
		w.uint(uint64(t.Len()))
		w.describe(t.Elem())
	case t.Kind() == reflect.Map:
		w.byte('M')
		w.describe(t.Key())
		w.describe(t.Elem())
	case t.Kind() == reflect.Func:
		w.byte('F')
		w.flag(t.IsVariadic())
		w.uint(uint64(t.NumIn()))
		w.uint(uint64(t.NumOut()))
		for i := 0; i < t.NumIn(); i++ {
			w.describe(t.In(i))
		}
		for i := 0; i < t.NumOut(); i++ {
			w.describe(t.Out(i))
		}
	case t.Kind() == reflect.Struct && t.NumField() == 0:
		w.byte('0')
	default:
		panic(uncarried("a value of type " + t.String() + " " + Uncarried))
	}
}

func (r *reader) typeOf(depth int) reflect.Type {
	if depth > maxDepth/4 {
		panic(broken("a type without an end"))
	}
	switch kind := r.byte(); kind {
	case 'N':
		name := r.text()
		if t, known := namedType[name]; known {
			return t
		}
		panic(uncarried("a value of type " + name + " " + Uncarried))
	case 'B':
		if i := int(r.byte()); i < len(basicTypes) {
			return basicTypes[i]
		}
	case 'X':
		return errorType
	case 'I':
		return emptyType
	case '0':
		return reflect.TypeOf(struct{}{})
	case 'S':
		return reflect.SliceOf(r.typeOf(depth + 1))
	case 'P':
		return reflect.PtrTo(r.typeOf(depth + 1))
	case 'A':
		n, t := r.count(), r.typeOf(depth+1)
		if n == 0 || t.Size() <= uintptr(maxValue/n) {
			return reflect.ArrayOf(n, t)
		}
	case 'M':
		key, value := r.typeOf(depth+1), r.typeOf(depth+1)
		if key.Comparable() {
			return reflect.MapOf(key, value)
		}
	case 'F':
		return r.funcType(depth)
	}
	panic(broken("a type that does not exist"))
}

func (r *reader) funcType(depth int) reflect.Type {
	variadic, in, out := r.flag(), r.count(), r.count()
	if in > 50 || out > 50 {
		panic(broken("a function of too many values"))
	}
	var types []reflect.Type
	for i := 0; i < in+out; i++ {
		types = append(types, r.typeOf(depth+1))
	}
	if variadic && (in == 0 || types[in-1].Kind() != reflect.Slice) {
		panic(broken("a function that is not variadic"))
	}
	return reflect.FuncOf(types[:in], types[in:], variadic)
}
