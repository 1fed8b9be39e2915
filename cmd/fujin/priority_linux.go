package main

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// takeTurns says how long the threads of this process, and those that they will start, keep a processor from others; 0
// leaves it to the kernel. Linux before 6.12 takes no notice.
func takeTurns(long time.Duration) {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return // queries wait a little longer
	}
	for _, entry := range threads {
		thread, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if now, err := unix.SchedGetAttr(thread, 0); err == nil && now.Policy == unix.SCHED_NORMAL {
			now.Runtime = uint64(long)
			_ = unix.SchedSetAttr(thread, now, 0) // as above; the thread may have ended, too
		}
	}
}

// startYielding starts a child that runs when nothing else does: a thread that wakes up to answer a query takes the
// processor from one of the idle class at once. Linux keeps the class for each thread and hands it on to those that a thread
// starts, so the child has it from its first; here, the thread that was put into it may not leave it again, and ends.
func startYielding(child *exec.Cmd) error {
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it is its server that tells it to stop, not the terminal
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with this goroutine
		// Some sandboxes allow none of it; the child runs in any case.
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, lowest)
		_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE, Nice: lowest}, 0)
		leaveOneProcessor()
		started <- child.Start()
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
	_ = unix.SchedSetaffinity(0, &may)
}
