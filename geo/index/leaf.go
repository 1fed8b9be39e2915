package index

import (
	"math"
	"unsafe"
)

// leaf is what searches read of fanout items that lie side by side, in one
// stretch of memory, so that looking at them waits for memory once: where they
// are, the number of their class and of their (text, zone) pair, and where
// their records start, in steps of recordAlign bytes.
type leaf struct {
	positions [fanout]position
	classes   [fanout]uint32
	hours     [fanout]uint32
	records   [fanout]uint32
}

const (
	// recordAlign lets 32 bits tell where any record starts in recordsLimit
	// bytes.
	recordAlign  = 8
	recordsLimit = recordAlign * (math.MaxUint32 + 1)
)

// leavesFor is how many leaves hold so many items.
func leavesFor(items uint64) uint64 { return (items + fanout - 1) / fanout }

// leaf returns the leaf of an item; its place in it is at%fanout.
func (b *base) leaf(at uint32) *leaf { return &b.leaves[at/fanout] }

func (b *base) position(at uint32) position { return b.leaf(at).positions[at%fanout] }

// classOf is the number of an item's class.
func (b *base) classOf(at uint32) uint32 { return b.leaf(at).classes[at%fanout] }

// hoursOf is the number of an item's (text, zone) pair.
func (b *base) hoursOf(at uint32) uint32 { return b.leaf(at).hours[at%fanout] }

// fetchLeaf fetches the leaf that starts with an item ahead: what searches
// read of it, and where its records are.
func (b *base) fetchLeaf(at uint32) {
	l := b.leaf(at)
	fetch((*byte)(unsafe.Pointer(l)), unsafe.Sizeof(*l))
}

// Fetch asks for the item's record ahead of Sheet and does not wait for it: the
// records of an answer lie anywhere in a file that is larger than the caches.
func (r Ref) Fetch() {
	const usual = 384 // bytes of most records
	if r.entry == nil {
		data := r.view.base.recordAt(r.at)
		fetch(&data[0], uintptr(min(usual, len(data))))
	}
}

// recordAt returns the bytes from an item's record on.
func (b *base) recordAt(at uint32) []byte {
	return b.records[recordAlign*uint64(b.leaf(at).records[at%fanout]):]
}
