package datasets

import (
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// shpAreas makes polygons of the rings of a record. The format says that outer
// rings run clockwise and holes the other way, in any order; files say
// otherwise. So a hole is a ring that runs against the clock and lies inside of
// an outer one: it belongs to the smallest such; any other ring is an outer one.
// The result runs as GeoJSON wants it, outer rings against the clock.
func shpAreas(parts [][]orb.Point) orb.Geometry {
	var outer, holes []shpRing
	for _, part := range parts {
		ring := orb.Ring(part)
		if !ring.Closed() {
			ring = append(slices.Clone(ring), ring[0])
		}
		if len(ring) < 4 {
			continue // no area, so nothing of the shape is lost
		}
		r := shpRing{ring: ring, bound: ring.Bound(), area: planar.Area(orb.Polygon{ring})}
		switch ring.Orientation() {
		case orb.CCW:
			holes = append(holes, r)
		case orb.CW:
			outer = append(outer, r)
		}
	}
	if len(outer) == 0 { // all the wrong way round
		outer, holes = holes, nil
	}
	areas := make(orb.MultiPolygon, len(outer), len(outer)+len(holes))
	for i, r := range outer {
		areas[i] = orb.Polygon{turned(r.ring, orb.CCW)}
	}
	for _, hole := range holes {
		if i := hole.within(outer); i >= 0 {
			areas[i] = append(areas[i], turned(hole.ring, orb.CW))
		} else {
			areas = append(areas, orb.Polygon{turned(hole.ring, orb.CCW)})
		}
	}
	switch {
	case len(areas) == 0 && len(parts) > 0:
		return orb.MultiPoint(parts[0]) // of no area: where it is at least
	case len(areas) == 1:
		return areas[0]
	}
	return areas
}

// A shpRing is a ring with what is asked of it often.
type shpRing struct {
	ring  orb.Ring
	bound orb.Bound
	area  float64
}

// manyRings is among how many outer rings a hole is looked for; real shapes have
// hundreds, and all pairs of a million would take for ever.
const manyRings = 5000

// within is the smallest of the rings around a hole, -1 if there is none.
func (h shpRing) within(outer []shpRing) int {
	best := -1
	for i, r := range outer[:min(len(outer), manyRings)] {
		if r.area < h.area || !r.bound.Contains(h.bound.Min) || !r.bound.Contains(h.bound.Max) || best >= 0 && outer[best].area <= r.area {
			continue
		}
		if planar.RingContains(r.ring, h.ring[0]) {
			best = i
		}
	}
	return best
}

// turned is the ring in the wanted direction.
func turned(ring orb.Ring, want orb.Orientation) orb.Ring {
	if ring.Orientation() != want {
		ring = slices.Clone(ring)
		ring.Reverse()
	}
	return ring
}
