package index

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"unsafe"
)

// spool keeps items in a file until they are sorted. It also finds the H3 cells
// of those that have none, in parallel with whoever delivers the items.
type spool struct {
	file    *os.File
	size    int64
	chunk   *chunk
	workers sync.WaitGroup
	tickets chan struct{}
	mu      sync.Mutex
	err     error
	mapping *mapping
}

// chunk is a stretch of the file on its way.
type chunk struct {
	start int64
	data  []byte
	// bare are the places in data of items without a cell.
	bare []int
}

const (
	chunkSize = 1 << 20
	// storedSize is the length of the stored part before each record.
	storedSize = int(unsafe.Sizeof(stored{}))
)

func newSpool(path string) (*spool, error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+tempMark+"*")
	if err != nil {
		return nil, err
	}
	return &spool{file: file, tickets: make(chan struct{}, runtime.NumCPU())}, nil
}

// add appends an item and returns its offset.
func (s *spool) add(item *stored, id string, body, shape []byte) uint64 {
	if s.chunk == nil {
		s.chunk = &chunk{start: s.size, data: make([]byte, 0, chunkSize+chunkSize/4)}
	}
	c := s.chunk
	if item.cell == 0 {
		c.bare = append(c.bare, len(c.data))
	}
	offset := c.start + int64(len(c.data))
	c.data = append(c.data, unsafe.Slice((*byte)(unsafe.Pointer(item)), storedSize)...)
	c.data = appendRecord(c.data, id, body, shape)
	s.size = c.start + int64(len(c.data))
	if len(c.data) >= chunkSize {
		s.send()
	}
	return uint64(offset)
}

// send hands the chunk to a worker.
func (s *spool) send() {
	c := s.chunk
	if c == nil {
		return
	}
	s.chunk = nil
	s.tickets <- struct{}{}
	s.workers.Go(func() {
		defer func() { <-s.tickets }()
		for _, at := range c.bare {
			item := storedAt(c.data[at:])
			item.cell = cellOf(item.at)
			copy(c.data[at:], unsafe.Slice((*byte)(unsafe.Pointer(&item)), storedSize))
		}
		if err := writeAt(s.file, c.data, c.start); err != nil {
			s.mu.Lock()
			s.err = err
			s.mu.Unlock()
		}
	})
}

func storedAt(data []byte) (s stored) {
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&s)), storedSize), data[:storedSize])
	return s
}

// finish makes everything readable.
func (s *spool) finish() (err error) {
	s.send()
	s.workers.Wait()
	if s.err != nil {
		return s.err
	}
	s.mapping, err = mapFile(s.file)
	return err
}

func (s *spool) read(offset uint64) (stored, []byte) {
	data := s.mapping.data[offset:]
	record := data[storedSize:]
	return storedAt(data), cutRecord(record)
}

func (s *spool) id(offset uint64) []byte {
	return recordID(s.mapping.data[offset+uint64(storedSize):])
}

// remove gives back the file and the memory it was mapped to.
func (s *spool) remove() {
	s.workers.Wait()
	removeFile(s.file)
	if s.mapping != nil {
		s.mapping.release()
	}
}
