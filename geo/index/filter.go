package index

import "fujin/geo/hours"

// filter is a Filter in the numbers of one view.
type filter struct {
	all        bool // lets everything through
	blocked    uint64
	needs      []uint64 // per attribute that is restricted: one of these bits
	categories set
	datasets   set
	timed      bool
	at         int64 // Unix milliseconds
	unknown    bool
}

// set holds numbers of categories or datasets; folded is it modulo 64.
type set struct {
	bits   []uint64 // nil: everything
	folded uint64
	store  []uint64
}

func (s *set) clear() { s.bits, s.folded = nil, ^uint64(0) }

// fill makes s the set of those names and reports whether any is known.
func (s *set) fill(wanted []string, known names) bool {
	s.clear()
	if len(wanted) == 0 {
		return true
	}
	words := len(known.list)/64 + 1
	if cap(s.store) < words {
		s.store = make([]uint64, words)
	}
	s.bits, s.folded = s.store[:words], 0
	clear(s.bits)
	for _, name := range wanted {
		if id, ok := known.ids[name]; ok {
			s.bits[id>>6] |= 1 << (id & 63)
			s.folded |= 1 << (id & 63)
		}
	}
	return s.folded != 0
}

func (s *set) has(id uint16) bool {
	return s.bits == nil || s.bits[id>>6]>>(id&63)&1 != 0
}

// compile reads q for view v and reports whether anything can pass.
func (f *filter) compile(v *View, q *Filter) bool {
	f.blocked, f.needs = 0, f.needs[:0]
	if q.Allowed != 0 {
		f.blocked = ^q.Allowed
		for _, attribute := range v.shared.attributes {
			if attribute&f.blocked != 0 {
				f.needs = append(f.needs, attribute&q.Allowed)
			}
		}
	}
	f.timed, f.unknown = !q.OpenAt.IsZero(), q.IncludeUnknown
	if f.timed {
		f.at = q.OpenAt.UnixMilli()
	}
	known := f.categories.fill(q.Categories, v.categories)
	known = f.datasets.fill(q.Datasets, v.datasets) && known
	f.all = f.blocked == 0 && f.categories.bits == nil && f.datasets.bits == nil
	return known
}

// admits reports whether a subtree can hold an item that passes.
func (f *filter) admits(h *hint) bool {
	if f.all {
		return true
	}
	if h.categories&f.categories.folded == 0 || h.datasets&f.datasets.folded == 0 {
		return false
	}
	for _, need := range f.needs {
		if h.traits&need == 0 {
			return false
		}
	}
	return true
}

// passes tests everything but the hours.
func (f *filter) passes(c *facts) bool {
	return f.all || c.traits&f.blocked == 0 && f.categories.has(c.category) && f.datasets.has(c.dataset)
}

// open tests the hours.
func (f *filter) open(s State) bool {
	return s.State == hours.Open || s.State == hours.Unknown && f.unknown
}
