package index

import (
	"errors"
	"math"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// stretch is a piece of a line, short enough that its box says something.
type stretch struct {
	line  orb.LineString
	start []float64 // metres along the whole line, per position
	boxes []box     // one, or two across the antimeridian, wider by the buffer
}

// stretchEdges is how many edges a stretch has at most.
const stretchEdges = 8

// Along appends the items near a line to dst, ordered by (position, id) or
// (distance, id), and returns it. The distance of a line or area is that of
// its nearest point, 0 where it meets the line.
func (v *View) Along(q Along, dst []Hit) ([]Hit, error) {
	if len(q.Line) == 0 || !(q.Buffer >= 0) || q.Buffer > maxBuffer {
		return dst, errors.New("index: expected a line and a buffer of 0 to 100000 m")
	}
	s := v.borrow()
	defer s.giveBack()
	if v.count == 0 || !s.filter.compile(v, &q.Filter) {
		return dst, nil
	}
	s.top.reset(q.Limit, math.Inf(1), q.After)
	a := alongSearch{scratch: s, query: &q, stretches: stretches(q.Line, q.Buffer), other: make(map[uint32]float64)}
	b := v.base
	walk(&b.pointTree, &s.filter, a.relate, a.items)
	walk(&b.shapeTree, &s.filter, a.relate, a.items)
	a.changes(v.points)
	a.changes(v.shapes)
	for _, c := range s.top.finish() {
		hit := Hit{Distance: c.distance, Position: a.other[c.at], Ref: s.ref(c.at)}
		if !q.ByDistance {
			hit.Distance, hit.Position = hit.Position, hit.Distance
		}
		dst = append(dst, hit)
	}
	return dst, nil
}

const maxBuffer = 100_000

type alongSearch struct {
	*scratch
	query     *Along
	stretches []stretch
	// other is what a result is not sorted by, its distance or its position.
	other map[uint32]float64
}

func stretches(line orb.LineString, buffer float64) []stretch {
	start := make([]float64, len(line))
	for i := 1; i < len(line); i++ {
		start[i] = start[i-1] + geo.Distance(line[i-1], line[i])
	}
	var out []stretch
	for i := 0; i == 0 || i < len(line)-1; i += stretchEdges {
		to := min(i+stretchEdges+1, len(line))
		s := stretch{line: line[i:to], start: start[i:to]}
		s.boxes = widened(s.line, buffer)
		out = append(out, s)
	}
	return out
}

// widened returns boxes that hold all within a distance of a line.
func widened(line orb.LineString, buffer float64) []box {
	run := orb.LineString(unwrap(nil, line)).Bound()
	dlat := buffer / minRadius / radian / shapeSlack
	south, north := run.Min[1]-dlat, run.Max[1]+dlat
	far := max(math.Abs(south), math.Abs(north))
	if far >= 89.9 {
		return []box{outerBox(-180, max(south, -90), 180, min(north, 90))}
	}
	dlon := dlat / math.Cos(far*radian)
	return boxesOf(orb.Bound{Min: orb.Point{run.Min[0] - dlon, south}, Max: orb.Point{run.Max[0] + dlon, north}})
}

func (s *stretch) near(b box) bool {
	for _, mine := range s.boxes {
		if mine.meets(b) {
			return true
		}
	}
	return false
}

func (a *alongSearch) relate(b box) relation {
	for i := range a.stretches {
		if a.stretches[i].near(b) {
			return cut
		}
	}
	return outside
}

func (a *alongSearch) items(from, to uint32, _ bool) {
	b := a.view.base
	for at := from; at < to; at++ {
		if !a.passes(at) {
			continue
		}
		own := b.itemBox(at)
		if a.relate(own) == outside {
			continue
		}
		if d, along := a.measureAlong(own, b.geometry(at)); d <= a.query.Buffer && a.openBase(at) {
			a.take(d, along, at)
		}
	}
}

// changes looks among the entries; the trees are small beside the base.
func (a *alongSearch) changes(tree *entries) {
	tree.Scan(func(_, _ [2]float64, e *entry) bool {
		if !a.filter.passes(e.facts) || a.relate(e.box) == outside {
			return true
		}
		if d, along := a.measureAlong(e.box, e.geometry); d <= a.query.Buffer && a.openEntry(e) {
			a.take(d, along, a.remember(e))
		}
		return true
	})
}

func (a *alongSearch) take(distance, along float64, at uint32) {
	key, other := along, distance
	if a.query.ByDistance {
		key, other = distance, along
	}
	if key <= a.top.worst {
		a.other[at] = other
		a.top.offer(candidate{key, at})
	}
}

// measureAlong returns the distance from the line to a geometry, and the first
// position on the line that has it.
func (a *alongSearch) measureAlong(b box, g orb.Geometry) (distance, along float64) {
	distance = math.Inf(1)
	for i := range a.stretches {
		s := &a.stretches[i]
		if !s.near(b) {
			continue
		}
		var d, at float64
		if p, ok := g.(orb.Point); ok {
			d, at = geo.DistanceTo(p, s.line), s.project(p)
		} else {
			d, at = s.measure(g)
		}
		if d < distance {
			distance, along = d, at
		}
	}
	return distance, along
}

// measure finds where a line or area is nearest to the stretch: where they
// cross, else at a position of either.
func (s *stretch) measure(g orb.Geometry) (distance, along float64) {
	distance = math.Inf(1)
	consider := func(d, at float64) {
		if d < distance || d == distance && at < along {
			distance, along = d, at
		}
	}
	for i, p := range s.line {
		consider(geo.DistanceTo(p, g), s.start[i])
	}
	_, lone := g.(orb.MultiPoint)
	eachPath(g, func(path []orb.Point) {
		for i, p := range path {
			consider(geo.DistanceTo(p, s.line), s.project(p))
			if i > 0 && !lone {
				s.crossings(path[i-1], p, consider)
			}
		}
	})
	return distance, along
}

func (s *stretch) crossings(p, q orb.Point, consider func(d, at float64)) {
	for i := 1; i < len(s.line); i++ {
		// All four in longitudes that run on from the first.
		run := unwrap(make([]orb.Point, 0, 4), []orb.Point{s.line[i-1], s.line[i], p, q})
		if t, ok := crossing(run[0], run[1], run[2], run[3]); ok {
			consider(0, s.start[i-1]+t*(s.start[i]-s.start[i-1]))
		}
	}
}

// project returns the position along the line of the point of the stretch that
// is nearest to p, in the plane around p.
func (s *stretch) project(p orb.Point) float64 {
	best, along := math.Inf(1), s.start[0]
	shrink := math.Cos(p[1] * radian)
	for i := 1; i < len(s.line); i++ {
		run := unwrap(make([]orb.Point, 0, 3), []orb.Point{p, s.line[i-1], s.line[i]})
		ax, ay := (run[1][0]-p[0])*shrink, run[1][1]-p[1]
		dx, dy := (run[2][0]-run[1][0])*shrink, run[2][1]-run[1][1]
		t := 0.0
		if length2 := dx*dx + dy*dy; length2 > 0 {
			t = min(max(-(ax*dx+ay*dy)/length2, 0), 1)
		}
		x, y := ax+t*dx, ay+t*dy
		if d2 := x*x + y*y; d2 < best {
			best, along = d2, s.start[i-1]+t*(s.start[i]-s.start[i-1])
		}
	}
	return along
}
