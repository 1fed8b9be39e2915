package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// threadsOf are the threads of a process that runs.
func threadsOf(t *testing.T, process int) (list []int) {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", process))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		thread, err := strconv.Atoi(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, thread)
	}
	return list
}

// TestThreadsTakeShortTurnsWhileTheServerIsBusy is skipped where the kernel takes no notice.
func TestThreadsTakeShortTurnsWhileTheServerIsBusy(t *testing.T) {
	turns := func() (list []time.Duration) {
		for _, thread := range threadsOf(t, os.Getpid()) {
			if now, err := unix.SchedGetAttr(thread, 0); err == nil { // else it has just ended
				list = append(list, time.Duration(now.Runtime))
			}
		}
		return list
	}
	before := slices.Max(turns())
	end := new(courtesy).begin()
	during := turns()
	end()
	after := turns()
	if before == 0 {
		t.Skip("this kernel does not tell how long turns are")
	}
	if got := slices.Max(during); got != shortTurn {
		t.Errorf("meanwhile a thread takes turns of %v", got)
	}
	if got := slices.Min(after); got != before {
		t.Errorf("afterwards a thread takes turns of %v, not %v", got, before)
	}
}

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

func TestTheGateYieldsAndEndsWithItsServer(t *testing.T) {
	child := exec.Command(os.Args[0], "profile", passage(t, places(t, 100_000)))
	child.Env = append(os.Environ(), "FUJIN_TEST_AS_PROGRAM=1")
	var stderr bytes.Buffer
	child.Stderr = &stderr
	server, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := startYielding(child); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Process.Kill() })
	var last *unix.SchedAttr
	for deadline := time.Now().Add(5 * time.Second); (last == nil || last.Policy != unix.SCHED_IDLE) && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		for _, thread := range threadsOf(t, child.Process.Pid) {
			if last, err = unix.SchedGetAttr(thread, 0); err != nil {
				t.Fatal(err)
			}
			if last.Policy != unix.SCHED_IDLE {
				break
			}
		}
	}
	if last == nil || last.Policy != unix.SCHED_IDLE || last.Nice != lowest {
		t.Errorf("one of its threads runs as %+v", last)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil || !strings.Contains(stderr.String(), "the server has gone") {
		t.Errorf("it ended with %v, %q", err, stderr.String())
	}
}
