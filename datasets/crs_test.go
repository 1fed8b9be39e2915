package datasets

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// Positions as gdaltransform gives them, in systems that the file does not
// declare, or does by its number.
func TestSystemsByCode(t *testing.T) {
	amersfoort, wuhan := orb.Point{5.387204, 52.155172}, orb.Point{114.3, 30.6}
	for name, test := range map[string]struct {
		file, crs string
		want      orb.Point
		code      string // of a warning
	}{
		"a table":               {"name,x,y\nA,155000,463000\n", "EPSG:28992", amersfoort, ""},
		"in lower case":         {"name,Easting,Northing\nA,155000,463000\n", "epsg:28992", amersfoort, ""},
		"as a URN":              {"name,x,y\nA,155000,463000\n", "urn:ogc:def:crs:EPSG::28992", amersfoort, ""},
		"GeoJSON that says so":  {`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::28992"}},"features":[{"type":"Feature","properties":{"name":"A"},"geometry":{"type":"Point","coordinates":[155000,463000]}}]}`, "", amersfoort, ""},
		"Esri JSON":             {`{"geometryType":"esriGeometryPoint","spatialReference":{"wkid":28992},"features":[{"attributes":{"name":"A"},"geometry":{"x":155000,"y":463000}}]}`, "", amersfoort, ""},
		"CGCS2000":              {"name,x,y\nA,528770.2373,3386666.2506\n", "EPSG:4547", wuhan, ""},
		"CGCS2000, X north":     {"名称,X,Y\nA,3386666.2506,528770.2373\n", "EPSG:4547", wuhan, "axes_exchanged"},
		"CGCS2000, zone before": {"name,x,y\nA,38528770.2373,3386666.2506\n", "EPSG:4526", wuhan, ""},
		"Xian 1980":             {"name,x,y\nA,528770.2508,3386667.8288\n", "EPSG:2383", wuhan, "datum_approximate"},
	} {
		t.Run(name, func(t *testing.T) {
			got := readText(t, test.file, test.crs)
			if len(got.places) != 1 {
				t.Fatalf("%d places, %+v", len(got.places), got.issues)
			}
			if at := got.places[0].Geometry.(orb.Point); geo.Distance(at, test.want) > 2 {
				t.Errorf("%v is %.1f m from %v", at, geo.Distance(at, test.want), test.want)
			}
			for _, i := range got.issues {
				if i.Code != test.code {
					t.Errorf("%+v", i)
				}
			}
			if test.code != "" && len(got.issues) == 0 {
				t.Errorf("no %s", test.code)
			}
			if !strings.HasPrefix(got.summary.CRS, "EPSG:") {
				t.Errorf("the system is told as %q", got.summary.CRS)
			}
		})
	}
}

func TestUnknownCodes(t *testing.T) {
	for text, says := range map[string]string{
		"EPSG:999999": `"EPSG:999999" is not among the EPSG codes that can be converted`,
		"EPSG:27200":  `"EPSG:27200" is not among`, // the New Zealand Map Grid, a projection of its own
		"moon":        `"moon" is not known; use wgs84, gcj02, bd09 or an EPSG code`,
		"EPSG:abc":    "is not known",
	} {
		if _, err := ParseCRS(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
	got := readText(t, "name,x,y\nA,155000,463000\nB,9000000000,9000000000\n", "EPSG:28992")
	if len(got.places) != 1 || len(got.issues) != 1 || got.issues[0].Code != "coordinate_out_of_range" {
		t.Errorf("a position that is none: %+v", got)
	}
}

// readText reads a file of whatever format in a coordinate system.
func readText(t *testing.T, text, crs string) reading {
	t.Helper()
	return mustRead(t, readerFunc(Read), bytesSource("file", []byte(text)), Options{CRS: crs})
}
