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
	c := cellCounter{
		scratch: s, resolution: resolution, counts: make(map[cellCategory]int),
		tally: make([]int, len(v.categories.list)),
	}
	for _, b := range q.Bounds {
		c.bounds = append(c.bounds, innerBox(b))
	}
	c.search = c.bounds
	if resolution < summaryTop && s.filter.blocked == 0 && s.filter.datasets.bits == nil && !s.filter.timed {
		c.addSummaries()
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
	// cell is the one that is being counted, tally its counts by category, not
	// yet in counts: neighbours tend to share their cell. touched are the
	// categories in tally.
	cell    uint64
	tally   []int
	touched []uint16
}

// addSummaries takes the counts of cells that lie wholly within the bounds and
// leaves the cut ones to be counted; unless that is most of the work.
func (c *cellCounter) addSummaries() {
	var ready, counted int
	var search []box
	partial := make(map[cellCategory]bool)
	whole := make(map[cellCategory]int)
	for _, s := range c.view.base.summaries[c.resolution] {
		if !c.filter.categories.has(uint16(s.category)) {
			continue
		}
		key := cellCategory{s.cell, uint16(s.category)}
		switch boxRelation(c.bounds, s.box) {
		case inside:
			whole[key] = int(s.count)
			ready += int(s.count)
		case cut:
			partial[key] = true
			counted += int(s.count)
			for _, b := range c.bounds {
				if b.meets(s.box) {
					search = append(search, b.overlap(s.box))
				}
			}
		}
	}
	if ready < counted {
		return
	}
	c.counts, c.partial, c.search = whole, partial, search
	base := c.view.base
	c.view.dead.each(func(at uint32) {
		key := cellCategory{parentCell(base.cell(at), c.resolution), base.facts(at).category}
		if c.filter.categories.has(key.category) && !c.partial[key] && boxRelation(c.bounds, base.position(at).box()) == inside {
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
		if !sure && boxRelation(c.bounds, b.position(at).box()) != inside {
			continue
		}
		if !c.passes(at) || !c.openBase(at) {
			continue
		}
		c.add(parentCell(b.cell(at), c.resolution), b.facts(at).category)
	}
}

func (c *cellCounter) add(cell uint64, category uint16) {
	if cell != c.cell {
		c.flush()
		c.cell = cell
	}
	if c.tally[category] == 0 {
		c.touched = append(c.touched, category)
	}
	c.tally[category]++
}

func (c *cellCounter) flush() {
	for _, category := range c.touched {
		key := cellCategory{c.cell, category}
		if c.partial == nil || c.partial[key] {
			c.counts[key] += c.tally[category]
		}
		c.tally[category] = 0
	}
	c.touched = c.touched[:0]
}

func (c *cellCounter) changes(tree *entries) {
	tree.Scan(func(_, _ [2]float64, e *entry) bool {
		if boxRelation(c.bounds, e.at.box()) == inside && c.filter.passes(e.facts) && c.openEntry(e) {
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
