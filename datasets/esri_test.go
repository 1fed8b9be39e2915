package datasets

import (
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

func TestEsri(t *testing.T) {
	square := `[[115,28],[115,29],[116,29],[116,28],[115,28]]` // clockwise
	hole := `[[115.2,28.2],[115.4,28.2],[115.4,28.4],[115.2,28.2]]`
	outline := orb.Ring{{115, 28}, {116, 28}, {116, 29}, {115, 29}, {115, 28}} // as GeoJSON turns it
	for _, test := range []struct {
		about, geometry string
		want            orb.Geometry
		code            string
	}{
		{"point", `{"x":115.8,"y":28.6}`, orb.Point{115.8, 28.6}, ""},
		{"point of its own system", `{"x":12890796.7,"y":3326013.9,"spatialReference":{"wkid":102100}}`, orb.Point{115.799997, 28.6093147}, ""},
		{"point of an unknown system", `{"x":1,"y":2,"spatialReference":{"wkid":27200}}`, nil, "crs_unknown"},
		{"no point", `{"x":"NaN","y":"NaN"}`, nil, "coordinate_missing"},
		{"null", `null`, nil, "coordinate_missing"},
		{"points", `{"points":[[115,28],[116,29,5]]}`, orb.MultiPoint{{115, 28}, {116, 29}}, ""},
		{"line", `{"paths":[[[115,28],[116,29]]],"hasZ":false}`, orb.LineString{{115, 28}, {116, 29}}, ""},
		{"area with a hole", `{"rings":[` + square + `,` + hole + `]}`, orb.Polygon{outline, {{115.2, 28.2}, {115.4, 28.4}, {115.4, 28.2}, {115.2, 28.2}}}, ""},
		{"two areas", `{"rings":[` + square + `,[[5,2],[6,4],[6,2],[5,2]]]}`, orb.MultiPolygon{{outline}, {{{5, 2}, {6, 2}, {6, 4}, {5, 2}}}}, ""},
		{"area turned round, not closed", `{"rings":[[[5,2],[6,2],[6,4]]]}`, orb.Polygon{{{5, 2}, {6, 2}, {6, 4}, {5, 2}}}, ""},
		{"envelope", `{"xmin":1,"ymin":2,"xmax":3,"ymax":4}`, orb.Polygon{{{1, 2}, {3, 2}, {3, 4}, {1, 4}, {1, 2}}}, ""},
		{"curves", `{"curveRings":[[[1,2],{"c":[[3,4],[5,6]]}]]}`, nil, "coordinate_damaged"},
		{"word", `{"x":"east","y":2}`, nil, "coordinate_damaged"},
		{"no rings", `{"rings":[]}`, nil, "coordinate_missing"},
	} {
		file := `{"features":[{"attributes":{"NAME":"A"},"geometry":` + test.geometry + `}]}`
		got := mustRead(t, readerFunc(Read), bytesSource("a.json", []byte(file)), Options{})
		var shape orb.Geometry
		if len(got.places) > 0 {
			shape = got.places[0].Geometry
		}
		if !reflect.DeepEqual(shape, test.want) || got.codes()[test.code] != got.summary.Rejected || got.summary.Format != EsriJSON {
			t.Errorf("%s: have %v, want %v; %v", test.about, shape, test.want, got.issues)
		}
	}
}

// TestEsriFields: aliases, dates and coded values mean what the FeatureSet says,
// also where it says so behind the features.
func TestEsriFields(t *testing.T) {
	file := `{"features":[{"attributes":{"OBJECTID":7,"F1":"公厕","F2":2,"F3":1700000000000,"F4":null,"F5":"x"},"geometry":{"x":12890796.7,"y":3326013.9}}],
		"fieldAliases":{"F1":"名称"},"spatialReference":{"wkid":102100,"latestWkid":3857},"exceededTransferLimit":true,
		"fields":[{"name":"F2","type":"esriFieldTypeSmallInteger","alias":"wheelchair","domain":{"type":"codedValue","codedValues":[{"code":1,"name":"No"},{"code":2,"name":"Yes"}]}},
			{"name":"F3","type":"esriFieldTypeDate","alias":"Check date"},{"name":"F5","alias":"F5"}]}`
	got := mustRead(t, readerFunc(Read), bytesSource("a.json", []byte(file)), Options{})
	if len(got.places) != 1 {
		t.Fatal(got.issues)
	}
	p := got.places[0]
	want := map[string]string{"wheelchair": "yes", "F5": "x"}
	if p.Name != "公厕" || p.SourceID != "7" || p.VerifiedAt.Format("2006-01-02") != "2023-11-14" || !reflect.DeepEqual(p.Attributes, want) {
		t.Errorf("have %+v", p)
	}
	if at := p.Geometry.Bound().Center(); at[0] < 115.79 || at[0] > 115.81 || got.codes()["crs_assumed"] != 0 || got.codes()["file_incomplete"] != 1 {
		t.Errorf("at %v: %v", at, got.issues)
	}
}

func TestEsriForms(t *testing.T) {
	feature := `{"attributes":{"NAME":"A"},"geometry":{"x":115.8,"y":28.6}}`
	for _, file := range []string{`[` + feature + `]`, feature, `{"geometryType":"esriGeometryPoint","features":[` + feature + `]}`} {
		got := mustRead(t, readerFunc(Read), bytesSource("a.json", []byte(file)), Options{})
		if where(got.places) != "A@[115.8 28.6]" || got.codes()["crs_assumed"] != 1 {
			t.Errorf("%s: have %s, %v", file, where(got.places), got.issues)
		}
	}
	for file, want := range map[string]string{
		`{"spatialReference":{"wkid":27200},"features":[` + feature + `]}`: "wkid 27200, which is not known",
		`{"error":{"code":400,"message":"Invalid query"}}`:                 "an error of the service: Invalid query",
		`{"geometryType":"esriGeometryPoint","features":[` + feature:       "ends in the middle",
	} {
		got, err := readAll(t, readerFunc(Read), bytesSource("a.json", []byte(file)), Options{})
		if err == nil || !strings.Contains(err.Error(), want) || len(got.places) > 0 {
			t.Errorf("%s: want %q, have %v", file, want, err)
		}
	}
	wkt := `{"spatialReference":{"wkt":"PROJCS[\"UTM_50N\",GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]],` +
		`PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"False_Easting\",500000.0],PARAMETER[\"False_Northing\",0.0],PARAMETER[\"Central_Meridian\",117.0],PARAMETER[\"Scale_Factor\",0.9996],` +
		`PARAMETER[\"Latitude_Of_Origin\",0.0],UNIT[\"Meter\",1.0]]"},"features":[{"attributes":{"NAME":"A"},"geometry":{"x":500000,"y":0}}]}`
	if got := mustRead(t, readerFunc(Read), bytesSource("a.json", []byte(wkt)), Options{}); where(got.places) != "A@[117 0]" {
		t.Errorf("a definition in WKT: have %s, %v", where(got.places), got.issues)
	}
	stated := `{"spatialReference":{"wkid":27200},"features":[` + feature + `]}`
	if got := mustRead(t, readerFunc(Read), bytesSource("a.json", []byte(stated)), Options{CRS: "wgs84"}); len(got.places) != 1 {
		t.Errorf("the options say what the numbers are: %v", got.issues)
	}
}

func FuzzEsri(f *testing.F) {
	f.Add([]byte(`{"fields":[{"name":"a","domain":{"codedValues":[{"code":1,"name":"x"}]}}],"features":[{"attributes":{"a":1},"geometry":{"rings":[[[1,2],[2,3],[3,1]]]}}]}`))
	f.Add([]byte(`[{"attributes":{"a":1},"geometry":{"x":1,"y":2,"spatialReference":{"wkid":4326}}}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, esriReader{}, bytesSource("fuzz", data), Options{})
	})
}
