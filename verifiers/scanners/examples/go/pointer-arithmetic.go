package memory

import "unsafe"

func read(values []byte) byte {
	// ruleid: go.pointer-arithmetic
	p := unsafe.Pointer(&values[0])
	// ok: go.pointer-arithmetic
	q := &values[0]
	return *q
}
