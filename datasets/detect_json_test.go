package datasets

import (
	"errors"
	"strings"
	"testing"
)

// TestDetectText tells kinds of JSON and XML that look alike, also where the
// beginning of a file ends in the middle of a value.
func TestDetectText(t *testing.T) {
	long := strings.Repeat(`{"name":"x","lat":1},`, 100)
	area := `"station_area":{"type":"MultiPolygon","coordinates":[[[[1,2],[3,4]`
	for _, test := range []struct {
		name, head string
		want       Format
	}{
		{"records with a GeoJSON geometry below a key", `{"total_count":2,"results":[{"geo_shape":{"type":"Feature","geometry":{"type":"Point"`, JSON},
		{"records with features of their own", `{"shops":[{"features":["wifi"]}],"features":["a"]}`, JSON},
		{"elements that are not OSM's", `{"elements":[{"id":1,"lat":2}]}`, JSON},
		{"no elements", `{"version":0.6,"osm3s":{},"elements":[]}`, Overpass},
		{"Overpass with geometry", `{"elements":[{"type":"way","geometry":[{"lat":1`, Overpass},
		{"a cut list", `{"items":[` + long, JSON},
		{"lines of records", "{\"lat\":1,\"lon\":2}\n{\"lat\":1", JSON},
		{"lines of features", "{\"type\":\"Feature\",\"geometry\":null}\n{\"type\":\"Fea", GeoJSONSeq},
		{"resources with attributes", `[{"id":1,"attributes":{"name":"A","lat":1}}]`, JSON},
		{"a list of words called attributes", `[{"attributes":["x"],"lat":1}]`, JSON},
		{"FeatureSet", `{"objectIdFieldName":"OBJECTID","geometryType":"esriGeometryPoint","fields":[`, EsriJSON},
		{"FeatureSet of tables", `{"features":[{"attributes":{"a":1}}]}`, EsriJSON},
		{"GeoJSON with attributes in properties", `{"features":[{"type":"Feature","properties":{"attributes":{"a":1}}`, GeoJSON},
		{"an empty collection", `{"features":[]}`, GeoJSON},
		{"TopoJSON", `{"type":"Topology","objects":{`, GeoJSON},
		{"stations with areas", `{"last_updated":1,"ttl":0,"data":{"stations":[{"station_id":"a",` + area, GBFS},
		{"stations before the envelope", `{"data":{"stations":[{"name":"A","station_id":"a",` + area, GBFS},
		{"stations that are not GBFS", `{"data":{"stations":[{"name":"A","lat":1,"lon":2}]}}`, JSON},
		{"discovery", `{"last_updated":1,"ttl":0,"data":{"en":{"feeds":[`, GBFS},
		{"UTF-16 JSON", "\xff\xfe[\x00{\x00", JSON},
		{"UTF-16 XML", "\xfe\xff\x00<\x00a\x00>", XML},
		{"web page in a text of XML", `<list><item><text><![CDATA[<html><kml><osm>]]></text>`, XML},
		{"declarations and comments", "<?xml version='1.0'?>\n<!-- <html> -->\n<!DOCTYPE osm SYSTEM \"x\">\n<osm>", OSMXML},
		{"prefix", "<k:kml xmlns:k='u'>", KML},
		{"changes", "<osmChange>", OSMXML},
		{"old web page", "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\"><HTML>", formatHTML},
		{"GPX", "<?xml version='1.0'?><gpx><wpt lat='1' lon='2'/>", XML},
	} {
		if got := Detect([]byte(test.head), "file"); got != test.want {
			t.Errorf("%s: detected %q, want %q", test.name, got, test.want)
		}
	}
}

// TestRecordSinkErrors: an error of the sink stops these readers too and comes
// back as it is, whatever the form of the file.
func TestRecordSinkErrors(t *testing.T) {
	stop := errors.New("stop")
	for file, reader := range map[string]Reader{
		`[{"lat":1,"lon":2},{"lat":1,"lon":2}]`:                                                   jsonReader{},
		`{"a":{"lat":1,"lon":2},"b":{"lat":1,"lon":2}}`:                                           jsonReader{},
		`{"lat":[1,1],"lon":[2,2]}`:                                                               jsonReader{},
		`[["lat","lon"],[1,2],[1,2]]`:                                                             jsonReader{},
		`[{"s":[{"lat":1,"lon":2},{"lat":1,"lon":2}]}]`:                                           jsonReader{},
		"{\"lat\":1,\"lon\":2}\n{\"lat\":1,\"lon\":2}":                                            jsonReader{},
		`[{"attributes":{},"geometry":{"x":1,"y":2}},{"attributes":{},"geometry":{"x":1,"y":2}}]`: esriReader{},
		`{"data":{"stations":[{"lat":1,"lon":2},{"lat":1,"lon":2}]}}`:                             gbfsReader{},
		`<a><b lat="1" lon="2"/><b lat="1" lon="2"/></a>`:                                         xmlReader{},
		`<osm><node id="1" lat="1" lon="2"><tag k="shop" v="a"/></node><node id="2" lat="1" lon="2"><tag k="shop" v="a"/></node></osm>`: osmXMLReader{},
	} {
		places := 0
		_, err := reader.Read(t.Context(), bytesSource("a", []byte(file)), Options{}, Sink{
			Place: func(Place) error { places++; return stop },
			Issue: func(Issue) error { return nil },
		})
		if err != stop || places != 1 {
			t.Errorf("%s: have %v after %d places", file, err, places)
		}
	}
}
