package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// nanchang is a feature's geometry for tests that care for something else.
const nanchang = `"geometry":{"type":"Point","coordinates":[115.8582,28.6829]}`

func TestGeoJSONRoots(t *testing.T) {
	feature := `{"type":"Feature","properties":{"name":"a"},` + nanchang + `}`
	at := orb.Geometry(orb.Point{115.8582, 28.6829})
	for _, test := range []struct {
		about, file string
		want        []orb.Geometry
	}{
		{"collection", `{"type":"FeatureCollection","features":[` + feature + `, ` + feature + `]}`, []orb.Geometry{at, at}},
		{"members before and after", `{"name":{"features":"[}"},"features":[` + feature + `],"bbox":[1,2],"type":"FeatureCollection"}`, []orb.Geometry{at}},
		{"no type", `{"features":[` + feature + `]}`, []orb.Geometry{at}},
		{"byte order mark", "\ufeff\n" + feature, []orb.Geometry{at}},
		{"array", `[` + feature + `,` + feature + `]`, []orb.Geometry{at, at}},
		{"geometry", `{"type":"LineString","coordinates":[[115,28],[116,29,5]]}`, []orb.Geometry{orb.LineString{{115, 28}, {116, 29}}}},
		{"geometries", `{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"type":"MultiPoint","coordinates":[[3,4]]}]}`,
			[]orb.Geometry{orb.Point{1, 2}, orb.Point{3, 4}}},
		{"collection in a feature", `{"type":"Feature","properties":null,"geometry":{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"type":"MultiLineString","coordinates":[[[3,4],[5,6]]]}]}}`,
			[]orb.Geometry{orb.Collection{orb.Point{1, 2}, orb.LineString{{3, 4}, {5, 6}}}}},
		{"open ring, text, precision", `{"type":"Polygon","coordinates":[[["1.00000004",2],[3,2],[3,4]]]}`,
			[]orb.Geometry{orb.Polygon{{{1, 2}, {3, 2}, {3, 4}, {1, 2}}}}},
		{"areas", `{"type":"MultiPolygon","coordinates":[[[[1,2],[3,2],[3,4],[1,2]]],[[[5,2],[6,2],[6,4],[5,2]]]]}`,
			[]orb.Geometry{orb.MultiPolygon{{{{1, 2}, {3, 2}, {3, 4}, {1, 2}}}, {{{5, 2}, {6, 2}, {6, 4}, {5, 2}}}}}},
		{"nothing", `{"type":"FeatureCollection","features":[]}`, nil},
	} {
		got := mustRead(t, geoJSONReader{}, bytesSource(test.about, []byte(test.file)), Options{})
		var shapes []orb.Geometry
		for _, p := range got.places {
			shapes = append(shapes, p.Geometry)
		}
		if !reflect.DeepEqual(shapes, test.want) {
			t.Errorf("%s: have %v, want %v; %v", test.about, shapes, test.want, got.issues)
		}
	}
}

func TestGeoJSONRejections(t *testing.T) {
	for _, test := range []struct{ about, feature, code string }{
		{"no geometry", `{"type":"Feature","geometry":null,"properties":{"name":"x"}}`, "coordinate_missing"},
		{"no coordinates", `{"type":"Feature","geometry":{"type":"Point","coordinates":[]},"properties":{}}`, "coordinate_missing"},
		{"empty collection", `{"type":"GeometryCollection","geometries":[]}`, "coordinate_missing"},
		{"word", `{"type":"Point","coordinates":["east",28]}`, "coordinate_damaged"},
		{"one number", `{"type":"Point","coordinates":[115]}`, "coordinate_damaged"},
		{"too large a number", `{"type":"Point","coordinates":[1e999,28]}`, "coordinate_damaged"},
		{"line of one", `{"type":"LineString","coordinates":[[115,28]]}`, "coordinate_damaged"},
		{"ring of two", `{"type":"Polygon","coordinates":[[[115,28],[116,28],[115,28]]]}`, "coordinate_damaged"},
		{"flat polygon", `{"type":"Polygon","coordinates":[115,28]}`, "coordinate_damaged"},
		{"circle", `{"type":"Feature","geometry":{"type":"Circle","coordinates":[1,2]}}`, "coordinate_damaged"},
		{"deep", strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 20) + strings.Repeat("]}", 20), "coordinate_damaged"},
		{"metres", `{"type":"Point","coordinates":[12897000,3330000]}`, "coordinate_out_of_range"},
		{"null island", `{"type":"Point","coordinates":[0.000005,-0.000007]}`, "null_island"},
		{"Esri", `{"attributes":{"a":1},"geometry":{"x":1,"y":2}}`, "feature_expected"},
		{"number", `17`, "feature_expected"},
		{"damaged inside", `{"type":"Feature","properties":{"a":01x}}`, "json_damaged"},
	} {
		file := `{"features":[{"type":"Point","coordinates":[1,2]},` + test.feature + `,{"type":"Point","coordinates":[3,4]}]}`
		got := mustRead(t, geoJSONReader{}, bytesSource(test.about, []byte(file)), Options{CRS: "wgs84"})
		if len(got.places) != 2 || len(got.issues) != 1 || got.issues[0].Code != test.code || got.issues[0].Row != 2 {
			t.Errorf("%s: want %s in row 2 alone, have %d places and %+v", test.about, test.code, len(got.places), got.issues)
		}
	}
}

func TestGeoJSONPositionInProperties(t *testing.T) {
	file := `{"type":"Feature","geometry":null,"properties":{"name":"x","lat":28.5,"lon":115.5}}`
	got := mustRead(t, geoJSONReader{}, bytesSource("a", []byte(file)), Options{})
	if len(got.places) != 1 || got.places[0].Geometry != orb.Point(orb.Point{115.5, 28.5}) {
		t.Errorf("have %+v", got)
	}
}

func TestGeoJSONProperties(t *testing.T) {
	file := `{"type":"Feature","id":7,"properties":{"name":"a \"b\" \u00e4","category":"library","wheelchair":"yes",
		"list":[],"object":{},"nothing":null,"empty":"","count":0.50,"flag":NaN,"deep":{"a":[1]},"tags":{"level":"2"}},` + nanchang + `}`
	p := mustRead(t, geoJSONReader{}, bytesSource("a", []byte(file)), Options{}).places[0]
	want := Place{Row: 1, SourceID: "7", Name: `a "b" ä`, Category: "library", Geometry: orb.Point{115.8582, 28.6829},
		Attributes: map[string]string{"wheelchair": "yes", "count": "0.50", "deep": `{"a":[1]}`, "level": "2"}}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("have %+v\nwant %+v", p, want)
	}
}

func TestGeoJSONIDs(t *testing.T) {
	for _, test := range []struct{ members, want string }{
		{`"id":"a","properties":{"@id":"b","id":"c"}`, "a"},
		{`"properties":{"id":"c","@id":"b"}`, "b"},
		{`"properties":{"id":12}`, "12"},
		{`"id":"toilets.fid-625c1810_160e8517696_-31d9","properties":{"toilet_id":1913}`, "1913"},
		{`"properties":{}`, ""},
	} {
		file := `{"type":"Feature",` + test.members + `,` + nanchang + `}`
		if got := mustRead(t, geoJSONReader{}, bytesSource("a", []byte(file)), Options{}).places[0].SourceID; got != test.want {
			t.Errorf("%s: have %q, want %q", test.members, got, test.want)
		}
	}
}

func TestGeoJSONOfOSM(t *testing.T) {
	file := `{"type":"Feature","id":"way/1","properties":{"@id":"way/1","amenity":"toilets","location":"underground"},` + nanchang + `}`
	p := mustRead(t, geoJSONReader{}, bytesSource("a", []byte(file)), Options{}).places[0]
	want := map[string]string{"amenity": "toilets", "location": "underground"}
	if p.Category != "toilet" || p.Name != "" || !reflect.DeepEqual(p.Attributes, want) {
		t.Errorf("have %+v", p)
	}
}

func TestGeoJSONCRS(t *testing.T) {
	crs := func(name string) string { return `"crs":{"type":"name","properties":{"name":"` + name + `"}}` }
	const metres = `"features":[{"type":"Point","coordinates":[12897275.8,3331961.5]}]`
	const degrees = `"features":[{"type":"Point","coordinates":[115.8582,28.6829]}]`
	for _, test := range []struct{ about, file, option, want string }{
		{"undeclared", `{` + degrees + `}`, "", "115.8582 crs_assumed"},
		{"null", `{` + degrees + `,"crs":null}`, "", "115.8582 crs_assumed"},
		{"CRS84", `{` + crs("urn:ogc:def:crs:OGC:1.3:CRS84") + `,` + degrees + `}`, "", "115.8582 "},
		{"GDA94", `{` + crs("EPSG:4283") + `,` + degrees + `}`, "", "115.8582 "},
		{"behind the features", `{` + metres + `,` + crs("urn:ogc:def:crs:EPSG::3857") + `}`, "", "115.8582 "},
		{"of 2008", `{"crs":{"type":"EPSG","properties":{"code":3857}},` + metres + `}`, "", "115.8582 "},
		{"option", `{` + degrees + `}`, "gcj02", "115.8533 "},
		{"option over file", `{` + crs("EPSG:28992") + `,` + degrees + `}`, "wgs84", "115.8582 "},
		{"degrees, not RD New", `{` + crs("EPSG:28992") + `,` + degrees + `}`, "", "nothingcoordinate_out_of_range"},
		{"overpass-turbo", `{"generator":"overpass-turbo",` + degrees + `}`, "", "115.8582 "},
	} {
		got := mustRead(t, geoJSONReader{}, bytesSource(test.about, []byte(test.file)), Options{CRS: test.option})
		have := "nothing"
		if len(got.places) == 1 {
			have = fmt.Sprintf("%.4f ", got.places[0].Geometry.(orb.Point)[0])
		}
		for _, issue := range got.issues {
			have += issue.Code
		}
		if have != test.want {
			t.Errorf("%s: have %s, want %s", test.about, have, test.want)
		}
	}
	_, err := readAll(t, geoJSONReader{}, bytesSource("rd.geojson", []byte(`{`+crs("EPSG:27200")+`,`+degrees+`}`)), Options{})
	if err == nil || !strings.Contains(err.Error(), `"EPSG:27200" is not among`) {
		t.Errorf("want a refusal of the New Zealand Map Grid, have %v", err)
	}
}

func TestGeoJSONRefusals(t *testing.T) {
	feature := `{"type":"Feature","properties":{},` + nanchang + `}`
	whole := "{\"type\":\"FeatureCollection\",\n\"features\":[\n" + feature + ",\n" + feature + "\n]}"
	for _, test := range []struct{ about, file, want string }{
		{"cut between features", whole[:len(whole)-4], "ends in the middle of its JSON, at byte"},
		{"cut in a feature", whole[:len(whole)-30], "in line 4"},
		{"cut in a name", whole[:20], "ends in the middle"},
		{"empty", "", "ends in the middle of its JSON, at byte 0 in line 1"},
		{"missing comma", strings.Replace(whole, "},\n{", "}\n{", 1), "',' or ']' expected at byte"},
		{"wrong bracket", strings.Replace(whole, "[115", "{115", 1), "'}' expected"},
		{"something after it", whole + "{}", "the end of the file expected"},
		{"too deep", strings.Repeat("[", 600), "less nesting expected"},
		{"TopoJSON", `{"type":"Topology","objects":{}}`, "TopoJSON, which is not read"},
		{"other JSON", `{"stations":[]}`, "neither \"type\" nor \"features\""},
		{"another type", `{"type":"Sphere"}`, `its type is "Sphere"`},
		{"no list", `{"type":"FeatureCollection","features":null}`, "without \"features\""},
		{"a table", "id,lat,lon\n", "'{' expected at byte 0 in line 1"},
	} {
		got, err := readAll(t, geoJSONReader{}, bytesSource("a.geojson", []byte(test.file)), Options{})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: want %q, have %v", test.about, test.want, err)
		}
		if len(got.places)+len(got.issues) > 0 {
			t.Errorf("%s: rows were taken from a file that is refused", test.about)
		}
	}
}

func TestGeoJSONSeq(t *testing.T) {
	feature := `{"type":"Feature","properties":{"name":"a"},` + nanchang + `}`
	for _, test := range []struct {
		about, file string
		accepted    int
		rejected    string
	}{
		{"lines", feature + "\n" + feature + "\n", 2, ""},
		{"no last break, CRLF, blanks, byte order mark", "\ufeff" + feature + "\r\n\r\n  \n" + feature, 2, ""},
		{"a broken line", feature + "\n" + feature[:40] + "\n" + feature, 2, "2 json_damaged"},
		{"a cut file", feature + "\n" + feature[:40], 1, "2 json_damaged"},
		{"another value", "[]\n" + feature, 1, "1 feature_expected"},
		{"text sequence", "\x1e" + strings.ReplaceAll(feature, ",", ",\n") + "\n\x1e" + feature + "\n", 2, ""},
		{"empty", "", 0, ""},
	} {
		got := mustRead(t, geoJSONSeqReader{}, bytesSource(test.about, []byte(test.file)), Options{CRS: "wgs84"})
		rejected := ""
		for _, issue := range got.issues {
			rejected += fmt.Sprint(issue.Row, " ", issue.Code)
		}
		if len(got.places) != test.accepted || rejected != test.rejected {
			t.Errorf("%s: have %d and %q, want %d and %q", test.about, len(got.places), rejected, test.accepted, test.rejected)
		}
	}
}

// repeated gives head, then a part n times, then tail, without holding it.
func repeated(head, part, tail string, n int) Source {
	return Source{Name: "long", Size: -1, Open: func() (io.ReadCloser, error) {
		readers := make([]io.Reader, 0, n+2)
		readers = append(readers, strings.NewReader(head))
		for range n {
			readers = append(readers, strings.NewReader(part))
		}
		return io.NopCloser(io.MultiReader(append(readers, strings.NewReader(tail))...)), nil
	}}
}

// TestGeoJSONTooLarge passes over a feature of 18 MB without holding it.
func TestGeoJSONTooLarge(t *testing.T) {
	small := `{"type":"Point","coordinates":[1,2]}`
	long := strings.Repeat(`"x", `, 200_000)
	for _, test := range []struct {
		reader                Reader
		head, separator, tail string
	}{
		{geoJSONReader{}, `{"features":[`, ",", "]}"},
		{geoJSONSeqReader{}, "", "\n", "\n"},
	} {
		head := test.head + small + test.separator + `{"a":[`
		tail := `1]}` + test.separator + small + test.tail
		got := mustRead(t, test.reader, repeated(head, long, tail, 18), Options{CRS: "wgs84"})
		if len(got.places) != 2 || len(got.issues) != 1 || got.issues[0].Code != "feature_too_large" || got.issues[0].Row != 2 {
			t.Errorf("%T: %d places, %+v", test.reader, len(got.places), got.issues)
		}
	}
}

// TestGeoJSONMemory reads 25 MB in far less memory.
func TestGeoJSONMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 80 MB")
	}
	feature := `{"type":"Feature","properties":{"name":"a","note":"` + strings.Repeat("x", 5_000) + `"},` + nanchang + `}`
	for _, test := range []struct {
		reader Reader
		src    Source
	}{
		{geoJSONReader{}, repeated(`{"features":[`+feature, ","+feature, `]}`, 5_000)},
		{geoJSONSeqReader{}, repeated("", feature+"\n", "", 5_000)},
	} {
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		rows, most := 0, uint64(0)
		_, err := test.reader.Read(t.Context(), test.src, Options{}, Sink{
			Place: func(Place) error {
				if rows++; rows%1000 == 0 {
					runtime.GC()
					runtime.ReadMemStats(&now)
					most = max(most, now.HeapAlloc)
				}
				return nil
			},
			Issue: func(Issue) error { return nil },
		})
		if err != nil || rows < 5_000 {
			t.Fatal(rows, err)
		}
		if grown := int64(most) - int64(before.HeapAlloc); grown > 8<<20 {
			t.Errorf("%T holds %d bytes of a file of 25 MB", test.reader, grown)
		}
	}
}

// TestSinkErrors: an error of the sink stops every reader and comes back as it
// is.
func TestSinkErrors(t *testing.T) {
	stop := errors.New("stop")
	point := `{"type":"Point","coordinates":[1,2]}`
	for _, test := range []struct {
		reader Reader
		data   []byte
	}{
		{geoJSONReader{}, []byte(`[` + point + `,` + point + `]`)},
		{geoJSONSeqReader{}, []byte(point + "\n" + point)},
		{osmPBFReader{}, pbfSample(3)},
		{overpassReader{}, []byte(overpassSample)},
	} {
		places := 0
		_, err := test.reader.Read(t.Context(), bytesSource("a", test.data), Options{}, Sink{
			Place: func(Place) error { places++; return stop },
			Issue: func(Issue) error { return nil },
		})
		if err != stop || places != 1 {
			t.Errorf("%T: have %v after %d places", test.reader, err, places)
		}
	}
}

// TestCancel: every reader stops when it is told to.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		reader Reader
		data   []byte
	}{
		{geoJSONReader{}, []byte(`[]`)}, {geoJSONSeqReader{}, nil}, {osmPBFReader{}, pbfSample(3)}, {overpassReader{}, []byte(overpassSample)},
	} {
		if _, err := test.reader.Read(ctx, bytesSource("a", test.data), Options{}, Sink{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%T: have %v", test.reader, err)
		}
	}
}

func FuzzGeoJSON(f *testing.F) {
	f.Add([]byte(`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:3857"}},"features":[{"type":"Feature","id":1,"properties":{"a":NaN},` + nanchang + `}]}`))
	f.Add([]byte(`[{"type":"Polygon","coordinates":[[[1,2],[3,2],[3,4]]]},{"type":"GeometryCollection","geometries":[]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, geoJSONReader{}, bytesSource("fuzz", data), Options{})
	})
}

func FuzzGeoJSONSeq(f *testing.F) {
	f.Add([]byte("\x1e{\"type\":\"Feature\",\"properties\":{\"lat\":1,\"lon\":\"2\"},\"geometry\":null}\n\x1e{"))
	f.Add([]byte("{\"type\":\"MultiPoint\",\"coordinates\":[[1,2]]}\n\n[1]\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, geoJSONSeqReader{}, bytesSource("fuzz", data), Options{})
	})
}
