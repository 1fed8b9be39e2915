package projection

import (
	"bufio"
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// A reference is a system with positions that GDAL 3.6 (PROJ 9.1, without
// grids) converted: x and y, longitude and latitude on the system's own datum,
// longitude and latitude in WGS-84.
type reference struct {
	EPSG            int
	Esri, OGC, WKT2 string
	Points          [][6]float64
}

// texts are the definition in each dialect.
func (r reference) texts() map[string]string {
	return map[string]string{"esri": r.Esri, "ogc": r.OGC, "wkt2": r.WKT2}
}

// references are the systems of testdata/gdal.jsonl.
func references(t testing.TB) []reference {
	t.Helper()
	file, err := os.Open("testdata/gdal.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []reference
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var r reference
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// TestProjections holds the plane formulas, without any datum, to a millimetre
// of GDAL's, in both dialects.
func TestProjections(t *testing.T) {
	for _, r := range references(t) {
		for dialect, text := range r.texts() {
			s, err := Parse(text)
			if err != nil {
				t.Errorf("EPSG:%d (%s): %v", r.EPSG, dialect, err)
				continue
			}
			s.shift, s.meridian = nil, 0
			for _, p := range r.Points {
				got, want := s.ToWGS84(orb.Point{p[0], p[1]}), orb.Point{p[2], p[3]}
				if d := geo.Distance(got, want); !(d < 0.001) {
					t.Errorf("EPSG:%d (%s): %v is %v, want %v: %.4f m away", r.EPSG, dialect, p[:2], got, want, d)
				}
			}
		}
	}
}

// tolerances are the metres by which other choices among the published shifts
// put the same position elsewhere; everything else is within 1 m.
var tolerances = map[int]float64{
	3844: 2,  // GDAL has a shift for Romania alone
	2435: 60, // GDAL leaves Beijing 1954 as it is but for two basins
	2415: 60,
}

// TestDatums compares whole conversions with GDAL's.
func TestDatums(t *testing.T) {
	for _, r := range references(t) {
		for dialect, text := range r.texts() {
			s, err := Parse(text)
			if err != nil {
				continue // reported above
			}
			tolerance := max(1, tolerances[r.EPSG], s.Accuracy)
			for _, p := range r.Points {
				got, want := s.ToWGS84(orb.Point{p[0], p[1]}), orb.Point{p[4], p[5]}
				if d := geo.Distance(got, want); !(d < tolerance) {
					t.Errorf("EPSG:%d (%s): %v is %v, want %v: %.2f m away", r.EPSG, dialect, p[:2], got, want, d)
				}
			}
		}
	}
}

const (
	geogcs = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]]`
	utm    = `PROJCS["UTM 50N",` + geogcs + `,PROJECTION["Transverse_Mercator"],PARAMETER["Central_Meridian",117],PARAMETER["Scale_Factor",0.9996],PARAMETER["False_Easting",500000],UNIT["Meter",1]]`
)

// TestDialects reads one system as several programs write it.
func TestDialects(t *testing.T) {
	for name, text := range map[string]string{
		"plain":           utm,
		"parentheses":     strings.NewReplacer("[", "(", "]", ")").Replace(utm),
		"blanks":          "\ufeff " + strings.ReplaceAll(utm, ",", " ,\r\n\t") + "\n",
		"lower case":      strings.ToLower(utm),
		"vertical system": utm + `,VERTCS["EGM96",VDATUM["EGM96"],UNIT["Meter",1]]`,
		"compound":        `COMPD_CS["both",` + utm + `,VERT_CS["height",VERT_DATUM["sea",2005],UNIT["metre",1]]]`,
		"kilometres":      strings.Replace(strings.Replace(utm, "500000", "500", 1), `UNIT["Meter",1]`, `UNIT["Kilometer",1000]`, 1),
		"explicit datum":  strings.Replace(utm, `["D_WGS_1984",SPHEROID`, `["a new one",TOWGS84[0,0,0],SPHEROID`, 1),
	} {
		s, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		at := orb.Point{584000, 3173000}
		if name == "kilometres" {
			at = orb.Point{584, 3173}
		}
		if d := geo.Distance(s.ToWGS84(at), orb.Point{117.859783470, 28.681483040}); !(d < 0.001) || s.Geographic {
			t.Errorf("%s: %v, %.3f m away", name, s.ToWGS84(at), d)
		}
	}
}

// TestUnsupported names the system and the part that is not known.
func TestUnsupported(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{strings.Replace(utm, "Transverse_Mercator", "Bonne", 1), `"UTM 50N" is not understood: its projection Bonne is not known`},
		{strings.Replace(utm, "D_WGS_1984", "D_Atlantis", 1), `its datum D_Atlantis is not known`},
		{strings.Replace(utm, "6378137", "x", 1), `its spheroid is not stated`},
		{strings.Replace(utm, "GEOGCS", "GEOG", 1), `its definition has no GEOGCS`},
		{strings.Replace(utm, `"Central_Meridian",117`, `"Central_Meridian",NaN`, 1), `the parameters of its projection make no sense`},
		{`LOCAL_CS["site",UNIT["metre",1]]`, `"site" is not understood: LOCAL_CS is neither a projected nor a geographic system`},
	} {
		_, err := Parse(test.text)
		var unsupported *Unsupported
		if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("refused with %v, want %q", err, test.want)
		}
	}
	for _, text := range []string{"", "PROJCS", `PROJCS["a`, `PROJCS["a"`, "+proj=utm +zone=50", "\xff\xfe", strings.Repeat("A[", 100), strings.Repeat(" ", maxWKT) + "x"} {
		if _, err := Parse(text); err != errNotWKT {
			t.Errorf("%.20q is refused with %v", text, err)
		}
	}
}

// TestAccuracy tells which datums are rough.
func TestAccuracy(t *testing.T) {
	for name, want := range map[string]float64{"D_WGS_1984": 0, "D_China_2000": 0, "Amersfoort": 0, "D_Beijing_1954": 15, "Xian_1980": 100} {
		if _, accuracy, known := findDatum(name); accuracy != want || !known {
			t.Errorf("%s is known to %v m (%v), want %v", name, accuracy, known, want)
		}
	}
}

// TestFarOutside keeps nonsense from looking like a position.
func TestFarOutside(t *testing.T) {
	for _, r := range references(t) {
		s, err := Parse(r.Esri)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []orb.Point{{1e300, -1e300}, {math.Inf(1), 0}, {math.NaN(), 1}} {
			if got := s.ToWGS84(p); !s.Geographic && math.Abs(got[0]) <= 180 && math.Abs(got[1]) < 89 {
				t.Errorf("EPSG:%d: %v becomes %v", r.EPSG, p, got)
			}
		}
	}
}

// FuzzParse takes any text; what is understood converts without a crash.
func FuzzParse(f *testing.F) {
	for _, r := range references(f) {
		f.Add(r.Esri, 1e5, 2e5)
		f.Add(r.OGC, -3e6, 4e6)
		f.Add(r.WKT2, 0.0, 0.0)
	}
	f.Fuzz(func(t *testing.T, text string, x, y float64) {
		if s, err := Parse(text); err == nil {
			s.ToWGS84(orb.Point{x, y})
		}
	})
}
