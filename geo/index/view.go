package index

import (
	"iter"
	"runtime"
	"sync"
	"time"
)

// View is the index at one moment: immutable, for any number of readers.
type View struct {
	base *base
	dead bitset // items of the base that were changed or deleted

	points  *entries
	shapes  *entries
	ids     *idTrie
	changed int // entries

	categories     names
	datasets       names
	categoryCounts []int
	datasetCounts  []int
	count          int
	seq            int64

	shared *shared
}

// shared is what the views of one base have in common.
type shared struct {
	attributes []uint64
	scratch    sync.Pool // of *scratch
	timetables *timetables
	sieves     sieves
}

// viewOf is the view of a base without changes.
func viewOf(b *base, s *shared) *View {
	return &View{
		base: b, points: new(entries), shapes: new(entries),
		categories: b.categories, datasets: b.datasets,
		categoryCounts: b.categoryCounts, datasetCounts: b.datasetsCounts,
		count: int(b.count), seq: b.seq, shared: s,
	}
}

// Seq is the sequence number of the last change that the view holds.
func (v *View) Seq() int64 { return v.seq }

// Len is the number of items.
func (v *View) Len() int { return v.count }

// Categories lists the categories that occur, with the number of their items.
func (v *View) Categories() []NameCount { return v.categories.counts(v.categoryCounts) }

// Datasets lists the datasets that occur, with the number of their items.
func (v *View) Datasets() []NameCount { return v.datasets.counts(v.datasetCounts) }

// Get finds an item by its id.
func (v *View) Get(id string) (Ref, bool) {
	if e := v.ids.get(id); e != nil {
		return Ref{v, e, 0}, true
	}
	if at, ok := v.base.find(id); ok && !v.dead.has(at) {
		return Ref{v, nil, at}, true
	}
	return Ref{}, false
}

// All visits every item once, in no particular order.
func (v *View) All() iter.Seq[Ref] {
	return func(yield func(Ref) bool) {
		for at := range v.base.count {
			if !v.dead.has(at) && !yield(Ref{v, nil, at}) {
				return
			}
		}
		for ref := range v.Changes() {
			if !yield(ref) {
				return
			}
		}
	}
}

// Changes visits the items that were added or changed since the base was built,
// which its snapshot lacks.
func (v *View) Changes() iter.Seq[Ref] {
	return func(yield func(Ref) bool) {
		more := true
		visit := func(_, _ [2]float64, e *entry) bool {
			more = yield(Ref{v, e, 0})
			return more
		}
		if v.points.Scan(visit); more {
			v.shapes.Scan(visit)
		}
	}
}

// State returns whether an item is open at a time, and when that changes.
func (v *View) State(r Ref, at time.Time) State {
	if r.entry != nil {
		return r.entry.hours.at(at.UnixMilli(), r.entry.at)
	}
	state := r.view.base.state(r.at, at.UnixMilli(), v.shared.timetables)
	runtime.KeepAlive(r.view)
	return state
}
