package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// DistanceTo returns metres from p to the nearest position of a geometry: to
// the nearest edge of lines and areas, 0 on them and inside areas. An empty or
// nil geometry is infinitely far away.
func DistanceTo(p orb.Point, g orb.Geometry) float64 {
	n := nearest{at: p, ruler: NewRuler(p), best: math.Inf(1)}
	n.geometry(g)
	return n.best
}

// nearest is a search for the smallest distance.
type nearest struct {
	at    orb.Point
	ruler Ruler
	best  float64
}

func (n *nearest) geometry(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Point:
		n.point(g)
	case orb.MultiPoint:
		for _, p := range g {
			n.point(p)
		}
	case orb.LineString:
		n.line(g)
	case orb.MultiLineString:
		for _, l := range g {
			n.line(l)
		}
	case orb.Ring:
		n.polygon(orb.Polygon{g})
	case orb.Polygon:
		n.polygon(g)
	case orb.MultiPolygon:
		for _, p := range g {
			n.polygon(p)
		}
	case orb.Bound:
		n.polygon(g.ToPolygon())
	case orb.Collection:
		for _, member := range g {
			n.geometry(member)
		}
	}
}

func (n *nearest) polygon(p orb.Polygon) {
	if n.best == 0 {
		return
	}
	if polygonContains(p, n.at) {
		n.best = 0
		return
	}
	for _, ring := range p {
		n.line(orb.LineString(ring))
		if last := len(ring) - 1; last > 1 && ring[0] != ring[last] {
			n.edge(ring[last], ring[0])
		}
	}
}

func (n *nearest) line(l orb.LineString) {
	if len(l) == 1 {
		n.point(l[0])
	}
	for i := 1; i < len(l) && n.best > 0; i++ {
		n.edge(l[i-1], l[i])
	}
}

func (n *nearest) point(p orb.Point) {
	var d float64
	if n.local(p) {
		d = n.ruler.Distance(p)
	} else {
		d = Distance(n.at, p)
	}
	n.best = math.Min(n.best, d)
}

// local reports whether the ruler may be used to a position.
func (n *nearest) local(p orb.Point) bool {
	const half = rulerRange / math.Sqrt2
	return n.ruler.OK(rulerRange) &&
		math.Abs(p[1]-n.at[1])*n.ruler.y[0] < half &&
		math.Abs(wrap180(p[0]-n.at[0]))*n.ruler.x[0] < half*0.95 // meridians spread towards the equator
}

// edge looks for the nearest position of the straight line from a to b.
func (n *nearest) edge(a, b orb.Point) {
	// Longitudes that run on steadily from that of the position.
	turn := b[0] - a[0]
	if math.Abs(turn) != 360 {
		turn = wrap180(turn)
	}
	a[0] = n.at[0] + wrap180(a[0]-n.at[0])
	b[0] = a[0] + turn
	if !n.local(a) || !n.local(b) || math.Abs(b[0]-n.at[0]) > 180 {
		n.longEdge(a, b)
		return
	}
	// A rough foot of the perpendicular, with the scale halfway to one end.
	kx, ky := n.ruler.metresPerDegree(a[1])
	ax, ay := (a[0]-n.at[0])*kx, (a[1]-n.at[1])*ky
	dx, dy := (b[0]-a[0])*kx, (b[1]-a[1])*ky
	square := dx*dx + dy*dy
	if square == 0 {
		n.best = math.Min(n.best, n.ruler.Distance(a))
		return
	}
	t := clamp(-(ax*dx + ay*dy) / square)
	rough := n.ruler.Distance(along(a, b, t))
	if rough > n.best*1.02+0.1 {
		return // it is a percent too far away at most
	}
	// The squared distance along the line is nearly a parabola: its bottom
	// follows from three positions, ten metres apart.
	h := 10 / math.Sqrt(square)
	squared := func(t float64) float64 {
		d := n.ruler.Distance(along(a, b, t))
		return d * d
	}
	left, middle, right := squared(t-h), rough*rough, squared(t+h)
	if bend := left - 2*middle + right; bend > 0 {
		t = clamp(t + h/2*(left-right)/bend)
	}
	n.best = math.Min(n.best, math.Min(rough, n.ruler.Distance(along(a, b, t))))
}

func clamp(t float64) float64 { return math.Min(1, math.Max(0, t)) }

// along is the position at a fraction of the way.
func along(a, b orb.Point, t float64) orb.Point {
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}

// longEdge is edge for what leaves the range of the ruler: it samples the line
// and narrows down around the nearest sample.
func (n *nearest) longEdge(a, b orb.Point) {
	const step = 0.5 // degrees
	span := math.Max(math.Abs(b[0]-a[0]), math.Abs(b[1]-a[1]))
	pieces := math.Max(1, math.Ceil(span/step))
	at := centred(n.at)
	closest, where := math.Inf(1), 0.0
	for i := 0.0; i <= pieces; i++ {
		q := centred(along(a, b, i/pieces))
		d := math.Sqrt((q[0]-at[0])*(q[0]-at[0]) + (q[1]-at[1])*(q[1]-at[1]) + (q[2]-at[2])*(q[2]-at[2]))
		if d < closest {
			closest, where = d, i
		}
	}
	// No geodesic over a chord is shorter than the arc of the flattest circle
	// (Schur's theorem), and no position of the line is farther from the nearest
	// sample than half a piece.
	const flattest = equatorialRadius * equatorialRadius / polarRadius
	arc := closest * (1 + closest*closest/(24*flattest*flattest))
	if reach := span / pieces * 80_000; arc-reach > n.best {
		return
	}
	low, high := math.Max(0, where-1)/pieces, math.Min(pieces, where+1)/pieces
	distance := func(t float64) float64 { return Distance(n.at, along(a, b, t)) }
	n.best = math.Min(n.best, math.Min(distance(low), distance(high)))
	// 1e-10 degree is 10 µm.
	n.best = math.Min(n.best, minimum(low, high, 1e-10/math.Max(span, 1e-9), distance))
}

// minimum is the smallest value of a function with one valley, whose bottom is
// located to a tolerance (golden section).
func minimum(low, high, tolerance float64, f func(float64) float64) float64 {
	const golden = 0.6180339887498949
	x1, x2 := high-golden*(high-low), low+golden*(high-low)
	y1, y2 := f(x1), f(x2)
	for high-low > tolerance {
		if y1 <= y2 {
			high, x2, y2 = x2, x1, y1
			x1 = high - golden*(high-low)
			y1 = f(x1)
		} else {
			low, x1, y1 = x1, x2, y2
			x2 = low + golden*(high-low)
			y2 = f(x2)
		}
	}
	return math.Min(y1, y2)
}
