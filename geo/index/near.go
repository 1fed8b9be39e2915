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
	short   shortlist
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
		s.searchPoints(&s.view.base.pointTree)
		s.nearShapes(&s.view.base.shapeTree)
		s.nearEntries(s.view.points)
		s.nearEntries(s.view.shapes)
		if s.reach.turned || !s.reach.turn(radius) {
			return
		}
	}
}

// searchPoints gathers the points that may be nearest, then measures them.
func (s *scratch) searchPoints(t *tree) {
	if t.count == 0 {
		return
	}
	p := &s.short
	p.reset(s.top.limit, s.reach.ratio, s.top.worst)
	s.gather(t, p.limit <= insertionLimit && !s.top.started)
	if p.missed() {
		p.reset(s.top.limit, s.reach.ratio, s.top.worst)
		s.gather(t, false)
	}
	for _, c := range p.list {
		if d := s.reach.point(s.view.base.position(c.at).degrees()); d <= s.top.worst {
			s.top.offer(candidate{d, c.at})
		}
	}
}

// gather visits the nodes of the tree of points by their distance. It may guess
// how far it has to look, once it has come upon the first leaves.
func (s *scratch) gather(t *tree, guess bool) {
	q, r, f, p := &s.queue, &s.reach, &s.filter, &s.short
	q.reset()
	q.push(newVisit(0, t.rootIndex()))
	for {
		v, ok := q.pop()
		if !ok || v.bound2() > p.cutoff {
			return
		}
		level := t.levelOf(v.what())
		if level == 0 {
			s.gatherLeaf(t, v.what())
			continue
		}
		from, to := t.below(level, v.what())
		if guess && level == 1 {
			guess = false
			p.guess(s.expected(&t.boxes[v.what()], v.bound2(), to-from))
		}
		boxes, hints := t.boxes[from:to], t.hints[from:to]
		// The hints of leaves cost more than they spare, but for rare items.
		ask := !f.all && (f.rare || level > 1)
		var found bounds
		for near := nearBoxes(&r.edges, boxes, &found, p.cutoff); near != 0; near &= near - 1 {
			i := bits.TrailingZeros32(near) % fanout
			if ask && !f.admits(&hints[i]) {
				continue
			}
			if level == 1 {
				s.view.base.fetchLeaf(t.first + (from+uint32(i))*fanout)
			}
			q.push(newVisit(found[i], from+uint32(i)))
		}
	}
}

// expected is about the square of how far the wanted points are if they lie as
// densely as those of some leaves in a box, whose own bound is known.
func (s *scratch) expected(b *box, bound2 float64, leaves uint32) float64 {
	// Twice the area: a few queries in a thousand have to begin anew (README).
	const plenty = 2
	wide := (float64(b.maxX) - float64(b.minX)) * s.reach.plane.scaleX
	high := (float64(b.maxY) - float64(b.minY)) * s.reach.plane.scaleY
	points := float64(leaves*fanout) * s.filter.share
	radius := math.Sqrt(bound2) + math.Sqrt(plenty*float64(s.short.limit)*wide*high/(points*math.Pi))
	return radius * radius
}

// gatherLeaf tries the points of a leaf: the bound in the plane and the filter
// for all of them at once and without branches.
func (s *scratch) gatherLeaf(t *tree, number uint32) {
	b, p := s.view.base, &s.short
	from, to := t.leafItems(number)
	l, n := b.leaf(from), to-from
	var found bounds
	near := nearPoints(&s.reach.plane, &l.positions, &found, p.cutoff) & (1<<n - 1)
	if near == 0 {
		return
	}
	for near &= s.filter.leaf(b, l, n); near != 0; near &= near - 1 {
		i := bits.TrailingZeros32(near) % fanout
		bound2, at := found[i], from+uint32(i)
		if bound2 > p.cutoff || s.view.dead.has(at) || !s.openBase(at) {
			continue
		}
		if s.top.started && !s.behindMark(at, bound2) {
			continue
		}
		p.offer(candidate{bound2, at})
	}
}

// behindMark reports whether a point of the base comes behind the query's mark;
// only near it that takes the exact distance.
func (s *scratch) behindMark(at uint32, bound2 float64) bool {
	after := s.top.after.Distance
	if bound2 > after*after {
		return true
	}
	return bound2*aboveBound*aboveBound >= after*after &&
		s.top.behind(candidate{s.reach.point(s.view.base.position(at).degrees()), at})
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
	return s.filter.open(s.view.base.state(at, s.filter.at, s.view.shared.timetables))
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
	q.push(newVisit(0, t.rootIndex()))
	for {
		v, ok := q.pop()
		if !ok || v.bound2()*(shapeSlack*shapeSlack) > s.top.worst*s.top.worst {
			return
		}
		if v.what()&visitItem != 0 {
			try(v.what() &^ visitItem)
			continue
		}
		level := t.levelOf(v.what())
		if level == 0 {
			from, to := t.leafItems(v.what())
			for at := from; at < to; at++ {
				if s.passes(at) {
					b := s.view.base.itemBox(at)
					q.push(newVisit(bound(&b), visitItem|at))
				}
			}
			continue
		}
		from, to := t.below(level, v.what())
		for i := from; i < to; i++ {
			if f.admits(&t.hints[i]) {
				q.push(newVisit(bound(&t.boxes[i]), i))
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
		if d := r.point(b.position(at).degrees()); d <= s.top.worst && s.openBase(at) {
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
