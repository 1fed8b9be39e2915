package search

import (
	"encoding/binary"
	"errors"
	"io"
	"math"

	"github.com/cespare/xxhash/v2"
)

// The file, all numbers little-endian:
//
//	magic [8]byte, version uint32, documents, names, terms uint32, seq int64,
//	    size of the database id uint32 and the id
//	weights    [documents]uint32
//	ids        strings
//	name owner [names]uint32 (documents), names strings, in their order
//	terms      strings, in their order
//	counts     [terms]uint32; postings: offsets [terms+1]uint32 and bytes
//	checksum   uint64 (xxHash of all before)
//
// where strings are offsets [n+1]uint32 and bytes.
const (
	magic         = "FUJINTXT"
	formatVersion = 1
	headerSize    = 8 + 4*4 + 8 + 4
	checksumSize  = 8
	// maxDatabaseID bounds a field that is some 26 characters long.
	maxDatabaseID = 255
	// flushSize is how much is written at once.
	flushSize = 1 << 16
)

// encoder writes numbers and strings and keeps the first error.
type encoder struct {
	w       io.Writer
	sum     *xxhash.Digest
	scratch []byte
	err     error
}

func newEncoder(w io.Writer) *encoder {
	sum := xxhash.New()
	return &encoder{w: io.MultiWriter(w, sum), sum: sum}
}

func (e *encoder) header(b *Builder) {
	switch {
	case len(b.databaseID) > maxDatabaseID:
		e.err = errors.New("the database id is too long")
	case len(b.docTerms) > math.MaxUint32 || len(b.text) > math.MaxUint32:
		e.err = errors.New("the names are too many") // their spans have overflowed
	}
	e.bytes([]byte(magic))
	for _, n := range []int{formatVersion, len(b.docs), len(b.names), len(b.vocabulary)} {
		e.uint32(uint32(n))
	}
	e.uint64(uint64(b.seq))
	e.uint32(uint32(len(b.databaseID)))
	e.bytes([]byte(b.databaseID))
}

func (e *encoder) bytes(data []byte) {
	e.flush()
	if e.err == nil && len(data) > 0 {
		_, e.err = e.w.Write(data)
	}
}

func (e *encoder) uint32(v uint32) {
	e.scratch = binary.LittleEndian.AppendUint32(e.scratch, v)
	if len(e.scratch) >= flushSize {
		e.flush()
	}
}

func (e *encoder) uint64(v uint64) {
	e.scratch = binary.LittleEndian.AppendUint64(e.scratch, v)
}

func (e *encoder) flush() {
	if e.err == nil && len(e.scratch) > 0 {
		_, e.err = e.w.Write(e.scratch)
	}
	e.scratch = e.scratch[:0]
}

func (e *encoder) offsets(offsets []uint64) {
	for _, o := range offsets {
		if o > math.MaxUint32 {
			e.err = errors.New("a section exceeds 4 GB")
		}
		e.uint32(uint32(o))
	}
	e.flush()
}

// strings writes n strings.
func (e *encoder) strings(n int, at func(i int) []byte) {
	offsets := make([]uint64, 1, n+1)
	size := uint64(0)
	for i := range n {
		size += uint64(len(at(i)))
		offsets = append(offsets, size)
	}
	e.offsets(offsets)
	for i := range n {
		e.scratch = append(e.scratch, at(i)...)
		if len(e.scratch) >= flushSize {
			e.flush()
		}
	}
	e.flush()
}

func (e *encoder) finish() error {
	e.flush()
	e.uint64(e.sum.Sum64())
	e.flush()
	return e.err
}
