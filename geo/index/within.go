package index

import "github.com/paulmach/orb"

// Within appends the items of a region to dst, in the order of their ids, and
// returns it. An error says that q.Area is no area.
func (v *View) Within(q Within, dst []Hit) ([]Hit, error) {
	list, err := regions(q.Bounds, q.Area)
	if err != nil || v.count == 0 || len(list) == 0 {
		return dst, err
	}
	s := v.borrow()
	defer s.giveBack()
	if !s.filter.compile(v, &q.Filter) {
		return dst, nil
	}
	s.top.reset(q.Limit, 0, nil)
	w := withinSearch{scratch: s, regions: list, after: q.After}
	if q.After != "" {
		w.first = v.base.rankOf(q.After)
		if w.first < v.base.count && string(v.base.id(v.base.order[w.first])) == q.After {
			w.first++
		}
	}
	b := v.base
	walk(&b.pointTree, &s.filter, w.relate, w.point)
	walk(&b.shapeTree, &s.filter, w.relate, w.shape)
	w.changes(v.points)
	w.changes(v.shapes)
	for _, c := range s.top.finish() {
		dst = append(dst, Hit{Ref: s.ref(c.at)})
	}
	return dst, nil
}

type withinSearch struct {
	*scratch
	regions []region
	after   string
	first   uint32 // rank of the first id that may come
}

// walk visits the leaves below nodes that are not outside, with the range of
// positions and whether the leaf is wholly inside.
func walk(t *tree, f *filter, relate func(box) relation, visit func(from, to uint32, sure bool)) {
	if t.count > 0 {
		walkNode(t, t.root(), f, relate, visit, false)
	}
}

func walkNode(t *tree, n node, f *filter, relate func(box) relation, visit func(from, to uint32, sure bool), sure bool) {
	at := t.index(n)
	if !f.admits(&t.hints[at]) {
		return
	}
	if !sure {
		switch relate(t.boxes[at]) {
		case outside:
			return
		case inside:
			sure = true
		}
	}
	if n.level == 0 {
		from, to := t.leafItems(n.number)
		visit(from, to, sure)
		return
	}
	from, to := t.children(n)
	for i := from; i < to; i++ {
		walkNode(t, node{n.level - 1, i}, f, relate, visit, sure)
	}
}

func (w *withinSearch) relate(b box) relation {
	best := outside
	for i := range w.regions {
		if best = max(best, w.regions[i].relate(b)); best == inside {
			break
		}
	}
	return best
}

func (w *withinSearch) point(from, to uint32, sure bool) {
	b := w.view.base
	for at := from; at < to; at++ {
		if w.comes(at) && (sure || w.holds(b.position(at).degrees())) && w.passes(at) && w.openBase(at) {
			w.top.offer(candidate{0, at})
		}
	}
}

// comes reports whether an item is behind the mark and before the last result
// so far; both by rank, without touching its id.
func (w *withinSearch) comes(at uint32) bool {
	rank := w.view.base.rank[at]
	if rank < w.first {
		return false
	}
	if w.top.limit > insertionLimit || !w.top.full() {
		return true
	}
	return w.top.ids.compare(at, w.top.list[w.top.limit-1].at) < 0
}

func (w *withinSearch) holds(p orb.Point) bool {
	for i := range w.regions {
		if w.regions[i].holds(p) {
			return true
		}
	}
	return false
}

func (w *withinSearch) meets(g orb.Geometry) bool {
	for i := range w.regions {
		if w.regions[i].meets(g) {
			return true
		}
	}
	return false
}

func (w *withinSearch) shape(from, to uint32, sure bool) {
	b := w.view.base
	for at := from; at < to; at++ {
		if !w.comes(at) || !w.passes(at) || !w.openBase(at) {
			continue
		}
		related := inside
		if !sure {
			related = w.relate(b.itemBox(at))
		}
		if related == inside || related == cut && w.meets(b.geometry(at)) {
			w.top.offer(candidate{0, at})
		}
	}
}

// changes looks among the entries in the boxes of the regions. What lies in
// several boxes is taken in the first.
func (w *withinSearch) changes(tree *entries) {
	if tree.Len() == 0 {
		return
	}
	var seen []box
	for i := range w.regions {
		for _, b := range w.regions[i].boxes() {
			low, high := b.corners()
			tree.Search(low, high, func(_, _ [2]float64, e *entry) bool {
				for _, earlier := range seen {
					if earlier.meets(e.box) {
						return true
					}
				}
				w.change(e)
				return true
			})
			seen = append(seen, b)
		}
	}
}

func (w *withinSearch) change(e *entry) {
	if e.id <= w.after || !w.filter.passes(e.facts) || !w.openEntry(e) {
		return
	}
	if e.point && w.holds(e.at.degrees()) || !e.point && w.meets(e.geometry) {
		w.top.offer(candidate{0, w.remember(e)})
	}
}
