package cql2

import (
	"slices"

	"github.com/paulmach/orb"
)

// isGeometryWord tells a word that begins a geometry in text.
func isGeometryWord(name string) bool {
	return slices.Contains([]string{"POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
		"GEOMETRYCOLLECTION", "BBOX", "ENVELOPE"}, name)
}

// geometry reads a geometry in well-known text, or a BBOX.
func (p *parser) geometry() (operand, error) {
	start := p.peek().place()
	g, err := p.wkt()
	if err != nil {
		return nil, err
	}
	made, err := geometryLiteral(g, p.opt)
	if err != nil {
		return nil, start.errorf("%v", err)
	}
	return made, nil
}

func (p *parser) wkt() (orb.Geometry, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.peek().place().errorf("geometries lie more than %d deep in each other", maxDepth)
	}
	defer func() { p.depth-- }()
	t := p.next()
	name := keyword(t.text)
	if t.kind != wordToken || !isGeometryWord(name) {
		return nil, t.place().errorf("expected a geometry such as POINT(115.86 28.68), found %s", t.describe())
	}
	if p.word("Z") && name == "BBOX" {
		return nil, t.place().errorf("a BBOX has no Z")
	}
	switch name {
	case "POINT":
		points, err := p.positions(1, 1)
		if err != nil {
			return nil, err
		}
		return points[0], nil
	case "LINESTRING":
		points, err := p.positions(2, 0)
		return orb.LineString(points), err
	case "POLYGON":
		return p.polygon()
	case "MULTIPOINT":
		return p.multiPoint()
	case "MULTILINESTRING":
		lines, err := nested(p, func() (orb.LineString, error) { points, err := p.positions(2, 0); return points, err })
		return orb.MultiLineString(lines), err
	case "MULTIPOLYGON":
		polygons, err := nested(p, p.polygon)
		return orb.MultiPolygon(polygons), err
	case "GEOMETRYCOLLECTION":
		parts, err := nested(p, p.wkt)
		return orb.Collection(parts), err
	}
	return p.bbox(t)
}

func (p *parser) polygon() (orb.Polygon, error) {
	rings, err := nested(p, func() (orb.Ring, error) {
		at := p.peek().place()
		points, err := p.positions(4, 0)
		if err == nil && points[0] != points[len(points)-1] {
			err = at.errorf("a ring ends where it begins; repeat its first position at its end")
		}
		return points, err
	})
	return rings, err
}

// multiPoint takes positions with and without parentheses of their own, both
// of which are in use.
func (p *parser) multiPoint() (orb.MultiPoint, error) {
	inner := p.tokens[min(p.at+1, len(p.tokens)-1)]
	if inner.kind != signToken || inner.text != "(" {
		points, err := p.positions(1, 0)
		return points, err
	}
	points, err := nested(p, func() (orb.Point, error) {
		one, err := p.positions(1, 1)
		if err != nil {
			return orb.Point{}, err
		}
		return one[0], nil
	})
	return points, err
}

// nested reads parts in parentheses, separated by commas.
func nested[T any](p *parser, part func() (T, error)) ([]T, error) {
	if err := p.sign("("); err != nil {
		return nil, err
	}
	var parts []T
	for {
		one, err := part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, one)
		if t := p.peek(); t.kind != signToken || t.text != "," {
			return parts, p.sign(")")
		}
		p.at++
	}
}

// positions reads from least to most positions (0: any number).
func (p *parser) positions(least, most int) ([]orb.Point, error) {
	start := p.peek().place()
	points, err := nested(p, func() (orb.Point, error) {
		x, err := p.number()
		if err != nil {
			return orb.Point{}, err
		}
		y, err := p.number()
		if err == nil && p.peek().kind == numberToken {
			p.at++ // a height, which positions of facilities do not have
		}
		return orb.Point{x, y}, err
	})
	switch {
	case err != nil:
		return nil, err
	case len(points) < least:
		return nil, start.errorf("there must be at least %d positions here, there are %d", least, len(points))
	case most > 0 && len(points) > most:
		return nil, start.errorf("there must be one position here, there are %d", len(points))
	}
	return points, nil
}

func (p *parser) number() (float64, error) {
	t := p.next()
	if t.kind != numberToken {
		return 0, t.place().errorf("expected a number, found %s", t.describe())
	}
	return t.number, nil
}

// bbox reads BBOX(west, south, east, north), or six numbers with heights.
func (p *parser) bbox(t token) (orb.Geometry, error) {
	n, err := nested(p, p.number)
	if err != nil {
		return nil, err
	}
	return boundOf(t.place(), n)
}

func boundOf(at place, n []float64) (orb.Geometry, error) {
	if len(n) == 6 {
		n = []float64{n[0], n[1], n[3], n[4]}
	}
	if len(n) != 4 {
		return nil, at.errorf("a bounding box has 4 or 6 numbers, this one has %d", len(n))
	}
	if n[1] > n[3] {
		return nil, at.errorf("the second number of a bounding box (%g) exceeds its fourth (%g); the order is west, south, east, north", n[1], n[3])
	}
	return orb.Bound{Min: orb.Point{n[0], n[1]}, Max: orb.Point{n[2], n[3]}}, nil
}
