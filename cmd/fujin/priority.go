package main

import (
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// lowest is the niceness of heavy work, where the kernel knows nothing lower.
const lowest = 19

// yieldToOthers has this process, a child of a server, run when nothing else does. Linux keeps a priority for each thread,
// and Go has several before main runs: only by way of their process group are all of them met, and those that they start.
func yieldToOthers() error {
	if err := syscall.Setpgid(0, 0); err != nil {
		return err
	}
	if err := syscall.Setpriority(syscall.PRIO_PGRP, 0, lowest); err != nil {
		return err
	}
	for {
		turned, err := turnIdle()
		if errors.Is(err, unix.ENOSYS) { // in some sandboxes; being nice is something
			return nil
		}
		if err != nil || turned == 0 {
			return err
		}
	}
}

// turnIdle puts the threads that are not there yet into the idle class and counts them; those that they have started
// meanwhile are met by another call. A thread that wakes up to answer a query takes the processor from one of that class at
// once, from one that is merely nice some milliseconds later.
func turnIdle() (turned int, err error) {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return 0, err
	}
	for _, entry := range threads {
		thread, err := strconv.Atoi(entry.Name())
		if err != nil {
			return turned, err
		}
		now, err := unix.SchedGetAttr(thread, 0)
		if errors.Is(err, unix.ESRCH) { // it has ended
			continue
		}
		if err == nil && now.Policy != unix.SCHED_IDLE {
			turned++
			err = unix.SchedSetAttr(thread, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE, Nice: lowest}, 0)
		}
		if err != nil && !errors.Is(err, unix.ESRCH) {
			return turned, err
		}
	}
	return turned, nil
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
