package search

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Builder collects documents and writes them as an index file. It holds them in
// memory, some 150 bytes for a name of ten terms.
type Builder struct {
	databaseID string
	seq        int64
	docs       []document
	termIDs    map[string]uint32
	vocabulary []string
	// docTerms are the terms of all documents one after the other.
	docTerms []uint32
}

type document struct {
	id     string
	weight uint32
	names  []string // folded
	// terms are docTerms[from:to].
	from, to uint32
}

// NewBuilder starts an index of the state of a database (kernel's DB.ID) after
// its event seq. Both are kept in the file, so that its reader can tell whether
// it may use it and from where to follow.
func NewBuilder(databaseID string, seq int64) *Builder {
	return &Builder{databaseID: databaseID, seq: seq, termIDs: map[string]uint32{}}
}

// Add enters a document. An id may be added once. The weight decides between
// equally good matches; the texts are its names, in any languages.
func (b *Builder) Add(id string, weight uint32, texts ...string) {
	d := document{id: id, weight: weight, from: uint32(len(b.docTerms))}
	for _, text := range texts {
		folded := fold(text)
		if folded == "" || slices.Contains(d.names, folded) {
			continue
		}
		d.names = append(d.names, folded)
		terms(folded, func(term string) {
			t, ok := b.termIDs[term]
			if !ok {
				t = uint32(len(b.vocabulary))
				term = strings.Clone(term)
				b.termIDs[term] = t
				b.vocabulary = append(b.vocabulary, term)
			}
			if !slices.Contains(b.docTerms[d.from:], t) {
				b.docTerms = append(b.docTerms, t)
			}
		})
	}
	d.to = uint32(len(b.docTerms))
	b.docs = append(b.docs, d)
}

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
	w := bufio.NewWriterSize(f, 1<<20)
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

// encode writes the file's bytes. Documents are numbered from the heaviest, so
// that every list of them is in the order of results.
func (b *Builder) encode(w io.Writer) error {
	slices.SortFunc(b.docs, func(x, y document) int {
		return cmp.Or(cmp.Compare(y.weight, x.weight), strings.Compare(x.id, y.id))
	})
	e := newEncoder(w)
	e.header(b)
	ids := make([]string, len(b.docs))
	for i, d := range b.docs {
		e.uint32(d.weight)
		ids[i] = d.id
	}
	e.strings(ids)
	b.encodeNames(e)
	b.encodeTerms(e)
	return e.finish()
}

// encodeNames writes all names in their order, with the document of each.
func (b *Builder) encodeNames(e *encoder) {
	type name struct {
		text string
		doc  uint32
	}
	var names []name
	for i, d := range b.docs {
		for _, text := range d.names {
			names = append(names, name{text, uint32(i)})
		}
	}
	slices.SortFunc(names, func(x, y name) int {
		return cmp.Or(strings.Compare(x.text, y.text), cmp.Compare(x.doc, y.doc))
	})
	texts := make([]string, len(names))
	for i, n := range names {
		e.uint32(n.doc)
		texts[i] = n.text
	}
	e.strings(texts)
}

// encodeTerms writes the terms in their order and the documents of each.
func (b *Builder) encodeTerms(e *encoder) {
	order := make([]uint32, len(b.vocabulary))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(x, y uint32) int { return strings.Compare(b.vocabulary[x], b.vocabulary[y]) })
	sorted := make([]string, len(order))
	for i, t := range order {
		sorted[i] = b.vocabulary[t]
	}
	e.strings(sorted)

	// Sort the documents by term: count, then put each in its place.
	counts := make([]uint32, len(order))
	for _, t := range b.docTerms {
		counts[t]++
	}
	ends, total := make([]uint32, len(order)), uint32(0)
	for t, c := range counts {
		ends[t] = total
		total += c
	}
	docs := make([]uint32, total)
	for i, d := range b.docs {
		for _, t := range b.docTerms[d.from:d.to] {
			docs[ends[t]] = uint32(i)
			ends[t]++
		}
	}
	var data []byte
	offsets := make([]uint64, 1, len(order)+1)
	for _, t := range order {
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
