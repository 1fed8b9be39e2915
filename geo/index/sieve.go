package index

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"
)

// sieve is a Filter without its hours, decided for the classes of one base. It
// is immutable and serves all queries with this filter.
type sieve struct {
	sieveKey

	all        bool // lets everything through
	some       bool // lets something through
	blocked    uint64
	needs      []uint64 // per attribute that is restricted: one of these bits
	categories set
	datasets   set
	// table holds 1 for the classes of the base that pass, else 0. It is nil
	// where all do, and for a base with more than tableClasses.
	table []uint8
	// share of the items of the base that passes; where that is not counted, 1.
	share float64
	// rare: so few items pass that many leaves have none.
	rare bool
}

// sieveKey is what a sieve was made of: the filter, and how many names the view
// knew, since a later view may know a category that an earlier one did not.
type sieveKey struct {
	categoryNames, datasetNames    []string
	allowed                        uint64
	knownCategories, knownDatasets int
}

func (k *sieveKey) equal(v *View, q *Filter) bool {
	return k.allowed == q.Allowed &&
		k.knownCategories == len(v.categories.list) && k.knownDatasets == len(v.datasets.list) &&
		slices.Equal(k.categoryNames, q.Categories) && slices.Equal(k.datasetNames, q.Datasets)
}

// set holds numbers of categories or datasets; folded is it modulo 64.
type set struct {
	bits   []uint64 // nil: everything
	folded uint64
}

func newSet(wanted []string, known names) set {
	if len(wanted) == 0 {
		return set{nil, ^uint64(0)}
	}
	s := set{bits: make([]uint64, len(known.list)/64+1)}
	for _, name := range wanted {
		if id, ok := known.ids[name]; ok {
			s.bits[id>>6] |= 1 << (id & 63)
			s.folded |= 1 << (id & 63)
		}
	}
	return s
}

func (s *set) has(id uint16) bool {
	return s.bits == nil || s.bits[id>>6]>>(id&63)&1 != 0
}

func newSieve(v *View, q *Filter) *sieve {
	s := &sieve{
		sieveKey: sieveKey{
			cloneAll(q.Categories), cloneAll(q.Datasets), q.Allowed, len(v.categories.list), len(v.datasets.list),
		},
		share:      1,
		categories: newSet(q.Categories, v.categories), datasets: newSet(q.Datasets, v.datasets),
	}
	if q.Allowed != 0 {
		s.blocked = ^q.Allowed
		for _, attribute := range v.shared.attributes {
			if attribute&s.blocked != 0 {
				s.needs = append(s.needs, attribute&q.Allowed)
			}
		}
	}
	s.some = s.categories.folded != 0 && s.datasets.folded != 0
	s.all = s.blocked == 0 && s.categories.bits == nil && s.datasets.bits == nil
	switch {
	case s.all || !s.some:
	case len(v.base.classes) <= tableClasses:
		s.decide(v.base)
	default:
		s.rare = true // to look at an item is dear then
	}
	return s
}

// tableClasses is for how many classes a filter keeps a table of answers.
const tableClasses = 1 << 16

// cloneAll copies the texts too: they may be parts of a request.
func cloneAll(list []string) []string {
	list = slices.Clone(list)
	for i := range list {
		list[i] = strings.Clone(list[i])
	}
	return list
}

// decide fills the table.
func (s *sieve) decide(b *base) {
	s.table = make([]uint8, len(b.classes))
	passing := uint64(0)
	for i := range b.classes {
		if c := &b.classes[i]; s.passes(c.facts()) {
			s.table[i] = 1
			passing += uint64(c.count)
		}
	}
	s.share = float64(passing) / float64(b.count)
	s.rare = passing*fanout < uint64(b.count)
}

// admits reports whether a subtree can hold an item that passes.
func (s *sieve) admits(h *hint) bool {
	if s.all {
		return true
	}
	if h.categories&s.categories.folded == 0 || h.datasets&s.datasets.folded == 0 {
		return false
	}
	for _, need := range s.needs {
		if h.traits&need == 0 {
			return false
		}
	}
	return true
}

// passes tests everything but the hours.
func (s *sieve) passes(f facts) bool {
	return s.all || f.traits&s.blocked == 0 && s.categories.has(f.category) && s.datasets.has(f.dataset)
}

// passesBase is passes for an item of the base.
func (s *sieve) passesBase(b *base, at uint32) bool {
	if s.table != nil {
		return s.table[b.classOf(at)] != 0
	}
	return s.all || s.passes(b.facts(at))
}

// leaf returns a bit for each of the first n items of a leaf of the base that
// passes.
func (s *sieve) leaf(b *base, l *leaf, n uint32) (passing uint32) {
	classes := l.classes[:n]
	switch {
	case s.all:
		return 1<<n - 1
	case s.table != nil:
		table := s.table
		for i, c := range classes {
			passing |= uint32(table[c]) << (i % fanout)
		}
	default:
		for i, c := range classes {
			if s.passes(b.classes[c].facts()) {
				passing |= 1 << (i % fanout)
			}
		}
	}
	return passing
}

// sieves keeps what the recent filters were compiled to: a filter that comes
// again costs a few loads and takes no lock. It serves the views of one base.
type sieves struct {
	seed  maphash.Seed
	slots [keptSieves]atomic.Pointer[sieve]
}

const (
	keptSieves = 1 << 7
	// longestFilter is up to how many names a filter is kept.
	longestFilter = 32
)

// of returns the sieve of a filter.
func (c *sieves) of(v *View, q *Filter) *sieve {
	slot := &c.slots[c.hash(q)%keptSieves]
	s := slot.Load()
	if s == nil || !s.equal(v, q) {
		s = newSieve(v, q)
		if len(q.Categories)+len(q.Datasets) <= longestFilter {
			slot.Store(s)
		}
	}
	return s
}

func (c *sieves) hash(q *Filter) uint64 {
	const odd = 0x9E3779B97F4A7C15
	h := q.Allowed * odd
	for _, name := range q.Categories {
		h = (h ^ maphash.String(c.seed, name)) * odd
	}
	h = ^h
	for _, name := range q.Datasets {
		h = (h ^ maphash.String(c.seed, name)) * odd
	}
	return h >> 32
}
