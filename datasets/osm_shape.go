package datasets

import (
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"fujin/geo"
)

// shape is an element's geometry, nil where the file does not hold it, and
// whether all of it was found.
func (r *osmReading) shape(el *osmElement) (orb.Geometry, bool) {
	var shape orb.Geometry
	whole := true
	switch {
	case el.kind == osmNode:
		return el.shape, true
	case el.kind == osmWay:
		line, given := el.shape.(orb.LineString)
		if !given && r.nodes != nil {
			line, whole = r.nodes.line(el.nodes)
		}
		shape = osmWayShape(roundLine(line), el.tags, whole)
	default:
		shape, whole = r.relation(el)
	}
	if el.about != nil && (shape == nil || !whole) {
		return *el.about, true
	}
	return shape, whole
}

// osmWayShape makes an area of a way that is closed and not known to be linear,
// else a line; of a single point a point.
func osmWayShape(line orb.LineString, tags osmTags, whole bool) orb.Geometry {
	switch {
	case len(line) == 0:
		return nil
	case len(line) == 1:
		return line[0]
	case whole && len(line) >= 4 && line[0] == line[len(line)-1] && !osmLinear(tags):
		return orb.Polygon{orb.Ring(line)}
	}
	return line
}

// osmLinear reports whether a closed way runs around an area rather than
// covering it.
func osmLinear(tags osmTags) bool {
	switch tags.find("area") {
	case "no":
		return true
	case "":
	default:
		return false
	}
	highway := tags.find("highway")
	return highway != "" && highway != "rest_area" && highway != "services"
}

// relation puts a relation together from its members: the rings of a
// multipolygon, else its areas, else its lines, else its points.
func (r *osmReading) relation(el *osmElement) (orb.Geometry, bool) {
	kind := el.tags.find("type")
	rings := kind == "multipolygon" || kind == "boundary"
	var outer, inner orb.MultiLineString
	var points orb.MultiPoint
	whole := true
	for _, m := range el.members {
		switch shape, found := r.member(m); shape := shape.(type) {
		case orb.Point:
			if !rings {
				points = append(points, shape)
			}
		case orb.LineString:
			if whole = whole && found; len(shape) < 2 {
				whole = false
			} else if m.role == "inner" {
				inner = append(inner, shape)
			} else {
				outer = append(outer, shape)
			}
		default:
			whole = whole && !(rings && m.kind == osmWay)
		}
	}
	areas, rest := joinRings(outer)
	holes, _ := joinRings(inner)
	whole = whole && !(rings && len(rest) > 0)
	switch {
	case len(areas) > 0:
		return simplest(cutHoles(areas, holes)), whole
	case len(rest) == 1:
		return rest[0], whole
	case len(rest) > 0:
		return rest, whole
	case len(points) == 1:
		return points[0], whole
	case len(points) > 0:
		return points, whole
	}
	return nil, false
}

// member is the Point or LineString of a relation's member, nil where the file
// lacks it, and whether it is whole. Members that are relations count for
// nothing.
func (r *osmReading) member(m osmMember) (orb.Geometry, bool) {
	switch {
	case m.shape != nil:
		if line, ok := m.shape.(orb.LineString); ok {
			return roundLine(line), true
		}
		return m.shape, true
	case m.kind == osmWay && r.nodes != nil && r.ways[m.id] != nil:
		line, whole := r.nodes.line(r.ways[m.id])
		return roundLine(line), whole
	case m.kind == osmNode && r.nodes != nil:
		if line, ok := r.nodes.line([]int64{m.id}); ok {
			return line[0], true
		}
	}
	return nil, false
}

// roundLine rounds a line in place, so that ends that meet are equal.
func roundLine(line orb.LineString) orb.LineString {
	for i, p := range line {
		line[i] = orb.Point{geo.Round7(p[0]), geo.Round7(p[1])}
	}
	return line
}

// joinRings joins lines at their ends into rings. Lines that do not close are
// given back as far as they could be joined.
func joinRings(lines orb.MultiLineString) (rings []orb.Ring, open orb.MultiLineString) {
	ends := map[orb.Point][]int{}
	for i, line := range lines {
		first, last := line[0], line[len(line)-1]
		ends[first] = append(ends[first], i)
		ends[last] = append(ends[last], i)
	}
	used := make([]bool, len(lines))
	next := func(at orb.Point) (orb.LineString, bool) {
		for candidates := ends[at]; len(candidates) > 0; candidates = ends[at] {
			i := candidates[len(candidates)-1]
			ends[at] = candidates[:len(candidates)-1]
			if used[i] {
				continue
			}
			used[i] = true
			line := lines[i]
			if line[0] != at {
				line = slices.Clone(line)
				slices.Reverse(line)
			}
			return line, true
		}
		return nil, false
	}
	for i, line := range lines {
		if used[i] {
			continue
		}
		used[i] = true
		chain := slices.Clone(line)
		for chain[0] != chain[len(chain)-1] {
			more, found := next(chain[len(chain)-1])
			if !found {
				break
			}
			chain = append(chain, more[1:]...)
		}
		if len(chain) >= 4 && chain[0] == chain[len(chain)-1] {
			rings = append(rings, orb.Ring(chain))
		} else {
			open = append(open, chain)
		}
	}
	return rings, open
}

// cutHoles gives each hole to the first area around it; a hole in nothing is
// dropped.
func cutHoles(areas, holes []orb.Ring) orb.MultiPolygon {
	shape := make(orb.MultiPolygon, len(areas))
	for i, area := range areas {
		shape[i] = orb.Polygon{area}
	}
	for _, hole := range holes {
		for i, area := range areas {
			if area.Bound().Contains(hole[0]) && planar.RingContains(area, hole[0]) {
				shape[i] = append(shape[i], hole)
				break
			}
		}
	}
	return shape
}

// simplest is a polygon where the multipolygon has but one.
func simplest(shape orb.MultiPolygon) orb.Geometry {
	if len(shape) == 1 {
		return shape[0]
	}
	return shape
}
