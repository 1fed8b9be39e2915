package index

import (
	"math"
	"math/bits"

	"fujin/geo"
)

// scratch is the working space of a search; it is kept between searches.
type scratch struct {
	view    *View
	filter  filter
	reach   reach
	top     top
	queue   queue
	entries []*entry
}

// borrow takes a scratch for a view.
func (v *View) borrow() *scratch {
	s := v.shared.scratch.Get().(*scratch)
	s.view = v
	s.top.ids.base = v.base
	s.entries = s.entries[:0]
	return s
}

// giveBack returns it; nothing of the view may stay in it.
func (s *scratch) giveBack() {
	pool := &s.view.shared.scratch
	s.view, s.top.ids = nil, idSource{}
	s.top.after = Mark{}
	clear(s.entries)
	pool.Put(s)
}

// remember numbers an entry as a candidate.
func (s *scratch) remember(e *entry) uint32 {
	s.entries = append(s.entries, e)
	s.top.ids.entries = s.entries
	return overlayMark | uint32(len(s.entries)-1)
}

// ref turns a candidate's item into a Ref.
func (s *scratch) ref(at uint32) Ref {
	if at&overlayMark != 0 {
		return Ref{s.view, s.entries[at&^overlayMark], 0}
	}
	return Ref{s.view, nil, at}
}

// Near appends the nearest items to dst, ordered by (distance, id), and
// returns it. It allocates nothing if dst has room.
func (v *View) Near(q Near, dst []Hit) []Hit {
	if v.count == 0 || q.Radius < 0 {
		return dst
	}
	s := v.borrow()
	defer s.giveBack()
	if !s.filter.compile(v, &q.Filter) {
		return dst
	}
	radius := q.Radius
	if radius == 0 {
		radius = math.Inf(1)
	}
	s.reach.set(q.At, radius)
	found := false
	if s.reach.near {
		s.top.reset(q.Limit, min(radius, rulerReach), q.After)
		s.searchNear()
		found = radius <= rulerReach || s.top.full()
	}
	if !found {
		s.top.reset(q.Limit, radius, q.After)
		s.entries = s.entries[:0]
		s.searchFar()
	}
	for _, c := range s.top.finish() {
		dst = append(dst, Hit{Distance: c.distance, Ref: s.ref(c.at)})
	}
	return dst
}

// searchNear looks within the ruler's range: the base first, then with what is
// left of the radius the changes, from both sides of the antimeridian.
func (s *scratch) searchNear() {
	radius := s.top.worst
	for {
		s.nearPoints(&s.view.base.pointTree)
		s.nearShapes(&s.view.base.shapeTree)
		s.nearEntries(s.view.points)
		s.nearEntries(s.view.shapes)
		if s.reach.turned || !s.reach.turn(radius) {
			return
		}
	}
}

// nearPoints visits the nodes of the tree of points by their distance.
func (s *scratch) nearPoints(t *tree) {
	if t.count == 0 {
		return
	}
	q, r, f := &s.queue, &s.reach, &s.filter
	q.reset()
	q.push(visit{0, t.root()})
	worst2 := s.top.worst * s.top.worst
	for {
		v, ok := q.pop()
		if !ok || v.bound2 > worst2 {
			return
		}
		if v.node.level == 0 {
			s.nearLeaf(t.leafItems(v.node.number))
			worst2 = s.top.worst * s.top.worst
			continue
		}
		from, to := t.children(v.node)
		start := t.start[v.node.level-1]
		boxes, hints := t.boxes[start+from:start+to], t.hints[start+from:start+to]
		// The hints of leaves cost more than they spare, but for rare items.
		ask := !f.all && (f.rare || v.node.level > 1)
		for i := range boxes {
			if bound2 := r.box2(&boxes[i]); bound2 <= worst2 && (!ask || f.admits(&hints[i])) {
				q.push(visit{bound2, node{v.node.level - 1, from + uint32(i)}})
			}
		}
	}
}

// nearLeaf tries the points of a leaf: first the filter, for all of them at once
// and without branches, then the bound in the plane, then the exact distance.
func (s *scratch) nearLeaf(from, to uint32) {
	r, b := &s.reach, s.view.base
	x0, y0, scaleX, scaleY := r.x, r.y, r.scaleX, r.scaleY
	worst2 := s.top.worst * s.top.worst
	seen2 := -1.0 // what is surely nearer than the mark
	if s.top.started {
		seen2 = s.top.after.Distance / aboveBound
		seen2 *= seen2
	}
	positions := b.positions[from:to]
	for left := s.filter.leaf(b, from, to); left != 0; left &= left - 1 {
		i := bits.TrailingZeros32(left)
		x, y := (float64(positions[i].x)-x0)*scaleX, (float64(positions[i].y)-y0)*scaleY
		bound2 := x*x + y*y
		if bound2 > worst2 || bound2 < seen2 {
			continue
		}
		at := from + uint32(i)
		if s.view.dead.has(at) {
			continue
		}
		if d := r.point(positions[i].degrees()); d <= s.top.worst && s.openBase(at) {
			s.top.offer(candidate{d, at})
			worst2 = s.top.worst * s.top.worst
		}
	}
}

// passes tests an item of the base for everything but place and hours.
func (s *scratch) passes(at uint32) bool {
	return s.filter.passesBase(s.view.base, at) && !s.view.dead.has(at)
}

// openBase tests the hours of an item of the base.
func (s *scratch) openBase(at uint32) bool {
	if !s.filter.timed {
		return true
	}
	b := s.view.base
	return s.filter.open(b.timetable(at, s.view.shared.timetables).at(s.filter.at, b.positions[at]))
}

func (s *scratch) openEntry(e *entry) bool {
	return !s.filter.timed || s.filter.open(e.hours.at(s.filter.at, e.at))
}

// nearShapes visits the nodes and then the items of the tree of lines and areas
// by the distance of their boxes, so that few have to be measured.
func (s *scratch) nearShapes(t *tree) {
	s.bestFirst(t, s.reach.box2, s.tryShape)
}

// tryShape measures a line or area of the base.
func (s *scratch) tryShape(at uint32) {
	d := geo.DistanceTo(s.reach.at, s.view.base.geometry(at))
	if d <= s.top.worst && s.openBase(at) && !s.holds(at) {
		s.top.offer(candidate{d, at})
	}
}

// holds reports whether a shape that is seen from both sides of the
// antimeridian is already there.
func (s *scratch) holds(at uint32) bool {
	if !s.reach.turned {
		return false
	}
	for _, c := range s.top.list {
		if c.at == at {
			return true
		}
	}
	return false
}

// bestFirst visits the items that pass in the order of the bounds of their
// boxes until they are beyond worst.
func (s *scratch) bestFirst(t *tree, bound func(*box) float64, try func(at uint32)) {
	if t.count == 0 {
		return
	}
	q, f := &s.queue, &s.filter
	q.reset()
	q.push(visit{0, t.root()})
	for {
		v, ok := q.pop()
		if !ok || v.bound2*(shapeSlack*shapeSlack) > s.top.worst*s.top.worst {
			return
		}
		switch v.node.level {
		case itemLevel:
			try(v.node.number)
		case 0:
			from, to := t.leafItems(v.node.number)
			for at := from; at < to; at++ {
				if s.passes(at) {
					b := s.view.base.itemBox(at)
					q.push(visit{bound(&b), node{itemLevel, at}})
				}
			}
		default:
			from, to := t.children(v.node)
			for i := from; i < to; i++ {
				n := node{v.node.level - 1, i}
				if j := t.index(n); f.admits(&t.hints[j]) {
					q.push(visit{bound(&t.boxes[j]), n})
				}
			}
		}
	}
}

// nearEntries looks among the changes.
func (s *scratch) nearEntries(tree *entries) {
	if tree.Len() == 0 {
		return
	}
	low, high := s.reach.around(s.top.worst / shapeSlack)
	tree.Search(low, high, s.nearEntry)
}

func (s *scratch) nearEntry(_, _ [2]float64, e *entry) bool {
	if !s.filter.passes(e.facts) {
		return true
	}
	if s.reach.box2(&e.box)*(shapeSlack*shapeSlack) > s.top.worst*s.top.worst {
		return true
	}
	d := s.measure(e)
	if d > s.top.worst || !s.openEntry(e) || !e.point && s.holdsEntry(e) {
		return true
	}
	s.top.offer(candidate{d, s.remember(e)})
	return true
}

func (s *scratch) measure(e *entry) float64 {
	if e.point {
		return s.reach.point(e.at.degrees())
	}
	return geo.DistanceTo(s.reach.at, e.geometry)
}

func (s *scratch) holdsEntry(e *entry) bool {
	if !s.reach.turned {
		return false
	}
	for _, known := range s.entries {
		if known == e {
			return true
		}
	}
	return false
}

// searchFar looks everywhere on earth.
func (s *scratch) searchFar() {
	r, b := &s.reach, s.view.base
	r.sinLat, r.cosLat = math.Sincos(r.at[1] * radian)
	s.bestFirst(&b.pointTree, r.globe2, func(at uint32) {
		if d := r.point(b.positions[at].degrees()); d <= s.top.worst && s.openBase(at) {
			s.top.offer(candidate{d, at})
		}
	})
	s.bestFirst(&b.shapeTree, r.globe2, func(at uint32) {
		if d := geo.DistanceTo(r.at, b.geometry(at)); d <= s.top.worst && s.openBase(at) {
			s.top.offer(candidate{d, at})
		}
	})
	s.farEntries(s.view.points)
	s.farEntries(s.view.shapes)
}

// farEntries measures all changes that may be near enough.
func (s *scratch) farEntries(tree *entries) {
	tree.Scan(func(_, _ [2]float64, e *entry) bool {
		if !s.filter.passes(e.facts) {
			return true
		}
		if b2 := s.reach.globe2(&e.box); b2*(shapeSlack*shapeSlack) > s.top.worst*s.top.worst {
			return true
		}
		if d := s.measure(e); d <= s.top.worst && s.openEntry(e) {
			s.top.offer(candidate{d, s.remember(e)})
		}
		return true
	})
}
