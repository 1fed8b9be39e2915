package main

import (
	"runtime/debug"
	"testing"
)

func TestGarbageLiesWhileTheServerIsBusy(t *testing.T) {
	now := func() int {
		percent := debug.SetGCPercent(garbagePercent)
		debug.SetGCPercent(percent)
		return percent
	}
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	c := new(courtesy)
	first, second := c.begin(), c.begin()
	first()
	if got := now(); got != garbagePercent {
		t.Errorf("during the second of two: %d", got)
	}
	second()
	if got := now(); got != 100 {
		t.Errorf("after both: %d", got)
	}
	debug.SetGCPercent(1000) // as with GOGC=1000
	end := c.begin()
	if got := now(); got != 1000 {
		t.Errorf("against the operator's word: %d", got)
	}
	end()
}
