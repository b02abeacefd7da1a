package testing

import (
	"fmt"
	"reflect"
	"runtime"
	"time"
)

// B is a benchmark; the few that tests start themselves run once.
type B struct {
	common
	N int
}

// PB hands out the rounds of a parallel benchmark.
type PB struct{ left int }

// Next tells whether there is another round.
func (p *PB) Next() bool { p.left--; return p.left >= 0 }

// BenchmarkResult is what one benchmark came to.
type BenchmarkResult struct {
	N                   int
	T                   time.Duration
	Bytes               int64
	MemAllocs, MemBytes uint64
	Extra               map[string]float64
}

// NsPerOp is the time of one round.
func (r BenchmarkResult) NsPerOp() int64 {
	if r.N <= 0 {
		return 0
	}
	return r.T.Nanoseconds() / int64(r.N)
}

// AllocsPerOp and AllocedBytesPerOp are not measured.
func (r BenchmarkResult) AllocsPerOp() int64       { return 0 }
func (r BenchmarkResult) AllocedBytesPerOp() int64 { return 0 }
func (r BenchmarkResult) String() string           { return fmt.Sprintf("%8d\t%10d ns/op", r.N, r.NsPerOp()) }

func (b *B) ResetTimer()                  {}
func (b *B) StartTimer()                  {}
func (b *B) StopTimer()                   {}
func (b *B) ReportAllocs()                {}
func (b *B) SetBytes(int64)               {}
func (b *B) SetParallelism(int)           {}
func (b *B) ReportMetric(float64, string) {}
func (b *B) Elapsed() time.Duration       { return 0 }
func (b *B) Loop() bool                   { b.N--; return b.N >= 0 }
func (b *B) RunParallel(f func(*PB))      { f(&PB{b.N}) }
func (b *B) Run(name string, f func(b *B)) bool {
	sub := &B{common: newCommon(&b.common, b.subName(name)), N: 1}
	sub.guarded(func() { f(sub) })
	return !sub.Failed()
}

// Benchmark runs f once.
func Benchmark(f func(b *B)) BenchmarkResult {
	b := &B{common: newCommon(nil, ""), N: 1}
	start := time.Now()
	b.guarded(func() { f(b) })
	return BenchmarkResult{N: 1, T: time.Since(start)}
}

// AllocsPerRun counts the allocations of f, on the average of some runs.
func AllocsPerRun(runs int, f func()) float64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 0; i < runs; i++ {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64((after.Mallocs - before.Mallocs) / uint64(runs))
}

// F is a fuzz test: what was added is tried, nothing else.
type F struct {
	*T
	seeds [][]interface{}
}

// Add notes arguments to try.
func (f *F) Add(args ...interface{}) { f.seeds = append(f.seeds, args) }

// Fuzz calls a function of *T and arguments with all that was added.
func (f *F) Fuzz(ff interface{}) {
	call := reflect.ValueOf(ff)
	for i, seed := range f.seeds {
		seed := seed
		f.Run(fmt.Sprintf("seed#%d", i), func(t *T) {
			values := []reflect.Value{reflect.ValueOf(t)}
			for _, value := range seed {
				values = append(values, reflect.ValueOf(value))
			}
			call.Call(values)
		})
	}
}
