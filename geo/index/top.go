package index

import (
	"math"
	"slices"
	"strings"
)

// candidate is a result on its way: the sort key, and the item: a position in
// the base, or overlayMark plus a number in scratch.entries.
type candidate struct {
	distance float64
	at       uint32
}

const overlayMark = uint32(1) << 31

// insertionLimit is up to how many results are kept sorted all the time. More
// are collected and cut off now and then.
const insertionLimit = 512

// top keeps the first of the candidates that are offered, by (distance, id).
type top struct {
	list  []candidate
	limit int
	// worst is the distance beyond which nothing is of use.
	worst float64
	// after is the mark behind which results begin.
	after   Mark
	started bool // there is a mark
	ids     idSource
}

// idSource compares candidates by id.
type idSource struct {
	base    *base
	entries []*entry
}

func (s *idSource) compare(i, j uint32) int {
	if (i|j)&overlayMark == 0 {
		return s.base.compareIDs(i, j)
	}
	return strings.Compare(s.id(i), s.id(j))
}

func (s *idSource) id(i uint32) string {
	if i&overlayMark != 0 {
		return s.entries[i&^overlayMark].id
	}
	return string(s.base.id(i))
}

func (t *top) reset(limit int, worst float64, after *Mark) {
	t.list = t.list[:0]
	t.limit, t.worst, t.started = limit, worst, after != nil
	if limit <= 0 {
		t.limit = math.MaxInt
	}
	if after != nil {
		t.after = *after
	}
}

// offer takes a candidate if it is among the first so far. Its distance must
// not be beyond worst.
func (t *top) offer(c candidate) {
	if t.started && !t.behind(c) {
		return
	}
	if t.limit > insertionLimit {
		t.collect(c)
		return
	}
	n := len(t.list)
	if n == t.limit {
		if t.compare(c, t.list[n-1]) >= 0 {
			return
		}
		n--
	} else {
		t.list = append(t.list, c)
	}
	list := t.list
	i := n
	for ; i > 0; i-- {
		before := list[i-1]
		if before.distance < c.distance || before.distance == c.distance && t.ids.compare(before.at, c.at) < 0 {
			break
		}
		list[i] = before
	}
	list[i] = c
	if len(t.list) == t.limit {
		t.worst = t.list[t.limit-1].distance
	}
}

func (t *top) compare(a, b candidate) int {
	switch {
	case a.distance < b.distance:
		return -1
	case a.distance > b.distance:
		return 1
	}
	return t.ids.compare(a.at, b.at)
}

// behind reports whether a candidate comes behind the mark.
func (t *top) behind(c candidate) bool {
	return c.distance > t.after.Distance || c.distance == t.after.Distance && t.ids.id(c.at) > t.after.ID
}

// collect is offer for large limits.
func (t *top) collect(c candidate) {
	t.list = append(t.list, c)
	if len(t.list)/2 >= t.limit {
		t.cut()
		t.worst = t.list[t.limit-1].distance
	}
}

func (t *top) cut() {
	slices.SortFunc(t.list, t.compare)
	t.list = t.list[:min(len(t.list), t.limit)]
}

// finish brings the results into order.
func (t *top) finish() []candidate {
	if t.limit > insertionLimit {
		t.cut()
	}
	return t.list
}

// full reports whether there are as many results as wanted.
func (t *top) full() bool { return len(t.list) >= t.limit }
