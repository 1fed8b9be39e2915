package datasets

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// kmlOf is a KML of what stands in its document.
func kmlOf(content string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><name>All</name>` + content + `</Document></kml>`)
}

// TestPlacemarks reads what a placemark can hold.
func TestPlacemarks(t *testing.T) {
	const at = `<Point><coordinates>2.5,1.5,0</coordinates></Point>`
	for _, test := range []struct {
		name, text string
		geometry   orb.Geometry
		attributes map[string]string
	}{
		{"plain", `<Placemark id="p1"><name>A</name><phoneNumber>123</phoneNumber><address>S 1</address>` + at + `</Placemark>`, orb.Point{2.5, 1.5}, map[string]string{}},
		{"blanks within", "<Placemark><name>A</name><Point><coordinates>\n  2.5 , 1.5 , 7\n</coordinates></Point></Placemark>", orb.Point{2.5, 1.5}, map[string]string{}},
		{"folders", `<Folder><name>North</name><open>1</open><Folder><Placemark><name>A</name>` + at + `</Placemark></Folder><Folder><name>X</name></Folder></Folder>`,
			orb.Point{2.5, 1.5}, map[string]string{"folder": "North"}},
		{"folders in folders", `<Folder><name>North</name><Folder><name>Sea</name><Placemark><name>A</name>` + at + `</Placemark></Folder></Folder>`,
			orb.Point{2.5, 1.5}, map[string]string{"folder": "North / Sea"}},
		{"data", `<Placemark><name>A</name><ExtendedData><Data name="k"><displayName>K</displayName><value>v</value></Data><SchemaData schemaUrl="#s"><SimpleData name="l">w</SimpleData></SchemaData></ExtendedData>` + at + `</Placemark>`,
			orb.Point{2.5, 1.5}, map[string]string{"k": "v", "l": "w"}},
		{"description of HTML", `<Placemark><name>A</name><description><![CDATA[<img src="x"/>Level&nbsp;1 &amp; 2<br><br>24 hours 🚻<script>no()</script>]]></description>` + at + `</Placemark>`,
			orb.Point{2.5, 1.5}, map[string]string{"description": "Level 1 & 2\n24 hours 🚻"}},
		{"description of a table", `<Placemark><name>A</name><description><![CDATA[<html><body><table><tr><th colspan=2>Attributes</th></tr><tr><td>FEE</td><td>no</td></tr><tr bgcolor=#E3E3F3><th>KIND:</th><td><b>old</b></td></tr></table></body></html>]]></description>` + at + `</Placemark>`,
			orb.Point{2.5, 1.5}, map[string]string{"description": "Attributes", "fee": "no", "KIND": "old"}},
		{"style", `<Style id="s"><name>no name</name></Style><Placemark><name>A</name><styleUrl>#s</styleUrl>` + at + `</Placemark>`, orb.Point{2.5, 1.5}, map[string]string{"style": "s"}},
		{"what Google added", `<gx:Tour><name>t</name></gx:Tour><Placemark><name>A</name><LookAt><longitude>9</longitude><latitude>8</latitude></LookAt><gx:Track><when>2020</when><gx:coord>1 2 3</gx:coord></gx:Track>` + at + `</Placemark>`,
			orb.Point{2.5, 1.5}, map[string]string{}},
		{"position in the data", `<Placemark><name>A</name><ExtendedData><Data name="Latitude"><value>1.5</value></Data><Data name="Longitude"><value>2.5</value></Data></ExtendedData></Placemark>`,
			orb.Point{2.5, 1.5}, map[string]string{}},
		{"line", `<Placemark><name>A</name><LineString><coordinates>1,2 3,4,5</coordinates></LineString></Placemark>`, orb.LineString{{1, 2}, {3, 4}}, map[string]string{}},
		{"area with a hole, not closed", `<Placemark><name>A</name><Polygon><innerBoundaryIs><LinearRing><coordinates>1,1 1,2 2,2 1,1</coordinates></LinearRing></innerBoundaryIs><outerBoundaryIs><LinearRing><coordinates>0,0 9,0 9,9 0,9</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>`,
			orb.Polygon{{{0, 0}, {9, 0}, {9, 9}, {0, 9}, {0, 0}}, {{1, 1}, {1, 2}, {2, 2}, {1, 1}}}, map[string]string{}},
		{"several points", `<Placemark><name>A</name><MultiGeometry><Point><coordinates>1,2</coordinates></Point><MultiGeometry><Point><coordinates>3,4</coordinates></Point></MultiGeometry></MultiGeometry></Placemark>`,
			orb.MultiPoint{{1, 2}, {3, 4}}, map[string]string{}},
		{"point and line", `<Placemark><name>A</name><MultiGeometry><Point><coordinates>1,2</coordinates></Point><LineString><coordinates>1,2 3,4</coordinates></LineString></MultiGeometry></Placemark>`,
			orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}}, map[string]string{}},
		{"a line of one place", `<Placemark><name>A</name><LineString><coordinates>1,2</coordinates></LineString></Placemark>`, orb.MultiPoint{{1, 2}}, map[string]string{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := mustRead(t, readerFunc(Read), bytesSource("a.kml", kmlOf(test.text)), Options{})
			if len(got.places) != 1 || len(got.issues) > 0 || got.summary.Format != KML {
				t.Fatalf("read %+v with %+v", got.places, got.issues)
			}
			p := got.places[0]
			if p.Name != "A" || !reflect.DeepEqual(p.Geometry, test.geometry) || !reflect.DeepEqual(p.Attributes, test.attributes) {
				t.Errorf("read %q %v %q, want %v %q", p.Name, p.Geometry, p.Attributes, test.geometry, test.attributes)
			}
		})
	}
	p := mustRead(t, readerFunc(Read), bytesSource("a.kml", kmlOf(`<Placemark id="p1"><address>S 1</address><phoneNumber>123</phoneNumber>`+at+`</Placemark>`)), Options{}).places[0]
	if p.SourceID != "p1" || p.Address != "S 1" || p.Phone != "123" {
		t.Errorf("read %+v", p)
	}
}

// TestDamagedPlacemarks rejects a record and reads on.
func TestDamagedPlacemarks(t *testing.T) {
	got := mustRead(t, readerFunc(Read), bytesSource("a.kml", kmlOf(`<Placemark><Point><coordinates>x,y</coordinates></Point></Placemark>`+
		`<Placemark><name>none</name></Placemark><Placemark><Point><coordinates>1,200</coordinates></Point></Placemark>`+
		`<Placemark><Polygon><innerBoundaryIs><LinearRing><coordinates>1,1 1,2 2,2 1,1</coordinates></LinearRing></innerBoundaryIs></Polygon></Placemark>`+
		`<NetworkLink><Link><href>http://x/y.kml</href></Link></NetworkLink><Placemark><Point><coordinates>2.5,1.5</coordinates></Point></Placemark>`)), Options{})
	want := map[string]int{"coordinate_damaged": 1, "coordinate_missing": 2, "coordinate_out_of_range": 1, "link_ignored": 1}
	if !reflect.DeepEqual(got.codes(), want) || len(got.places) != 1 || got.places[0].Row != 5 {
		t.Errorf("read %+v with %+v", got.places, got.issues)
	}
}

// TestKMZ reads the main document of an archive.
func TestKMZ(t *testing.T) {
	point := func(name string) string {
		return string(kmlOf(`<Placemark><name>` + name + `</name><Point><coordinates>2.5,1.5</coordinates></Point></Placemark>`))
	}
	for _, test := range []struct {
		name    string // of the placemark in the document that is to be read
		members map[string]string
		ignored string
	}{
		{"A", map[string]string{"doc.kml": point("A"), "files/icon.png": "x"}, ""},
		{"B", map[string]string{"Map.KML": point("B")}, ""},
		{"C", map[string]string{"a.kml": point("A"), "doc.kml": point("C"), "sub/x.kml": point("X")}, "only doc.kml is read; there are others: a.kml, sub/x.kml"},
		{"L", map[string]string{"doc.kml": string(kmlOf(`<NetworkLink><Link><href>layers/l.kml</href></Link></NetworkLink>`)),
			"layers/l.kml": strings.Replace(point("L"), "<Placemark>", "<NetworkLink><Link><href>../doc.kml</href></Link></NetworkLink><Placemark>", 1)}, ""},
		{"D", map[string]string{"a/a.kml": point("A"), "d.kml": point("D")}, "only d.kml is read; there are others: a/a.kml"},
	} {
		got, err := readZip(t, test.members, Options{})
		if err != nil || len(got.places) != 1 || got.places[0].Name != test.name {
			t.Fatalf("%s: read %v, %v", test.name, got.places, err)
		}
		ignored := ""
		for _, issue := range got.issues {
			ignored += issue.Message
		}
		if ignored != test.ignored {
			t.Errorf("%s: warned %q, want %q", test.name, ignored, test.ignored)
		}
	}
}

// TestKMLRefusals says in one sentence why a KML is not read.
func TestKMLRefusals(t *testing.T) {
	for want, data := range map[string][]byte{
		"holds no placemarks; export": kmlOf(""),
		"a link to http://x/y.kml":    kmlOf(`<NetworkLink><name>n</name><Link><href>http://x/y.kml</href></Link></NetworkLink>`),
		"ends in the middle":          kmlOf(`<Placemark>`)[:150],
	} {
		_, err := readAll(t, readerFunc(Read), bytesSource("a.kml", data), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("refused with %v, want %q", err, want)
		}
	}
}

// TestLargePlacemark rejects what is too large and reads on.
func TestLargePlacemark(t *testing.T) {
	part := `<Data name="x"><value>` + strings.Repeat("y", 1<<20) + `</value></Data>`
	text := fmt.Sprintf(`<Placemark><ExtendedData>%s</ExtendedData></Placemark><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark>`, strings.Repeat(part, maxFeature>>20+1))
	got := mustRead(t, readerFunc(Read), bytesSource("a.kml", kmlOf(text)), Options{})
	if got.codes()["feature_too_large"] != 1 || len(got.places) != 1 {
		t.Errorf("read %d places with %v", len(got.places), got.codes())
	}
}

// FuzzKML reads any bytes.
func FuzzKML(f *testing.F) {
	f.Add([]byte(`<Folder><name>f</name><Placemark><MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>0,0 1,0 1,1</coordinates></LinearRing></outerBoundaryIs></Polygon></MultiGeometry></Placemark></Folder>`))
	f.Add([]byte(`<Placemark><description><![CDATA[<table><tr><td>a</td><td>b</td></tr></table>]]></description><Point><coordinates>1 , 2 , ,</coordinates></Point></Placemark>`))
	f.Fuzz(func(t *testing.T, content []byte) {
		_, _ = readAll(t, kmlReader{}, bytesSource("a.kml", kmlOf(string(content))), Options{}) // it may be refused
	})
}
