package main

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// lowest is the niceness of heavy work, where the kernel knows nothing lower.
const lowest = 19

// heavyTasks is how many goroutines of a server may compute for long at a time: one writes a publication, one merges the
// index.
const heavyTasks = 2

// garbagePercent is by how much the heap may grow between two collections while something is published; else it is Go's
// own 100. Facilities lie in a mapped file, so that some ten megabytes of the heap are alive: what a publication leaves
// behind would be collected fifteen times a second, and a collection takes all processors.
const garbagePercent = 400

// garbage is collected more seldom while publications are under way.
type garbage struct {
	mu           sync.Mutex
	publications int
	percent      int // outside them
}

// lie has garbage lie until the function that it gives is called.
func (g *garbage) lie() (end func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.publications++; g.publications == 1 {
		g.percent = debug.SetGCPercent(garbagePercent)
		if g.percent < 0 || g.percent > garbagePercent { // the operator has it collected still more seldom
			debug.SetGCPercent(g.percent)
		}
	}
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.publications--; g.publications == 0 {
			debug.SetGCPercent(g.percent)
		}
	}
}

// letQueriesIn lets Go run as many goroutines more than the machine has processors. A goroutine that computes keeps one
// for ten milliseconds, in which queries would wait; the kernel, which now does the sharing, interrupts it much sooner.
func letQueriesIn() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + heavyTasks) }
