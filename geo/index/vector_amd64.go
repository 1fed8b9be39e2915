package index

import "golang.org/x/sys/cpu"

// nearPoints is boundPoints for all points of a leaf.
func nearPoints(p *plane, points *[fanout]position, to *bounds, cutoff float64) uint32 {
	if cpu.X86.HasAVX2 {
		return boundPointsAVX2(p, points, to, cutoff)
	}
	return boundPoints(p, points, to, cutoff)
}

// nearBoxes is boundBoxes.
func nearBoxes(p *plane, boxes []box, to *bounds, cutoff float64) uint32 {
	if len(boxes) == fanout && cpu.X86.HasAVX2 {
		return boundBoxesAVX2(p, &boxes[0], to, cutoff)
	}
	return boundBoxes(p, boxes, to, cutoff)
}

//go:noescape
func boundPointsAVX2(p *plane, points *[fanout]position, to *bounds, cutoff float64) uint32

//go:noescape
func boundBoxesAVX2(p *plane, boxes *box, to *bounds, cutoff float64) uint32

// fetch asks the processor to bring a stretch of memory into its caches, and
// does not wait for it.
//
//go:noescape
func fetch(from *byte, size uintptr)
