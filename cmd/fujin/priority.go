package main

import (
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// lowest is the niceness of heavy work, where the kernel knows nothing lower.
const lowest = 19

// heavyTasks is how many goroutines of a server may compute for long at a time: one writes a publication, one merges the
// index.
const heavyTasks = 2

// garbagePercent is by how much the heap may grow between two collections while agencies' files are dealt with; else it
// is Go's own 100. Facilities lie in a mapped file, so that some ten megabytes of the heap are alive: what a publication
// leaves behind would be collected fifteen times a second, and a collection takes all processors.
const garbagePercent = 400

// shortTurn is how long a thread of the server keeps a processor from others meanwhile: some of the work is the
// database's, which cannot be asked to let queries in. At other times nobody would gain by it.
const shortTurn = 100 * time.Microsecond

// courtesy is what a server does for queries while files arrive, pass the gate or are published: it collects garbage more
// seldom, and its threads take short turns.
type courtesy struct {
	mu      sync.Mutex
	tasks   int
	percent int // without any
}

// begin shows it until the function that it gives is called.
func (c *courtesy) begin() (end func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tasks++; c.tasks == 1 {
		c.percent = debug.SetGCPercent(garbagePercent)
		if c.percent < 0 || c.percent > garbagePercent { // the operator has it collected still more seldom
			debug.SetGCPercent(c.percent)
		}
		takeTurns(shortTurn)
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.tasks--; c.tasks == 0 {
			debug.SetGCPercent(c.percent)
			takeTurns(0)
		}
	}
}

// letQueriesIn lets Go run as many goroutines more than the machine has processors. A goroutine that computes keeps one
// for ten milliseconds, in which queries would wait; the kernel, which now does the sharing, interrupts it much sooner.
func letQueriesIn() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + heavyTasks) }
