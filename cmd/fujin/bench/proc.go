package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is the processor time that a server's processes have used so far.
// Children that ended count through their parents.
type usage struct{ user, system time.Duration }

func (u usage) sum() time.Duration { return u.user + u.system }

// tick is the unit of processor times in /proc: the kernel's USER_HZ, 100 on
// every Linux that Go runs on.
const tick = 10 * time.Millisecond

// usageOf adds up a process and all its descendants.
func usageOf(pid int) (usage, error) {
	var total usage
	for _, p := range family(pid) {
		fields, err := stat(p)
		if err != nil {
			if p == pid {
				return usage{}, err
			}
			continue // it ended meanwhile
		}
		total.user += fields.user
		total.system += fields.system
	}
	return total, nil
}

type statFields struct {
	parent       int
	user, system time.Duration
}

// stat reads /proc/PID/stat; what follows the command's closing bracket is
// separated by blanks.
func stat(pid int) (statFields, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return statFields{}, err
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	number := func(i int) time.Duration {
		n, _ := strconv.ParseInt(f[i], 10, 64)
		return time.Duration(n)
	}
	// state 0, ppid 1, …, utime 11, stime 12, cutime 13, cstime 14
	return statFields{int(number(1)), (number(11) + number(13)) * tick, (number(12) + number(14)) * tick}, nil
}

// family is a process with all its descendants.
func family(pid int) []int {
	children := map[int][]int{}
	entries, _ := filepath.Glob("/proc/[0-9]*")
	for _, e := range entries {
		child, err := strconv.Atoi(filepath.Base(e))
		if err != nil {
			continue
		}
		if f, err := stat(child); err == nil {
			children[f.parent] = append(children[f.parent], child)
		}
	}
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	return all
}

// memoryOf is the proportional set size of a process and its descendants in bytes.
func memoryOf(pid int) int64 {
	var total int64
	for _, p := range family(pid) {
		total += memoryOfOne(p)
	}
	return total
}

// memoryOfOne is that of a process alone; 0 when it has ended.
func memoryOfOne(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}
