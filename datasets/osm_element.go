package datasets

import (
	"context"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
)

// osmKind tells nodes, ways and relations apart.
type osmKind uint8

const (
	osmNode osmKind = iota + 1
	osmWay
	osmRelation
)

// osmKinds is a set of kinds, one bit per osmKind.
type osmKinds uint8

// osmRef names an element.
type osmRef struct {
	kind osmKind
	id   int64
}

// String is the element's permanent name, "way/102225737".
func (r osmRef) String() string {
	return [...]string{"", "node/", "way/", "relation/"}[r.kind] + strconv.FormatInt(r.id, 10)
}

// osmElement is a node, way or relation.
type osmElement struct {
	osmRef
	tags    osmTags
	nodes   []int64     // of a way
	members []osmMember // of a relation
	// shape is what the file itself says about the place: a Point for a node, a
	// LineString for a way whose coordinates are written out. nil: to be found
	// from nodes and members.
	shape orb.Geometry
	// about is a point that stands for the element where the file gives one
	// (Overpass: out center, or the middle of its bounds), nil if not.
	about *orb.Point
}

// osmMember is a part of a relation.
type osmMember struct {
	osmRef
	role string
	// shape is the member's Point or LineString where the file writes it out.
	shape orb.Geometry
}

// osmPass is one reading of a file from its start, for which the file hands
// over, wholly decoded and in its order, the elements that are wanted.
type osmPass struct {
	// kinds is what the pass can use at all.
	kinds osmKinds
	// want is asked before the work of decoding, and told whether the element
	// has a tag with a feature key.
	want func(ref osmRef, tagged bool) bool
	take func(*osmElement) error
	// progress is told how many bytes have been read.
	progress func(int64)
}

// osmScan reads a file once for a pass.
type osmScan func(ctx context.Context, pass osmPass) error

// errSink marks an error of the sink, which is returned as it is.
type errSink struct{ error }

// Unwrap gives the sink's own error.
func (e errSink) Unwrap() error { return e.error }

// osmCoordinates holds the positions of the nodes that ways need.
type osmCoordinates struct {
	ids    []int64 // ascending, without repetition
	points []orb.Point
	found  []bool
}

// newOSMCoordinates makes room for the nodes with the ids, in any order.
func newOSMCoordinates(ids []int64) *osmCoordinates {
	slices.Sort(ids)
	ids = slices.Clip(slices.Compact(ids))
	return &osmCoordinates{ids: ids, points: make([]orb.Point, len(ids)), found: make([]bool, len(ids))}
}

// needs reports whether a node is needed.
func (c *osmCoordinates) needs(id int64) bool {
	_, needed := slices.BinarySearch(c.ids, id)
	return needed
}

// set keeps the position of a node that is needed.
func (c *osmCoordinates) set(id int64, at orb.Point) {
	if i, needed := slices.BinarySearch(c.ids, id); needed {
		c.points[i], c.found[i] = at, true
	}
}

// line is the line through nodes, and whether all of them are known.
func (c *osmCoordinates) line(nodes []int64) (orb.LineString, bool) {
	line := make(orb.LineString, 0, len(nodes))
	for _, id := range nodes {
		if i, needed := slices.BinarySearch(c.ids, id); needed && c.found[i] {
			line = append(line, c.points[i])
		}
	}
	return line, len(line) == len(nodes)
}
