package datasets

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
	"github.com/paulmach/orb/encoding/wkb"
)

// rowGroupRows is how many places a row group holds: what a reader that wants
// a part of the map must read at least, and what is held in memory here.
const rowGroupRows = 50_000

// WriteGeoParquet writes places as GeoParquet 1.1: one row for each, geometry
// as WKB in longitude and latitude (OGC:CRS84), and a column "bbox" by which a
// reader skips the row groups that lie elsewhere; rows that lie near each other
// stand near each other.
//
// Attributes are columns of text, as in CSV, because DuckDB, QGIS, GDAL and
// pandas users filter by a column's name; a MAP column, which would need no
// first scan, is shown by QGIS and GDAL as one long text. Only the attributes
// beyond the 200 that most places have stand together as JSON in the column
// other_attributes.
//
// The places are read once and pass through a temporary file: memory is
// bounded by a row group and 40 bytes a place.
func WriteGeoParquet(w io.Writer, places Places) (err error) {
	spool, err := newSpool(places)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, spool.close()) }()
	table := newParquetTable(spool)
	meta, err := table.metadata(spool)
	if err != nil {
		return err
	}
	out := parquet.NewGenericWriter[any](w, table.schema(), parquet.Compression(&zstd.Codec{}),
		parquet.KeyValueMetadata("geo", meta), parquet.MaxRowsPerRowGroup(rowGroupRows),
		parquet.DictionaryMaxBytes(256<<10), parquet.CreatedBy("fujin", "", ""))
	var row parquet.Row
	for place, err := range spool.places() {
		if err != nil {
			return err
		}
		if row, err = table.row(row[:0], place); err != nil {
			return err
		}
		if _, err := out.WriteRows([]parquet.Row{row}); err != nil {
			return err
		}
	}
	return out.Close()
}

// parquetTable is what columns a file has: the fields, the attributes, then
// what else is known of a place.
type parquetTable struct {
	attributes attributeColumns
}

const (
	geometryColumn = "geometry"
	boxColumn      = "bbox"
)

func newParquetTable(s *spool) parquetTable {
	return parquetTable{s.attributes(append(textFields(), verifiedColumn, geometryColumn, boxColumn))}
}

// schema lists the columns in the order of row.
func (t parquetTable) schema() *parquet.Schema {
	text := parquet.Encoded(parquet.Optional(parquet.String()), &parquet.RLEDictionary)
	var columns parquetColumns
	add := func(name string, node parquet.Node) { columns = append(columns, parquetColumn{node, name}) }
	for _, name := range textFields() {
		add(name, text)
	}
	add(verifiedColumn, parquet.Optional(parquet.Timestamp(parquet.Millisecond)))
	for _, name := range t.attributes.names {
		add(name, text)
	}
	if t.attributes.rest {
		add(restColumn, parquet.Optional(parquet.JSON()))
	}
	add(geometryColumn, parquet.Leaf(parquet.ByteArrayType))
	var box parquetColumns
	for _, edge := range boxEdges() {
		box = append(box, parquetColumn{parquet.Leaf(parquet.DoubleType), edge})
	}
	add(boxColumn, parquetGroup{columns: box})
	return parquet.NewSchema("place", parquetGroup{columns: columns})
}

func boxEdges() []string { return []string{"xmin", "ymin", "xmax", "ymax"} }

// row fills a row.
func (t parquetTable) row(row parquet.Row, p Place) (parquet.Row, error) {
	add := func(value parquet.Value, defined int) { row = append(row, value.Level(0, defined, len(row))) }
	text := func(value string) {
		if value == "" {
			add(parquet.NullValue(), 0)
			return
		}
		add(parquet.ByteArrayValue([]byte(value)), 1)
	}
	for _, field := range placeTexts(&p) {
		text(*field)
	}
	if p.VerifiedAt.IsZero() {
		add(parquet.NullValue(), 0)
	} else {
		add(parquet.Int64Value(p.VerifiedAt.UnixMilli()), 1)
	}
	for _, key := range t.attributes.keys {
		text(p.Attributes[key])
	}
	if t.attributes.rest {
		text(t.attributes.others(p))
	}
	shape, err := wkb.Marshal(p.Geometry, binary.LittleEndian)
	if err != nil {
		return nil, err
	}
	add(parquet.ByteArrayValue(shape), 0)
	box := boxOf(p.Geometry.Bound())
	for _, edge := range [...]float64{box.XMin, box.YMin, box.XMax, box.YMax} {
		add(parquet.DoubleValue(edge), 0)
	}
	return row, nil
}

// metadata is the value of the key "geo" of the file, as the specification of
// GeoParquet 1.1 has it.
func (t parquetTable) metadata(s *spool) (string, error) {
	covering := map[string][]string{}
	for _, edge := range boxEdges() {
		covering[edge] = []string{boxColumn, edge}
	}
	column := map[string]any{
		"encoding":       "WKB",
		"geometry_types": append([]string{}, slices.Sorted(maps.Keys(s.shapes))...), // a list though it be empty: DuckDB refuses null
		"crs":            json.RawMessage(projCRS84),
		"covering":       map[string]any{"bbox": covering},
	}
	if len(s.refs) > 0 {
		column["bbox"] = []float64{s.bounds.XMin, s.bounds.YMin, s.bounds.XMax, s.bounds.YMax}
	}
	text, err := json.Marshal(map[string]any{
		"version": "1.1.0", "primary_column": geometryColumn, "columns": map[string]any{geometryColumn: column},
	})
	return string(text), err
}

// projCRS84 is OGC:CRS84 as PROJJSON. It is what a file without it would mean;
// readers that show the coordinate system want it said.
const projCRS84 = `{"$schema":"https://proj.org/schemas/v0.5/projjson.schema.json","type":"GeographicCRS","name":"WGS 84 longitude-latitude",` +
	`"datum":{"type":"GeodeticReferenceFrame","name":"World Geodetic System 1984",` +
	`"ellipsoid":{"name":"WGS 84","semi_major_axis":6378137,"inverse_flattening":298.257223563}},` +
	`"coordinate_system":{"subtype":"ellipsoidal","axis":[` +
	`{"name":"Geodetic longitude","abbreviation":"Lon","direction":"east","unit":"degree"},` +
	`{"name":"Geodetic latitude","abbreviation":"Lat","direction":"north","unit":"degree"}]},` +
	`"id":{"authority":"OGC","code":"CRS84"}}`

// parquetGroup is a group whose columns stay in the order given: a
// parquet.Group sorts them by name, and a table that begins with the address
// and ends with the website is hard to read.
type parquetGroup struct {
	parquet.Group
	columns parquetColumns
}

type parquetColumns []parquetColumn

// parquetColumn is a parquet.Field.
type parquetColumn struct {
	parquet.Node
	name string
}

// Fields implements parquet.Node.
func (g parquetGroup) Fields() []parquet.Field {
	fields := make([]parquet.Field, len(g.columns))
	for i := range g.columns {
		fields[i] = &g.columns[i]
	}
	return fields
}

// Name implements parquet.Field.
func (c *parquetColumn) Name() string { return c.name }

// Value implements parquet.Field for values of Go structs, of which there are none.
func (c *parquetColumn) Value(reflect.Value) reflect.Value { return reflect.Value{} }
