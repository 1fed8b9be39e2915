package datasets

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestXML(t *testing.T) {
	const ab = "A@[115.8 28.6] B@[115.9 28.7]"
	for _, test := range []struct{ about, file, want string }{
		{"elements", `<?xml version="1.0"?><list><n>2</n><item><name>A</name><lat>28.6</lat><lon>115.8</lon></item><item><name>B</name><lat>28.7</lat><lon>115.9</lon></item></list>`, ab},
		{"attributes", `<list><item name="A" lat="28.6" lon="115.8"/><item name="B" lat="28.7" lon="115.9"/></list>`, ab},
		{"nested", `<a><b><item><name>A</name><location><lat>28.6</lat><lng>115.8</lng></location></item><item><name>B</name><location><lat>28.7</lat><lng>115.9</lng></location></item></b></a>`, ab},
		{"one text", `<a><item><name>A</name><map_coordinate>28.6,115.8</map_coordinate></item><item><name>B</name><map_coordinate> 28.7,115.9
			</map_coordinate></item></a>`, ab},
		{"one record", `<a><item><name>A</name><p><lat>28.6</lat><lon>115.8</lon></p></item></a>`, "A@[115.8 28.6]"},
		{"namespaces", `<x:a xmlns:x="u" xmlns="v"><x:item><x:name>A</x:name><geo:lat xmlns:geo="w">28.6</geo:lat><geo:long>115.8</geo:long></x:item></x:a>`, "A@[115.8 28.6]"},
		{"waypoints beside tracks", `<gpx><wpt lat="28.6" lon="115.8"><name>A</name></wpt><trk><trkpt lat="1" lon="2"/><trkpt lat="1" lon="3"/><trkpt lat="1" lon="4"/></trk></gpx>`, "A@[115.8 28.6]"},
		{"named values", `<a><row><Data name="name">A</Data><Data name="lat">28.6</Data><Data name="lon">115.8</Data></row></a>`, "A@[115.8 28.6]"},
		{"entities", `<a><item><name>A &amp; B &eacute; & C</name><lat>28.6</lat><lon>115.8</lon></item></a>`, "A & B é & C@[115.8 28.6]"},
		{"CDATA and comments", `<a><item><!-- x --><name><![CDATA[<A>]]></name><lat>28.6</lat><lon>115.8</lon></item></a>`, "<A>@[115.8 28.6]"},
	} {
		got := mustRead(t, readerFunc(Read), bytesSource("a.xml", []byte(test.file)), Options{CRS: "wgs84"})
		if have := where(got.places); have != test.want || got.summary.Format != XML {
			t.Errorf("%s: have %s, want %s; %v", test.about, have, test.want, got.issues)
		}
	}
}

func TestXMLFields(t *testing.T) {
	file := `<a><item id="7" xml:lang="zh"><name_en>A</name_en><lat>1</lat><lon>2</lon><tel>123</tel><tag>x</tag><tag>y</tag><empty/><none>N/A</none><addr><city>C</city></addr></item></a>`
	p := mustRead(t, xmlReader{}, bytesSource("a.xml", []byte(file)), Options{}).places[0]
	want := map[string]string{"name:en": "A", "tag": "x;y", "addr:city": "C", "lang": "zh"}
	if p.SourceID != "7" || p.Phone != "123" || !reflect.DeepEqual(p.Attributes, want) {
		t.Errorf("have %+v", p)
	}
}

func TestXMLEncodings(t *testing.T) {
	text := `<?xml version="1.0" encoding="GB2312"?><a><item><name>公厕</name><lat>28.6</lat><lon>115.8</lon></item></a>`
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	utf16 := []byte("\xfe\xff")
	for _, r := range strings.Replace(text, "GB2312", "UTF-16", 1) {
		utf16 = append(utf16, byte(r>>8), byte(r))
	}
	for _, file := range [][]byte{[]byte(gbk), utf16, []byte("\ufeff" + strings.Replace(text, "GB2312", "UTF-8", 1))} {
		if got := mustRead(t, readerFunc(Read), bytesSource("a.xml", file), Options{}); where(got.places) != "公厕@[115.8 28.6]" {
			t.Errorf("have %s", where(got.places))
		}
	}
}

func TestXMLRefusals(t *testing.T) {
	item := `<item><name>A</name><lat>1</lat><lon>2</lon></item>`
	for _, test := range []struct{ about, file, want string }{
		{"no positions", `<a><item><name>A</name><address>x</address></item><item><name>B</name></item></a>`, "none of its columns name, address (2 records in <a/item>)"},
		{"cut", `<a>` + item + `<item><name>B`, "ends in the middle of its XML, in line 1"},
		{"cut between elements", "<a>\n" + item, "ends in the middle of its XML, in line 2"},
		{"crossed", `<a>` + item + `<b></a></b>`, "</a> ends what is not open"},
		{"deep", strings.Repeat("<a>", 300), "nested too deep"},
		{"unknown encoding", `<?xml version="1.0" encoding="klingon"?><a>` + item + `</a>`, "its encoding \"klingon\" is not known"},
		{"text alone", `<a>x</a>`, "holds no records"},
	} {
		got, err := readAll(t, xmlReader{}, bytesSource("a.xml", []byte(test.file)), Options{})
		if err == nil || !strings.Contains(err.Error(), test.want) || len(got.places) > 0 {
			t.Errorf("%s: want %q, have %v", test.about, test.want, err)
		}
	}
}

// TestXMLTooLarge gives up a record that is too large, and a file whose text
// never ends.
func TestXMLTooLarge(t *testing.T) {
	item := `<item><name>A</name><lat>1</lat><lon>2</lon></item>`
	long := strings.Repeat("x", 1<<20)
	got := mustRead(t, xmlReader{}, repeated("<a>"+item+"<item><note>", long, "</note></item>"+item+"</a>", 5), Options{CRS: "wgs84"})
	if len(got.places) != 2 || fmt.Sprint(got.codes()) != "map[feature_too_large:1]" {
		t.Errorf("have %d places, %v", len(got.places), got.issues)
	}
	_, err := readAll(t, xmlReader{}, repeated("<a>"+item+"<item><note>", long, "</note></item></a>", 40), Options{})
	if err == nil || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Errorf("have %v", err)
	}
}

func TestOSMXML(t *testing.T) {
	file := `<?xml version="1.0" encoding="UTF-8"?><osm version="0.6" generator="Overpass API"><note>x</note><meta osm_base="x"/><bounds minlat="28" minlon="115" maxlat="29" maxlon="116"/>
<node id="11" lat="28.0" lon="115.0"/><node id="12" lat="28.0" lon="115.1"/><node id="13" lat="28.1" lon="115.1"/>
<node id="14" lat="28.3" lon="115.3"><tag k="amenity" v="drinking_water"/><tag k="name" v="Quelle &amp; Brunnen"/></node>
<node id="15" lat="28.3" lon="115.3" visible="false"><tag k="amenity" v="toilets"/></node><node id="-16" action="delete" lat="1" lon="2"><tag k="amenity" v="toilets"/></node>
<way id="1"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="11"/><tag k="amenity" v="toilets"/></way>
<way id="2"><center lat="28.2" lon="115.2"/><nd ref="90"/><nd ref="91"/><tag k="shop" v="mall"/><tag k="toilets" v="yes"/></way>
<way id="3"><bounds minlat="28" minlon="115" maxlat="28.2" maxlon="115.4"/><nd ref="90"/><tag k="amenity" v="library"/></way>
<way id="4"><nd ref="1" lat="28.1" lon="115.1"/><nd ref="2" lat="28.2" lon="115.2"/><tag k="amenity" v="parking"/></way>
<way id="5"><nd ref="90"/><tag k="amenity" v="toilets"/></way>
<way id="8"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="11"/></way>
<relation id="6"><member type="way" ref="60" role="outer"><nd lat="28" lon="115"/><nd lat="28" lon="115.1"/><nd lat="28.1" lon="115.1"/></member>
 <member type="way" ref="61" role="outer"><nd lat="28" lon="115"/><nd lat="28.1" lon="115.1"/></member><member type="node" ref="62" role="label" lat="28" lon="115"/>
 <tag k="type" v="multipolygon"/><tag k="amenity" v="hospital"/></relation>
<relation id="7"><member type="way" ref="8" role=""/><member type="node" ref="11" role=""/><tag k="type" v="site"/><tag k="amenity" v="police"/></relation>
</osm>`
	got := mustRead(t, readerFunc(Read), bytesSource("a.osm", []byte(file)), Options{})
	triangle := orb.Polygon{{{115, 28}, {115.1, 28}, {115.1, 28.1}, {115, 28}}}
	want := map[string]orb.Geometry{
		"way/1": triangle, "way/2": orb.Point{115.2, 28.2}, "way/2#toilets": orb.Point{115.2, 28.2}, "way/3": orb.Point{115.2, 28.1},
		"way/4": orb.LineString{{115.1, 28.1}, {115.2, 28.2}}, "relation/6": triangle, "relation/7": triangle, "node/14": orb.Point{115.3, 28.3},
	}
	for _, p := range got.places {
		if shape, known := want[p.SourceID]; !known || !reflect.DeepEqual(p.Geometry, shape) {
			t.Errorf("%s: have %v, want %v", p.SourceID, p.Geometry, shape)
		}
		delete(want, p.SourceID)
	}
	if len(want) > 0 || got.summary.Read != 9 || got.codes()["coordinate_missing"] != 1 || got.summary.Format != OSMXML {
		t.Errorf("missing %v; way/5 alone lacks its nodes: %+v %+v", want, got.summary, got.issues)
	}
	if got.places[0].Name != "Quelle & Brunnen" {
		t.Errorf("the first is %q", got.places[0].Name)
	}
}

func TestOSMXMLRefusals(t *testing.T) {
	toilet := `<node id="1" lat="1" lon="2"><tag k="amenity" v="toilets"/></node>`
	for _, test := range []struct{ about, file, want string }{
		{"cut", `<osm>` + toilet, "ends in the middle"},
		{"timed out", `<osm><remark> runtime error: Query timed out </remark></osm>`, "is incomplete: Overpass stopped"},
		{"changes", `<osmChange><create>` + toilet + `</create></osmChange>`, "holds changes"},
		{"nothing", `<osm><node id="1" lat="1" lon="2"/></osm>`, "1 elements is a facility"},
		{"no id", `<osm><node lat="1" lon="2"/></osm>`, "<node> has no id"},
		{"other XML", `<a><osm/></a>`, "its root is <a>"},
	} {
		_, err := readAll(t, osmXMLReader{}, bytesSource("a.osm", []byte(test.file)), Options{})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: want %q, have %v", test.about, test.want, err)
		}
	}
}

func FuzzXML(f *testing.F) {
	f.Add([]byte(`<a><item name="A" lat="28.6" lon="115.8"/><item><name>B</name><p>1,2</p></item></a>`))
	f.Add([]byte("\xff\xfe<\x00a\x00/\x00>\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, xmlReader{}, bytesSource("fuzz", data), Options{})
	})
}

func FuzzOSMXML(f *testing.F) {
	f.Add([]byte(`<osm><node id="1" lat="1" lon="2"><tag k="shop" v="a"/></node><relation id="1"><member type="way"><nd lat="1" lon="2"/></member><tag k="shop" v="a"/></relation></osm>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, osmXMLReader{}, bytesSource("fuzz", data), Options{})
	})
}
