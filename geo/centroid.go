package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Centroid returns a position that stands for a geometry and lies on it: the
// middle of a line by length, the centre of gravity of an area or, where that
// falls outside, a position well inside; of several parts the largest one's.
// The point of an empty geometry is {NaN, NaN}.
func Centroid(g orb.Geometry) orb.Point {
	p, _, _ := representative(g)
	p[0] = wrap180(p[0])
	return p
}

// representative also returns the dimension and, within it, the size of the
// part that the point was taken from; the dimension of nothing is -1.
func representative(g orb.Geometry) (p orb.Point, dimension int, size float64) {
	switch g := g.(type) {
	case orb.Point:
		return g, 0, 0
	case orb.MultiPoint:
		return middlePoint(g)
	case orb.LineString:
		return middleOfLine(g)
	case orb.MultiLineString:
		return largest(g, func(l orb.LineString) orb.Geometry { return l })
	case orb.Ring:
		return middleOfPolygon(orb.Polygon{g})
	case orb.Polygon:
		return middleOfPolygon(g)
	case orb.MultiPolygon:
		return largest(g, func(p orb.Polygon) orb.Geometry { return p })
	case orb.Bound:
		return middleOfPolygon(g.ToPolygon())
	case orb.Collection:
		return largest(g, func(g orb.Geometry) orb.Geometry { return g })
	}
	return orb.Point{math.NaN(), math.NaN()}, -1, 0
}

func largest[T any](parts []T, geometry func(T) orb.Geometry) (best orb.Point, dimension int, size float64) {
	best, dimension = orb.Point{math.NaN(), math.NaN()}, -1
	for _, part := range parts {
		if p, d, s := representative(geometry(part)); d > dimension || d == dimension && s > size {
			best, dimension, size = p, d, s
		}
	}
	return best, dimension, size
}

// unwrapped returns the points with longitudes that run on steadily.
func unwrapped(points []orb.Point) []orb.Point {
	out := slices.Clone(points)
	for i := 1; i < len(out); i++ {
		out[i][0] = out[i-1][0] + wrap180(out[i][0]-out[i-1][0])
	}
	return out
}

func middlePoint(points orb.MultiPoint) (orb.Point, int, float64) {
	if len(points) == 0 {
		return orb.Point{math.NaN(), math.NaN()}, -1, 0
	}
	var mean orb.Point
	for _, p := range points {
		mean[0] += points[0][0] + wrap180(p[0]-points[0][0])
		mean[1] += p[1]
	}
	mean = orb.Point{mean[0] / float64(len(points)), mean[1] / float64(len(points))}
	best := slices.MinFunc(points, func(a, b orb.Point) int {
		return cmp.Compare(Distance(mean, a), Distance(mean, b))
	})
	return best, 0, 0
}

func middleOfLine(line orb.LineString) (orb.Point, int, float64) {
	if len(line) == 0 {
		return orb.Point{math.NaN(), math.NaN()}, -1, 0
	}
	points := unwrapped(line)
	length := 0.0
	for i := 1; i < len(points); i++ {
		length += Distance(points[i-1], points[i])
	}
	rest := length / 2
	for i := 1; i < len(points); i++ {
		d := Distance(points[i-1], points[i])
		if d > 0 && d >= rest {
			return along(points[i-1], points[i], rest/d), 1, length
		}
		rest -= d
	}
	return points[0], 1, 0
}

func middleOfPolygon(polygon orb.Polygon) (orb.Point, int, float64) {
	if len(polygon) == 0 || len(polygon[0]) == 0 {
		return orb.Point{math.NaN(), math.NaN()}, -1, 0
	}
	ring := unwrapped(polygon[0])
	centre, area := gravity(ring)
	if area == 0 {
		p, _, _ := middleOfLine(orb.LineString(polygon[0]))
		return p, 2, 0
	}
	size := area * math.Cos(centre[1]*degree) // comparable between parts
	if polygonContains(polygon, centre) {
		return centre, 2, size
	}
	if p, ok := widest(polygon, ring[0][0], centre[1]); ok {
		return p, 2, size
	}
	return ring[0], 2, size
}

// gravity is the centre of gravity of a ring and its area in square degrees.
// Sums are taken from the first vertex, where small rings lose nothing.
func gravity(ring []orb.Point) (orb.Point, float64) {
	origin := ring[0]
	var area, x, y float64
	for i := range ring {
		a, b := ring[i], ring[(i+1)%len(ring)]
		ax, ay, bx, by := a[0]-origin[0], a[1]-origin[1], b[0]-origin[0], b[1]-origin[1]
		cross := ax*by - bx*ay
		area += cross
		x += (ax + bx) * cross
		y += (ay + by) * cross
	}
	if area == 0 {
		return origin, 0
	}
	return orb.Point{origin[0] + x/(3*area), origin[1] + y/(3*area)}, math.Abs(area) / 2
}

// widest is the middle of the widest stretch inside a polygon along a parallel.
func widest(polygon orb.Polygon, around, lat float64) (orb.Point, bool) {
	var cuts []float64
	for _, ring := range polygon {
		if len(ring) == 0 {
			continue
		}
		points := unwrapped(ring)
		shift := around + wrap180(points[0][0]-around) - points[0][0]
		for i := range points {
			a, b := points[i], points[(i+1)%len(points)]
			if (a[1] > lat) != (b[1] > lat) {
				cuts = append(cuts, shift+a[0]+(b[0]-a[0])*(lat-a[1])/(b[1]-a[1]))
			}
		}
	}
	slices.Sort(cuts)
	best, found := orb.Point{0, lat}, 0.0
	for i := 1; i < len(cuts); i += 2 {
		if width := cuts[i] - cuts[i-1]; width > found {
			best[0], found = (cuts[i]+cuts[i-1])/2, width
		}
	}
	return best, found > 0
}
