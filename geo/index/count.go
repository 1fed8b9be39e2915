package index

import (
	"cmp"
	"slices"
)

// Cells counts items per H3 cell and category, sorted by both. Of a cell that
// is cut by the bounds only what lies within them counts. A line or area counts
// at its position (Ref.Point).
func (v *View) Cells(q Cells) []CellCount {
	s := v.borrow()
	defer s.giveBack()
	resolution := min(max(q.Resolution, 0), CellResolution)
	if v.count == 0 || !s.filter.compile(v, &q.Filter) {
		return nil
	}
	c := cellCounter{scratch: s, resolution: resolution, counts: make(map[cellCategory]int)}
	for _, b := range q.Bounds {
		c.bounds = append(c.bounds, innerBox(b))
	}
	if resolution < summaryTop && s.filter.blocked == 0 && s.filter.datasets.bits == nil && !s.filter.timed {
		c.addSummaries()
	} else {
		c.search = c.bounds
	}
	b := v.base
	walk(&b.pointTree, &s.filter, c.relate, c.items)
	walk(&b.shapeTree, &s.filter, c.relate, c.items)
	c.flush()
	c.changes(v.points)
	c.changes(v.shapes)
	return c.result()
}

type cellCounter struct {
	*scratch
	resolution int
	bounds     []box
	counts     map[cellCategory]int
	// search is where items have to be counted one by one; with partial only
	// those of these cells.
	search  []box
	partial map[cellCategory]bool
	// last and run are what was counted last, not yet in counts: neighbours
	// tend to share their cell.
	last cellCategory
	run  int
}

// addSummaries takes the counts of cells that lie wholly within the bounds and
// leaves the cut ones to be counted.
func (c *cellCounter) addSummaries() {
	c.partial = make(map[cellCategory]bool)
	for _, s := range c.view.base.summaries[c.resolution] {
		if !c.filter.categories.has(uint16(s.category)) {
			continue
		}
		key := cellCategory{s.cell, uint16(s.category)}
		switch boxRelation(c.bounds, s.box) {
		case inside:
			c.counts[key] += int(s.count)
		case cut:
			c.partial[key] = true
			for _, b := range c.bounds {
				if b.meets(s.box) {
					c.search = append(c.search, b.overlap(s.box))
				}
			}
		}
	}
	base := c.view.base
	c.view.dead.each(func(at uint32) {
		key := cellCategory{parentCell(base.cell(at), c.resolution), base.facts[at].category}
		if c.filter.categories.has(key.category) && !c.partial[key] && boxRelation(c.bounds, base.positions[at].box()) == inside {
			c.counts[key]--
		}
	})
}

func (b box) overlap(o box) box {
	return box{max(b.minX, o.minX), max(b.minY, o.minY), min(b.maxX, o.maxX), min(b.maxY, o.maxY)}
}

func boxRelation(list []box, b box) relation {
	best := outside
	for _, l := range list {
		if l.holds(b) {
			return inside
		}
		if l.meets(b) {
			best = cut
		}
	}
	return best
}

func (c *cellCounter) relate(b box) relation { return boxRelation(c.search, b) }

func (c *cellCounter) items(from, to uint32, sure bool) {
	b := c.view.base
	for at := from; at < to; at++ {
		if !sure && boxRelation(c.bounds, b.positions[at].box()) != inside {
			continue
		}
		if !c.passes(at) || !c.openBase(at) {
			continue
		}
		key := cellCategory{parentCell(b.cell(at), c.resolution), b.facts[at].category}
		if c.partial != nil && !c.partial[key] {
			continue
		}
		c.add(key)
	}
}

func (c *cellCounter) add(key cellCategory) {
	if key != c.last {
		c.flush()
		c.last = key
	}
	c.run++
}

func (c *cellCounter) flush() {
	if c.run > 0 {
		c.counts[c.last] += c.run
		c.run = 0
	}
}

func (c *cellCounter) changes(tree *entries) {
	tree.Scan(func(_, _ [2]float64, e *entry) bool {
		if boxRelation(c.bounds, e.at.box()) == inside && c.filter.passes(&e.facts) && c.openEntry(e) {
			c.counts[cellCategory{parentCell(e.cell, c.resolution), e.facts.category}]++
		}
		return true
	})
}

func (c *cellCounter) result() []CellCount {
	out := make([]CellCount, 0, len(c.counts))
	for key, n := range c.counts {
		if n > 0 {
			out = append(out, CellCount{key.cell, c.view.categories.list[key.category], n})
		}
	}
	slices.SortFunc(out, func(a, b CellCount) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Category, b.Category))
	})
	return out
}
