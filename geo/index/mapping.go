package index

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// mapping is a file mapped read-only into memory. It is unmapped when the last
// reference to it is gone; what is sliced from data must not outlive it.
type mapping struct {
	data  []byte
	unmap runtime.Cleanup
}

// mapFile maps a whole file, also one that is removed or replaced afterwards.
func mapFile(file *os.File) (*mapping, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return &mapping{}, nil
	}
	if int64(int(info.Size())) != info.Size() {
		return nil, fmt.Errorf("%s: %d bytes are too many to map", file.Name(), info.Size())
	}
	data, err := syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, &os.PathError{Op: "mmap", Path: file.Name(), Err: err}
	}
	m := &mapping{data: data}
	m.unmap = runtime.AddCleanup(m, func(data []byte) { _ = syscall.Munmap(data) }, data)
	return m, nil
}

// release unmaps at once; only who alone knows the mapping may do that.
func (m *mapping) release() {
	m.unmap.Stop()
	if len(m.data) > 0 {
		_ = syscall.Munmap(m.data)
	}
	m.data = nil
}

// rest takes the pages out of the process's memory; they come back from the
// file, which the system caches, as they are read.
func (m *mapping) rest() {
	if len(m.data) > 0 {
		_ = unix.Madvise(m.data, unix.MADV_DONTNEED)
	}
}
