package datasets

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"

	"github.com/paulmach/orb"
)

// shpHeaderSize is what a .shp begins with; one of that size has no records.
const shpHeaderSize = 100

// A shpReader reads the shapes of a .shp in file order ("ESRI Shapefile
// Technical Description", 1998). Heights and measures are passed over.
type shpReader struct {
	in    io.Reader
	name  string
	bound orb.Bound // as the header says
	n     int
	buf   bytes.Buffer
}

// newShpReader reads the header.
func newShpReader(in io.Reader, name string) (*shpReader, error) {
	var head [shpHeaderSize]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, shpCut(name, err)
	}
	if binary.BigEndian.Uint32(head[:]) != 9994 {
		return nil, Refuse("%s is called .shp but is none inside; export the shapefile again", name)
	}
	r := &shpReader{in: in, name: name}
	r.bound = orb.Bound{Min: shpPoint(head[36:]), Max: shpPoint(head[52:])}
	return r, nil
}

// shpCut says that a .shp ends too early; other errors say what they say.
func shpCut(name string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return Refuse("%s ends in the middle of a record: it was cut while it was written or copied; export or copy it again", name)
	}
	return err
}

// shpPoint reads two numbers.
func shpPoint(b []byte) orb.Point {
	return orb.Point{
		math.Float64frombits(binary.LittleEndian.Uint64(b)),
		math.Float64frombits(binary.LittleEndian.Uint64(b[8:])),
	}
}

// next reads one shape: nil for a null shape, a fault for one that cannot be
// used, io.EOF after the last.
func (r *shpReader) next() (orb.Geometry, *fault, error) {
	var head [8]byte
	switch _, err := io.ReadFull(r.in, head[:]); {
	case err == io.EOF:
		return nil, nil, io.EOF
	case err != nil:
		return nil, nil, shpCut(r.name, err)
	}
	r.n++
	size := 2 * int64(binary.BigEndian.Uint32(head[4:]))
	if size > wholeLimit {
		return nil, nil, Refuse("%s is damaged at record %d; export it again", r.name, r.n)
	}
	if size > maxFeature {
		if _, err := io.CopyN(io.Discard, r.in, size); err != nil {
			return nil, nil, shpCut(r.name, err)
		}
		return nil, &fault{"", "feature_too_large", Say("the feature is larger than %d MiB", maxFeature>>20)}, nil
	}
	r.buf.Reset() // grows with what there is, not with what is claimed
	if _, err := io.CopyN(&r.buf, r.in, size); err != nil {
		return nil, nil, shpCut(r.name, err)
	}
	shape, f := shpShape(r.buf.Bytes())
	return shape, f, nil
}

// shpDamaged is the fault of a record that contradicts itself.
func shpDamaged() *fault {
	return &fault{"geometry", "coordinate_damaged", Say("the shape's record contradicts itself; export the file again")}
}

// shpShape reads the content of a record.
func shpShape(b []byte) (orb.Geometry, *fault) {
	if len(b) < 4 {
		return nil, shpDamaged()
	}
	kind, b := binary.LittleEndian.Uint32(b), b[4:]
	switch kind {
	case 0: // null shape
		return nil, nil
	case 1, 11, 21:
		if len(b) < 16 {
			return nil, shpDamaged()
		}
		return shpSound(shpPoint(b))
	case 8, 18, 28:
		points, ok := shpPoints(b, 32, 36)
		if !ok {
			return nil, shpDamaged()
		}
		return shpSound(orb.MultiPoint(points))
	case 3, 13, 23, 5, 15, 25:
		parts, ok := shpParts(b)
		if !ok {
			return nil, shpDamaged()
		}
		if kind%10 == 3 {
			return shpSound(shpLines(parts))
		}
		return shpSound(shpAreas(parts))
	case 31:
		return nil, &fault{"geometry", "geometry_unsupported", Say("the shape is a multipatch, a body in space; export its footprint as a polygon")}
	}
	return nil, &fault{"geometry", "geometry_unsupported", Say("shapes of type %d are not known", kind)}
}

// shpSound refuses numbers that stand for no position: NaN, infinity, and what
// is less than -1e38, which the format calls "no data".
func shpSound(shape orb.Geometry) (orb.Geometry, *fault) {
	bound := shape.Bound()
	for _, x := range [...]float64{bound.Min[0], bound.Min[1], bound.Max[0], bound.Max[1]} {
		if !(math.Abs(x) < 1e38) && !bound.IsEmpty() {
			return nil, &fault{"geometry", "coordinate_missing", Say("the shape has no position")}
		}
	}
	return shape, nil
}

// shpPoints reads the points whose number stands at one offset and which begin
// at another.
func shpPoints(b []byte, count, start int) ([]orb.Point, bool) {
	if len(b) < start {
		return nil, false
	}
	n := int64(binary.LittleEndian.Uint32(b[count:]))
	if int64(len(b)-start) < n*16 {
		return nil, false
	}
	points := make([]orb.Point, n)
	for i := range points {
		points[i] = shpPoint(b[start+16*i:])
	}
	return points, true
}

// shpParts reads the parts of a line or an area.
func shpParts(b []byte) ([][]orb.Point, bool) {
	if len(b) < 40 {
		return nil, false
	}
	n := int64(binary.LittleEndian.Uint32(b[32:]))
	if int64(len(b)-40) < n*4 {
		return nil, false
	}
	points, ok := shpPoints(b, 36, 40+4*int(n))
	if !ok {
		return nil, false
	}
	var parts [][]orb.Point
	from := 0
	for i := range int(n) {
		to := len(points)
		if i+1 < int(n) {
			to = int(binary.LittleEndian.Uint32(b[44+4*i:]))
		}
		if to < from || to > len(points) {
			return nil, false
		}
		if to > from {
			parts = append(parts, points[from:to:to])
		}
		from = to
	}
	return parts, true
}

// shpLines makes a line of each part. A line without length stays, as the place
// that it is.
func shpLines(parts [][]orb.Point) orb.Geometry {
	lines := make(orb.MultiLineString, 0, len(parts))
	for _, part := range parts {
		if len(part) == 1 {
			part = []orb.Point{part[0], part[0]}
		}
		lines = append(lines, part)
	}
	if len(lines) == 1 {
		return lines[0]
	}
	return lines
}
