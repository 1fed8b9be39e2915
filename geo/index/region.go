package index

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// relation is how a box lies to a region.
type relation uint8

const (
	outside relation = iota
	cut
	inside
)

// region is a polygon that is asked about often. Edges belong to it. Its
// longitudes run on over the antimeridian, so that it may reach beyond ±180.
type region struct {
	rings []orb.Ring
	bound orb.Bound
	// rectangle: the bound is all there is to know.
	rectangle bool
	// turns are the shifts of longitude under which it has to be looked at.
	turns []float64
}

// regions makes what a query's boxes and area describe.
func regions(bounds []orb.Bound, area orb.Geometry) ([]region, error) {
	var out []region
	for _, b := range bounds {
		if b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1] {
			out = append(out, newRegion(orb.Polygon{b.ToRing()}, true))
		}
	}
	switch a := area.(type) {
	case nil:
	case orb.Bound:
		more, _ := regions([]orb.Bound{a}, nil)
		out = append(out, more...)
	case orb.Ring:
		out = append(out, newRegion(orb.Polygon{a}, false))
	case orb.Polygon:
		out = append(out, newRegion(a, false))
	case orb.MultiPolygon:
		for _, p := range a {
			out = append(out, newRegion(p, false))
		}
	default:
		return nil, fmt.Errorf("index: a %s is not an area", area.GeoJSONType())
	}
	return out, nil
}

func newRegion(p orb.Polygon, rectangle bool) region {
	r := region{rectangle: rectangle, turns: []float64{0}}
	for _, ring := range p {
		if len(ring) < 3 {
			continue
		}
		run := make(orb.Ring, 0, len(ring)+1)
		if rectangle {
			run = append(run, ring...)
		} else {
			run = unwrap(run, ring)
		}
		if run[0] != run[len(run)-1] {
			run = append(run, run[0])
		}
		if len(r.rings) == 0 {
			r.bound = run.Bound()
		} else {
			r.bound = r.bound.Union(run.Bound())
		}
		r.rings = append(r.rings, run)
	}
	if r.bound.Max[0] > 180 {
		r.turns = append(r.turns, 360)
	}
	if r.bound.Min[0] < -180 {
		r.turns = append(r.turns, -360)
	}
	return r
}

// unwrap appends a path with longitudes that run on steadily.
func unwrap(dst, path []orb.Point) []orb.Point {
	turn := 0.0
	for i, p := range path {
		if i > 0 {
			switch step := p[0] - path[i-1][0]; {
			case step > 180 && step < 360:
				turn -= 360
			case step < -180 && step > -360:
				turn += 360
			}
		}
		dst = append(dst, orb.Point{p[0] + turn, p[1]})
	}
	return dst
}

// boxes are those that hold the region.
func (r *region) boxes() []box {
	if len(r.rings) == 0 {
		return nil
	}
	return boxesOf(r.bound)
}

// boxesOf are the boxes within ±180 degrees of a bound that reaches beyond.
func boxesOf(b orb.Bound) []box {
	var out []box
	for _, turn := range []float64{0, 360, -360} {
		west, east := max(b.Min[0]-turn, -180), min(b.Max[0]-turn, 180)
		if west <= east {
			out = append(out, outerBox(west, max(b.Min[1], -90), east, min(b.Max[1], 90)))
		}
	}
	return out
}

// outerBox rounds outwards.
func outerBox(west, south, east, north float64) box {
	low := func(x float64) int32 { return int32(math.Floor(max(x, -180) * unit)) }
	high := func(x float64) int32 { return int32(math.Ceil(min(x, 180) * unit)) }
	return box{low(west), low(south), high(east), high(north)}
}

// innerBox holds the same positions of the index as the box in degrees.
func innerBox(b orb.Bound) box {
	const hair = 1e-6
	low := func(x float64) int32 { return int32(math.Ceil(min(max(x, -200), 200)*unit - hair)) }
	high := func(x float64) int32 { return int32(math.Floor(min(max(x, -200), 200)*unit + hair)) }
	return box{low(b.Min[0]), low(b.Min[1]), high(b.Max[0]), high(b.Max[1])}
}

// holds reports whether a position is in the region or on its edge.
func (r *region) holds(p orb.Point) bool {
	for _, turn := range r.turns {
		if r.holdsAt(orb.Point{p[0] + turn, p[1]}) {
			return true
		}
	}
	return false
}

func (r *region) holdsAt(p orb.Point) bool {
	if len(r.rings) == 0 || !r.bound.Contains(p) {
		return false
	}
	if r.rectangle {
		return true
	}
	odd := false
	for _, ring := range r.rings {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a[1] > p[1]) == (b[1] > p[1]) && a[1] != p[1] && b[1] != p[1] {
				continue
			}
			side := (b[0]-a[0])*(p[1]-a[1]) - (p[0]-a[0])*(b[1]-a[1])
			if side == 0 && within(p[0], a[0], b[0]) && within(p[1], a[1], b[1]) {
				return true
			}
			if (a[1] > p[1]) != (b[1] > p[1]) && (side > 0) == (b[1] < a[1]) {
				odd = !odd
			}
		}
	}
	return odd
}

func within(x, a, b float64) bool { return min(a, b) <= x && x <= max(a, b) }

// relate tells how a box lies to the region; cut may be said of boxes that only
// seem to be.
func (r *region) relate(b box) relation {
	best := outside
	for _, turn := range r.turns {
		low := orb.Point{float64(b.minX)/unit + turn, float64(b.minY) / unit}
		high := orb.Point{float64(b.maxX)/unit + turn, float64(b.maxY) / unit}
		best = max(best, r.relateAt(orb.Bound{Min: low, Max: high}))
	}
	return best
}

func (r *region) relateAt(b orb.Bound) relation {
	if len(r.rings) == 0 || !r.bound.Intersects(b) {
		return outside
	}
	if r.rectangle {
		if r.bound.Contains(b.Min) && r.bound.Contains(b.Max) {
			return inside
		}
		return cut
	}
	for _, ring := range r.rings {
		for i := 1; i < len(ring); i++ {
			if edgeMeets(ring[i-1], ring[i], b) {
				return cut
			}
		}
	}
	if r.holdsAt(b.Min) {
		return inside
	}
	return outside
}

// edgeMeets reports whether a straight edge may share a point with a box: its
// own box does and not all corners lie strictly on one side.
func edgeMeets(p, q orb.Point, b orb.Bound) bool {
	if max(p[0], q[0]) < b.Min[0] || min(p[0], q[0]) > b.Max[0] || max(p[1], q[1]) < b.Min[1] || min(p[1], q[1]) > b.Max[1] {
		return false
	}
	dx, dy := q[0]-p[0], q[1]-p[1]
	side := func(x, y float64) float64 { return dx*(y-p[1]) - dy*(x-p[0]) }
	a, c := side(b.Min[0], b.Min[1]), side(b.Max[0], b.Max[1])
	d, e := side(b.Min[0], b.Max[1]), side(b.Max[0], b.Min[1])
	return !(a > 0 && c > 0 && d > 0 && e > 0) && !(a < 0 && c < 0 && d < 0 && e < 0)
}

// meets reports whether a geometry shares a point with the region.
func (r *region) meets(g orb.Geometry) bool {
	found := false
	_, lone := g.(orb.MultiPoint)
	eachPath(g, func(path []orb.Point) {
		if found {
			return
		}
		run := unwrap(make([]orb.Point, 0, len(path)), path)
		for i := range run {
			if r.holds(path[i]) || i > 0 && !lone && r.crosses(run[i-1], run[i]) {
				found = true
				return
			}
		}
	})
	if found {
		return true
	}
	for _, ring := range r.rings { // the region lies within the geometry
		if covers(g, orb.Point{math.Remainder(ring[0][0], 360), ring[0][1]}) {
			return true
		}
	}
	return false
}

// covers reports whether an area, or one of a collection, holds a position.
func covers(g orb.Geometry, p orb.Point) bool {
	if members, ok := g.(orb.Collection); ok {
		for _, member := range members {
			if covers(member, p) {
				return true
			}
		}
		return false
	}
	if g.Dimensions() < 2 {
		return false
	}
	areas, _ := regions(nil, g) // any geometry of two dimensions is an area
	for i := range areas {
		if areas[i].holds(p) {
			return true
		}
	}
	return false
}

// crosses reports whether an edge crosses one of the region's.
func (r *region) crosses(p, q orb.Point) bool {
	for _, turn := range []float64{0, 360, -360} {
		a, b := orb.Point{p[0] + turn, p[1]}, orb.Point{q[0] + turn, q[1]}
		if !r.bound.Intersects(orb.MultiPoint{a, b}.Bound()) {
			continue
		}
		for _, ring := range r.rings {
			for i := 1; i < len(ring); i++ {
				if _, ok := crossing(a, b, ring[i-1], ring[i]); ok {
					return true
				}
			}
		}
	}
	return false
}

// crossing returns where on the edge from a to b, 0 to 1, it meets the edge
// from c to d. Edges on one line do not cross; their ends are found otherwise.
func crossing(a, b, c, d orb.Point) (at float64, ok bool) {
	ux, uy, vx, vy := b[0]-a[0], b[1]-a[1], d[0]-c[0], d[1]-c[1]
	det := ux*vy - uy*vx
	if det == 0 {
		return 0, false
	}
	wx, wy := c[0]-a[0], c[1]-a[1]
	s, t := (wx*vy-wy*vx)/det, (wx*uy-wy*ux)/det
	return s, s >= 0 && s <= 1 && t >= 0 && t <= 1
}
