package datasets

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"time"

	"github.com/gogama/flatgeobuf/flatgeobuf"
	"github.com/gogama/flatgeobuf/flatgeobuf/flat"
	"github.com/gogama/flatgeobuf/packedrtree"
	flatbuffers "github.com/google/flatbuffers/go"
	"github.com/paulmach/orb"
)

// flatNodeSize is the children of a node of the index, as everybody has it.
const flatNodeSize = 16

// WriteFlatGeobuf writes places as FlatGeobuf 3 with its packed Hilbert index,
// so that QGIS or a web page shows a part of the map without reading all of
// the file. Positions are WGS-84 in longitude and latitude (written as
// EPSG:4326, as GDAL does); columns are those of WriteGeoParquet.
//
// The places are read once and pass through a temporary file: memory is
// bounded by some 120 bytes a place, most of it for the index.
func WriteFlatGeobuf(w io.Writer, places Places) (err error) {
	spool, err := newSpool(places)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, spool.close()) }()
	table := flatTable{attributes: spool.attributes(append(textFields(), verifiedColumn)), builder: flatbuffers.NewBuilder(4096)}
	buffered := bufio.NewWriterSize(w, 256<<10)
	out := flatgeobuf.NewFileWriter(buffered)
	if _, err := out.Header(table.header(spool)); err != nil {
		return err
	}
	if len(spool.refs) > 0 {
		index, err := table.index(spool)
		if err != nil {
			return err
		}
		if _, err := out.Index(index); err != nil {
			return err
		}
	}
	var feature [1]flat.Feature
	for place, err := range spool.places() {
		if err != nil {
			return err
		}
		feature[0] = *flat.GetSizePrefixedRootAsFeature(table.feature(place), 0)
		if _, err := out.Data(feature[:]); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

// flatTable renders header and features.
type flatTable struct {
	attributes attributeColumns
	builder    *flatbuffers.Builder
	values     bytes.Buffer
}

// index tells where each feature will stand: features stand in the order of
// the index, which clients that read by HTTP ranges rely on. To know their
// sizes before the first is written, every feature is rendered twice, which
// costs less than a second temporary file.
func (t *flatTable) index(s *spool) (*packedrtree.PackedRTree, error) {
	refs := make([]packedrtree.Ref, 0, len(s.refs))
	var offset int64
	for place, err := range s.places() {
		if err != nil {
			return nil, err
		}
		refs = append(refs, packedrtree.Ref{Box: s.refs[len(refs)].Box, Offset: offset})
		offset += int64(len(t.feature(place)))
	}
	return packedrtree.New(refs, flatNodeSize)
}

// header renders the header.
func (t *flatTable) header(s *spool) *flat.Header {
	b := t.builder
	b.Reset()
	var columns []flatbuffers.UOffsetT
	add := func(name string, kind flat.ColumnType) {
		text := b.CreateString(name)
		flat.ColumnStart(b)
		flat.ColumnAddName(b, text)
		flat.ColumnAddType(b, kind)
		columns = append(columns, flat.ColumnEnd(b))
	}
	for _, name := range textFields() {
		add(name, flat.ColumnTypeString)
	}
	add(verifiedColumn, flat.ColumnTypeDateTime)
	for _, name := range t.attributes.names {
		add(name, flat.ColumnTypeString)
	}
	if t.attributes.rest {
		add(restColumn, flat.ColumnTypeJson)
	}
	columnVector := offsetVector(b, flat.HeaderStartColumnsVector, columns)
	envelope := doubleVector(b, flat.HeaderStartEnvelopeVector, []float64{s.bounds.XMin, s.bounds.YMin, s.bounds.XMax, s.bounds.YMax})
	layer, org, name := b.CreateString("places"), b.CreateString("EPSG"), b.CreateString("WGS 84")
	flat.CrsStart(b)
	flat.CrsAddOrg(b, org)
	flat.CrsAddCode(b, 4326)
	flat.CrsAddName(b, name)
	crs := flat.CrsEnd(b)
	flat.HeaderStart(b)
	flat.HeaderAddName(b, layer)
	flat.HeaderAddGeometryType(b, t.shape(s))
	flat.HeaderAddColumns(b, columnVector)
	flat.HeaderAddCrs(b, crs)
	flat.HeaderAddFeaturesCount(b, uint64(len(s.refs)))
	if len(s.refs) > 0 {
		flat.HeaderAddEnvelope(b, envelope)
		flat.HeaderAddIndexNodeSize(b, flatNodeSize)
	} else {
		flat.HeaderAddIndexNodeSize(b, 0) // there is nothing to find
	}
	flat.FinishSizePrefixedHeaderBuffer(b, flat.HeaderEnd(b))
	return flat.GetSizePrefixedRootAsHeader(bytes.Clone(b.FinishedBytes()), 0)
}

// shape is the one type of all geometries, or Unknown: then each says its own.
func (t *flatTable) shape(s *spool) flat.GeometryType {
	if len(s.shapes) == 1 {
		for name := range s.shapes {
			return flat.EnumValuesGeometryType[name]
		}
	}
	return flat.GeometryTypeUnknown
}

// feature renders a place. The result is valid until the next call.
func (t *flatTable) feature(p Place) []byte {
	b := t.builder
	b.Reset()
	shape := flatGeometry(b, p.Geometry)
	values := b.CreateByteVector(t.properties(p))
	flat.FeatureStart(b)
	flat.FeatureAddGeometry(b, shape)
	flat.FeatureAddProperties(b, values)
	flat.FinishSizePrefixedFeatureBuffer(b, flat.FeatureEnd(b))
	return b.FinishedBytes()
}

// properties renders the values of a place as pairs of column and value; what
// is empty is left out, which means null.
func (t *flatTable) properties(p Place) []byte {
	t.values.Reset()
	out := flatgeobuf.NewPropWriter(&t.values) // a bytes.Buffer takes everything
	column := uint16(0)
	add := func(value string) {
		if value != "" {
			_, _ = out.WriteUShort(column)
			_, _ = out.WriteString(value)
		}
		column++
	}
	for _, field := range placeTexts(&p) {
		add(*field)
	}
	verified := ""
	if !p.VerifiedAt.IsZero() {
		verified = p.VerifiedAt.UTC().Format(time.RFC3339)
	}
	add(verified)
	for _, key := range t.attributes.keys {
		add(p.Attributes[key])
	}
	add(t.attributes.others(p))
	return t.values.Bytes()
}

// flatGeometry renders a geometry: its coordinates as one flat list with the
// ends of its parts, or a list of geometries.
func flatGeometry(b *flatbuffers.Builder, g orb.Geometry) flatbuffers.UOffsetT {
	var points []orb.Point
	var ends []int // of the parts in points
	var parts []flatbuffers.UOffsetT
	part := func(p []orb.Point) {
		points = append(points, p...)
		ends = append(ends, len(points))
	}
	switch g := g.(type) {
	case orb.Point:
		part([]orb.Point{g})
	case orb.MultiPoint:
		part(g)
	case orb.LineString:
		part(g)
	case orb.Ring:
		part(g)
	case orb.Bound:
		part(g.ToRing())
	case orb.Polygon:
		for _, ring := range g {
			part(ring)
		}
	case orb.MultiLineString:
		for _, line := range g {
			part(line)
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			parts = append(parts, flatGeometry(b, polygon))
		}
	case orb.Collection:
		for _, member := range g {
			parts = append(parts, flatGeometry(b, member))
		}
	}
	var coordinates, endVector, partVector flatbuffers.UOffsetT
	if len(parts) > 0 {
		partVector = offsetVector(b, flat.GeometryStartPartsVector, parts)
	} else {
		flatXY := make([]float64, 0, 2*len(points))
		for _, p := range points {
			flatXY = append(flatXY, p[0], p[1])
		}
		coordinates = doubleVector(b, flat.GeometryStartXyVector, flatXY)
	}
	if len(ends) > 1 {
		flat.GeometryStartEndsVector(b, len(ends))
		for i := len(ends) - 1; i >= 0; i-- {
			b.PrependUint32(uint32(ends[i]))
		}
		endVector = b.EndVector(len(ends))
	}
	flat.GeometryStart(b)
	flat.GeometryAddType(b, flat.EnumValuesGeometryType[g.GeoJSONType()])
	flat.GeometryAddXy(b, coordinates)
	flat.GeometryAddEnds(b, endVector)
	flat.GeometryAddParts(b, partVector)
	return flat.GeometryEnd(b)
}

// startVector begins a vector of a table of the schema.
type startVector func(b *flatbuffers.Builder, elements int) flatbuffers.UOffsetT

// offsetVector renders a vector of what was rendered before; vectors are
// rendered from their end.
func offsetVector(b *flatbuffers.Builder, start startVector, offsets []flatbuffers.UOffsetT) flatbuffers.UOffsetT {
	start(b, len(offsets))
	for i := len(offsets) - 1; i >= 0; i-- {
		b.PrependUOffsetT(offsets[i])
	}
	return b.EndVector(len(offsets))
}

// doubleVector renders a vector of numbers.
func doubleVector(b *flatbuffers.Builder, start startVector, numbers []float64) flatbuffers.UOffsetT {
	start(b, len(numbers))
	for i := len(numbers) - 1; i >= 0; i-- {
		b.PrependFloat64(numbers[i])
	}
	return b.EndVector(len(numbers))
}
