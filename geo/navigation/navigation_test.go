package navigation

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"fujin/geo"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	nanchang = orb.Point{115.8582, 28.6829}
	toilet   = orb.Point{115.8712, 28.6802}
	central  = orb.Point{114.158, 22.282} // Hong Kong
	modes    = []Mode{Walk, Bicycle, Drive, Transit, Taxi}
)

// Every row of every provider's table, with and without a start, in the
// mainland and outside.
func TestLinksGolden(t *testing.T) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	full := Options{App: "fujin", Company: "jiangxi", Region: "南昌", TencentKey: "KEY-1", UberClientID: "uber&1", Accuracy: 15}
	for _, c := range []struct {
		title string
		from  *orb.Point
		to    orb.Point
		name  string
		opt   Options
	}{
		{"from a place in Nanchang", &nanchang, toilet, "八一公园 公厕&1", full},
		{"from here", nil, toilet, "八一公园 公厕&1", Options{}},
		{"Hong Kong, no name", nil, central, "", full},
	} {
		for _, mode := range modes {
			fmt.Fprintf(&out, "# %s: %s\n", c.title, mode)
			for _, link := range Links(c.from, c.to, c.name, mode, c.opt) {
				if err := encoder.Encode(link); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	const golden = "testdata/links.golden"
	if *update {
		if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got, expected := strings.Split(out.String(), "\n"), strings.Split(string(want), "\n")
	if len(got) != len(expected) {
		t.Fatalf("%d lines, %s has %d", len(got), golden, len(expected))
	}
	for i, line := range got {
		if line != expected[i] {
			t.Fatalf("line %d of %s differs:\n got %s\nwant %s", i+1, golden, line, expected[i])
		}
	}
}

// target reads the destination back out of a link as its provider would.
func target(t *rapid.T, link Link) (p orb.Point, name string) {
	u, err := url.Parse(link.URL)
	if err != nil {
		t.Fatalf("%s: %v", link.URL, err)
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		t.Fatalf("%s: %v", link.URL, err)
	}
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatalf("%s: %v", link.URL, err)
		}
		return v
	}
	pair := func(s string, lonFirst bool) orb.Point {
		parts := strings.SplitN(s, ",", 3)
		if len(parts) < 2 {
			t.Fatalf("%s: no position in %q", link.URL, s)
		}
		a, b := number(parts[0]), number(parts[1])
		if lonFirst {
			return orb.Point{a, b}
		}
		return orb.Point{b, a}
	}
	switch {
	case q.Has("position"):
		return pair(q.Get("position"), true), q.Get("name")
	case link.Provider == Amap && q.Has("to"):
		return pair(q.Get("to"), true), strings.SplitN(q.Get("to"), ",", 3)[2]
	case q.Has("dlat"):
		return orb.Point{number(q.Get("dlon")), number(q.Get("dlat"))}, q.Get("dname")
	case link.Provider == Baidu:
		at, name, _ := strings.Cut(strings.TrimPrefix(q.Get("destination"), "latlng:"), "|name:")
		return pair(at, false), name
	case q.Has("tocoord"):
		return pair(q.Get("tocoord"), false), q.Get("to")
	case q.Has("dropoff[latitude]"):
		return orb.Point{number(q.Get("dropoff[longitude]")), number(q.Get("dropoff[latitude]"))}, q.Get("dropoff[nickname]")
	case link.Provider == Geo && q.Has("q"):
		at, name, _ := strings.Cut(strings.TrimSuffix(q.Get("q"), ")"), "(")
		return pair(at, false), name
	case link.Provider == Geo:
		at, _, _ := strings.Cut(u.Opaque, ";")
		return pair(at, false), ""
	}
	for _, key := range []string{"destination", "daddr", "ll", "finish"} {
		if q.Has(key) {
			return pair(q.Get(key), false), ""
		}
	}
	t.Fatalf("%s: no destination", link.URL)
	return
}

func TestLinksLeadToTheirTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		point := func(what string) orb.Point {
			if rapid.Bool().Draw(t, what+" in China") {
				return orb.Point{rapid.Float64Range(73, 135).Draw(t, "lon"), rapid.Float64Range(18, 54).Draw(t, "lat")}
			}
			return orb.Point{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-90, 90).Draw(t, "lat")}
		}
		to, name := point("to"), rapid.StringN(1, 20, -1).Draw(t, "name")
		var from *orb.Point
		if rapid.Bool().Draw(t, "has start") {
			p := point("from")
			from = &p
		}
		if geo.GCJ02.ToWGS84(to) != to && !geo.InMainland(to) {
			return // the strip beyond the border, where the inverse is ambiguous
		}
		mode := rapid.SampledFrom(modes).Draw(t, "mode")
		for _, link := range Links(from, to, name, mode, Options{UberClientID: "x", Accuracy: 5}) {
			if strings.ContainsAny(link.URL, " \"<>\\^`{}|\n") {
				t.Fatalf("unencoded: %s", link.URL)
			}
			got, gotName := target(t, link)
			if d := geo.Distance(link.CRS.ToWGS84(got), to); !(d < 1) {
				t.Fatalf("%s leads %.2f m beside %v", link.URL, d, to)
			}
			if want := strings.ReplaceAll(name, "|", " "); gotName != "" && gotName != name && gotName != want {
				t.Fatalf("%s names %q, not %q", link.URL, gotName, name)
			}
			if link.Mode != "" && link.Mode != mode {
				t.Fatalf("%s is for %s, wanted %s", link.URL, link.Mode, mode)
			}
		}
	})
}

// What each provider can do.
func TestProvidersOfModes(t *testing.T) {
	for mode, want := range map[Mode]string{
		Walk:    "amap/web amap/android amap/ios baidu/web baidu/android baidu/ios tencent/web tencent/any apple/any apple/ios google/any osmand/any",
		Bicycle: "amap/web amap/android amap/ios baidu/android baidu/ios tencent/any google/any osmand/any",
		Drive:   "amap/web amap/android amap/ios baidu/web baidu/android baidu/ios tencent/web tencent/any apple/any apple/ios google/any waze/any osmand/any",
		Transit: "amap/web amap/android amap/ios baidu/web baidu/android baidu/ios tencent/web tencent/any apple/any apple/ios google/any",
		Taxi:    "amap/android uber/any didi/any",
	} {
		var got []string
		for _, link := range Links(&nanchang, toilet, "x", mode, Options{UberClientID: "id"}) {
			if link.Mode != "" {
				got = append(got, string(link.Provider)+"/"+string(link.Platform))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s:\n got %s\nwant %s", mode, strings.Join(got, " "), want)
		}
	}
	for _, link := range Links(nil, toilet, "x", Taxi, Options{}) {
		if link.Provider == Uber {
			t.Error("an Uber link without a client id")
		}
	}
}

func TestParseMode(t *testing.T) {
	for _, m := range modes {
		if got, err := ParseMode(string(m)); got != m || err != nil {
			t.Errorf("ParseMode(%q) = %q, %v", m, got, err)
		}
	}
	if _, err := ParseMode("fly"); err == nil {
		t.Error("fly is a mode")
	}
}

func ExampleLinks() {
	for _, link := range Links(nil, toilet, "公厕", Drive, Options{}) {
		if link.Provider == Google || link.Provider == Apple {
			fmt.Println(link.CRS, link.URL)
		}
	}
	// Output:
	// gcj02 https://maps.apple.com/directions?destination=28.6768505,115.8760744&mode=driving
	// gcj02 https://maps.apple.com/?daddr=28.6768505,115.8760744&dirflg=d
	// wgs84 https://www.google.com/maps/dir/?api=1&destination=28.6802,115.8712&travelmode=driving
}
