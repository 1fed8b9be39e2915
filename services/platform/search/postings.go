package search

import (
	"encoding/binary"
	"math"
	"math/bits"
	"sort"
)

// The documents of a term are written as differences in varints. A list of more
// than one block is preceded by a table of its blocks, each with its first
// document and the offset of its bytes behind the table; in a block the first
// document is left out.
const (
	blockDocs = 128
	blockRow  = 8
)

// noDoc is behind every document.
const noDoc = math.MaxUint32

func appendPostings(data []byte, docs []uint32) []byte {
	if len(docs) <= blockDocs {
		previous := uint32(0)
		for _, d := range docs {
			data = binary.AppendUvarint(data, uint64(d-previous))
			previous = d
		}
		return data
	}
	blocks := (len(docs) + blockDocs - 1) / blockDocs
	table := len(data)
	data = append(data, make([]byte, blocks*blockRow)...)
	start := len(data)
	for i := range blocks {
		block := docs[i*blockDocs : min(len(docs), (i+1)*blockDocs)]
		binary.LittleEndian.PutUint32(data[table+i*blockRow:], block[0])
		binary.LittleEndian.PutUint32(data[table+i*blockRow+4:], uint32(len(data)-start))
		for j := 1; j < len(block); j++ {
			data = binary.AppendUvarint(data, uint64(block[j]-block[j-1]))
		}
	}
	return data
}

// cursor walks the documents of a term. Bytes that make no sense end it.
type cursor struct {
	doc   uint32 // the current document; noDoc at the end
	left  int    // documents behind the current one in the block
	data  []byte // of the block, behind the current document
	table []byte // of the blocks; empty for a short list
	body  []byte
	count int // documents of the whole list
	block int
	limit uint32 // documents of the index
}

// newCursor stands on the first document.
func newCursor(data []byte, count int, limit uint32) cursor {
	c := cursor{doc: noDoc, data: data, left: count, count: count, limit: limit}
	if count > blockDocs {
		size := (count + blockDocs - 1) / blockDocs * blockRow
		if size > len(data) {
			c.left = 0
			return c
		}
		c.table, c.body = data[:size], data[size:]
		c.enter(0)
		return c
	}
	c.doc = 0
	c.next()
	return c
}

func (c *cursor) blocks() int { return len(c.table) / blockRow }

func (c *cursor) first(block int) uint32 { return binary.LittleEndian.Uint32(c.table[block*blockRow:]) }

// enter goes to the first document of a block.
func (c *cursor) enter(block int) {
	offset := binary.LittleEndian.Uint32(c.table[block*blockRow+4:])
	c.block, c.doc = block, c.first(block)
	if uint64(offset) > uint64(len(c.body)) || c.doc >= c.limit {
		c.end()
		return
	}
	c.data = c.body[offset:]
	c.left = min(blockDocs, c.count-block*blockDocs) - 1
}

func (c *cursor) end() { c.doc, c.left, c.block = noDoc, 0, c.blocks() }

// next goes to the next document.
func (c *cursor) next() {
	if c.left == 0 {
		if c.block+1 < c.blocks() {
			c.enter(c.block + 1)
		} else {
			c.end()
		}
		return
	}
	delta, size := uint64(0), 1
	if len(c.data) > 0 && c.data[0] < 0x80 {
		delta = uint64(c.data[0])
	} else if delta, size = binary.Uvarint(c.data); size <= 0 {
		c.end()
		return
	}
	doc := uint64(c.doc) + delta
	if doc >= uint64(c.limit) {
		c.end()
		return
	}
	c.doc, c.data, c.left = uint32(doc), c.data[size:], c.left-1
}

// seek goes to the first document that is not before the given one.
func (c *cursor) seek(doc uint32) {
	if c.block+1 < c.blocks() && c.first(c.block+1) <= doc {
		rest := c.blocks() - c.block - 1
		skip := sort.Search(rest, func(i int) bool { return c.first(c.block+1+i) > doc })
		c.enter(c.block + skip)
	}
	for c.doc < doc {
		c.next()
	}
}

// docSet is a set of documents.
type docSet []uint64

func (s docSet) add(doc uint32)      { s[doc/64] |= 1 << (doc % 64) }
func (s docSet) has(doc uint32) bool { return s[doc/64]&(1<<(doc%64)) != 0 }

// next is the first document in the set from the given one on, or noDoc.
func (s docSet) next(doc uint32) uint32 {
	for i := int(doc / 64); i < len(s); i++ {
		word := s[i]
		if i == int(doc/64) {
			word &= ^uint64(0) << (doc % 64)
		}
		if word != 0 {
			return uint32(i*64 + bits.TrailingZeros64(word))
		}
	}
	return noDoc
}
