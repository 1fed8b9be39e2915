package projection

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// Parts of WKT 2 as GDAL, QGIS and ArcGIS write it.
const (
	metre   = `LENGTHUNIT["metre",1]`
	deg     = `ANGLEUNIT["degree",0.0174532925199433]`
	base    = `BASEGEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563,` + metre + `]],PRIMEM["Greenwich",0,` + deg + `],ID["EPSG",4326]]`
	zone    = `CONVERSION["UTM zone 50N",METHOD["Transverse Mercator",ID["EPSG",9807]],PARAMETER["Latitude of natural origin",0,` + deg + `],PARAMETER["Longitude of natural origin",117,` + deg + `],PARAMETER["Scale factor at natural origin",0.9996,SCALEUNIT["unity",1]],PARAMETER["False easting",500000,` + metre + `],PARAMETER["False northing",0,` + metre + `]]`
	axes    = `CS[Cartesian,2],AXIS["(E)",east,ORDER[1],` + metre + `],AXIS["(N)",north,ORDER[2],` + metre + `]`
	projcrs = `PROJCRS["UTM 50N",` + base + `,` + zone + `,` + axes + `,USAGE[SCOPE["a \"quoted\" scope"],BBOX[0,114,84,120]],ID["EPSG",32650]]`
	height  = `VERTCRS["height",VDATUM["sea"],CS[vertical,1],AXIS["up",up],` + metre + `]`
	wgs     = `GEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563]],CS[ellipsoidal,2],AXIS["latitude",north],AXIS["longitude",east],` + deg + `]`
)

// bound wraps a system in a transformation.
func bound(source, target, method, parameters string) string {
	return `BOUNDCRS[SOURCECRS[` + source + `],TARGETCRS[` + target + `],ABRIDGEDTRANSFORMATION["to it",METHOD["` + method + `"]` + parameters + `]]`
}

// TestWKT2Forms reads one system in the forms that ISO 19162 allows.
func TestWKT2Forms(t *testing.T) {
	text := strings.ReplaceAll(projcrs, `\"`, `""`)
	nowhere := strings.Replace(text, "World Geodetic System 1984", "Nowhere 1900", 1)
	for name, text := range map[string]string{
		"as GDAL writes it":    text,
		"of 2015":              strings.Replace(text, "BASEGEOGCRS", "BASEGEODCRS", 1),
		"in long words":        strings.NewReplacer("PROJCRS", "PROJECTEDCRS", "DATUM", "GEODETICDATUM", "PRIMEM", "PRIMEMERIDIAN").Replace(text),
		"with an ensemble":     strings.Replace(text, `DATUM["World Geodetic System 1984",`, `ENSEMBLE["World Geodetic System 1984 ensemble",MEMBER["Transit"],MEMBER["G730"],`, 1),
		"of a moving datum":    strings.Replace(text, "DATUM", `DYNAMIC[FRAMEEPOCH[2005]],DATUM`, 1),
		"unit behind axes":     strings.Replace(text, axes, `CS[Cartesian,2],AXIS["(E)",east],AXIS["(N)",north],`+metre, 1),
		"units left out":       strings.ReplaceAll(strings.ReplaceAll(text, ","+metre, ""), ","+deg, ""),
		"names of ArcGIS":      strings.NewReplacer("Transverse Mercator", "Transverse_Mercator", "Latitude of natural origin", "Latitude_Of_Origin", "Longitude of natural origin", "Central_Meridian", "Scale factor at natural origin", "Scale_Factor", "False easting", "False_Easting", "World Geodetic System 1984", "D_WGS_1984").Replace(text),
		"parameter in grads":   strings.Replace(text, `origin",117,`+deg, `origin",130,ANGLEUNIT["grad",0.015707963267948967]`, 1),
		"with a height":        `COMPOUNDCRS["both",` + text + `,` + height + `]`,
		"bound by a shift":     bound(nowhere, wgs, "Geocentric translations (geog2D domain)", `,PARAMETER["X-axis translation",0]`),
		"bound by a grid":      bound(text, wgs, "NTv2", `,PARAMETERFILE["Latitude and longitude difference file","x.gsb"]`),
		"bound, with a height": `COMPOUNDCRS["both",` + bound(text, wgs, "NTv2", "") + `,` + height + `]`,
	} {
		s, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		at := s.ToWGS84(orb.Point{584000, 3173000})
		if d := geo.Distance(at, orb.Point{117.859783470, 28.681483040}); !(d < 0.001) || s.Geographic || s.Name != "UTM 50N" {
			t.Errorf("%s: %q, %v, %.3f m away", name, s.Name, at, d)
		}
	}
	if s, err := Parse(wgs); err != nil || !s.Geographic || geo.Distance(s.ToWGS84(orb.Point{115.5, 28.5}), orb.Point{115.5, 28.5}) > 0.001 {
		t.Errorf("WGS 84 itself: %+v, %v", s, err)
	}
}

// TestBoundShift moves a position as the definition says: cs2cs gives the same
// for the system with these seven numbers.
func TestBoundShift(t *testing.T) {
	const seven = `,PARAMETER["X-axis translation",598.1],PARAMETER["Y-axis translation",73.7],PARAMETER["Z-axis translation",418.2],PARAMETER["X-axis rotation",%g],PARAMETER["Y-axis rotation",%g],PARAMETER["Z-axis rotation",%g],PARAMETER["Scale difference",1.0000067]`
	bessel := `GEOGCRS["made up",DATUM["made up",ELLIPSOID["Bessel 1841",6377397.155,299.1528128]],CS[ellipsoidal,2],AXIS["latitude",north],AXIS["longitude",east],` + deg + `]`
	for method, turn := range map[string]float64{"Position Vector transformation (geog2D domain)": 1, "Coordinate Frame rotation (geog2D domain)": -1} {
		s, err := Parse(bound(bessel, wgs, method, fmt.Sprintf(seven, turn*0.202, turn*0.045, turn*-2.455)))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := s.ToWGS84(orb.Point{11.5, 48.1}), (orb.Point{11.498623224, 48.099082518}); geo.Distance(got, want) > 0.001 {
			t.Errorf("%s: %v, want %v", method, got, want)
		}
	}
}

// TestWKT2Unsupported says in words what is not understood.
func TestWKT2Unsupported(t *testing.T) {
	moon := strings.Replace(wgs, "World Geodetic System 1984", "Moon 2000", 1)
	for text, want := range map[string]string{
		strings.Replace(projcrs, "Transverse Mercator", "Bonne", 1):                       "its projection Bonne is not known",
		strings.Replace(projcrs, "World Geodetic System 1984", "Atlantis 1900", 1):        "its datum Atlantis 1900 is not known",
		strings.Replace(projcrs, "6378137", "6378.137", 1):                                "its spheroid is not stated",
		strings.Replace(projcrs, "BASEGEOGCRS", "BASEENGCRS", 1):                          "its definition has no BASEGEOGCRS",
		`ENGCRS["site",EDATUM["site"]]`:                                                   "ENGCRS is neither a projected nor a geographic system",
		`COMPOUNDCRS["heights",` + height + `]`:                                           "none of which is a position on earth",
		bound(wgs, moon, "Geocentric translations", `,PARAMETER["X-axis translation",1]`): "it is bound to Moon 2000, not to WGS 84",
	} {
		_, err := Parse(strings.ReplaceAll(text, `\"`, `""`))
		var unsupported *Unsupported
		if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("refused with %v, want %q", err, want)
		}
	}
}
