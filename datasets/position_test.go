package datasets

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/geo"
)

func TestParseAngle(t *testing.T) {
	bad := math.NaN()
	for _, test := range []struct {
		text string
		want float64
		axis byte
	}{
		{"22.298", 22.298, 0}, {"-37.77", -37.77, 0}, {"+1", 1, 0}, {"1.5e1", 15, 0}, {"5E-06", 5e-6, 0},
		{"48,1375", 48.1375, 0}, {"１１５．８５", 115.85, 0}, {"−4.14", -4.14, 0},
		{"114-10-52", 114 + 10./60 + 52./3600, 0}, {"22-18-53", 22 + 18./60 + 53./3600, 0},
		{`22°18'53"N`, 22 + 18./60 + 53./3600, 'N'}, {"22°18.5'S", -(22 + 18.5/60), 'N'}, {"W 3° 30′ 0″", -3.5, 'E'},
		{"114°10′52.5″E", 114 + 10./60 + 52.5/3600, 'E'}, {"22.3°", 22.3, 0}, {"22.3 N", 22.3, 'N'}, {"E114.2", 114.2, 'E'},
		{"北纬28.68", 28.68, 'N'}, {"东经115度51分30秒", 115 + 51./60 + 30./3600, 'E'}, {"2.89080 deg West", -2.8908, 'E'}, {"51 30 0", 51.5, 0},
		{"481.475.266", bad, 0}, {"8.41E+12", bad, 0}, {"53_ 39' 86.58", bad, 0}, {"22-61-10", bad, 0}, {"12-34-56-78", bad, 0},
		{"Jan-22", bad, 0}, {"nan", bad, 0}, {"inf", bad, 0}, {"0x1p4", bad, 0}, {"1_000", bad, 0}, {"", bad, 0}, {"-", bad, 0}, {"N", bad, 0},
	} {
		got, ok := parseAngle(test.text)
		if ok == math.IsNaN(test.want) || ok && (math.Abs(got.value-test.want) > 1e-9 || got.axis != test.axis) {
			t.Errorf("%q is read as %v %q %v, want %v %q", test.text, got.value, got.axis, ok, test.want, test.axis)
		}
	}
}

func TestParsePair(t *testing.T) {
	for _, test := range []struct {
		text  string
		order pairOrder
		want  string // "lat lon", "" if it is no pair
	}{
		{"(-37.77, 144.96)", latFirst, "-37.77 144.96"},
		{"22.283733,114.151492", latFirst, "22.283733 114.151492"},
		{"114.151492,22.283733", latFirst, "22.283733 114.151492"}, // legal in one order only
		{"11.5,48.1", lonFirst, "48.1 11.5"},
		{"48.1 11.5", latFirst, "48.1 11.5"},
		{"48,1375; 11,5755", latFirst, "48,1375 11,5755"},
		{"48,1375,11,5755", latFirst, "48.1375 11.5755"},
		{"[11.5, 48.1, 520]", lonFirst, "48.1 11.5"},
		{"POINT (11.5 48.1)", latFirst, "48.1 11.5"},
		{"Point Z(11.5 48.1 3)", latFirst, "48.1 11.5"},
		{"11.5E, 48.1N", latFirst, "48.1N 11.5E"},
		{"28.68，115.85", latFirst, "28.68 115.85"},
		{"22-18-53, 114-10-52", latFirst, "22-18-53 114-10-52"},
		{"Main Street 5, 80331", latFirst, ""}, {"5", latFirst, ""}, {"", latFirst, ""}, {"1,2,3,4,5", latFirst, ""}, {"POINT EMPTY", latFirst, ""},
	} {
		pair, ok := parsePair(test.text, test.order)
		if got := strings.TrimSpace(pair[0] + " " + pair[1]); got != test.want || ok != (test.want != "") {
			t.Errorf("%q is read as %q %v, want %q", test.text, got, ok, test.want)
		}
	}
}

// TestCoordinateSystems places one point by every way of stating its system.
func TestCoordinateSystems(t *testing.T) {
	at := orb.Point{115.8582, 28.6829}
	gcj, bd := geo.GCJ02.FromWGS84(at), geo.BD09.FromWGS84(at)
	x, y := 12897276.01, 3334571.36
	for _, test := range []struct {
		name, header string
		p            orb.Point
		crs          string
		assumed      int
		within       float64 // metres from the point
	}{
		{"assumed", "lon,lat", at, "", 1, 0.02},
		{"the option", "lon,lat", gcj, "gcj02", 0, 0.02},
		{"the option over the name", "lon_gcj02,lat_gcj02", at, "wgs84", 0, 0.02},
		{"经度_84", "经度_84,纬度_84", at, "auto", 0, 0.02},
		{"gcj02 in the name", "gcj02_lng,gcj02_lat", gcj, "", 0, 0.02},
		{"百度", "百度经度,百度纬度", bd, "", 0, 0.02},
		{"bd09", "lng_bd09,lat_bd09", bd, "", 0, 0.02},
		{"Mercator by option", "lon,lat", orb.Point{x, y}, "EPSG:3857", 0, 400},
		{"Mercator by name", "x_3857,y_3857", orb.Point{x, y}, "", 0, 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.within > 1 { // check the metres against geo itself
				x, y := geo.ToMercator(at)
				test.p, test.within = orb.Point{x, y}, 0.02
			}
			got := readTable(t, fmt.Sprintf("name,%s\nA,%.9f,%.9f\n", test.header, test.p[0], test.p[1]), Options{CRS: test.crs})
			if n := got.codes()["crs_assumed"]; n != test.assumed {
				t.Errorf("crs_assumed %d times, want %d", n, test.assumed)
			}
			if d := geo.Distance(got.places[0].Geometry.(orb.Point), at); d > test.within {
				t.Errorf("the place lies %v m away", d)
			}
		})
	}
}

// TestSwappedRow suspects the one row whose values are exchanged, and none of
// a file that covers the world.
func TestSwappedRow(t *testing.T) {
	var near, world strings.Builder
	near.WriteString("name,lat,lon\n")
	world.WriteString("name,lat,lon\n")
	for i := range 60 {
		lat, lon := 45+float64(i%7)/10, 16+float64(i%5)/10
		if i == 50 {
			lat, lon = lon, lat
		}
		fmt.Fprintf(&near, "A,%v,%v\n", lat, lon)
		fmt.Fprintf(&world, "A,%d,%d\n", i*37%120-60+1, i*71%350-174)
	}
	got := readTable(t, near.String(), Options{})
	if n := got.codes()["position_swapped"]; n != 1 || got.issues[len(got.issues)-1].Row != 51 || got.summary.Accepted != 60 {
		t.Errorf("%d rows suspected: %v", n, got.issues)
	}
	if n := readTable(t, world.String(), Options{}).codes()["position_swapped"]; n != 0 {
		t.Errorf("%d rows of a file of the world suspected", n)
	}
}
