package main

import (
	"errors"
	"os/exec"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// lowest is the niceness of heavy work, where the kernel knows nothing lower.
const lowest = 19

// startYielding starts a child that runs when nothing else does: a thread that wakes up to answer a query takes the
// processor from one of the idle class at once. Linux keeps the class for each thread and hands it on to those that a thread
// starts, so the child has it from its first; here, the thread that was put into it may not leave it again, and ends.
func startYielding(child *exec.Cmd) error {
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it is its server that tells it to stop, not the terminal
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with this goroutine
		err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, lowest)
		if err == nil {
			err = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE, Nice: lowest}, 0)
		}
		if err == nil || errors.Is(err, unix.ENOSYS) { // in some sandboxes; being nice is something
			leaveOneProcessor()
			err = child.Start()
		}
		started <- err
	}()
	return <-started
}

// leaveOneProcessor keeps the thread, and what it starts, away from one of the processors that it may use, if there are
// several: many a kernel lets whoever is woken up wait for the end of a system call, or for its next tick, even behind a
// thread of the idle class, and finds an idle processor sooner than it interrupts a busy one.
func leaveOneProcessor() {
	var may unix.CPUSet
	if unix.SchedGetaffinity(0, &may) != nil || may.Count() < 2 {
		return
	}
	first := 0
	for !may.IsSet(first) {
		first++
	}
	may.Clear(first)
	_ = unix.SchedSetaffinity(0, &may) // where it may not be chosen, there is the class
}

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
