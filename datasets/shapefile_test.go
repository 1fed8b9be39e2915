package datasets

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// shpOf is a .shp of the records' contents.
func shpOf(records ...[]byte) string {
	head := make([]byte, 100)
	binary.BigEndian.PutUint32(head, 9994)
	var b bytes.Buffer
	b.Write(head)
	for i, r := range records {
		_ = binary.Write(&b, binary.BigEndian, []int32{int32(i + 1), int32(len(r) / 2)}) // a buffer takes all
		b.Write(r)
	}
	return b.String()
}

// bounded states the extent in the header of a .shp.
func bounded(shp string, x, y float64) string {
	b := []byte(shp)
	for i, v := range []float64{x, y, x, y} {
		binary.LittleEndian.PutUint64(b[36+8*i:], math.Float64bits(v))
	}
	return string(b)
}

// record packs numbers as a shape does: int32 and float64, little-endian.
func record(values ...any) []byte {
	var b bytes.Buffer
	for _, v := range values {
		if n, ok := v.(int); ok {
			v = int32(n)
		}
		_ = binary.Write(&b, binary.LittleEndian, v) // a buffer takes all
	}
	return b.Bytes()
}

// pointAt is a point shape.
func pointAt(x, y float64) []byte { return record(1, x, y) }

// partsOf is a line or an area of parts.
func partsOf(kind int, parts ...[]float64) []byte {
	var starts []int32
	var all []float64
	for _, part := range parts {
		starts = append(starts, int32(len(all)/2))
		all = append(all, part...)
	}
	return record(kind, 0.0, 0.0, 0.0, 0.0, len(parts), len(all)/2, starts, all)
}

// dbfOf is a .dbf: columns as "name:type:length", rows of raw values, padded. A
// row that begins with "*" is deleted.
func dbfOf(driver byte, columns []string, rows ...[]string) string {
	var fields, data bytes.Buffer
	length := 1
	var widths []int
	for _, c := range columns {
		parts := strings.Split(c, ":")
		var width int
		_, _ = fmt.Sscan(parts[2], &width) // the table is ours
		field := make([]byte, 32)
		copy(field[:11], parts[0])
		field[11], field[16] = parts[1][0], byte(width)
		fields.Write(field)
		widths = append(widths, width)
		length += width
	}
	for _, row := range rows {
		mark := " "
		if row[0] == "*" {
			mark, row = "*", row[1:]
		}
		data.WriteString(mark)
		for i, value := range row {
			data.WriteString((value + strings.Repeat(" ", widths[i]))[:widths[i]])
		}
	}
	head := make([]byte, 32)
	head[0], head[29] = 3, driver
	binary.LittleEndian.PutUint32(head[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint16(head[8:], uint16(33+fields.Len()))
	binary.LittleEndian.PutUint16(head[10:], uint16(length))
	return string(head) + fields.String() + "\r" + data.String() + "\x1a"
}

const wgs84PRJ = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`

// TestShapes reads every kind of shape.
func TestShapes(t *testing.T) {
	square := func(x, y, size float64, clockwise bool) []float64 {
		if clockwise {
			return []float64{x, y, x, y + size, x + size, y + size, x + size, y, x, y}
		}
		return []float64{x, y, x + size, y, x + size, y + size, x, y + size, x, y}
	}
	ring := func(values []float64) orb.Ring {
		var r orb.Ring
		for i := 0; i < len(values); i += 2 {
			r = append(r, orb.Point{values[i], values[i+1]})
		}
		return r
	}
	outer, hole := ring(square(1, 1, 8, false)), ring(square(3, 3, 1, true))
	for _, test := range []struct {
		name   string
		record []byte
		want   orb.Geometry
		code   string
	}{
		{"point", pointAt(2.5, 1.5), orb.Point{2.5, 1.5}, ""},
		{"point with height", record(11, 2.5, 1.5, 9.0, 8.0), orb.Point{2.5, 1.5}, ""},
		{"point with height, without measure", record(11, 2.5, 1.5, 9.0), orb.Point{2.5, 1.5}, ""},
		{"point with measure", record(21, 2.5, 1.5, 9.0), orb.Point{2.5, 1.5}, ""},
		{"points", record(8, 0.0, 0.0, 0.0, 0.0, 2, 1.0, 2.0, 3.0, 4.0), orb.MultiPoint{{1, 2}, {3, 4}}, ""},
		{"line", partsOf(3, []float64{1, 2, 3, 4}), orb.LineString{{1, 2}, {3, 4}}, ""},
		{"line with heights", append(partsOf(13, []float64{1, 2, 3, 4}), make([]byte, 32)...), orb.LineString{{1, 2}, {3, 4}}, ""},
		{"lines with measures", append(partsOf(23, []float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}), make([]byte, 48)...), orb.MultiLineString{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}, ""},
		{"line without length", partsOf(3, []float64{1, 2, 1, 2}), orb.LineString{{1, 2}, {1, 2}}, ""},
		{"line of one place", partsOf(3, []float64{1, 2}), orb.LineString{{1, 2}, {1, 2}}, ""},
		{"area", partsOf(5, square(1, 1, 8, true)), orb.Polygon{outer}, ""},
		{"area the wrong way round", partsOf(15, square(1, 1, 8, false)), orb.Polygon{outer}, ""},
		{"area not closed", partsOf(5, square(1, 1, 8, true)[:8]), orb.Polygon{{{1, 1}, {9, 1}, {9, 9}, {1, 9}, {1, 1}}}, ""},
		{"area with a hole", partsOf(5, square(1, 1, 8, true), square(3, 3, 1, false)), orb.Polygon{outer, hole}, ""},
		{"hole first", partsOf(5, square(3, 3, 1, false), square(1, 1, 8, true)), orb.Polygon{outer, hole}, ""},
		{"two areas, one with an island in its hole", partsOf(25, square(1, 1, 8, true), square(3, 3, 4, false), square(4, 4, 2, true), square(4.5, 4.5, 0.5, false), square(20, 20, 1, true)),
			orb.MultiPolygon{{outer, ring(square(3, 3, 4, true))}, {ring(square(4, 4, 2, false)), ring(square(4.5, 4.5, 0.5, true))}, {ring(square(20, 20, 1, false))}}, ""},
		{"a hole in nothing", partsOf(5, square(1, 1, 8, true), square(30, 30, 1, false)), orb.MultiPolygon{{outer}, {ring(square(30, 30, 1, false))}}, ""},
		{"area of no size", partsOf(5, []float64{1, 2, 3, 4, 1, 2}), orb.MultiPoint{{1, 2}, {3, 4}, {1, 2}}, ""},
		{"null shape", record(0), nil, "coordinate_missing"},
		{"no data", pointAt(-1.7976931348623157e308, -1.7976931348623157e308), nil, "coordinate_missing"},
		{"NaN", pointAt(math.NaN(), 1), nil, "coordinate_missing"},
		{"no points", record(8, 0.0, 0.0, 0.0, 0.0, 0), nil, "coordinate_missing"},
		{"multipatch", record(31, 0.0), nil, "geometry_unsupported"},
		{"unknown", record(77, 0.0), nil, "geometry_unsupported"},
		{"empty record", nil, nil, "coordinate_damaged"},
		{"short point", record(1, 2.5), nil, "coordinate_damaged"},
		{"more points than there are", record(8, 0.0, 0.0, 0.0, 0.0, -1, 1.0), nil, "coordinate_damaged"},
		{"more parts than there are", record(5, 0.0, 0.0, 0.0, 0.0, math.MaxInt32, 0), nil, "coordinate_damaged"},
		{"parts out of order", record(5, 0.0, 0.0, 0.0, 0.0, 2, 2, 0, 7, 1.0, 2.0, 3.0, 4.0), nil, "coordinate_damaged"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := readZip(t, map[string]string{"a.shp": shpOf(test.record, pointAt(7, 7)), "a.prj": wgs84PRJ}, Options{})
			if err != nil || got.summary.Read != 2 {
				t.Fatalf("read %+v: %v", got.summary, err)
			}
			if test.want != nil && (len(got.places) != 2 || !reflect.DeepEqual(got.places[0].Geometry, test.want)) {
				t.Errorf("read %v with %v, want %v", got.places, got.issues, test.want)
			}
			if test.code != "" && got.codes()[test.code] != 1 {
				t.Errorf("issues %v, want %s", got.issues, test.code)
			}
		})
	}
}

// TestShapefileTables reads what a .dbf holds, under any encoding.
func TestShapefileTables(t *testing.T) {
	name := []string{"name:C:60"}
	cut := strings.Repeat("站", 85)[:254]
	for _, test := range []struct {
		name     string
		columns  []string
		row      []string
		driver   byte
		cpg      string
		want     map[string]string
		encoding string
		code     string
	}{
		{"numbers", []string{"a:N:12", "b:F:20", "c:N:5", "d:N:3"}, []string{"  00123", "95.0000000", "*****", ""}, 0, "", map[string]string{"a": "00123", "b": "95"}, "UTF-8", ""},
		{"dates and flags", []string{"a:D:8", "b:D:8", "c:L:1", "d:L:1", "e:L:1"}, []string{"20261121", "00000000", "T", "n", "?"}, 0, "", map[string]string{"a": "2026-11-21", "c": "true", "d": "false"}, "UTF-8", ""},
		{"binary", []string{"a:I:4", "b:O:8", "c:@:8", "d:M:10"}, []string{"\xff\xff\xff\xff", "\x00\x00\x00\x00\x00\x00\xf8?", "\xb6\x8e%\x00\x00\x00\x00\x00", "5"}, 0, "",
			map[string]string{"a": "-1", "b": "1.5", "c": "2026-11-21"}, "UTF-8", ""},
		{"zeros for blanks", []string{"a:C:8"}, []string{"x\x00\x00\x00\x00\x00\x00\x00"}, 0, "", map[string]string{"a": "x"}, "UTF-8", ""},
		{"the .cpg", name, []string{"H\xecvvo\x9aick\xfd"}, 0, "1250", map[string]string{"name": "Hěvvošický"}, "windows-1250", ""},
		{"Esri's .cpg", name, []string{"caf\xe9"}, 0, "88591", map[string]string{"name": "café"}, "windows-1252", ""},
		{"the table's mark", name, []string{"\xc4\xcf\xb2\xfd"}, 0x4d, "", map[string]string{"name": "南昌"}, "GB18030", ""},
		{"no mark", name, []string{"南昌市公共厕所"}, 0x57, "", map[string]string{"name": "南昌市公共厕所"}, "UTF-8", ""},
		{"no mark, GBK", name, []string{"\xc4\xcf\xb2\xfd\xca\xd0\xb9\xab\xb9\xb2\xb2\xde\xcb\xf9"}, 0x57, "", map[string]string{"name": "南昌市公共厕所"}, "GB18030", ""},
		{"a .cpg that is wrong", name, []string{"\xc4\xcf\xb2\xfd\xca\xd0\xb9\xab\xb9\xb2\xb2\xde\xcb\xf9"}, 0, "UTF-8", map[string]string{"name": "南昌市公共厕所"}, "GB18030", ""},
		{"a mark that is wrong", name, []string{"\xc4\xcf\xb2\xfd\xca\xd0\xb9\xab\xb9\xb2\xb2\xde\xcb\xf9\xc4\xcf\xb2\xfd\xca\xd0\xb9\xab\xb9\xb2\xb2\xde\xcb\xf9\xc4\xcf\xb2\xfd\xca\xd0\xb9\xab\xb9\xb2\xb2\xde\xcb\xf9\xc4\xcf\xb2\xfd\xca\xd0\xb9\xab\xb9\xb2\xb2\xde\xcb\xf9\xc4\xcf\xb2\xfd"[:60]}, 0x03, "",
			map[string]string{"name": strings.Repeat("南昌市公共厕所", 4) + "南昌"}, "GB18030", ""},
		{"UTF-8 marked otherwise", name, []string{"南昌"}, 0x03, "1252", map[string]string{"name": "南昌"}, "UTF-8", ""},
		{"cut at 254 bytes", []string{"a:C:254"}, []string{cut}, 0, "UTF-8", map[string]string{"a": strings.Repeat("站", 84)}, "UTF-8", "text_truncated"},
		{"bytes that are no text", []string{"a:C:40", "b:C:4"}, []string{"南昌市公共厕所南昌市公共", "\xff"}, 0, "UTF-8", map[string]string{"a": "南昌市公共厕所南昌市公共", "b": "\uFFFD"}, "UTF-8", "encoding_damaged"},
		{"cut names", []string{"wheelchair:C:5", "opening_ho:C:5", "addr:housen:C:3"}[:2], []string{"yes", "24/7"}, 0, "", map[string]string{"wheelchair": "yes", "hours": "24/7"}, "UTF-8", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			members := map[string]string{"a.shp": shpOf(pointAt(2.5, 1.5)), "a.prj": wgs84PRJ, "a.dbf": dbfOf(test.driver, test.columns, test.row)}
			if test.cpg != "" {
				members["a.cpg"] = test.cpg
			}
			got, err := readZip(t, members, Options{})
			if err != nil || len(got.places) != 1 {
				t.Fatalf("read %+v with %+v: %v", got.places, got.issues, err)
			}
			p := got.places[0]
			if p.Name != "" {
				p.Attributes["name"] = p.Name
			}
			if p.OpeningHours != "" {
				p.Attributes["hours"] = p.OpeningHours
			}
			if !reflect.DeepEqual(p.Attributes, test.want) || got.summary.Encoding != test.encoding {
				t.Errorf("read %q in %s, want %q in %s", p.Attributes, got.summary.Encoding, test.want, test.encoding)
			}
			if codes := got.codes(); test.code != "" && codes[test.code] != 1 || test.code == "" && len(codes) > 0 {
				t.Errorf("issues %v, want %q", got.issues, test.code)
			}
		})
	}
}

// TestShapefileParts puts the members together, wherever and however they are.
func TestShapefileParts(t *testing.T) {
	two := shpOf(pointAt(2.5, 1.5), pointAt(3.5, 1.5))
	table := dbfOf(0, []string{"name:C:9"}, []string{"A"}, []string{"B"})
	for _, test := range []struct {
		name    string
		members map[string]string
		want    string
		codes   map[string]int
	}{
		{"capitals in a folder", map[string]string{"Data/": "", "Data/STOPS.SHP": two, "data/stops.DBF": table, `DATA\Stops.Prj`: wgs84PRJ}, "A B", nil},
		{"no .prj", map[string]string{"a.shp": two, "a.dbf": table}, "A B", map[string]int{"crs_assumed": 1}},
		{"no .dbf", map[string]string{"a.shp": two, "a.prj": wgs84PRJ}, " ", map[string]int{"attributes_missing": 1}},
		{"deleted records", map[string]string{"a.shp": two, "a.prj": wgs84PRJ, "a.dbf": dbfOf(0, []string{"name:C:9"}, []string{"*", "A"}, []string{"B"})}, "B", map[string]int{"records_deleted": 1}},
		{"a short table", map[string]string{"a.shp": two, "a.prj": wgs84PRJ, "a.dbf": dbfOf(0, []string{"name:C:9"}, []string{"A"})}, "A ", map[string]int{"attributes_missing": 1}},
		{"a long table", map[string]string{"a.shp": shpOf(pointAt(2.5, 1.5)), "a.prj": wgs84PRJ, "a.dbf": table}, "A", map[string]int{"coordinate_missing": 1}},
		{"several layers", map[string]string{"a.shp": shpOf(), "b.shp": two, "b.dbf": table, "b.prj": wgs84PRJ}, "A B", map[string]int{"tables_ignored": 1}},
		{"position in the table", map[string]string{"a.shp": shpOf(record(0)), "a.prj": wgs84PRJ, "a.dbf": dbfOf(0, []string{"name:C:3", "lat:N:9", "lon:N:9"}, []string{"A", "1.5", "2.5"})}, "A", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := readZip(t, test.members, Options{})
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, p := range got.places {
				names = append(names, p.Name)
			}
			if test.codes == nil {
				test.codes = map[string]int{}
			}
			if strings.Join(names, " ") != test.want || !reflect.DeepEqual(got.codes(), test.codes) {
				t.Errorf("read %q with %+v, want %q with %v", names, got.issues, test.want, test.codes)
			}
		})
	}
}

// TestShapefileSystems follows the .prj and the options.
func TestShapefileSystems(t *testing.T) {
	utm := `PROJCS["UTM 50N",` + wgs84PRJ + `,PROJECTION["Transverse_Mercator"],PARAMETER["Central_Meridian",117],PARAMETER["Scale_Factor",0.9996],PARAMETER["False_Easting",500000],UNIT["Meter",1]]`
	beijing := strings.NewReplacer("D_WGS_1984", "D_Beijing_1954", "GCS_WGS_1984", "Beijing", "6378137.0,298.257223563", "6378245.0,298.3").Replace(wgs84PRJ)
	metres := bounded(shpOf(pointAt(584000, 3173000)), 584000, 3173000)
	degrees := bounded(shpOf(pointAt(115.86, 28.68)), 115.86, 28.68)
	for _, test := range []struct {
		name, shp, prj string
		opt            Options
		want           orb.Point
		crs, refusal   string
		code           string
	}{
		{name: "projected", shp: metres, prj: utm, want: orb.Point{117.8597835, 28.681483}, crs: "UTM 50N"},
		{name: "geographic", shp: degrees, prj: wgs84PRJ, want: orb.Point{115.86, 28.68}, crs: "GCS_WGS_1984"},
		{name: "shifted map stated", shp: degrees, prj: wgs84PRJ, opt: Options{CRS: "gcj02"}, want: GCJ02.toWGS84(orb.Point{115.86, 28.68}), crs: "GCS_WGS_1984"},
		{name: "Mercator stated", shp: bounded(shpOf(pointAt(12897476.2033, 3334979.9096)), 12897476.2033, 3334979.9096), opt: Options{CRS: "EPSG:3857"}, want: orb.Point{115.86, 28.68}, crs: "EPSG:3857"},
		{name: "WGS-84 stated over an unknown datum", shp: degrees, prj: strings.Replace(wgs84PRJ, "D_WGS_1984", "D_Own", 1), opt: Options{CRS: "wgs84"}, want: orb.Point{115.86, 28.68}, crs: "wgs84"},
		{name: "rough datum", shp: degrees, prj: beijing, want: orb.Point{115.8605436, 28.6800005}, crs: "Beijing", code: "datum_approximate"},
		{name: "unknown projection", shp: metres, prj: strings.Replace(utm, "Transverse_Mercator", "Bonne", 1), refusal: `coordinate system "UTM 50N" is not understood: its projection Bonne is not known; convert the shapefile to WGS-84`},
		{name: "metres without .prj", shp: metres, refusal: "has metres (584000, 3173000) but no .prj"},
		{name: "the wrong .prj", shp: metres, prj: wgs84PRJ, refusal: "says degrees (GCS_WGS_1984), but its coordinates are metres"},
		{name: "a damaged .prj", shp: degrees, prj: "nonsense", refusal: "the .prj of a.shp cannot be used"},
	} {
		t.Run(test.name, func(t *testing.T) {
			members := map[string]string{"a.shp": test.shp, "a.dbf": dbfOf(0, []string{"name:C:9"}, []string{"A"})}
			if test.prj != "" {
				members["a.prj"] = test.prj
			}
			got, err := readZip(t, members, test.opt)
			if test.refusal != "" {
				if err == nil || !strings.Contains(err.Error(), test.refusal) {
					t.Errorf("refused with %v, want %q", err, test.refusal)
				}
				return
			}
			if err != nil || len(got.places) != 1 || got.places[0].Geometry != test.want || got.summary.CRS != test.crs {
				t.Errorf("read %+v in %q with %v, want %v in %q: %v", got.places, got.summary.CRS, got.issues, test.want, test.crs, err)
			}
			if test.code != "" && got.codes()[test.code] != 1 {
				t.Errorf("issues %v, want %s", got.issues, test.code)
			}
		})
	}
}

// TestCutShapefile refuses what ends too early.
func TestCutShapefile(t *testing.T) {
	shp, dbf := shpOf(pointAt(2.5, 1.5)), dbfOf(0, []string{"name:C:9"}, []string{"A"})
	for _, members := range []map[string]string{
		{"a.shp": shp[:len(shp)-3]}, {"a.shp": shp[:105]}, {"a.shp": shp[:50]},
		{"a.shp": shp, "a.dbf": dbf[:20]}, {"a.shp": shp, "a.dbf": dbf[:50]}, {"a.shp": shp, "a.dbf": dbf[:70]},
	} {
		if _, err := readZip(t, members, Options{}); err == nil || !strings.Contains(err.Error(), "cut") {
			t.Errorf("refused with %v", err)
		}
	}
}

// FuzzShapefile reads any bytes as the parts of a shapefile.
func FuzzShapefile(f *testing.F) {
	f.Add([]byte(shpOf(pointAt(1, 2), partsOf(5, []float64{0, 0, 0, 1, 1, 1, 0, 0}))), []byte(dbfOf(0x4d, []string{"name:C:9", "n:N:4"}, []string{"A", "1"}, []string{"*", "B", "2"})), "936")
	f.Add([]byte(shpOf(record(0), record(31))), []byte(dbfOf(0, []string{"d:D:8", "t:T:8"}, []string{"20261121", "xxxxxxxx"})), "")
	f.Fuzz(func(t *testing.T, shp, dbf []byte, cpg string) {
		members := map[string]string{"a.shp": string(shp), "a.dbf": string(dbf), "a.cpg": cpg}
		_, _ = readZip(t, members, Options{}) // it may be refused
	})
}
