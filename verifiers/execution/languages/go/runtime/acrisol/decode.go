package acrisol

import "reflect"

// slot is a slice that came as an argument, and the bytes of its elements as they came.
type slot struct {
	value reflect.Value
	raw   []byte
}

type decoder struct {
	reader
	peer   *peer
	slices []slot
	inside bool // an object's contents, not an argument or a result
	depth  int
}

func (d *decoder) value(v reflect.Value) {
	d.depth++
	if d.depth > maxDepth {
		panic(broken("a value of more than 200 levels"))
	}
	defer func() { d.depth-- }()
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(d.flag())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n := d.int()
		if v.OverflowInt(n) {
			panic(broken("a number that does not fit"))
		}
		v.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n := d.uint()
		if v.OverflowUint(n) {
			panic(broken("a number that does not fit"))
		}
		v.SetUint(n)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(d.float())
	case reflect.Complex64, reflect.Complex128:
		re := d.float()
		v.SetComplex(complex(re, d.float()))
	case reflect.String:
		v.SetString(d.text())
	case reflect.Ptr, reflect.Map:
		if id := d.uint(); id == 0 {
			v.Set(reflect.Zero(v.Type()))
		} else {
			v.Set(d.peer.find(id, v.Type()))
		}
	case reflect.Slice:
		d.slice(v)
	case reflect.Array:
		for i := 0; i < v.Len(); i++ {
			d.value(v.Index(i))
		}
	case reflect.Struct:
		d.fields(v)
	case reflect.Interface:
		v.Set(d.held(v.Type()))
	case reflect.Func:
		d.function(v)
	default:
		panic(uncarried("a value of type " + v.Type().String() + " " + Uncarried))
	}
}

func (d *decoder) slice(v reflect.Value) {
	t := v.Type()
	switch d.byte() {
	case 0:
		v.Set(reflect.Zero(t))
	case 1:
		n := d.count()
		if size := t.Elem().Size(); size > 0 && n > d.left() || size == 0 && n > 1<<20 {
			panic(broken("a slice that is longer than its message"))
		}
		v.Set(reflect.MakeSlice(t, n, n))
		at := len(d.slices)
		if !d.inside {
			d.slices = append(d.slices, slot{value: v.Slice(0, n)})
		}
		start := d.at
		d.elements(v)
		if !d.inside {
			d.slices[at].raw = d.data[start:d.at]
		}
	case 2:
		i, start, n := d.count(), d.count(), d.count()
		if i >= len(d.slices) || d.slices[i].value.Type() != t || start+n > d.slices[i].value.Len() {
			panic(broken("a part of a slice that does not exist"))
		}
		v.Set(d.slices[i].value.Slice(start, start+n))
	default:
		panic(broken("a slice of no kind"))
	}
}

func (d *decoder) elements(v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		reflect.Copy(v, reflect.ValueOf(d.take(v.Len())).Convert(v.Type()))
		return
	}
	for i := 0; i < v.Len(); i++ {
		d.value(v.Index(i))
	}
}

func (d *decoder) fields(v reflect.Value) {
	t := v.Type()
	if t.PkgPath() == "time" && t.Name() == "Time" {
		into := v.Addr().Interface().(interface{ UnmarshalBinary([]byte) error })
		if into.UnmarshalBinary(d.raw()) != nil {
			panic(broken("a time that is none"))
		}
		return
	}
	left := opaque[t]
	for i := 0; i < v.NumField(); i++ {
		switch {
		case t.Field(i).Type == opaqueType:
			field(v, i).SetUint(d.uint())
		case !left[t.Field(i).Name]:
			d.value(field(v, i))
		default:
			d.hidden(field(v, i))
		}
	}
}

// hidden finds a field that is not carried by its number; only the candidate's side has such fields.
func (d *decoder) hidden(f reflect.Value) {
	number := d.uint()
	if number == 0 {
		f.Set(reflect.Zero(f.Type()))
		return
	}
	kept, known := d.peer.hidden[number]
	if !known || kept.Type() != f.Type() {
		panic(uncarried("a field of type " + f.Type().String() + " " + Uncarried))
	}
	f.Set(kept)
}

// objects reads the contents of objects into them.
func (d *decoder) objects() {
	d.inside = true
	for id := d.uint(); id != 0; id = d.uint() {
		known := d.peer.objects[id]
		if known == nil {
			panic(broken("an object that does not exist"))
		}
		contents := d.raw()
		inner := &decoder{reader: reader{data: contents}, peer: d.peer, inside: true}
		if known.value.Kind() == reflect.Ptr {
			inner.value(known.value.Elem())
		} else {
			inner.pairs(known.value)
		}
		if inner.left() > 0 {
			panic(broken("more than an object holds"))
		}
		known.last = append([]byte{}, contents...)
	}
}

func (d *decoder) pairs(v reflect.Value) {
	for _, key := range v.MapKeys() {
		v.SetMapIndex(key, reflect.Value{})
	}
	for n := d.count(); n > 0; n-- {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		d.value(key)
		if key.Kind() == reflect.Interface && !key.IsNil() && !key.Elem().Type().Comparable() {
			panic(broken("a key that is none"))
		}
		d.value(value)
		v.SetMapIndex(key, value)
	}
}

func (d *decoder) function(v reflect.Value) {
	p := d.peer
	switch d.byte() {
	case 0:
		v.Set(reflect.Zero(v.Type()))
		return
	case 1:
		v.Set(p.stub(d.uint(), v.Type()))
		return
	case 2:
		if own, ok := p.functions[d.uint()]; ok && own.Type().ConvertibleTo(v.Type()) {
			v.Set(own.Convert(v.Type()))
			return
		}
	}
	panic(broken("a function that does not exist"))
}

// stub makes a function that calls one of the other side's.
func (p *peer) stub(id uint64, t reflect.Type) reflect.Value {
	made := reflect.MakeFunc(t, func(arguments []reflect.Value) []reflect.Value {
		pointers, results := make([]interface{}, len(arguments)), make([]interface{}, t.NumOut())
		for i, argument := range arguments {
			holder := reflect.New(argument.Type())
			holder.Elem().Set(argument)
			pointers[i] = holder.Interface()
		}
		values := make([]reflect.Value, len(results))
		for i := range results {
			holder := reflect.New(t.Out(i))
			results[i], values[i] = holder.Interface(), holder.Elem()
		}
		p.call('F', id, "", pointers, results)
		return values
	})
	p.stubs[closure(made)] = id
	return made
}
