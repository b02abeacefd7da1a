package acrisol

import (
	"reflect"
	"syscall"
)

var (
	side  = newPeer(3, 4, 0)
	named = map[string]reflect.Value{}
)

const maxPrinted = 1 << 20 // bytes of output that one call takes along

func init() {
	side.judging = true
	side.after = func() []byte { return nil }
	side.answer = func(string, uint64) reflect.Value { panic(broken("a function that does not exist")) }
}

// Ready makes the stand-in's variables wait for its types.
var Ready = true

// Call calls a function of the candidate; the tests' side.
func Call(name string, arguments, results []interface{}) { side.call('N', 0, name, arguments, results) }

// Alive asks the candidate's process for a sign of life.
func Alive() (alive bool) {
	defer func() {
		if recover() != nil {
			alive = false
		}
	}()
	side.call('N', 0, "", nil, nil)
	Asked--
	return true
}

// Func registers a function of the candidate; the candidate's side.
func Func(name string, f interface{}) { named[name] = reflect.ValueOf(f) }

// Serve answers calls until the tests are done; the candidate's side. What the candidate prints is in a file.
func Serve(printed string) {
	side.judging = false
	side.made = 1
	file, _ := syscall.Open(printed, syscall.O_RDONLY, 0)
	offset := int64(0)
	side.after = func() []byte {
		var found syscall.Stat_t
		if syscall.Fstat(file, &found) != nil || found.Size <= offset {
			return nil
		}
		buffer := make([]byte, min(int(found.Size-offset), maxPrinted))
		n, err := syscall.Pread(file, buffer, offset)
		if err != nil || n < 0 {
			return nil
		}
		offset = found.Size
		return buffer[:n]
	}
	named[""] = reflect.ValueOf(func() {})
	side.answer = func(name string, id uint64) reflect.Value {
		if f, ok := named[name]; ok {
			return f
		}
		panic(uncarried("the function " + name + ", which is not there, " + Uncarried))
	}
	side.mutex.Lock()
	for {
		message := side.receive()
		if message == nil {
			syscall.Exit(0)
		}
		if message[0] == 'C' {
			side.serve(message)
			continue
		}
		r := reader{data: message, at: 1}
		side.waiting[r.uint()] = message
	}
}
