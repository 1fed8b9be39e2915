package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// polygonContains reports whether the position lies inside the outer ring and
// in none of the holes. Which side a position exactly on an edge falls on is
// left open.
func polygonContains(polygon orb.Polygon, p orb.Point) bool {
	if len(polygon) == 0 || !ringContains(polygon[0], p) {
		return false
	}
	for _, hole := range polygon[1:] {
		if ringContains(hole, p) {
			return false
		}
	}
	return true
}

// ringContains counts the edges that cross the meridian of the position north
// of it. Unlike a ray along the parallel this needs no care at the
// antimeridian: an edge takes the shorter way, except one of exactly 360
// degrees, with which a ring that was cut there runs along a pole or border.
func ringContains(ring orb.Ring, p orb.Point) bool {
	if len(ring) < 3 {
		return false
	}
	inside := false
	winding, north := 0.0, 0.0
	a := ring[len(ring)-1]
	for _, b := range ring {
		x1, x2, step := wrap180(a[0]-p[0]), wrap180(b[0]-p[0]), b[0]-a[0]
		if math.Abs(step) == 180 {
			x2 = x1 + step // neither way is shorter: as written
		}
		switch {
		case math.Abs(step) == 360:
			t := -x1 / step
			if t < 0 {
				t++
			}
			if a[1]+t*(b[1]-a[1]) > p[1] {
				inside = !inside
			}
			winding += step
		case (x1 < 0) != (x2 < 0) && math.Abs(x2-x1) <= 180:
			if a[1]+(b[1]-a[1])*x1/(x1-x2) > p[1] {
				inside = !inside
			}
			fallthrough
		default:
			winding += wrap180(step)
		}
		north += b[1]
		a = b
	}
	// A ring all the way round the earth encloses the pole on its side; the
	// count starts at the north pole, which is then inside.
	if math.Abs(winding) > 180 && north > 0 {
		inside = !inside
	}
	return inside
}
