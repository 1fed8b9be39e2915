package datasets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gogama/flatgeobuf/flatgeobuf"
	"github.com/gogama/flatgeobuf/flatgeobuf/flat"
	"github.com/gogama/flatgeobuf/packedrtree"
	"github.com/parquet-go/parquet-go"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

// fill puts the value of a column into a place.
func fill(t *testing.T, p *Place, column, value string) {
	t.Helper()
	if i := slices.Index(textFields(), column); i >= 0 {
		*placeTexts(p)[i] = value
		return
	}
	if column == restColumn {
		if err := json.Unmarshal([]byte(value), &p.Attributes); err != nil {
			t.Fatal(err)
		}
		return
	}
	p.Attributes[strings.TrimPrefix(column, attributePrefix)] = value
}

// readGeoParquet reads what WriteGeoParquet writes, and its metadata.
func readGeoParquet(t *testing.T, data []byte) (places []Place, meta map[string]any, file *parquet.File) {
	t.Helper()
	file, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := file.Lookup("geo")
	if err := json.Unmarshal([]byte(text), &meta); err != nil {
		t.Fatal(err)
	}
	columns := file.Schema().Columns()
	rows := parquet.NewReader(file)
	defer rows.Close()
	batch := make([]parquet.Row, 1)
	for {
		n, err := rows.ReadRows(batch)
		if n == 0 {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return places, meta, file
		}
		p := Place{Attributes: map[string]string{}}
		var box []float64
		for _, value := range batch[0] {
			name := strings.Join(columns[value.Column()], ".")
			switch {
			case value.IsNull():
			case name == geometryColumn:
				if p.Geometry, err = wkb.Unmarshal(value.ByteArray()); err != nil {
					t.Fatal(err)
				}
			case name == verifiedColumn:
				p.VerifiedAt = time.UnixMilli(value.Int64()).UTC()
			case strings.HasPrefix(name, boxColumn+"."):
				box = append(box, value.Double())
			default:
				fill(t, &p, name, string(value.ByteArray()))
			}
		}
		b := p.Geometry.Bound()
		if want := []float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}; !slices.Equal(box, want) {
			t.Errorf("%s: bbox %v, want %v", p.SourceID, box, want)
		}
		places = append(places, p)
	}
}

// readFlatGeobuf reads what WriteFlatGeobuf writes, and its index.
func readFlatGeobuf(t *testing.T, data []byte) (places []Place, header *flat.Header, index *packedrtree.PackedRTree) {
	t.Helper()
	in := flatgeobuf.NewFileReader(bytes.NewReader(data))
	header, err := in.Header()
	if err != nil {
		t.Fatal(err)
	}
	if header.IndexNodeSize() > 0 {
		if index, err = in.Index(); err != nil {
			t.Fatal(err)
		}
	}
	features, err := in.DataRem()
	if err != nil {
		t.Fatal(err)
	}
	for _, feature := range features {
		p := Place{Attributes: map[string]string{}}
		var shape flat.Geometry
		p.Geometry = orbOf(feature.Geometry(&shape))
		values := flatgeobuf.NewPropReader(bytes.NewReader(feature.PropertiesBytes()))
		for {
			number, err := values.ReadUShort()
			if errors.Is(err, io.EOF) {
				break
			}
			var column flat.Column
			text, err := values.ReadString()
			if err != nil || !header.Columns(&column, int(number)) {
				t.Fatalf("column %d: %v", number, err)
			}
			if name := string(column.Name()); name == verifiedColumn {
				if p.VerifiedAt, err = time.Parse(time.RFC3339, text); err != nil {
					t.Fatal(err)
				}
			} else {
				fill(t, &p, name, text)
			}
		}
		places = append(places, p)
	}
	return places, header, index
}

// orbOf is the inverse of flatGeometry.
func orbOf(g *flat.Geometry) orb.Geometry {
	points := make([]orb.Point, g.XyLength()/2)
	for i := range points {
		points[i] = orb.Point{g.Xy(2 * i), g.Xy(2*i + 1)}
	}
	pieces := [][]orb.Point{points}
	if g.EndsLength() > 0 {
		pieces = nil
		start := uint32(0)
		for i := range g.EndsLength() {
			pieces = append(pieces, points[start:g.Ends(i)])
			start = g.Ends(i)
		}
	}
	var members []orb.Geometry
	for i := range g.PartsLength() {
		var member flat.Geometry
		g.Parts(&member, i)
		members = append(members, orbOf(&member))
	}
	switch g.Type() {
	case flat.GeometryTypePoint:
		return points[0]
	case flat.GeometryTypeMultiPoint:
		return orb.MultiPoint(points)
	case flat.GeometryTypeLineString:
		return orb.LineString(points)
	case flat.GeometryTypeMultiLineString:
		var lines orb.MultiLineString
		for _, piece := range pieces {
			lines = append(lines, piece)
		}
		return lines
	case flat.GeometryTypePolygon:
		var rings orb.Polygon
		for _, piece := range pieces {
			rings = append(rings, piece)
		}
		return rings
	case flat.GeometryTypeMultiPolygon:
		var polygons orb.MultiPolygon
		for _, member := range members {
			polygons = append(polygons, member.(orb.Polygon))
		}
		return polygons
	}
	return orb.Collection(members)
}

// manyKeys has more attributes than get a column, and keys that are alike.
func manyKeys() []Place {
	places := make([]Place, maxAttributeColumns+50)
	for i := range places {
		places[i] = Place{SourceID: fmt.Sprint(i), Name: "x", Geometry: orb.Point{float64(i%100) / 10, float64(i % 70)},
			Attributes: map[string]string{"fee": "yes", "Fee": "no", "geometry": "round", "bbox": "red", restColumn: "mine", fmt.Sprintf("key%03d", i): "\"\u2028公"}}
	}
	return places
}

// columnarSets are the places that columnar formats are tried with.
func columnarSets(t *testing.T) map[string][]Place {
	var sample []Place
	if err := Sample(2000, 7, func(p Place) error { sample = append(sample, p); return nil }); err != nil {
		t.Fatal(err)
	}
	return map[string][]Place{"sample": sample, "odd": oddPlaces(), "many keys": manyKeys(), "nothing": nil}
}

// byID compares places whatever their order; rows are not written.
func byID(places []Place) map[string]Place {
	all := map[string]Place{}
	for _, p := range places {
		p.Row = 0
		all[p.SourceID] = p
	}
	return all
}

func checkSame(t *testing.T, what string, have, want []Place) {
	t.Helper()
	if len(have) != len(want) {
		t.Errorf("%s: have %d places, want %d", what, len(have), len(want))
	}
	found := byID(have)
	for id, p := range byID(want) {
		if !reflect.DeepEqual(found[id], p) {
			t.Fatalf("%s:\nhave %+v\nwant %+v", what, found[id], p)
		}
	}
}

func TestGeoParquetRoundTrip(t *testing.T) {
	for name, places := range columnarSets(t) {
		t.Run(name, func(t *testing.T) {
			var written bytes.Buffer
			if err := Write(&written, "geoparquet", all(places)); err != nil {
				t.Fatal(err)
			}
			back, meta, file := readGeoParquet(t, written.Bytes())
			checkSame(t, name, back, places)
			column := meta["columns"].(map[string]any)["geometry"].(map[string]any)
			if meta["version"] != "1.1.0" || column["encoding"] != "WKB" || column["crs"].(map[string]any)["id"].(map[string]any)["code"] != "CRS84" {
				t.Errorf("metadata: %v", meta)
			}
			if first := file.Schema().Columns()[0][0]; first != "id" {
				t.Errorf("the first column is %s", first)
			}
		})
	}
}

// TestGeoParquetGroupsLieApart makes sure that a reader can skip row groups.
func TestGeoParquetGroupsLieApart(t *testing.T) {
	const count = 2 * rowGroupRows
	var written bytes.Buffer
	err := WriteGeoParquet(&written, func(yield func(Place, error) bool) {
		for i := range count { // all over the world, in no order
			p := Place{SourceID: fmt.Sprint(i), Geometry: orb.Point{float64(i*7919%36000)/100 - 180, float64(i*104729%18000)/100 - 90}}
			if !yield(p, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(written.Bytes()), int64(written.Len()))
	if err != nil {
		t.Fatal(err)
	}
	xmin, _ := file.Schema().Lookup(boxColumn, "xmin")
	ymin, _ := file.Schema().Lookup(boxColumn, "ymin")
	area := 0.0
	for _, group := range file.Metadata().RowGroups {
		x, y := group.Columns[xmin.ColumnIndex].MetaData.Statistics, group.Columns[ymin.ColumnIndex].MetaData.Statistics
		span := func(low, high []byte) float64 {
			return parquet.DoubleType.Kind().Value(high).Double() - parquet.DoubleType.Kind().Value(low).Double()
		}
		area += span(x.MinValue, x.MaxValue) * span(y.MinValue, y.MaxValue)
	}
	if groups := len(file.Metadata().RowGroups); groups != 2 || area > 1.1*360*180 {
		t.Errorf("%d row groups cover %.0f square degrees together", groups, area)
	}
}

func TestFlatGeobufRoundTrip(t *testing.T) {
	for name, places := range columnarSets(t) {
		t.Run(name, func(t *testing.T) {
			var written bytes.Buffer
			if err := Write(&written, "flatgeobuf", all(places)); err != nil {
				t.Fatal(err)
			}
			back, header, index := readFlatGeobuf(t, written.Bytes())
			checkSame(t, name, back, places)
			if header.FeaturesCount() != uint64(len(places)) || header.Crs(nil).Code() != 4326 || string(header.Name()) != "places" {
				t.Errorf("header: %s", flatgeobuf.HeaderString(header))
			}
			if len(places) == 0 {
				return
			}
			box := orb.Bound{Min: orb.Point{115, 28}, Max: orb.Point{116.5, 28.7}}
			want := 0
			for _, p := range places {
				if p.Geometry.Bound().Intersects(box) {
					want++
				}
			}
			results := index.Search(boxOf(box))
			if len(results) != want {
				t.Errorf("the index finds %d features, want %d", len(results), want)
			}
			slices.SortFunc(results, func(a, b packedrtree.Result) int { return a.RefIndex - b.RefIndex })
			for i, r := range results {
				if !back[r.RefIndex].Geometry.Bound().Intersects(box) {
					t.Errorf("%s is found but lies elsewhere", back[r.RefIndex].SourceID)
				}
				if i > 0 && r.Offset <= results[i-1].Offset {
					t.Error("features do not stand in the order of the index")
				}
			}
		})
	}
}

// TestColumnarIsReadByGDAL has GDAL turn the files into GeoJSON.
func TestColumnarIsReadByGDAL(t *testing.T) {
	ogr2ogr, err := exec.LookPath("ogr2ogr")
	if err != nil {
		t.Skip("ogr2ogr of GDAL is not installed")
	}
	drivers, err := exec.Command(ogr2ogr, "--formats").Output()
	if err != nil {
		t.Fatal(err)
	}
	for format, driver := range map[string]string{"geoparquet": "Parquet", "flatgeobuf": "FlatGeobuf"} {
		t.Run(format, func(t *testing.T) {
			if !strings.Contains(string(drivers), driver+" -") {
				t.Skipf("this GDAL has no driver for %s", driver)
			}
			for name, places := range columnarSets(t) {
				if name == "nothing" || name == "many keys" { // our reader of GeoJSON has its own mind about Fee and fee
					continue
				}
				checkGDAL(t, ogr2ogr, format, places)
			}
		})
	}
}

func checkGDAL(t *testing.T, ogr2ogr, format string, places []Place) {
	t.Helper()
	folder := t.TempDir()
	found, err := FindWriteFormat(format)
	if err != nil {
		t.Fatal(err)
	}
	var written bytes.Buffer
	if err := Write(&written, format, all(places)); err != nil {
		t.Fatal(err)
	}
	writeFile(t, folder+"/in"+found.Extension, written.Bytes())
	convert := func(out string, args ...string) []Place {
		args = append([]string{"-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=15", folder + "/" + out, folder + "/in" + found.Extension}, args...)
		if text, err := exec.Command(ogr2ogr, args...).CombinedOutput(); err != nil || bytes.Contains(text, []byte("ERROR")) {
			t.Fatalf("%v\n%s", err, text)
		}
		return mustRead(t, geoJSONReader{}, fileSource(folder+"/"+out), Options{}).places
	}
	checkSame(t, format, convert("all.geojson"), places)
	box := orb.Bound{Min: orb.Point{115.2, 28.05}, Max: orb.Point{116, 28.7}}
	want := 0
	for _, p := range places {
		if point, ok := p.Geometry.(orb.Point); ok && box.Contains(point) {
			want++
		}
	}
	part := convert("part.geojson", "-spat", "115.2", "28.05", "116", "28.7", "-where", "OGR_GEOMETRY='POINT'")
	if len(part) != want {
		t.Errorf("%s: GDAL finds %d points in the box, want %d", format, len(part), want)
	}
}

func TestColumnarErrors(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	stop := errors.New("stop")
	broken := Places(func(yield func(Place, error) bool) {
		if yield(oddPlaces()[0], nil) {
			yield(Place{}, stop)
		}
	})
	for _, format := range []string{"geoparquet", "flatgeobuf"} {
		if err := Write(io.Discard, format, broken); !errors.Is(err, stop) {
			t.Errorf("%s: have %v", format, err)
		}
		if err := Write(fullDisk{stop}, format, all(oddPlaces())); !errors.Is(err, stop) {
			t.Errorf("%s to a full disk: have %v", format, err)
		}
		err := Write(io.Discard, format, all([]Place{{Row: 3, SourceID: "s7"}}))
		if err == nil || !strings.Contains(err.Error(), "row 3 (s7) has no position") {
			t.Errorf("%s without a position: have %v", format, err)
		}
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("temporary files stay behind: %v %v", left, err)
	}
	if err := Write(io.Discard, "shapefile", all(nil)); err == nil || !strings.Contains(err.Error(), "geojson, csv, geoparquet, flatgeobuf") {
		t.Errorf("have %v", err)
	}
}
