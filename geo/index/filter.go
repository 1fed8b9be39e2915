package index

import "fujin/geo/hours"

// filter is a Filter in the numbers of one view.
type filter struct {
	*sieve
	timed   bool
	at      int64 // Unix milliseconds
	unknown bool
}

// compile reads q for view v and reports whether anything can pass.
func (f *filter) compile(v *View, q *Filter) bool {
	f.timed, f.unknown = !q.OpenAt.IsZero(), q.IncludeUnknown
	if f.timed {
		f.at = q.OpenAt.UnixMilli()
	}
	f.sieve = v.shared.sieves.of(v, q)
	return f.some
}

// open tests the hours.
func (f *filter) open(s State) bool {
	return s.State == hours.Open || s.State == hours.Unknown && f.unknown
}
