package main

import (
	"errors"
	"os/exec"
	"runtime/debug"
	"testing"

	"golang.org/x/sys/unix"
)

func TestChildrenLeaveOneProcessor(t *testing.T) {
	child := exec.Command("sleep", "10")
	if err := startYielding(child); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill(); _ = child.Wait() }()
	var mine, its unix.CPUSet
	if err := errors.Join(unix.SchedGetaffinity(0, &mine), unix.SchedGetaffinity(child.Process.Pid, &its)); err != nil {
		t.Fatal(err)
	}
	if want := max(1, mine.Count()-1); its.Count() != want {
		t.Errorf("a child may use %d processors of %d, not %d", its.Count(), mine.Count(), want)
	}
}

func TestGarbageLiesWhilePublicationsAreUnderWay(t *testing.T) {
	now := func() int {
		percent := debug.SetGCPercent(garbagePercent)
		debug.SetGCPercent(percent)
		return percent
	}
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	g := new(garbage)
	first, second := g.lie(), g.lie()
	first()
	if got := now(); got != garbagePercent {
		t.Errorf("during the second of two: %d", got)
	}
	second()
	if got := now(); got != 100 {
		t.Errorf("after both: %d", got)
	}
	debug.SetGCPercent(1000) // as with GOGC=1000
	end := g.lie()
	if got := now(); got != 1000 {
		t.Errorf("against the operator's word: %d", got)
	}
	end()
}
