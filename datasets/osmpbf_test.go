package datasets

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"google.golang.org/protobuf/encoding/protowire"
)

// pbfBytes adds a length-delimited field.
func pbfBytes(b []byte, field protowire.Number, data []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), data)
}

// pbfVarint adds a varint field.
func pbfVarint(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

// pbfPacked packs numbers; with delta as zigzag differences.
func pbfPacked(delta bool, numbers ...int64) []byte {
	var b []byte
	last := int64(0)
	for _, n := range numbers {
		if delta {
			b = protowire.AppendVarint(b, protowire.EncodeZigZag(n-last))
			last = n
		} else {
			b = protowire.AppendVarint(b, uint64(n))
		}
	}
	return b
}

// pbfBlob frames a block; field 1 is plain, 3 zlib, 6 LZ4, others as they are.
func pbfBlob(kind string, field protowire.Number, data []byte) []byte {
	blob := pbfVarint(nil, 2, uint64(len(data)))
	if field == 3 {
		var deflated bytes.Buffer
		w := zlib.NewWriter(&deflated)
		w.Write(data)
		w.Close()
		data = deflated.Bytes()
	}
	if field == 6 && len(data) > 1 {
		data = lz4Pack(data)
	}
	blob = pbfBytes(blob, field, data)
	header := pbfVarint(pbfBytes(nil, 1, []byte(kind)), 3, uint64(len(blob)))
	out := binary.BigEndian.AppendUint32(nil, uint32(len(header)))
	return append(append(out, header...), blob...)
}

// pbfHeader is the first blob of a file.
func pbfHeader(features ...string) []byte {
	var b []byte
	for _, f := range features {
		b = pbfBytes(b, 4, []byte(f))
	}
	return pbfBlob("OSMHeader", 3, b)
}

// pbfStrings makes a table of strings; the first is empty.
func pbfStrings(strings ...string) []byte {
	b := pbfBytes(nil, 1, nil)
	for _, s := range strings {
		b = pbfBytes(b, 1, []byte(s))
	}
	return pbfBytes(nil, 1, b)
}

// pbfElement is a Way or Relation with one tag and up to three packed lists
// from field 8 on.
func pbfElement(field protowire.Number, id uint64, key, value int64, lists ...[]byte) []byte {
	b := pbfVarint(nil, 1, id)
	b = pbfBytes(b, 2, pbfPacked(false, key))
	b = pbfBytes(b, 3, pbfPacked(false, value))
	for i, list := range lists {
		b = pbfBytes(b, protowire.Number(8+i), list)
	}
	return pbfBytes(nil, 2, pbfBytes(nil, field, b))
}

// pbfSample is a small file: a square of nodes 1–4 in dense form, a plain node,
// two half ways, a closed way, and a multipolygon of the halves with a hole. compression is pbfBlob's field.
func pbfSample(compression protowire.Number) []byte {
	dense := pbfBytes(nil, 1, pbfPacked(true, 1, 2, 3, 4, 5, 6, 7))
	dense = pbfBytes(dense, 8, pbfPacked(true, 0, 0, 100000, 100000, 20000, 20000, 30000)) // × 1e-7 degrees
	dense = pbfBytes(dense, 9, pbfPacked(true, 0, 100000, 100000, 0, 20000, 30000, 20000))
	dense = pbfBytes(dense, 10, pbfPacked(false, 1, 2, 0, 0, 0, 0, 0, 0, 0))
	nodes := pbfBytes(pbfStrings("amenity", "toilets"), 2, pbfBytes(nil, 2, dense))
	nodes = pbfVarint(pbfVarint(nodes, 19, 28_000_000_000), 20, 115_000_000_000)

	node := pbfVarint(nil, 1, protowire.EncodeZigZag(9))
	node = pbfBytes(pbfBytes(node, 2, pbfPacked(false, 1)), 3, pbfPacked(false, 2))
	node = pbfVarint(pbfVarint(node, 8, protowire.EncodeZigZag(280000000)), 9, protowire.EncodeZigZag(1150000000))
	plain := pbfBytes(pbfStrings("shop", "kiosk"), 2, pbfBytes(nil, 1, node))

	ways := pbfStrings("shop", "mall", "outer", "inner", "type", "multipolygon", "highway", "path")
	ways = append(ways, pbfElement(3, 10, 7, 8, pbfPacked(true, 1, 2, 3))...)
	ways = append(ways, pbfElement(3, 11, 7, 8, pbfPacked(true, 1, 4, 3))...)
	ways = append(ways, pbfElement(3, 12, 1, 2, pbfPacked(true, 5, 6, 7, 5))...)
	ways = append(ways, pbfElement(3, 13, 1, 2, pbfPacked(true, 5, 99))...)
	ways = append(ways, pbfElement(3, 14, 1, 2, pbfPacked(true, 98, 99))...)
	relation := pbfVarint(nil, 1, 20)
	relation = pbfBytes(relation, 2, pbfPacked(false, 5, 1))
	relation = pbfBytes(relation, 3, pbfPacked(false, 6, 2))
	relation = pbfBytes(relation, 8, pbfPacked(false, 3, 3, 4))
	relation = pbfBytes(relation, 9, pbfPacked(true, 10, 11, 12))
	relation = pbfBytes(relation, 10, pbfPacked(false, 1, 1, 1))
	ways = append(ways, pbfBytes(nil, 2, pbfBytes(nil, 4, relation))...)

	file := pbfHeader("OsmSchema-V0.6", "DenseNodes")
	file = append(file, pbfBlob("OSMData", compression, nodes)...)
	file = append(file, pbfBlob("OSMData", 1, plain)...)
	return append(file, pbfBlob("OSMData", compression, ways)...)
}

func TestOSMPBF(t *testing.T) {
	got := mustRead(t, osmPBFReader{}, bytesSource("sample.osm.pbf", pbfSample(3)), Options{})
	hole := orb.Ring{{115.002, 28.002}, {115.003, 28.002}, {115.002, 28.003}, {115.002, 28.002}}
	want := []struct {
		id, category string
		shape        orb.Geometry
	}{
		{"node/1", "toilet", orb.Point{115, 28}},
		{"node/9", "store", orb.Point{115, 28}},
		{"way/12", "store", orb.Polygon{hole}},
		{"way/13", "store", orb.Point{115.002, 28.002}},
		{"relation/20", "store", orb.Polygon{
			{{115, 28}, {115.01, 28}, {115.01, 28.01}, {115, 28.01}, {115, 28}}, hole}},
	}
	for i, w := range want {
		if i >= len(got.places) {
			t.Fatalf("%s is missing", w.id)
		}
		p := got.places[i]
		if p.SourceID != w.id || p.Category != w.category || !reflect.DeepEqual(p.Geometry, w.shape) {
			t.Errorf("have %s %s %v\nwant %s %s %v", p.SourceID, p.Category, p.Geometry, w.id, w.category, w.shape)
		}
	}
	if c := got.codes(); got.summary.Read != 6 || c["geometry_incomplete"] != 1 || c["coordinate_missing"] != 1 {
		t.Errorf("way/13 lacks a node and way/14 all of them: %+v %v", got.summary, got.issues)
	}
}

func TestOSMPBFRefusals(t *testing.T) {
	whole := pbfSample(3)
	outside := pbfBytes(pbfStrings("shop"), 2, pbfBytes(nil, 3, pbfBytes(pbfBytes(pbfVarint(nil, 1, 7), 2, pbfPacked(false, 1)), 3, pbfPacked(false, 77))))
	for _, test := range []struct {
		about string
		data  []byte
		want  string
	}{
		{"empty", nil, "does not begin|ends in the middle"},
		{"text", []byte("id,name,lat,lon\n1,a,2,3\n"), "does not begin with an OSM PBF header"},
		{"no header", pbfBlob("OSMData", 1, nil), "does not begin with an OSM PBF header"},
		{"cut", whole[:len(whole)-9], "ends in the middle of a block"},
		{"damaged LZ4", append(pbfHeader(), pbfBlob("OSMData", 6, []byte("x"))...), "an LZ4 block is damaged"},
		{"LZMA", append(pbfHeader(), pbfBlob("OSMData", 4, []byte("x"))...), "compressed with LZMA"},
		{"zstd", append(pbfHeader(), pbfBlob("OSMData", 7, []byte("x"))...), "compressed with Zstandard"},
		{"history", pbfHeader("HistoricalInformation"), "history of every element"},
		{"another schema", pbfHeader("LocationsOnWays2"), `needs the feature "LocationsOnWays2"`},
		{"a string outside the table", append(pbfHeader(), pbfBlob("OSMData", 3, outside)...), "way/7 points outside"},
		{"no facility", pbfHeader(), "none of the file's 0 elements is a facility"},
	} {
		_, err := readAll(t, osmPBFReader{}, bytesSource("sample.osm.pbf", test.data), Options{})
		ok := false
		for one := range strings.SplitSeq(test.want, "|") {
			ok = ok || err != nil && strings.Contains(err.Error(), one)
		}
		if !ok {
			t.Errorf("%s: have %v, want %q", test.about, err, test.want)
		}
	}
}

// TestOSMPBFAgainstGDAL compares ids and positions with those that GDAL finds.
func TestOSMPBFAgainstGDAL(t *testing.T) {
	ogr, err := exec.LookPath("ogr2ogr")
	if err != nil {
		t.Skip("ogr2ogr of GDAL is not installed")
	}
	for _, file := range []string{"osm/monaco-2021.osm.pbf", "osm/liechtenstein-2013-08-03.osm.pbf"} {
		path := sharedData(t, file)
		want := map[string]orb.Bound{}
		for _, layer := range []string{"points", "multipolygons"} {
			where := `other_tags LIKE '%"amenity"=>"toilets"%' OR other_tags LIKE '%"shop"=>%'`
			if layer == "multipolygons" {
				where = `amenity = 'toilets' OR shop IS NOT NULL`
			}
			out, err := exec.Command(ogr, "-f", "GeoJSON", "/vsistdout/", path, layer, "-where", where).Output()
			if err != nil {
				t.Fatalf("ogr2ogr %s %s: %v", path, layer, err)
			}
			read := mustRead(t, geoJSONReader{}, bytesSource(layer, out), Options{Mapping: map[string]string{"id": "osm_id"}})
			for _, p := range read.places {
				id := p.SourceID
				switch way := p.Attributes["osm_way_id"]; {
				case layer == "points":
					id = "node/" + id
				case way != "":
					id = "way/" + way
				default:
					id = "relation/" + id
				}
				want[id] = p.Geometry.Bound()
			}
		}
		found := 0
		for _, category := range []string{"toilet", "store"} {
			for _, p := range mustRead(t, osmPBFReader{}, fileSource(path), Options{Category: category}).places {
				bound, known := want[p.SourceID]
				if !known {
					continue // GDAL sees fewer: open ways, areas of its own definition
				}
				found++
				if p.Geometry.Bound() != bound {
					t.Errorf("%s: %s lies in %v, by GDAL in %v", file, p.SourceID, p.Geometry.Bound(), bound)
				}
				delete(want, p.SourceID)
			}
		}
		if found < 50 || len(want) > 0 {
			t.Errorf("%s: %d agree with GDAL; GDAL alone finds %v", file, found, want)
		}
	}
}

func FuzzOSMPBF(f *testing.F) {
	f.Add(pbfSample(3))
	f.Add(pbfHeader("HistoricalInformation"))
	f.Add(append(pbfHeader(), pbfBlob("OSMData", 6, []byte("x"))...))
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, osmPBFReader{}, bytesSource("fuzz", data), Options{})
	})
}

// FuzzPBFBlock reaches behind the compression.
func FuzzPBFBlock(f *testing.F) {
	f.Add(pbfBytes(pbfStrings("shop"), 2, pbfBytes(nil, 3, pbfVarint(nil, 1, 7))))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := append(pbfHeader(), pbfBlob("OSMData", 1, data)...)
		readAll(t, osmPBFReader{}, bytesSource("fuzz", file), Options{})
	})
}
