// Package acrisol carries calls between the tests (the judge) and the candidate (the guest), which run in two
// processes. Both sides use this same code: a frame is a call or the answer to one, a value is written by its
// static type, and whatever cannot be written is refused. Nothing here imports fmt or os, so that a candidate
// that does not use them is linked without them.
package acrisol

import (
	"math"
	"reflect"
	"syscall"
)

const (
	maxFrame = 64 << 20 // bytes of one message
	maxDepth = 200      // levels of slices and structs inside one value
	maxValue = 16 << 20 // bytes of memory of one value of a type that the other side names
)

// uncarried is thrown where a value cannot be written or rebuilt; the text says which.
type uncarried string

// broken is thrown where the other side's bytes are no message.
type broken string

// Uncarried stands in a failed test's message; the host looks for these words.
const Uncarried = "cannot be carried between the tests and the candidate"

type link struct{ in, out int }

func (l *link) send(payload []byte) bool {
	if len(payload) > maxFrame {
		panic(uncarried("a message of more than 64 MB " + Uncarried))
	}
	n := len(payload)
	frame := append([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}, payload...)
	for len(frame) > 0 {
		done, err := syscall.Write(l.out, frame)
		if err == syscall.EINTR || err == syscall.EAGAIN {
			continue
		}
		if err != nil {
			return false
		}
		frame = frame[done:]
	}
	return true
}

// receive returns nil at the end of the link.
func (l *link) receive() []byte {
	var head [4]byte
	if !l.fill(head[:]) {
		return nil
	}
	n := int(head[0]) | int(head[1])<<8 | int(head[2])<<16 | int(head[3])<<24
	if n > maxFrame || n == 0 {
		panic(broken("a message of " + itoa(int64(n)) + " bytes"))
	}
	// Room is made as the bytes come: a length alone must not cost memory.
	payload := make([]byte, 0, min(n, 1<<16))
	for len(payload) < n {
		room := min(n-len(payload), 1<<20)
		at := len(payload)
		payload = append(payload, make([]byte, room)...)
		if !l.fill(payload[at:]) {
			return nil
		}
	}
	return payload
}

func (l *link) fill(buffer []byte) bool {
	for len(buffer) > 0 {
		n, err := syscall.Read(l.in, buffer)
		if err == syscall.EINTR || err == syscall.EAGAIN {
			continue
		}
		if err != nil || n <= 0 {
			return false
		}
		buffer = buffer[n:]
	}
	return true
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func itoa(n int64) string {
	if n < 0 {
		return "-" + itoa(-n)
	}
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

type writer struct{ data []byte }

func (w *writer) byte(b byte)   { w.data = append(w.data, b) }
func (w *writer) flag(set bool) { w.byte(map[bool]byte{true: 1}[set]) }
func (w *writer) raw(b []byte)  { w.uint(uint64(len(b))); w.data = append(w.data, b...) }
func (w *writer) text(s string) { w.uint(uint64(len(s))); w.data = append(w.data, s...) }
func (w *writer) int(n int64)   { w.uint(uint64(n)<<1 ^ uint64(n>>63)) }
func (w *writer) float(f float64) {
	bits := math.Float64bits(f)
	for i := 0; i < 64; i += 8 {
		w.byte(byte(bits >> i))
	}
}

func (w *writer) uint(n uint64) {
	for n >= 0x80 {
		w.byte(byte(n) | 0x80)
		n >>= 7
	}
	w.byte(byte(n))
}

type reader struct {
	data []byte
	at   int
}

func (r *reader) left() int { return len(r.data) - r.at }

func (r *reader) take(n int) []byte {
	if n < 0 || n > r.left() {
		panic(broken("a message that ends too early"))
	}
	r.at += n
	return r.data[r.at-n : r.at]
}

func (r *reader) byte() byte   { return r.take(1)[0] }
func (r *reader) flag() bool   { return r.byte() == 1 }
func (r *reader) raw() []byte  { return r.take(r.count()) }
func (r *reader) text() string { return string(r.raw()) }

func (r *reader) count() int {
	n := r.uint()
	if n > maxFrame {
		panic(broken("a count of " + itoa(int64(n>>1)) + " pairs"))
	}
	return int(n)
}

func (r *reader) uint() uint64 {
	var n uint64
	for shift := uint(0); shift < 64; shift += 7 {
		b := r.byte()
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
	panic(broken("a number without an end"))
}

func (r *reader) int() int64 {
	n := r.uint()
	return int64(n>>1) ^ -int64(n&1)
}

func (r *reader) float() float64 {
	var bits uint64
	for i, b := range r.take(8) {
		bits |= uint64(b) << (8 * i)
	}
	return math.Float64frombits(bits)
}

// writable returns a value that can be addressed and whose unexported fields can be read.
func writable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	return copied
}
