package index

import "math"

// fanout is the number of children of a node and of items of a leaf. 16 was
// the fastest of 8, 16 and 32 (README).
const fanout = 16

// box is a bounding box in whole 1e-7 degrees, edges included.
type box struct{ minX, minY, maxX, maxY int32 }

// emptyBox is what every box joins to.
func emptyBox() box {
	return box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}
}

func (p position) box() box { return box{p.x, p.y, p.x, p.y} }

func (b box) join(o box) box {
	return box{min(b.minX, o.minX), min(b.minY, o.minY), max(b.maxX, o.maxX), max(b.maxY, o.maxY)}
}

func (b box) meets(o box) bool {
	return b.minX <= o.maxX && o.minX <= b.maxX && b.minY <= o.maxY && o.minY <= b.maxY
}

func (b box) holds(o box) bool {
	return b.minX <= o.minX && o.maxX <= b.maxX && b.minY <= o.minY && o.maxY <= b.maxY
}

// hint tells what occurs below a node, so that a filter skips whole subtrees:
// the union of the traits, and of categories and datasets modulo 64.
type hint struct{ traits, categories, datasets uint64 }

func (h hint) join(o hint) hint {
	return hint{h.traits | o.traits, h.categories | o.categories, h.datasets | o.datasets}
}

// tree is a packed R-tree over items that lie in Hilbert order at consecutive
// positions of the base. Nodes need no pointers: node i of a level has the
// nodes (or items) i·fanout … i·fanout+fanout-1 of the level below it.
type tree struct {
	first uint32 // position of the first item
	count uint32
	boxes []box // all nodes, leaves first, the root last
	hints []hint
	start []uint32 // of each level in boxes
	items []box    // of the items themselves; nil where they are points
}

// levelStarts lays out the nodes over count items and returns where each level
// starts and how many nodes there are.
func levelStarts(count uint32) (start []uint32, nodes uint32) {
	for width := count; width > 0; {
		width = (width + fanout - 1) / fanout
		start = append(start, nodes)
		nodes += width
		if width == 1 {
			break
		}
	}
	return start, nodes
}

// node addresses a node of a tree.
type node struct{ level, number uint32 } // number within the level

// root returns the top node; the tree must not be empty.
func (t *tree) root() node { return node{uint32(len(t.start)) - 1, 0} }

// index is where the node stands in boxes and hints.
func (t *tree) index(n node) uint32 { return t.start[n.level] + n.number }

// children returns the range of numbers in the level below.
func (t *tree) children(n node) (from, to uint32) {
	width := t.start[n.level] - t.start[n.level-1]
	from = n.number * fanout
	return from, min(from+fanout, width)
}

// rootIndex is where the root stands in boxes and hints.
func (t *tree) rootIndex() uint32 { return uint32(len(t.boxes)) - 1 }

// levelOf is the level of the node at a place in boxes.
func (t *tree) levelOf(i uint32) (level uint32) {
	for level+1 < uint32(len(t.start)) && i >= t.start[level+1] {
		level++
	}
	return level
}

// below returns the places in boxes of the children of the node at a place of a
// level above the leaves.
func (t *tree) below(level, i uint32) (from, to uint32) {
	from = t.start[level-1] + (i-t.start[level])*fanout
	return from, min(from+fanout, t.start[level])
}

// leafItems returns the range of positions of a leaf's items.
func (t *tree) leafItems(number uint32) (from, to uint32) {
	from = number * fanout
	return t.first + from, t.first + min(from+fanout, t.count)
}

// packer collects the boxes and hints of a tree while its items are written.
type packer struct {
	boxes []box
	hints []hint
	count uint32
}

func (p *packer) add(b box, h hint) {
	if p.count%fanout == 0 {
		p.boxes = append(p.boxes, emptyBox())
		p.hints = append(p.hints, hint{})
	}
	last := len(p.boxes) - 1
	p.boxes[last] = p.boxes[last].join(b)
	p.hints[last] = p.hints[last].join(h)
	p.count++
}

// finish adds the levels above the leaves.
func (p *packer) finish() {
	start, _ := levelStarts(p.count)
	for level := 1; level < len(start); level++ {
		from, to := start[level-1], start[level]
		for i := from; i < to; i += fanout {
			b, h := emptyBox(), hint{}
			for j := i; j < min(i+fanout, to); j++ {
				b, h = b.join(p.boxes[j]), h.join(p.hints[j])
			}
			p.boxes, p.hints = append(p.boxes, b), append(p.hints, h)
		}
	}
}
