package processor

import "golang.org/x/sys/unix"

// yield asks the kernel, not Go's scheduler: what waits may be of another process, or
// be a thread of ours that Go takes to be running. Raw, as it is over at once, or
// should be: Go need not find other work meanwhile.
func yield() { _, _, _ = unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }
