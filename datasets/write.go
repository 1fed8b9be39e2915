package datasets

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/paulmach/orb"
	"github.com/tidwall/gjson"
)

// Places is what the writers take: places one after the other, ended by an
// error if there are no more for a reason. SourceID is written as the id.
type Places = iter.Seq2[Place, error]

// attributePrefix marks, in what is written, an attribute whose key means
// something else to the readers: the attribute "location" is written as
// "attribute:location".
const attributePrefix = "attribute:"

// WriteFormat is a format that places can be written in.
type WriteFormat struct {
	Name, Extension, MediaType string
	write                      func(io.Writer, Places) error
}

// WriteFormats lists them.
func WriteFormats() []WriteFormat {
	return []WriteFormat{
		{"geojson", ".geojson", "application/geo+json", WriteGeoJSON},
		{"csv", ".csv", "text/csv; charset=utf-8; header=present", WriteCSV},
		{"geoparquet", ".parquet", "application/vnd.apache.parquet", WriteGeoParquet},
		{"flatgeobuf", ".fgb", "application/flatgeobuf", WriteFlatGeobuf},
	}
}

// FindWriteFormat is the format of a name; the error lists the names.
func FindWriteFormat(name string) (WriteFormat, error) {
	names := ""
	for _, format := range WriteFormats() {
		if format.Name == name {
			return format, nil
		}
		names += ", " + format.Name
	}
	return WriteFormat{}, fmt.Errorf("there is no format %.40q to write; use one of %s", name, names[2:])
}

// Write writes places in a format of WriteFormats. CSV needs to go through
// places twice, the others once.
func Write(w io.Writer, format string, places Places) error {
	found, err := FindWriteFormat(format)
	if err != nil {
		return err
	}
	return found.write(w, places)
}

// WriteGeoJSON writes places as one FeatureCollection, streaming. Readers of
// this package read it back equal; the legacy "crs" member says that positions
// are WGS-84 in longitude, latitude, as GDAL writes it. An error of the places
// or of w stops the writing.
func WriteGeoJSON(w io.Writer, places Places) error {
	out := bufio.NewWriterSize(w, 256<<10)
	out.WriteString(`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[`)
	var features featureWriter
	separator := "\n"
	for place, err := range places {
		if err != nil {
			return err
		}
		out.WriteString(separator)
		separator = ",\n"
		if _, err := out.Write(features.feature(place)); err != nil {
			return err
		}
	}
	out.WriteString("\n]}\n")
	return out.Flush()
}

// featureWriter renders features, reusing its memory.
type featureWriter struct {
	buf   []byte
	keys  []string
	names attributeNames
}

// feature renders a place as a GeoJSON feature. The result is valid until the
// next call.
func (f *featureWriter) feature(p Place) []byte {
	b := append(f.buf[:0], `{"type":"Feature"`...)
	if p.SourceID != "" {
		b = gjson.AppendJSONString(append(b, `,"id":`...), p.SourceID)
	}
	b = appendGeometry(append(b, `,"geometry":`...), p.Geometry)
	b = append(b, `,"properties":{`...)
	start := len(b)
	member := func(key, value string) {
		if value == "" {
			return
		}
		if len(b) > start {
			b = append(b, ',')
		}
		b = append(gjson.AppendJSONString(b, key), ':')
		b = gjson.AppendJSONString(b, value)
	}
	member("name", p.Name)
	member("category", p.Category)
	member("address", p.Address)
	member("phone", p.Phone)
	member("opening_hours", p.OpeningHours)
	member("verified_at", formatTime(p.VerifiedAt))
	f.keys = f.keys[:0]
	for key := range p.Attributes {
		f.keys = append(f.keys, key)
	}
	slices.Sort(f.keys)
	for _, key := range f.keys {
		member(f.names.written(key), p.Attributes[key])
	}
	f.buf = append(b, "}}"...)
	return f.buf
}

// formatTime writes a day without its hours.
func formatTime(at time.Time) string {
	switch {
	case at.IsZero():
		return ""
	case at.Truncate(24 * time.Hour).Equal(at):
		return at.UTC().Format(time.DateOnly)
	}
	return at.UTC().Format(time.RFC3339)
}

// attributeNames remembers under what name each attribute is written.
type attributeNames map[string]string

// written is an attribute's key, marked where the readers would take it for
// something else.
func (n *attributeNames) written(key string) string {
	name, known := (*n)[key]
	if known {
		return name
	}
	name = key
	if c := guessColumn(key); c.role != roleAttribute || c.key != key {
		name = attributePrefix + key
	}
	if *n == nil {
		*n = attributeNames{}
	}
	if len(*n) < maxColumns {
		(*n)[key] = name
	}
	return name
}

// appendGeometry renders a geometry, null where there is none.
func appendGeometry(b []byte, g orb.Geometry) []byte {
	if g == nil {
		return append(b, "null"...)
	}
	b = append(append(append(b, `{"type":"`...), g.GeoJSONType()...), `","`...)
	if members, ok := g.(orb.Collection); ok {
		b = append(b, `geometries":[`...)
		for i, member := range members {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendGeometry(b, member)
		}
		return append(b, "]}"...)
	}
	return append(appendCoordinates(append(b, `coordinates":`...), g), '}')
}

// appendCoordinates renders the coordinates of anything but a collection.
func appendCoordinates(b []byte, g orb.Geometry) []byte {
	switch g := g.(type) {
	case orb.Point:
		b = strconv.AppendFloat(append(b, '['), g[0], 'f', -1, 64)
		return append(strconv.AppendFloat(append(b, ','), g[1], 'f', -1, 64), ']')
	case orb.MultiPoint:
		return appendList(b, g)
	case orb.LineString:
		return appendList(b, g)
	case orb.Ring:
		return appendList(b, g)
	case orb.MultiLineString:
		return appendList(b, g)
	case orb.Polygon:
		return appendList(b, g)
	case orb.MultiPolygon:
		return appendList(b, g)
	case orb.Bound:
		return appendCoordinates(b, g.ToPolygon())
	}
	return append(b, "[]"...)
}

// appendList renders a list of geometries as nested coordinates.
func appendList[G orb.Geometry](b []byte, list []G) []byte {
	b = append(b, '[')
	for i, g := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendCoordinates(b, g)
	}
	return append(b, ']')
}
