package search

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Live is an index that changes. It holds the current file and, in small
// indexes in memory, what has changed since. Readers take what there is at the
// moment and never wait; a change is seen by every later query.
//
// When Changes has grown, its owner makes a new file and swaps it in:
//
//	mark := live.Mark()
//	… read the database, build and open a file …
//	live.Swap(index, mark)
type Live struct {
	state atomic.Pointer[state]
	// mu is held by writers.
	mu   sync.Mutex
	mark uint64
}

// state is what readers see; it never changes.
type state struct {
	base *Index // nil: none yet
	// layers are the changes, the latest last. A layer hides what those before
	// it and the base say about the same document.
	layers []*layer
}

// layer is some changes and an index of the documents they leave.
type layer struct {
	changes map[string]change
	index   *Index
}

// Change is the new state of a document: its weight and texts, or that it is
// gone.
type Change struct {
	ID      string
	Weight  uint32
	Texts   []string
	Deleted bool
}

// change is a Change and the mark after which it came.
type change struct {
	Change
	mark uint64
}

// NewLive starts with a file's index, or nil.
func NewLive(base *Index) *Live {
	l := &Live{}
	l.state.Store(&state{base: base})
	return l
}

// Upsert enters a document or replaces it.
func (l *Live) Upsert(id string, weight uint32, texts ...string) {
	l.Apply(Change{ID: id, Weight: weight, Texts: slices.Clone(texts)})
}

// Delete takes a document out, if it is there.
func (l *Live) Delete(id string) { l.Apply(Change{ID: id, Deleted: true}) }

// Mark says that a new file is about to be made of all changes up to now.
func (l *Live) Mark() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mark++
	return l.mark
}

// Swap puts a new file in the place of the old one and forgets the changes
// made before the mark, which the file must hold. Running queries finish with
// the old one.
func (l *Live) Swap(base *Index, mark uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	next := &state{base: base}
	kept := map[string]change{}
	for _, layer := range l.state.Load().layers {
		for id, c := range layer.changes {
			if c.mark >= mark {
				kept[id] = c
			}
		}
	}
	if len(kept) > 0 {
		next.layers = []*layer{newLayer(kept)}
	}
	l.state.Store(next)
}

// Base is the index of the current file; nil while there is none.
func (l *Live) Base() *Index { return l.state.Load().base }

// Changes is the number of changed documents held in memory, those counted
// twice that have changed again lately.
func (l *Live) Changes() int {
	n := 0
	for _, layer := range l.state.Load().layers {
		n += len(layer.changes)
	}
	return n
}

// Apply makes some changes at once, in their order: a query sees all or none of
// them. A hundred together cost far less than one by one. The texts must not be
// changed afterwards.
func (l *Live) Apply(changes ...Change) {
	if len(changes) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	top := make(map[string]change, len(changes))
	for _, c := range changes {
		top[c.ID] = change{c, l.mark}
	}
	// Layers of like size are merged, so that there are few of them and each
	// change is indexed again a logarithmic number of times.
	old := l.state.Load()
	keep := len(old.layers)
	for keep > 0 && len(old.layers[keep-1].changes) <= 2*len(top) {
		keep--
		for id, earlier := range old.layers[keep].changes {
			if _, ok := top[id]; !ok {
				top[id] = earlier
			}
		}
	}
	layers := append(slices.Clone(old.layers[:keep]), newLayer(top))
	l.state.Store(&state{base: old.base, layers: layers})
}

func newLayer(changes map[string]change) *layer {
	b := NewBuilder("", 0)
	for _, c := range changes {
		if !c.Deleted {
			b.Add(c.ID, c.Weight, c.Texts...)
		}
	}
	return &layer{changes: changes, index: b.index()}
}

// Search is Index.Search over the file and all changes since. The order in
// which accept is called is that of results within each part only.
func (l *Live) Search(query string, limit int, accept func(id string) bool) []Hit {
	s := l.state.Load()
	var hits []Hit
	for i := len(s.layers); i >= 0; i-- {
		index, newer := s.base, s.layers[i:]
		if i > 0 {
			index = s.layers[i-1].index
		}
		if index == nil {
			continue
		}
		hits = append(hits, index.Search(query, limit, func(id string) bool {
			for _, layer := range newer {
				if _, hidden := layer.changes[id]; hidden {
					return false
				}
			}
			return accept == nil || accept(id)
		})...)
	}
	slices.SortFunc(hits, compare)
	return hits[:min(len(hits), max(limit, 0))]
}
