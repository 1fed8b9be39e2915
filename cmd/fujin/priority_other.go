//go:build !linux

package main

import (
	"os/exec"
	"syscall"
	"time"
)

// takeTurns is for Linux alone.
func takeTurns(time.Duration) {}

// startYielding starts a child and gives it, and what it starts, the lowest priority.
func startYielding(child *exec.Cmd) error {
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := child.Start(); err != nil {
		return err
	}
	_ = syscall.Setpriority(syscall.PRIO_PGRP, child.Process.Pid, lowest) // it runs in any case
	return nil
}
