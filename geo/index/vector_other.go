//go:build !amd64

package index

func nearPoints(p *plane, points *[fanout]position, to *bounds, cutoff float64) uint32 {
	return boundPoints(p, points, to, cutoff)
}

func nearBoxes(p *plane, boxes []box, to *bounds, cutoff float64) uint32 {
	return boundBoxes(p, boxes, to, cutoff)
}

// fetch only exists where it was measured.
func fetch(*byte, uintptr) {}
