package search

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Builder collects documents and writes them as an index file. It holds them in
// memory, without pointers: a million names of ten terms take some 400 MB while
// the file is written.
type Builder struct {
	databaseID string
	seq        int64
	docs       []document
	names      []name
	text       []byte // ids and folded names
	termIDs    map[string]uint32
	vocabulary []string
	// docTerms are the terms of all documents one after the other.
	docTerms []uint32
	// unordered is set when an id came behind a larger one.
	unordered bool
}

// span is a part of the builder's text.
type span struct{ from, to uint32 }

type document struct {
	id     span
	weight uint32
	terms  span // of docTerms
}

// name is a folded text of a document, by the number it was added as.
type name struct {
	span
	doc uint32
}

// NewBuilder starts an index of the state of a database (kernel's DB.ID) after
// its event seq. Both are kept in the file, so that its reader can tell whether
// it may use it and from where to follow.
func NewBuilder(databaseID string, seq int64) *Builder {
	return &Builder{databaseID: databaseID, seq: seq, termIDs: map[string]uint32{}}
}

// Add enters a document. An id may be added once; adding them in ascending order
// saves a sort. The weight decides between
// equally good matches; the texts are its names, in any languages.
func (b *Builder) Add(id string, weight uint32, texts ...string) {
	if n := len(b.docs); n > 0 && string(b.at(b.docs[n-1].id)) > id {
		b.unordered = true
	}
	d := document{id: b.keep(id), weight: weight}
	d.terms.from = uint32(len(b.docTerms))
	firstName := len(b.names)
	for _, text := range texts {
		folded := fold(text)
		known := slices.ContainsFunc(b.names[firstName:], func(n name) bool { return string(b.at(n.span)) == folded })
		if folded == "" || known {
			continue
		}
		b.names = append(b.names, name{b.keep(folded), uint32(len(b.docs))})
		terms(folded, func(term string) {
			t, ok := b.termIDs[term]
			if !ok {
				t = uint32(len(b.vocabulary))
				term = strings.Clone(term)
				b.termIDs[term] = t
				b.vocabulary = append(b.vocabulary, term)
			}
			if !slices.Contains(b.docTerms[d.terms.from:], t) {
				b.docTerms = append(b.docTerms, t)
			}
		})
	}
	d.terms.to = uint32(len(b.docTerms))
	b.docs = append(b.docs, d)
}

// keep copies a string into the builder's text.
func (b *Builder) keep(s string) span {
	from := len(b.text)
	b.text = append(b.text, s...)
	return span{uint32(from), uint32(len(b.text))}
}

func (b *Builder) at(s span) []byte { return b.text[s.from:s.to] }

// Len is the number of documents added.
func (b *Builder) Len() int { return len(b.docs) }

// WriteFile writes the index. The file appears under its name only when it is
// complete and on disk; an older one is replaced.
func (b *Builder) WriteFile(path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("write search index: %w", err)
		}
	}()
	w := bufio.NewWriterSize(f, 32<<10) // a kernel may not interrupt a larger write for whoever waits for the processor
	if err = b.encode(w); err != nil {
		return err
	}
	if err = w.Flush(); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// encode writes the file's bytes. Documents are numbered anew from the
// heaviest, so that every list of them is in the order of results.
func (b *Builder) encode(w io.Writer) error {
	order := numbers(len(b.docs))
	slices.SortFunc(order, func(x, y uint32) int {
		dx, dy := &b.docs[x], &b.docs[y]
		if dx.weight != dy.weight {
			return cmp.Compare(dy.weight, dx.weight)
		}
		if !b.unordered {
			return cmp.Compare(x, y)
		}
		return bytes.Compare(b.at(dx.id), b.at(dy.id))
	})
	e := newEncoder(w)
	e.header(b)
	for _, d := range order {
		e.uint32(b.docs[d].weight)
	}
	e.strings(len(order), func(i int) []byte { return b.at(b.docs[order[i]].id) })
	b.encodeNames(e, order)
	b.encodeTerms(e, order)
	return e.finish()
}

// numbers are 0 to n-1.
func numbers(n int) []uint32 {
	list := make([]uint32, n)
	for i := range list {
		list[i] = uint32(i)
	}
	return list
}

// encodeNames writes all names in their order, with the document of each.
func (b *Builder) encodeNames(e *encoder, order []uint32) {
	rank := make([]uint32, len(order))
	for i, d := range order {
		rank[d] = uint32(i)
	}
	sorted := b.sortedNames()
	for _, n := range sorted {
		e.uint32(rank[n.doc])
	}
	e.strings(len(sorted), func(i int) []byte { return b.at(sorted[i].span) })
}

// sortedNames sorts the names by their bytes. The first sixteen lie beside each
// name, so that most comparisons do not reach into the text.
func (b *Builder) sortedNames() []keyedName {
	keyed := make([]keyedName, len(b.names))
	for i, n := range b.names {
		var start [16]byte
		copy(start[:], b.at(n.span))
		keyed[i] = keyedName{binary.BigEndian.Uint64(start[:8]), binary.BigEndian.Uint64(start[8:]), n}
	}
	slices.SortFunc(keyed, func(x, y keyedName) int {
		if x.high != y.high {
			return cmp.Compare(x.high, y.high)
		}
		if x.low != y.low {
			return cmp.Compare(x.low, y.low)
		}
		return bytes.Compare(b.at(x.span), b.at(y.span))
	})
	return keyed
}

// keyedName is a name with its first bytes as numbers.
type keyedName struct {
	high, low uint64
	name
}

// encodeTerms writes the terms in their order and the documents of each.
func (b *Builder) encodeTerms(e *encoder, order []uint32) {
	sorted := numbers(len(b.vocabulary))
	slices.SortFunc(sorted, func(x, y uint32) int { return strings.Compare(b.vocabulary[x], b.vocabulary[y]) })
	e.strings(len(sorted), func(i int) []byte { return []byte(b.vocabulary[sorted[i]]) })

	// Sort the documents by term: count, then put each in its place.
	counts := make([]uint32, len(sorted))
	for _, t := range b.docTerms {
		counts[t]++
	}
	ends, total := make([]uint32, len(sorted)), uint32(0)
	for t, c := range counts {
		ends[t] = total
		total += c
	}
	docs := make([]uint32, total)
	for i, d := range order {
		own := b.docs[d].terms
		for _, t := range b.docTerms[own.from:own.to] {
			docs[ends[t]] = uint32(i)
			ends[t]++
		}
	}
	var data []byte
	offsets := make([]uint64, 1, len(sorted)+1)
	for _, t := range sorted {
		e.uint32(counts[t])
		data = appendPostings(data, docs[ends[t]-counts[t]:ends[t]])
		offsets = append(offsets, uint64(len(data)))
	}
	e.offsets(offsets)
	e.bytes(data)
}

// index makes the index in memory.
func (b *Builder) index() *Index {
	var data bytes.Buffer
	if err := b.encode(&data); err != nil {
		panic("search: " + err.Error()) // only by size, and a buffer takes anything
	}
	ix, err := newIndex(&memory{data.Bytes()})
	if err != nil {
		panic("search: " + err.Error()) // just encoded
	}
	return ix
}
