package search

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"

	"github.com/cespare/xxhash/v2"
	"golang.org/x/sys/unix"
)

// Index answers queries from one immutable file. Any number of goroutines may
// use it. It needs no closing: the file is unmapped when nothing refers to the
// index any more.
type Index struct {
	memory     *memory
	databaseID string
	seq        int64

	weights    table
	ids        texts
	nameDocs   table
	names      texts
	terms      texts
	termCounts table
	postings   texts
	sets       sync.Pool // of *docSet, zeroed
}

// memory is the file's bytes. An index holds it through every query, so that
// the bytes stay mapped.
type memory struct{ data []byte }

// Open maps an index file. A file that does not exist gives an error that is
// fs.ErrNotExist, one that is damaged or of another format a *DamagedError.
func Open(path string) (*Index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() < headerSize+checksumSize || info.Size() != int64(int(info.Size())) {
		return nil, &DamagedError{path, "it is cut short"}
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map search index %s: %w", path, err)
	}
	m := &memory{data}
	runtime.AddCleanup(m, func(data []byte) { _ = syscall.Munmap(data) }, data)
	ix, err := newIndex(m)
	if err != nil {
		return nil, &DamagedError{path, err.Error()}
	}
	// Verifying has read every page. They are given back: queries need few of
	// them, and find those in the system's cache.
	_ = unix.Madvise(data, unix.MADV_DONTNEED)
	return ix, nil
}

// DatabaseID is that of the database the index was made from.
func (ix *Index) DatabaseID() string { return ix.databaseID }

// Seq is the last event whose effect the index holds.
func (ix *Index) Seq() int64 { return ix.seq }

// Len is the number of documents.
func (ix *Index) Len() int { return ix.weights.len() }

// newIndex checks the whole file: its checksum, and that every offset stays
// inside, since a checksum proves nothing about who wrote it.
func newIndex(m *memory) (*Index, error) {
	defer runtime.KeepAlive(m)
	data := m.data
	if len(data) < headerSize+checksumSize || string(data[:len(magic)]) != magic {
		return nil, errors.New("it is no search index")
	}
	word := func(i int) int { return int(binary.LittleEndian.Uint32(data[len(magic)+4*i:])) }
	if word(0) != formatVersion {
		return nil, fmt.Errorf("it has format %d, not %d", word(0), formatVersion)
	}
	body := data[:len(data)-checksumSize]
	if xxhash.Sum64(body) != binary.LittleEndian.Uint64(data[len(body):]) {
		return nil, errors.New("its checksum is wrong")
	}
	docs, names, terms := word(1), word(2), word(3)
	ix := &Index{memory: m, seq: int64(binary.LittleEndian.Uint64(data[len(magic)+16:]))}
	d := decoder{rest: body[headerSize:]}
	ix.databaseID = string(d.take(min(word(6), maxDatabaseID+1)))
	ix.weights = d.table(docs)
	ix.ids = d.texts(docs)
	ix.nameDocs = d.table(names)
	ix.names = d.texts(names)
	ix.terms = d.texts(terms)
	ix.termCounts = d.table(terms)
	ix.postings = d.texts(terms)
	if d.failed || len(d.rest) != 0 || len(ix.databaseID) > maxDatabaseID {
		return nil, errors.New("its parts do not fit together")
	}
	for i := range names {
		if ix.nameDocs.at(i) >= uint32(docs) {
			return nil, errors.New("a name has no document")
		}
	}
	ix.sets.New = func() any {
		set := make(docSet, (docs+63)/64)
		return &set
	}
	return ix, nil
}

// decoder takes the parts of a file one after the other.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) take(size int) []byte {
	if size < 0 || size > len(d.rest) {
		d.failed = true
		return nil
	}
	part := d.rest[:size]
	d.rest = d.rest[size:]
	return part
}

func (d *decoder) table(n int) table { return table(d.take(4 * n)) }

func (d *decoder) texts(n int) texts {
	t := texts{offsets: d.table(n + 1)}
	if d.failed {
		return t
	}
	previous := uint32(0)
	for i := range n + 1 {
		offset := t.offsets.at(i)
		if offset < previous || i == 0 && offset != 0 {
			d.failed = true
			return t
		}
		previous = offset
	}
	t.bytes = d.take(int(previous))
	return t
}

// table is numbers in the file.
type table []byte

func (t table) len() int        { return len(t) / 4 }
func (t table) at(i int) uint32 { return binary.LittleEndian.Uint32(t[4*i:]) }

// texts is strings in the file.
type texts struct {
	offsets table
	bytes   []byte
}

func (t texts) len() int { return t.offsets.len() - 1 }

func (t texts) at(i int) []byte { return t.bytes[t.offsets.at(i):t.offsets.at(i+1)] }
