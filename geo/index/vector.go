package index

import "math"

// plane is where a query stands, in 1e-7 degree, and the metres of such a step.
// vector_amd64.s reads it as it lies here.
type plane struct{ x, y, scaleX, scaleY float64 }

// bounds are the squares of lower bounds of the distances to the items of a
// leaf or the children of a node.
type bounds [fanout]float64

// boundPoints bounds the distances to points and returns a bit for each that is
// not beyond cutoff. Where the processor can, four are done at a time
// (vector_amd64.s), with the same bits as here.
func boundPoints(p *plane, points *[fanout]position, to *bounds, cutoff float64) (near uint32) {
	for i, at := range points {
		x, y := (float64(at.x)-p.x)*p.scaleX, (float64(at.y)-p.y)*p.scaleY
		to[i] = x*x + y*y
		near |= bit(to[i] <= cutoff) << (i % fanout)
	}
	return near
}

// boundBoxes is boundPoints for boxes, fanout at most, from a floor.
func boundBoxes(p *plane, boxes []box, to *bounds, cutoff float64) (near uint32) {
	for i := range boxes {
		bound2 := p.box2(&boxes[i])
		to[i%fanout] = bound2
		near |= bit(bound2 <= cutoff) << (i % fanout)
	}
	return near
}

// floor is the plane with the place rounded down to whole steps, where box2
// measures from: whole numbers are exact and fast.
func (p plane) floor() plane {
	p.x, p.y = math.Floor(p.x), math.Floor(p.y)
	return p
}

// box2 is the square of the distance from a floor to the nearest edge of a box;
// a step less, for what was rounded down.
func (p *plane) box2(b *box) float64 {
	placeX, placeY := int64(p.x), int64(p.y)
	dx := max(int64(b.minX)-placeX, placeX-int64(b.maxX), 1) - 1
	dy := max(int64(b.minY)-placeY, placeY-int64(b.maxY), 1) - 1
	x, y := float64(dx)*p.scaleX, float64(dy)*p.scaleY
	return x*x + y*y
}

func bit(b bool) (n uint32) {
	if b {
		n = 1
	}
	return n
}
