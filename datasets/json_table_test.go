package datasets

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// where lists names and positions of places, for comparison.
func where(places []Place) string {
	var parts []string
	for _, p := range places {
		parts = append(parts, fmt.Sprintf("%s@%v", p.Name, p.Geometry))
	}
	return strings.Join(parts, " ")
}

func TestJSONForms(t *testing.T) {
	const ab = "A@[115.8 28.6] B@[115.9 28.7]"
	for _, test := range []struct{ about, file, want string }{
		{"array", `[{"name":"A","lat":28.6,"lon":115.8},{"name":"B","lat":28.7,"lon":115.9}]`, ab},
		{"nested", `{"ok":true,"data":{"page":{"n":1},"stations":[{"name":"A","lat":"28.6","lng":"115.8"},{"name":"B","lat":28.7,"lng":115.9}]}}`, ab},
		{"larger list wins", `{"near":[{"name":"X","lat":1,"lon":2}],"a":{"items":[{"name":"A","lat":28.6,"lon":115.8},{"name":"B","lat":28.7,"lon":115.9}]}}`, ab},
		{"list without positions", `{"staff":[{"name":"X","position":"Manager"},{"name":"Y","position":"Clerk"},{"name":"Z"}],"items":[{"name":"A","lat":28.6,"lon":115.8},{"name":"B","lat":28.7,"lon":115.9}]}`, ab},
		{"lists side by side", `{"east":[{"name":"A","lat":28.6,"lon":115.8}],"n":2,"west":[{"name":"B","lat":28.7,"lon":115.9}]}`, ab},
		{"lists in a list", `[{"city":"C","stores":[{"name":"A","lat":28.6,"lon":115.8}]},{"city":"D","stores":[{"name":"B","lat":28.7,"lon":115.9}]}]`, ab},
		{"keyed", `{"a1":{"name":"A","lat":28.6,"lon":115.8},"b2":{"name":"B","lat":28.7,"lon":115.9}}`, ab},
		{"columns", `{"name":["A","B"],"lat":[28.6,28.7],"lon":[115.8,115.9]}`, ab},
		{"indexed columns", `{"name":{"7":"A","9":"B"},"position":{"7":[28.6,115.8],"9":[28.7,115.9]}}`, ab},
		{"indexed columns in another order", `{"name":{"7":"A","9":"B"},"position":{"9":[28.7,115.9],"7":[28.6,115.8]}}`, ab},
		{"rows with a header", `[["name","lat","lon"],["A",28.6,115.8],["B",28.7,115.9]]`, ab},
		{"rows with names beside", `{"columns":["name","lon","lat"],"index":[0,1],"data":[["A",115.8,28.6],["B",115.9,28.7]]}`, ab},
		{"rows with described columns", `{"meta":{"view":{"columns":[{"id":-1,"name":"name"},{"id":2,"name":"location"}]}},"data":[["A",[null,"28.6","115.8",null,false]],["B",[null,"28.7","115.9",null,false]]]}`,
			"A@[115.8 28.6] B@[115.9 28.7]"},
		{"rows by value", `[["A",115.8001,28.6001],["B",115.9001,28.7001],["C",116.0001,28.8001]]`, "A@[115.8001 28.6001] B@[115.9001 28.7001] C@[116.0001 28.8001]"},
		{"one record", `{"name":"A","location":{"lat":28.6,"lng":115.8}}`, "A@[115.8 28.6]"},
		{"lines", "{\"name\":\"A\",\"lat\":28.6,\"lon\":115.8}\n\n{\"name\":\"B\",\"lat\":28.7,\"lon\":115.9}\n", ab},
		{"empty", `[]`, ""}, {"empty list", `{"count":0,"items":[]}`, ""},
		{"byte order mark", "\ufeff" + `[{"name":"A","lat":28.6,"lon":115.8}]`, "A@[115.8 28.6]"},
		{"NaN", `[{"name":"A","lat":28.6,"lon":115.8,"x1":NaN}]`, "A@[115.8 28.6]"},
	} {
		got := mustRead(t, readerFunc(Read), bytesSource("a.json", []byte(test.file)), Options{CRS: "wgs84"})
		if have := where(got.places); have != test.want || got.summary.Format != JSON {
			t.Errorf("%s: have %s of %s, want %s; %v", test.about, have, got.summary.Format, test.want, got.issues)
		}
	}
}

func TestJSONPositions(t *testing.T) {
	at := orb.Point{115.8, 28.6}
	for _, record := range []string{
		`{"StationPosition":{"PositionLon":115.8,"PositionLat":28.6,"GeoHash":"x"}}`,
		`{"location":{"lat":28.6,"lng":115.8}}`, `{"location":"115.8,28.6"}`, `{"position":[28.6,115.8]}`,
		`{"coordinates":[115.8,28.6]}`, `{"geo":{"coordinates":[115.8,28.6,12]}}`, `{"geo_point_2d":[28.6,115.8]}`,
		`{"geometry":{"location":{"lat":28.6,"lng":115.8},"viewport":{"northeast":{"lat":29,"lng":116}}}}`,
		`{"fields":{"name":"A"},"geometry":{"type":"Point","coordinates":[115.8,28.6]}}`,
		`{"geo_shape":{"type":"Feature","geometry":{"type":"Point","coordinates":[115.8,28.6]},"properties":{}}}`,
		`{"经度":"东经115.8","纬度":"28°36'N"}`, `{"Longitude":"115-48-00","Latitude":"28-35-60"}`,
		`{"coords":{"GCJ02":[115.805,28.597],"WGS84":[115.8,28.6]}}`,
		`{"address":{"street":"S","geo":{"lat":"28.6","lng":"115.8"}}}`,
	} {
		got := mustRead(t, jsonReader{}, bytesSource("a.json", []byte("["+record+"]")), Options{})
		if len(got.places) != 1 || got.places[0].Geometry != at {
			t.Errorf("%s: have %s, %v", record, where(got.places), got.issues)
		}
	}
}

// TestJSONFields takes nested members apart.
func TestJSONFields(t *testing.T) {
	file := `{"list":[{"StationUID":"T1","StationName":{"Zh_tw":"站","En":"Stop"},"StationAddress":{"Zh_tw":"路1號","En":"Road 1"},
		"lat":28.6,"lon":115.8,"lines":["1","2"],"empty":[],"none":{},"nothing":null,"operator":{"name":"O","id":5},
		"attrs":{"capacity":7},"photos":[{"url":"u"}],"hours":{"mon":[{"start":540,"end":1080}],"tue":[]},"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}]}`
	p := mustRead(t, jsonReader{}, bytesSource("a.json", []byte(file)), Options{}).places[0]
	if p.SourceID != "T1" || p.Name != "站" || p.Address != "路1號" || p.OpeningHours != "Mo 09:00-18:00; Tu off" {
		t.Errorf("have %+v", p)
	}
	for key, want := range map[string]string{"name:zh-Hant": "站", "name:en": "Stop", "StationAddress:en": "Road 1", "lines": "1;2", "operator.name": "O",
		"operator.id": "5", "capacity": "7", "photos": `[{"url":"u"}]`, "a.b.c.d.e": `{"f":1}`, "empty": "", "none": "", "nothing": ""} {
		if p.Attributes[key] != want {
			t.Errorf("%s is %q, want %q", key, p.Attributes[key], want)
		}
	}
	address := `[{"lat":1,"lon":2,"address":{"line1":"Main 1","line2":"2000 Town"}},{"lat":1,"lon":2,"address":{"street":"Main","house_number":"1","city":"Town","post_code":"2000"}}]`
	for _, p := range mustRead(t, jsonReader{}, bytesSource("a.json", []byte(address)), Options{}).places {
		if p.Address != "Main 1, 2000 Town" {
			t.Errorf("row %d has the address %q", p.Row, p.Address)
		}
	}
}

// TestJSONInner: records inside of an item keep what it says of itself.
func TestJSONInner(t *testing.T) {
	file := `[{"name":"Region","city":"C","district":"E","stores":[{"name":"A","lat":1,"lon":2},{"name":"B","lat":1,"lon":2,"city":"D"}]},{"stores":[{"name":"F","lat":1,"lon":2}]}]`
	var have []string
	for _, p := range mustRead(t, jsonReader{}, bytesSource("a.json", []byte(file)), Options{}).places {
		have = append(have, p.Name+" "+p.Attributes["addr:city"]+" "+p.Attributes["addr:district"])
	}
	if got := strings.Join(have, ", "); got != "A C E, B D E, F  " {
		t.Errorf("have %s", got)
	}
}

func TestJSONIDs(t *testing.T) {
	for file, want := range map[string]string{
		`{"a1":{"lat":1,"lon":2},"b2":{"lat":1,"lon":2}}`:                   "a1",
		`{"a1":{"lat":1,"lon":2,"id":"x"},"b2":{"lat":1,"lon":2,"id":"y"}}`: "x",
		`{"0":{"lat":1,"lon":2},"1":{"lat":1,"lon":2}}`:                     "", // counted
		`{"lat":{"k":1,"l":1},"lon":{"k":2,"l":2}}`:                         "k",
		`{"lat":{"1":1,"2":1},"lon":{"1":2,"2":2},"id":{"1":"x","2":"y"}}`:  "x",
		`[{"@id":"node/1","id":7,"lat":1,"lon":2}]`:                         "node/1",
	} {
		got := mustRead(t, jsonReader{}, bytesSource("a.json", []byte(file)), Options{})
		if len(got.places) == 0 || got.places[0].SourceID != want {
			t.Errorf("%s: have %+v, want the id %q", file, got.places, want)
		}
	}
}

func TestJSONMapping(t *testing.T) {
	file := `{"items":[{"titel":{"kurz":"A"},"wo":{"nord":28.6,"ost":115.8}}]}`
	opt := Options{Mapping: map[string]string{"name": "titel.kurz", "lat": "wo.nord", "lon": "wo.ost"}}
	if got := mustRead(t, jsonReader{}, bytesSource("a.json", []byte(file)), opt); where(got.places) != "A@[115.8 28.6]" {
		t.Errorf("have %s", where(got.places))
	}
}

func TestJSONRefusals(t *testing.T) {
	for _, test := range []struct{ about, file, want string }{
		{"no positions", `{"items":[{"name":"A","address":"x"},{"name":"B"}]}`, `none of its columns name, address (2 records at "items")`},
		{"rows without positions", `[["name","address"],["A","Road 1"],["B","Road 2"]]`, "none of its columns name, address"},
		{"lines without positions", "{\"name\":\"A\"}\n{\"name\":\"B\"}", "none of its columns name (2 records)"},
		{"no records", `{"version":1,"title":"x"}`, "no list of records: it is an object with version, title"},
		{"numbers", `[1,2,3]`, "a list of values such as 1"},
		{"cut", `{"items":[{"name":"A","lat":1,"lon":2},`, "ends in the middle"},
		{"no JSON", `{"items":[{"name":"A" "lat":1}]}`, ""},
	} {
		got, err := readAll(t, readerFunc(Read), bytesSource("a.json", []byte(test.file)), Options{})
		if test.want == "" {
			if err == nil && len(got.places) > 0 {
				t.Errorf("%s: %d places", test.about, len(got.places))
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.want) || len(got.places) > 0 {
			t.Errorf("%s: want %q, have %v", test.about, test.want, err)
		}
	}
}

// TestJSONRejections names the row that is no record and reads on.
func TestJSONRejections(t *testing.T) {
	file := `[{"name":"A","lat":1,"lon":2},17,{"name":"B"},{"name":"C","lat":01x,"lon":2},{"name":"D","lat":91,"lon":2},{"name":"E","lat":3,"lon":4}]`
	got := mustRead(t, jsonReader{}, bytesSource("a.json", []byte(file)), Options{CRS: "wgs84"})
	var codes []string
	for _, issue := range got.issues {
		codes = append(codes, fmt.Sprint(issue.Row, " ", issue.Code))
	}
	if have := strings.Join(codes, ", "); have != "2 feature_expected, 3 coordinate_missing, 4 json_damaged, 5 coordinate_out_of_range" || where(got.places) != "A@[2 1] E@[4 3]" {
		t.Errorf("have %s and %s", have, where(got.places))
	}
}

// TestJSONIgnoredTables says what of a file was not read.
func TestJSONIgnoredTables(t *testing.T) {
	file := `{"a":{"items":[{"lat":1,"lon":2},{"lat":1,"lon":3}]},"b":{"items":[{"lat":1,"lon":2}]}}`
	got := mustRead(t, jsonReader{}, bytesSource("a.json", []byte(file)), Options{CRS: "wgs84"})
	if len(got.places) != 2 || len(got.issues) != 1 || got.issues[0].Code != "tables_ignored" || !strings.Contains(got.issues[0].Message, `"b.items"`) {
		t.Errorf("have %d places, %+v", len(got.places), got.issues)
	}
}

// TestJSONEncoding reads text of other encodings, which JSON must not have and
// has.
func TestJSONEncoding(t *testing.T) {
	utf16 := []byte("\xff\xfe")
	for _, c := range `[{"name":"A","lat":1,"lon":2}]` {
		utf16 = append(utf16, byte(c), 0)
	}
	if got := mustRead(t, readerFunc(Read), bytesSource("a.json", utf16), Options{}); where(got.places) != "A@[2 1]" || got.summary.Encoding != "UTF-16LE" {
		t.Errorf("have %s in %s", where(got.places), got.summary.Encoding)
	}
}

// TestColumnsTooLarge refuses a table that does not fit, in words.
func TestColumnsTooLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 400 MB")
	}
	src := repeated(`{"lon":[2,2],"note":["x","`, strings.Repeat("x", 1<<20), `"],"lat":[1,1]}`, wholeLimit>>20)
	_, err := readAll(t, jsonReader{}, src, Options{})
	if err == nil || !strings.Contains(err.Error(), "the limit is 200 MB") {
		t.Errorf("have %v", err)
	}
}

// TestRecordMemory reads 25 MB in far less memory.
func TestRecordMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 80 MB")
	}
	note := strings.Repeat("x", 5_000)
	for _, test := range []struct {
		reader Reader
		src    Source
	}{
		{jsonReader{}, repeated(`{"items":[{"lat":1,"lon":2}`, `,{"lat":1,"lon":2,"note":"`+note+`"}`, `]}`, 5_000)},
		{esriReader{}, repeated(`{"features":[{"attributes":{},"geometry":{"x":1,"y":2}}`, `,{"attributes":{"note":"`+note+`"},"geometry":{"x":1,"y":2}}`, `]}`, 5_000)},
		{xmlReader{}, repeated(`<a>`, `<b lat="1" lon="2"><note>`+note+`</note></b>`, `</a>`, 5_000)},
		{osmXMLReader{}, repeated(`<osm>`, `<node id="1" lat="1" lon="2"><tag k="amenity" v="toilets"/><tag k="note" v="`+note+`"/></node>`, `</osm>`, 5_000)},
		{gbfsReader{}, repeated(`{"data":{"stations":[{"lat":1,"lon":2}`, `,{"lat":1,"lon":2,"note":"`+note+`"}`, `]}}`, 5_000)},
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

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`[{"name":"A","lat":1,"lon":2}]`, `{"lat":{"a":1},"lon":{"a":2}}`, `[["lat","lon"],[1,2]]`, `{"a":{"lat":1,"lon":2},"b":{}}`, `[{"s":[{"lat":1,"lon":2}]}]`,
		`{"columns":["lat","lon"],"data":[[1,2]]}`, "{\"lat\":1}\n{\"lon\":2}", `{"x":{"lat":[1],"lon":[2]}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, jsonReader{}, bytesSource("fuzz", data), Options{})
	})
}
