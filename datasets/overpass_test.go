package datasets

import (
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// overpassSample has an element of every form that Overpass writes.
const overpassSample = `{"version":0.6,"generator":"Overpass API","elements":[
{"type":"way","id":1,"nodes":[11,12,13,11],"tags":{"amenity":"toilets"}},
{"type":"way","id":2,"nodes":[90,91],"center":{"lat":28.2,"lon":115.2},"tags":{"shop":"mall","toilets":"yes"}},
{"type":"way","id":3,"nodes":[90,91],"bounds":{"minlat":28,"minlon":115,"maxlat":28.2,"maxlon":115.4},"tags":{"amenity":"library"}},
{"type":"way","id":4,"nodes":[1,2],"geometry":[{"lat":28.1,"lon":115.1},null,{"lat":28.2,"lon":115.2}],"tags":{"amenity":"parking","area":"no"}},
{"type":"way","id":5,"nodes":[90,91],"tags":{"amenity":"toilets"}},
{"type":"relation","id":6,"members":[
 {"type":"way","ref":60,"role":"outer","geometry":[{"lat":28,"lon":115},{"lat":28,"lon":115.1},{"lat":28.1,"lon":115.1}]},
 {"type":"way","ref":61,"role":"outer","geometry":[{"lat":28,"lon":115},{"lat":28.1,"lon":115.1}]},
 {"type":"node","ref":62,"role":"label","lat":28,"lon":115}],"tags":{"type":"multipolygon","amenity":"hospital"}},
{"type":"relation","id":7,"members":[{"type":"way","ref":8,"role":""},{"type":"node","ref":11,"role":""}],"tags":{"type":"site","amenity":"police"}},
{"type":"way","id":8,"nodes":[11,12,13,11]},
{"type":"node","id":11,"lat":28.0,"lon":115.0},
{"type":"node","id":12,"lat":28.0,"lon":115.1},
{"type":"node","id":13,"lat":28.1,"lon":115.1},
{"type":"node","id":14,"lat":28.3,"lon":115.3,"tags":{"amenity":"drinking_water","name":"Quelle"}},
{"type":"count","id":0,"tags":{"amenity":"toilets"}}
]}`

func TestOverpass(t *testing.T) {
	got := mustRead(t, overpassReader{}, bytesSource("answer.json", []byte(overpassSample)), Options{})
	triangle := orb.Polygon{{{115, 28}, {115.1, 28}, {115.1, 28.1}, {115, 28}}}
	want := map[string]struct {
		category string
		shape    orb.Geometry
	}{
		"way/1":         {"toilet", triangle},
		"way/2":         {"store", orb.Point{115.2, 28.2}},
		"way/2#toilets": {"toilet", orb.Point{115.2, 28.2}},
		"way/3":         {"library", orb.Point{115.2, 28.1}},
		"way/4":         {"parking", orb.LineString{{115.1, 28.1}, {115.2, 28.2}}},
		"relation/6":    {"hospital", triangle},
		"relation/7":    {"police", triangle},
		"node/14":       {"drinking_water", orb.Point{115.3, 28.3}},
	}
	for _, p := range got.places {
		w, known := want[p.SourceID]
		if !known || p.Category != w.category || !reflect.DeepEqual(p.Geometry, w.shape) {
			t.Errorf("%s: have %s %v, want %s %v", p.SourceID, p.Category, p.Geometry, w.category, w.shape)
		}
		delete(want, p.SourceID)
	}
	if len(want) > 0 || got.summary.Read != 9 || got.codes()["coordinate_missing"] != 1 {
		t.Errorf("missing %v; way/5 alone lacks its nodes: %+v %+v", want, got.summary, got.issues)
	}
}

func TestOverpassRefusals(t *testing.T) {
	for _, test := range []struct{ about, file, want string }{
		{"cut", overpassSample[:len(overpassSample)-3], "ends in the middle"},
		{"timed out", `{"elements":[],"remark":"runtime error: Query timed out in \"query\" at line 3"}`, "is incomplete: Overpass stopped"},
		{"GeoJSON", `{"type":"FeatureCollection","features":[]}`, `it has no "elements"`},
		{"nothing", `{"elements":[{"type":"node","id":1,"lat":1,"lon":2}]}`, "none of the file's 1 elements is a facility"},
	} {
		got, err := readAll(t, overpassReader{}, bytesSource("answer.json", []byte(test.file)), Options{})
		if err == nil || !strings.Contains(err.Error(), test.want) || len(got.places) > 0 {
			t.Errorf("%s: want %q, have %v and %d places", test.about, test.want, err, len(got.places))
		}
	}
}

func FuzzOverpass(f *testing.F) {
	f.Add([]byte(overpassSample))
	f.Add([]byte(`{"elements":[{"type":"relation","id":1,"members":[{"type":"way","geometry":[{"lat":1,"lon":2}]}],"tags":{"shop":"a"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, overpassReader{}, bytesSource("fuzz", data), Options{})
	})
}
