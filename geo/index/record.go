package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"fujin/geo"
)

// A record holds what an answer needs of an item, in one place: the length of
// the id (uint8) and the id, twice the length of the body (uvarint) plus 1 if
// there is a shape, whose length then follows (uvarint), the body and the shape:
// the geometry of a line or area as WKB.

// record is a view of one record.
type record struct{ id, body, shape []byte }

func appendRecord(dst []byte, id string, body, shape []byte) []byte {
	dst = append(dst, byte(len(id)))
	dst = append(dst, id...)
	if len(shape) == 0 {
		dst = binary.AppendUvarint(dst, uint64(len(body))<<1)
	} else {
		dst = binary.AppendUvarint(dst, uint64(len(body))<<1|1)
		dst = binary.AppendUvarint(dst, uint64(len(shape)))
	}
	dst = append(dst, body...)
	return append(dst, shape...)
}

// recordID is the id in the record at the start of data.
func recordID(data []byte) []byte {
	end := 1 + int(data[0])
	return data[1:end:end]
}

// recordEnds is where in the record at the start of data the body starts and
// ends and the shape ends, and so the record.
func recordEnds(data []byte) (start, body, shape int) {
	start = 1 + int(data[0])
	head, n := binary.Uvarint(data[start:])
	start += n
	length := uint64(0)
	if head&1 != 0 {
		length, n = binary.Uvarint(data[start:])
		start += n
	}
	body = start + int(head>>1)
	return start, body, body + int(length)
}

// readRecord reads the record at the start of data.
func readRecord(data []byte) record {
	start, body, shape := recordEnds(data)
	return record{recordID(data), data[start:body:body], data[body:shape:shape]}
}

// cutRecord is the record at the start of data, as it stands there.
func cutRecord(data []byte) []byte {
	_, _, end := recordEnds(data)
	return data[:end:end]
}

// placed is the geometry of an item as the index holds it.
type placed struct {
	geometry orb.Geometry // rounded
	at       position     // representative
	box      box
	point    bool
}

// place checks an item and rounds its geometry.
func place(item *Item) (placed, error) {
	if len(item.ID) == 0 || len(item.ID) > math.MaxUint8 || strings.IndexByte(item.ID, 0) >= 0 {
		return placed{}, errors.New("an id is 1 to 255 bytes without NUL")
	}
	if len(item.Body) > maxBody {
		return placed{}, fmt.Errorf("a body of %d bytes; at most %d", len(item.Body), maxBody)
	}
	if item.Geometry == nil {
		return placed{}, errors.New("no geometry")
	}
	if p, ok := item.Geometry.(orb.Point); ok {
		at, err := pack(p)
		return placed{at.degrees(), at, at.box(), true}, err
	}
	geometry := orb.Clone(item.Geometry)
	b, err := roundShape(geometry)
	if err != nil {
		return placed{}, err
	}
	at, err := pack(geo.Centroid(geometry))
	return placed{geometry, at, b.join(at.box()), false}, err
}

// maxBody keeps 64 records, with their geometries, within a 32-bit offset.
const maxBody = 16 << 20

// unit is the number of whole steps in a degree.
const unit = 1e7

// pack rounds a position to whole 1e-7 degrees.
func pack(p orb.Point) (position, error) {
	if !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) { // also NaN
		return position{}, fmt.Errorf("position %v is not on earth", p)
	}
	return position{int32(math.Round(p[0] * unit)), int32(math.Round(p[1] * unit))}, nil
}

// degrees is the position as geo.Round7 has it.
func (p position) degrees() orb.Point {
	return orb.Point{float64(p.x) / unit, float64(p.y) / unit}
}

// roundShape rounds every position of a line, an area or a collection in place
// and returns its box: of all longitudes if an edge crosses the antimeridian.
func roundShape(g orb.Geometry) (box, error) {
	b := emptyBox()
	var broken error
	eachPath(g, func(path []orb.Point) {
		for i, p := range path {
			at, err := pack(p)
			if err != nil {
				broken = err
				return
			}
			path[i] = at.degrees()
			b = b.join(at.box())
			if i > 0 && math.Abs(path[i][0]-path[i-1][0]) > 180 {
				b.minX, b.maxX = -180*unit, 180*unit
			}
		}
	})
	if broken == nil && b.minX > b.maxX {
		broken = fmt.Errorf("the geometry is empty")
	}
	return b, broken
}

// eachPath visits the connected positions of a geometry. A point that stands
// alone is visited as a copy.
func eachPath(g orb.Geometry, visit func(path []orb.Point)) {
	switch g := g.(type) {
	case orb.Point:
		visit([]orb.Point{g})
	case orb.MultiPoint:
		for i := range g {
			visit(g[i : i+1])
		}
	case orb.LineString:
		visit(g)
	case orb.Ring:
		visit(g)
	case orb.Bound:
		visit(g.ToRing())
	case orb.MultiLineString:
		for _, line := range g {
			visit(line)
		}
	case orb.Polygon:
		for _, ring := range g {
			visit(ring)
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			eachPath(polygon, visit)
		}
	case orb.Collection:
		for i, member := range g {
			if p, ok := member.(orb.Point); ok {
				lone := []orb.Point{p}
				visit(lone)
				g[i] = lone[0]
				continue
			}
			eachPath(member, visit)
		}
	}
}

func encodeShape(g orb.Geometry) ([]byte, error) {
	switch shape := g.(type) { // WKB knows neither
	case orb.Ring:
		g = orb.Polygon{shape}
	case orb.Bound:
		g = shape.ToPolygon()
	}
	return wkb.Marshal(g)
}

func decodeShape(data []byte) (orb.Geometry, error) { return wkb.Unmarshal(slices.Clone(data)) }
