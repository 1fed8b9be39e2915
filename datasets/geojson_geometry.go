package datasets

import (
	"math"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/tidwall/gjson"
)

// coordinateReader reads the coordinates of a geometry. The first damage stays;
// what is read after it means nothing.
type coordinateReader struct {
	positions int
	damage    Sentence
}

// fail keeps the first damage.
func (c *coordinateReader) fail(format string, args ...any) {
	if !c.damaged() {
		c.damage = Say(format, args...)
	}
}

// damaged tells whether damage was found.
func (c *coordinateReader) damaged() bool { return c.damage != Sentence{} }

// each walks an array until damage is found.
func (c *coordinateReader) each(value gjson.Result, item func(gjson.Result)) {
	if !value.IsArray() {
		c.fail("coordinates are not an array: %s", clip(value.Raw))
		return
	}
	value.ForEach(func(_, v gjson.Result) bool {
		item(v)
		return !c.damaged()
	})
}

// point reads [longitude, latitude, …]; what follows is passed over. Numbers
// written as text are understood.
func (c *coordinateReader) point(value gjson.Result) orb.Point {
	var p orb.Point
	n := 0
	c.each(value, func(v gjson.Result) {
		if n < 2 {
			p[n] = c.number(v)
		}
		n++
	})
	switch {
	case c.damaged():
	case n == 1:
		c.fail("a position needs longitude and latitude: %s", clip(value.Raw))
	case n > 1:
		c.positions++
	}
	return p
}

// number reads one coordinate.
func (c *coordinateReader) number(v gjson.Result) float64 {
	x := v.Num
	if v.Type != gjson.Number {
		var err error
		if x, err = strconv.ParseFloat(v.Str, 64); err != nil {
			c.fail("a coordinate is not a number: %s", clip(v.Raw))
		}
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		c.fail("a coordinate is not a number: %s", clip(v.Raw))
	}
	return x
}

// points reads an array of positions.
func (c *coordinateReader) points(value gjson.Result) []orb.Point {
	var points []orb.Point
	c.each(value, func(v gjson.Result) {
		before := c.positions
		if p := c.point(v); c.positions > before {
			points = append(points, p)
		}
	})
	return points
}

// multiPoint reads points; a sole one is a Point.
func (c *coordinateReader) multiPoint(value gjson.Result) orb.Geometry {
	points := c.points(value)
	if len(points) == 1 {
		return points[0]
	}
	return orb.MultiPoint(points)
}

// line reads a line of at least two positions.
func (c *coordinateReader) line(value gjson.Result) orb.LineString {
	points := c.points(value)
	if len(points) == 1 {
		c.fail("a line has a single position: %s", clip(value.Raw))
	}
	return points
}

// multiLine reads lines; a sole one is a LineString.
func (c *coordinateReader) multiLine(value gjson.Result) orb.Geometry {
	var lines orb.MultiLineString
	c.each(value, func(v gjson.Result) {
		if line := c.line(v); len(line) > 0 {
			lines = append(lines, line)
		}
	})
	if len(lines) == 1 {
		return lines[0]
	}
	return lines
}

// polygon reads rings. One that is not closed is closed; its direction is not
// judged.
func (c *coordinateReader) polygon(value gjson.Result) orb.Polygon {
	var rings orb.Polygon
	c.each(value, func(v gjson.Result) {
		ring := c.points(v)
		if len(ring) == 0 {
			return
		}
		if ring[0] != ring[len(ring)-1] {
			ring = append(ring, ring[0])
		}
		if len(ring) < 4 {
			c.fail("a ring needs at least three corners: %s", clip(v.Raw))
		}
		rings = append(rings, ring)
	})
	return rings
}

// multiPolygon reads polygons; a sole one is a Polygon.
func (c *coordinateReader) multiPolygon(value gjson.Result) orb.Geometry {
	var polygons orb.MultiPolygon
	c.each(value, func(v gjson.Result) {
		if polygon := c.polygon(v); len(polygon) > 0 {
			polygons = append(polygons, polygon)
		}
	})
	if len(polygons) == 1 {
		return polygons[0]
	}
	return polygons
}
