package geo

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// shared opens a file of the shared test data, which lies beside the
// repository, and skips the test where that is absent.
func shared(t *testing.T, name string) []byte {
	t.Helper()
	for dir := ".."; len(dir) < 20; dir = filepath.Join("..", dir) {
		if data, err := os.ReadFile(filepath.Join(dir, "shared", "data", name)); err == nil {
			return data
		}
	}
	t.Skipf("the shared data file %s is not here", name)
	return nil
}

type city struct {
	Attrs  struct{ Name string }
	Coords struct{ WGS84, GCJ02, BD09, EPSG3857 orb.Point }
}

func cities(t *testing.T) []city {
	t.Helper()
	var list []city
	if err := json.Unmarshal(shared(t, "coords/china_cities_wgs84_gcj02_bd09.json"), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 664 {
		t.Fatalf("%d cities, want 664", len(list))
	}
	return list
}

// The data came from a map provider, whose GCJ-02 lies 0.43 to 0.54 m to the
// north-east, on each axis, of the published polynomial that everybody else
// uses. BD-09 follows from GCJ-02 to the last of the seven decimals.
func TestTransformsOf664Cities(t *testing.T) {
	const provider, rounding = 0.8, 1.02e-7 // metres, degrees
	off := func(a, b orb.Point) float64 { return max(math.Abs(a[0]-b[0]), math.Abs(a[1]-b[1])) }
	var worst float64
	for _, c := range cities(t) {
		w, g, b := c.Coords.WGS84, c.Coords.GCJ02, c.Coords.BD09
		for what, d := range map[string]float64{
			"to GCJ-02": Distance(GCJ02.FromWGS84(w), g), "from GCJ-02": Distance(GCJ02.ToWGS84(g), w),
			"to BD-09": Distance(BD09.FromWGS84(w), b), "from BD-09": Distance(BD09.ToWGS84(b), w),
		} {
			worst = max(worst, d)
			if !(d <= provider) {
				t.Errorf("%s %s: %.2f m off", c.Attrs.Name, what, d)
			}
		}
		if d := off(baidu(g), b); d > rounding {
			t.Errorf("%s: BD-09 of GCJ-02 is %.1e degrees off", c.Attrs.Name, d)
		}
		if d := off(solve(baidu, b), g); d > rounding {
			t.Errorf("%s: GCJ-02 of BD-09 is %.1e degrees off", c.Attrs.Name, d)
		}
		if WGS84.FromWGS84(w) != w || WGS84.ToWGS84(w) != w {
			t.Errorf("%s: WGS-84 is shifted", c.Attrs.Name)
		}
		x, y := ToMercator(w)
		if math.Abs(x-c.Coords.EPSG3857[0]) > 7e-3 || math.Abs(y-c.Coords.EPSG3857[1]) > 9e-3 {
			t.Errorf("%s: Mercator %.3f %.3f, want %v", c.Attrs.Name, x, y, c.Coords.EPSG3857)
		}
		if back := FromMercator(x, y); Distance(back, w) > 1e-6 {
			t.Errorf("%s: Mercator there and back gives %v", c.Attrs.Name, back)
		}
	}
	t.Logf("largest difference %.2f m", worst)
}

// Values of the published polynomial as other programs compute them.
func TestPublishedPolynomial(t *testing.T) {
	for _, c := range [][2]orb.Point{
		{{121.5272106, 31.1774276}, {121.531541859215, 31.17530398364597}},
		{{113.912316, 22.543847}, {113.9171764808363, 22.540796131694766}},
		{{116.377817, 39.911954}, {116.38404722455657, 39.91334545536069}},
	} {
		if got := GCJ02.FromWGS84(c[0]); Distance(got, c[1]) > 1e-6 {
			t.Errorf("%v becomes %v, want %v", c[0], got, c[1])
		}
		if got := GCJ02.ToWGS84(c[1]); Distance(got, c[0]) > 1e-5 {
			t.Errorf("%v comes from %v, want %v", c[1], got, c[0])
		}
	}
}

func TestTransformsThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(73, 136).Draw(t, "lon"), rapid.Float64Range(3, 54).Draw(t, "lat")}
		for _, c := range []CRS{WGS84, GCJ02, BD09} {
			there := c.FromWGS84(p)
			shifted := c != WGS84 && InMainland(p)
			if moved := Distance(p, there); shifted && (moved < 18 || moved > 2500) || !shifted && moved != 0 {
				t.Fatalf("%s moves %v by %.1f m", c, p, moved)
			}
			// Beyond the border some positions cannot be told from shifted ones.
			if back := c.ToWGS84(there); Distance(back, p) > 1e-3 && !(there == p && InMainland(back)) {
				t.Fatalf("%s: %v there and back is %v", c, p, back)
			}
		}
	})
}

// places are well-known ones on both sides of every stretch of the border that
// matters.
var inside = map[string]orb.Point{
	"Shenzhen station": {114.1130, 22.5318}, "Futian port": {114.0683, 22.5175}, "Shekou": {113.915, 22.475}, "Yantian": {114.27, 22.57},
	"Shenzhen Bay port": {113.9436, 22.5060}, "Zhuhai station": {113.5437, 22.2190}, "Hengqin": {113.52, 22.13},
	"Haikou": {110.33, 20.03}, "Sanya": {109.51, 18.25}, "Weizhou": {109.11, 21.04}, "Sansha": {112.3337959, 16.8334801},
	"Gulangyu": {118.063, 24.447}, "Dadeng": {118.33, 24.56}, "Pingtan": {119.79, 25.5}, "Zhoushan": {122.2, 30.0}, "Putuoshan": {122.385, 30.0},
	"Shengsi": {122.45, 30.73}, "Yangshan": {122.06, 30.63}, "Chongming": {121.6, 31.65}, "Changdao": {120.74, 37.92}, "Liugong": {122.19, 37.50},
	"Dalian port": {121.66, 38.93}, "Qingdao pier": {120.316, 36.058}, "Bund": {121.49, 31.24}, "Nanchang": {115.8582, 28.6829},
	"Dandong": {124.383, 40.115}, "Ji'an": {126.19, 41.12}, "Tumen": {129.845, 42.965}, "Manzhouli": {117.43, 49.59}, "Heihe": {127.5, 50.245},
	"Ruili": {97.855, 24.01}, "Dongxing": {107.97, 21.545}, "Khorgos": {80.415, 44.21}, "Kashgar": {75.99, 39.47}, "Urumqi": {87.6, 43.8}, "Lhasa": {91.1, 29.65},
}

var outside = map[string]orb.Point{
	"Lo Wu": {114.1134, 22.5280}, "Lok Ma Chau": {114.0653, 22.5140}, "Sheung Shui": {114.128, 22.502}, "Sha Tau Kok": {114.213, 22.536}, "Central": {114.158, 22.282},
	"Macau": {113.543, 22.197}, "Macau gate": {113.5490, 22.2140}, "Coloane": {113.56, 22.12},
	"Taipei": {121.55, 25.03}, "Kinmen": {118.32, 24.44}, "Little Kinmen": {118.23, 24.43}, "Matsu": {119.95, 26.15},
	"Seoul": {127, 37.55}, "Sinuiju": {124.41, 40.095}, "Manpo": {126.29, 41.155}, "Namyang": {129.86, 42.95}, "Zabaikalsk": {117.33, 49.65},
	"Blagoveshchensk": {127.53, 50.265}, "Muse": {97.905, 23.985}, "Mong Cai": {107.965, 21.525}, "Lao Cai": {103.97, 22.485},
	"Tokyo": {139.7, 35.7}, "Hanoi": {105.85, 21.03}, "null island": {0, 0}, "pole": {0, 90}, "Buenos Aires": {-58.4, -34.6}, "nowhere": {math.NaN(), 30}, "infinity": {math.Inf(1), 30},
}

func TestInMainland(t *testing.T) {
	for name, p := range inside {
		if !InMainland(p) {
			t.Errorf("%s %v is said to be outside", name, p)
		}
	}
	for name, p := range outside {
		if InMainland(p) {
			t.Errorf("%s %v is said to be inside", name, p)
		}
		for _, c := range []CRS{GCJ02, BD09} {
			if got := c.FromWGS84(p); got != p && !math.IsNaN(p[0]) {
				t.Errorf("%s is shifted by %s", name, c)
			}
		}
	}
}

// The grid must answer as the plain even-odd rule over all edges does.
func TestInMainlandAgainstAllEdges(t *testing.T) {
	rings := decodeRings(mainlandData)
	brute := func(p orb.Point) bool {
		x, y, in := p[0]*outlineUnit, p[1]*outlineUnit, false
		for _, ring := range rings {
			a := ring[len(ring)-1]
			for _, b := range ring {
				if (float64(a[1]) > y) != (float64(b[1]) > y) &&
					float64(a[0])+(y-float64(a[1]))*float64(b[0]-a[0])/float64(b[1]-a[1]) > x {
					in = !in
				}
				a = b
			}
		}
		return in
	}
	main := rings[0]
	for _, ring := range rings {
		if len(ring) > len(main) {
			main = ring
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(72, 137).Draw(t, "lon"), rapid.Float64Range(7, 55).Draw(t, "lat")}
		v := main[rapid.IntRange(0, len(main)-1).Draw(t, "vertex")]
		near := orb.Point{
			float64(v[0])/outlineUnit + rapid.Float64Range(-0.05, 0.05).Draw(t, "east"),
			float64(v[1])/outlineUnit + rapid.Float64Range(-0.05, 0.05).Draw(t, "north"),
		}
		for _, q := range []orb.Point{p, near} {
			if got, want := InMainland(q), brute(q); got != want {
				t.Fatalf("%v: %v, all edges say %v", q, got, want)
			}
		}
	})
}

func TestParseCRS(t *testing.T) {
	for in, want := range map[string]CRS{"wgs84": WGS84, "WGS-84": WGS84, "GCJ-02": GCJ02, "bd09": BD09} {
		if got, err := ParseCRS(in); got != want || err != nil {
			t.Errorf("ParseCRS(%q) = %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "epsg:4326", "gcj", "mars"} {
		if got, err := ParseCRS(in); err == nil {
			t.Errorf("ParseCRS(%q) = %q", in, got)
		}
	}
}
