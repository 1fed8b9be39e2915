package datasets

import (
	"bytes"
	"compress/gzip"
	"context"
	"strings"
	"testing"
)

func TestDetect(t *testing.T) {
	for _, test := range []struct {
		name, head string
		want       Format
	}{
		{"table", "name,lat,lon\n", CSV}, {"UTF-16 table", "n\x00a\x00m\x00e\x00", CSV}, {"BOM", "\ufeffname;x", CSV},
		{"collection", ` {"type" : "FeatureCollection","features":[]}`, GeoJSON}, {"one feature", `{"type":"Feature","geometry":null}`, GeoJSON},
		{"collection of another order", `{"crs":null,"features":[{"geometry":{"type":"Point"}}]}`, GeoJSON}, {"array of features", `[{"type":"Feature"}]`, GeoJSON},
		{"feature over several lines", "{\n\"type\":\"Feature\"\n}", GeoJSON},
		{"lines", "{\"type\":\"Feature\",\"a\":{}}\n{\"type\":\"Feature\"}\n", GeoJSONSeq}, {"text sequence", "\x1e{\"type\":\"Feature\"}\n", GeoJSONSeq},
		{"overpass", `{"version":0.6,"generator":"Overpass API","elements":[{"type":"node"}]}`, Overpass},
		{"pbf", "\x00\x00\x00\x0e\x0a\x09OSMHeader\x18\x7b", OSMPBF},
		{"xlsx", "PK\x03\x04....[Content_Types].xml", XLSX}, {"zip", "PK\x03\x04....stops.shp", formatZip}, {"xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", formatXLS},
		{"kml", "<?xml version='1.0'?>\n<kml>", KML}, {"osm", "<?xml version='1.0'?><osm version='0.6'>", OSMXML}, {"html", "<!DOCTYPE html>", formatHTML}, {"xml", "<maps>", XML},
		{"esri", `[{"attributes":{"a":1},"geometry":{"x":1,"y":2}}]`, EsriJSON}, {"json", `{"items":[1]}`, JSON},
		{"records with a geometry", `[{"id":1,"geometry":{"type":"Point","coordinates":[1,2]}}]`, JSON},
		{"pdf", "%PDF-1.7", formatUnknown}, {"binary", "abc\x00\x01\x02", formatUnknown},
	} {
		if got := Detect([]byte(test.head), "file"); got != test.want {
			t.Errorf("%s: detected %q, want %q", test.name, got, test.want)
		}
	}
}

// TestGzip reads a packed table, and fails on one that is cut.
func TestGzip(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write([]byte("name,lat,lon\n" + strings.Repeat("A,1.5,2.5\n", 4000))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var progress int64
	sink := Sink{Place: func(Place) error { return nil }, Issue: func(Issue) error { return nil }, Progress: func(n int64) { progress = n }}
	s, err := Read(context.Background(), bytesSource("a.csv.gz", packed.Bytes()), Options{}, sink)
	if err != nil || s.Accepted != 4000 || progress != int64(packed.Len()) {
		t.Errorf("read %+v, progress %d of %d: %v", s, progress, packed.Len(), err)
	}
	_, err = Read(context.Background(), bytesSource("a.csv.gz", packed.Bytes()[:packed.Len()-9]), Options{}, sink)
	if err == nil || !strings.Contains(err.Error(), "the gzip file is damaged (unexpected EOF); compress it again") {
		t.Errorf("a cut file is read with %v", err)
	}
}

// TestCanceled stops within a file when the context ends.
func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	src := bytesSource("a.csv", []byte("name,lat,lon\n"+strings.Repeat("A,1.5,2.5\n", 10_000)))
	_, err := Read(ctx, src, Options{}, Sink{Issue: func(Issue) error { return nil }, Place: func(Place) error { n++; cancel(); return nil }})
	if err != context.Canceled || n > 1024 {
		t.Errorf("stopped after %d rows with %v", n, err)
	}
}

func TestValidateCRS(t *testing.T) {
	for name, want := range map[string]CRS{"": "", "auto": "", "WGS84": WGS84, "wgs-84": WGS84, "urn:ogc:def:crs:OGC:1.3:CRS84": WGS84, "urn:ogc:def:crs:EPSG::3857": WebMercator,
		"http://www.opengis.net/def/crs/EPSG/0/4326": WGS84, "EPSG:4490": WGS84, "epsg:3857": WebMercator, "GCJ-02": GCJ02, "bd09": BD09} {
		if got, err := ParseCRS(name); got != want || err != nil || ValidateCRS(name) != nil {
			t.Errorf("%q is %q, %v; want %q", name, got, err, want)
		}
	}
	for _, name := range []string{"EPSG:27200", "utm", "gcj"} {
		if ValidateCRS(name) == nil {
			t.Errorf("%q should be refused", name)
		}
	}
}
