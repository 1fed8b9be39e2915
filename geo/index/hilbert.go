package index

import (
	"cmp"
	"slices"
)

// position is a place in whole 1e-7 degrees: x longitude, y latitude.
type position struct{ x, y int32 }

// hilbertBits is the resolution of a Hilbert key per axis: cells of 64e-7
// degree (0.7 m), finer than any two facilities need to be told apart for the
// locality of pages and leaves.
const hilbertBits = 26

// hilbertKey places p on the Hilbert curve over the whole earth; positions with
// near keys are near each other. It needs 2·hilbertBits bits.
func hilbertKey(p position) uint64 {
	x := uint32(int64(p.x)+1<<31) >> (32 - hilbertBits)
	y := uint32(int64(p.y)+1<<31) >> (32 - hilbertBits)
	var key uint64
	for bit := uint32(1) << (hilbertBits - 1); bit != 0; bit >>= 1 {
		inX, inY := x&bit != 0, y&bit != 0
		key <<= 2
		switch {
		case inX && inY:
			key |= 2
		case inX:
			key |= 3
		case inY:
			key |= 1
		}
		if !inY { // turn the quadrant
			if inX {
				x, y = ^x, ^y
			}
			x, y = y, x
		}
	}
	return key
}

// keyed is a sort key with the number of the entry it belongs to.
type keyed struct {
	key   uint64
	entry uint32
}

// sortKeyed sorts by key, stably, in passes of 11 bits over the bits that
// differ; spare is working space of the same length. It returns whichever of
// the two holds the result.
func sortKeyed(entries, spare []keyed) []keyed {
	const digit, buckets = 11, 1 << 11
	if len(entries) < buckets {
		slices.SortStableFunc(entries, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
		return entries
	}
	var differing uint64
	for i := range entries {
		differing |= entries[i].key ^ entries[0].key
	}
	for shift := 0; shift < 64; shift += digit {
		if differing>>shift&(buckets-1) == 0 {
			continue
		}
		var at [buckets]int
		for i := range entries {
			at[entries[i].key>>shift&(buckets-1)]++
		}
		sum := 0
		for i, n := range at {
			at[i] = sum
			sum += n
		}
		for i := range entries {
			b := entries[i].key >> shift & (buckets - 1)
			spare[at[b]] = entries[i]
			at[b]++
		}
		entries, spare = spare, entries
	}
	return entries
}
