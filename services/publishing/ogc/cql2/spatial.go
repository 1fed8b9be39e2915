package cql2

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/peterstace/simplefeatures/geom"
)

// shape is a geometry in the form in which relations are worked out, with its
// bound, which decides most of them.
type shape struct {
	geom.Geometry
	bound orb.Bound
}

// newShape converts a geometry. An error says why it is not valid.
func newShape(g orb.Geometry) (*shape, error) {
	if p, ok := g.(orb.Point); ok {
		return &shape{geom.XY{X: p[0], Y: p[1]}.AsPoint().AsGeometry(), p.Bound()}, nil
	}
	encoded, err := wkb.Marshal(g)
	if err != nil {
		return nil, err
	}
	converted, err := geom.UnmarshalWKB(encoded)
	return &shape{converted, g.Bound()}, err
}

// relation is one of the spatial functions.
type relation struct {
	// far is the answer where the bounds do not meet.
	far bool
	of  func(a, b geom.Geometry) (bool, error)
}

// relationOf finds a spatial function by its name in capitals.
func relationOf(name string) (relation, bool) {
	switch name {
	case "S_INTERSECTS":
		return relation{false, func(a, b geom.Geometry) (bool, error) { return geom.Intersects(a, b), nil }}, true
	case "S_DISJOINT":
		return relation{true, geom.Disjoint}, true
	case "S_EQUALS":
		return relation{false, geom.Equals}, true
	case "S_TOUCHES":
		return relation{false, geom.Touches}, true
	case "S_WITHIN":
		return relation{false, geom.Within}, true
	case "S_CONTAINS":
		return relation{false, geom.Contains}, true
	case "S_OVERLAPS":
		return relation{false, geom.Overlaps}, true
	case "S_CROSSES":
		return relation{false, geom.Crosses}, true
	}
	return relation{}, false
}

// spatial is a spatial function of two geometries.
type spatial struct {
	relation
	left, right operand
}

func (sp spatial) test(s Source) truth {
	a, ok1 := shapeOf(sp.left.value(s))
	b, ok2 := shapeOf(sp.right.value(s))
	if !ok1 || !ok2 {
		return unknown
	}
	if !a.bound.Intersects(b.bound) {
		return truthOf(sp.far)
	}
	is, err := sp.of(a.Geometry, b.Geometry)
	if err != nil {
		return unknown // the data's geometry is not valid: nobody can tell
	}
	return truthOf(is)
}

func shapeOf(v Value) (*shape, bool) {
	if v.shape != nil || v.Type != Geometry {
		return v.shape, v.shape != nil
	}
	s, err := newShape(v.Geometry)
	return s, err == nil
}

// bound is that of the literal: what is related to it other than by lying
// apart meets it.
func (sp spatial) bound() (orb.Bound, bool) {
	if sp.far {
		return orb.Bound{}, false
	}
	for _, o := range [...]operand{sp.left, sp.right} {
		if l, ok := o.(literal); ok {
			if s, ok := shapeOf(l.Value); ok {
				return s.bound, true
			}
		}
	}
	return orb.Bound{}, false
}

// geometryLiteral checks a literal and brings it into WGS-84.
func geometryLiteral(g orb.Geometry, opt Options) (literal, error) {
	if opt.Position != nil {
		moved, err := reposition(g, opt.Position)
		if err != nil {
			return literal{}, err
		}
		g = moved
	}
	if b, ok := g.(orb.Bound); ok {
		g = boxes(b)
	}
	s, err := newShape(g)
	if err != nil {
		return literal{}, fmt.Errorf("the geometry is not valid: %w", err)
	}
	return literal{Value{Type: Geometry, Geometry: g, shape: s}}, nil
}

// boxes is the area of a bounding box; one whose west exceeds its east crosses
// the antimeridian.
func boxes(b orb.Bound) orb.Geometry {
	if b.Min[0] <= b.Max[0] {
		return area(b)
	}
	return orb.Collection{
		area(orb.Bound{Min: b.Min, Max: orb.Point{180, b.Max[1]}}),
		area(orb.Bound{Min: orb.Point{-180, b.Min[1]}, Max: b.Max}),
	}
}

// area is a bound as a polygon, or as what it is where it has no area.
func area(b orb.Bound) orb.Geometry {
	switch {
	case b.Min == b.Max:
		return b.Min
	case b.Min[0] == b.Max[0] || b.Min[1] == b.Max[1]:
		return orb.LineString{b.Min, b.Max}
	}
	return b.ToPolygon()
}

// reposition changes every position of a geometry that was just read.
func reposition(g orb.Geometry, to func(orb.Point) (orb.Point, error)) (orb.Geometry, error) {
	var failed error
	move := func(points []orb.Point) {
		for i, p := range points {
			q, err := to(p)
			if err != nil {
				failed = err
				return
			}
			points[i] = q
		}
	}
	switch g := g.(type) {
	case orb.Point:
		p, err := to(g)
		return p, err
	case orb.Bound:
		low, err := to(g.Min)
		if err != nil {
			return nil, err
		}
		high, err := to(g.Max)
		return orb.Bound{Min: low, Max: high}, err
	case orb.MultiPoint:
		move(g)
	case orb.LineString:
		move(g)
	case orb.MultiLineString:
		for _, line := range g {
			move(line)
		}
	case orb.Polygon:
		for _, ring := range g {
			move(ring)
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			for _, ring := range polygon {
				move(ring)
			}
		}
	case orb.Collection:
		for i := range g {
			moved, err := reposition(g[i], to)
			if err != nil {
				return nil, err
			}
			g[i] = moved
		}
	}
	return g, failed
}
