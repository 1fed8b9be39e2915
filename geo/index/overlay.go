package index

import (
	"maps"
	"math/bits"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// entry is an item that was added or changed since the base was built. It is
// immutable.
type entry struct {
	id       string
	geometry orb.Geometry
	at       position
	box      box
	point    bool
	facts    facts
	hours    *timetable
	cell     uint64
	body     []byte
}

// entries is a copy-on-write R-tree of entries, by box in whole 1e-7 degrees.
type entries = rtree.RTreeGN[float64, *entry]

func (b box) corners() (low, high [2]float64) {
	return [2]float64{float64(b.minX), float64(b.minY)}, [2]float64{float64(b.maxX), float64(b.maxY)}
}

// bitset is a paged set of positions of the base: those whose item was changed
// or deleted. Pages are shared between views and copied when written.
type bitset struct {
	pages []*bitPage
	count int
}

const pageBits = 1 << 15

type bitPage [pageBits / 64]uint64

func (b *bitset) has(i uint32) bool {
	if b.count == 0 {
		return false
	}
	page := b.pages[i/pageBits]
	return page != nil && page[i%pageBits/64]>>(i%64)&1 != 0
}

// each visits the positions in ascending order.
func (b *bitset) each(visit func(i uint32)) {
	for p, page := range b.pages {
		if page == nil {
			continue
		}
		for w, word := range page {
			for ; word != 0; word &= word - 1 {
				visit(uint32(p*pageBits + w*64 + bits.TrailingZeros64(word)))
			}
		}
	}
}

// change is a batch on its way: the next view, of which everything that is
// written has been copied first.
type change struct {
	view   View
	points *entries // the writer's own trees, ahead of the view's
	shapes *entries
	owned  map[uint32]bool // pages of dead that are this batch's
	ids    *idOwner
}

// begin starts a batch on top of a view.
func begin(v *View, points, shapes *entries) *change {
	c := &change{view: *v, points: points, shapes: shapes, ids: new(idOwner)}
	c.view.categoryCounts = slices.Clone(v.categoryCounts)
	c.view.datasetCounts = slices.Clone(v.datasetCounts)
	return c
}

// bury marks an item of the base as gone.
func (c *change) bury(at uint32) {
	b := &c.view.dead
	if c.owned == nil {
		c.owned = make(map[uint32]bool)
		if b.pages == nil {
			b.pages = make([]*bitPage, c.view.base.count/pageBits+1)
		} else {
			b.pages = slices.Clone(b.pages)
		}
	}
	p := at / pageBits
	if !c.owned[p] {
		page := new(bitPage)
		if b.pages[p] != nil {
			*page = *b.pages[p]
		}
		b.pages[p], c.owned[p] = page, true
	}
	b.pages[p][at%pageBits/64] |= 1 << (at % 64)
	b.count++
}

// remove takes an item out, wherever it is, and reports whether it was there.
func (c *change) remove(id string) bool {
	v := &c.view
	if old := v.ids.get(id); old != nil {
		low, high := old.box.corners()
		c.tree(old).Delete(low, high, old)
		v.ids = v.ids.without(c.ids, id)
		v.changed--
		c.tally(old.facts, -1)
		return true
	}
	if at, ok := v.base.find(id); ok && !v.dead.has(at) {
		c.bury(at)
		c.tally(v.base.facts(at), -1)
		return true
	}
	return false
}

// insert adds an entry whose id is not there.
func (c *change) insert(e *entry) {
	low, high := e.box.corners()
	c.tree(e).Insert(low, high, e)
	c.view.ids = c.view.ids.with(c.ids, e)
	c.view.changed++
	c.tally(e.facts, 1)
}

func (c *change) tree(e *entry) *entries {
	if e.point {
		return c.points
	}
	return c.shapes
}

func (c *change) tally(f facts, n int) {
	c.view.categoryCounts[f.category] += n
	c.view.datasetCounts[f.dataset] += n
	c.view.count += n
}

// number gives a category and dataset their numbers in the view.
func (c *change) number(e *entry, category, dataset string) (err error) {
	v := &c.view
	if v.categories, e.facts.category, err = v.categories.with(category); err != nil {
		return err
	}
	if v.datasets, e.facts.dataset, err = v.datasets.with(dataset); err != nil {
		return err
	}
	for len(v.categoryCounts) < len(v.categories.list) {
		v.categoryCounts = append(v.categoryCounts, 0)
	}
	for len(v.datasetCounts) < len(v.datasets.list) {
		v.datasetCounts = append(v.datasetCounts, 0)
	}
	return nil
}

// finish returns the view to publish.
func (c *change) finish(seq int64) *View {
	v := c.view
	v.seq = seq
	v.points, v.shapes = c.points.Copy(), c.shapes.Copy()
	return &v
}

// idOwner marks the nodes that a batch has made and may still write.
type idOwner struct{ _ byte }

// idTrie finds entries by id: a persistent hash trie. nil is empty.
type idTrie struct {
	owner    *idOwner
	children *[trieFanout]*idTrie // nil in a leaf
	entries  map[string]*entry    // of a leaf
}

const (
	trieBits   = 5
	trieFanout = 1 << trieBits
	trieLeaf   = 16 // entries of a leaf before it splits
	trieDepth  = 6
)

// hashID is FNV-1a.
func hashID(id string) uint32 {
	h := uint32(2166136261)
	for i := range len(id) {
		h = (h ^ uint32(id[i])) * 16777619
	}
	return h
}

func (t *idTrie) get(id string) *entry {
	h := hashID(id)
	for t != nil && t.children != nil {
		t = t.children[h%trieFanout]
		h >>= trieBits
	}
	if t == nil {
		return nil
	}
	return t.entries[id]
}

// own returns t itself or a copy that the owner may write.
func (t *idTrie) own(o *idOwner) *idTrie {
	if t == nil {
		return &idTrie{owner: o, entries: make(map[string]*entry, 1)}
	}
	if t.owner == o {
		return t
	}
	fresh := &idTrie{owner: o}
	if t.children != nil {
		children := *t.children
		fresh.children = &children
	} else {
		fresh.entries = maps.Clone(t.entries)
	}
	return fresh
}

func (t *idTrie) with(o *idOwner, e *entry) *idTrie {
	return t.put(o, e, hashID(e.id), 0)
}

func (t *idTrie) put(o *idOwner, e *entry, h uint32, depth int) *idTrie {
	t = t.own(o)
	if t.children == nil {
		t.entries[e.id] = e
		if len(t.entries) > trieLeaf && depth < trieDepth {
			t.split(o, depth)
		}
		return t
	}
	slot := &t.children[h%trieFanout]
	*slot = (*slot).put(o, e, h>>trieBits, depth+1)
	return t
}

func (t *idTrie) split(o *idOwner, depth int) {
	old := t.entries
	t.entries, t.children = nil, new([trieFanout]*idTrie)
	for _, e := range old {
		h := hashID(e.id) >> (trieBits * depth)
		slot := &t.children[h%trieFanout]
		*slot = (*slot).put(o, e, h>>trieBits, depth+1)
	}
}

func (t *idTrie) without(o *idOwner, id string) *idTrie {
	return t.drop(o, id, hashID(id))
}

func (t *idTrie) drop(o *idOwner, id string, h uint32) *idTrie {
	if t == nil {
		return nil
	}
	t = t.own(o)
	if t.children == nil {
		delete(t.entries, id)
		if len(t.entries) == 0 {
			return nil
		}
		return t
	}
	slot := &t.children[h%trieFanout]
	*slot = (*slot).drop(o, id, h>>trieBits)
	return t
}
