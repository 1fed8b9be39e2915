package main

import "syscall"

// lowest is the scheduling priority of heavy work: it runs when nothing else does.
const lowest = 19

// yieldToOthers gives this process, a child of a server, the lowest priority. Linux keeps a priority for each thread, and
// Go has several before main runs: only by way of their process group are all of them met, and those that they start.
func yieldToOthers() error {
	if err := syscall.Setpgid(0, 0); err != nil {
		return err
	}
	return syscall.Setpriority(syscall.PRIO_PGRP, 0, lowest)
}
