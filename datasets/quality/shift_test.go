package quality

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// published yields places.
func published(places ...Known) iter.Seq2[Known, error] {
	return func(yield func(Known, error) bool) {
		for _, p := range places {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// publishedRows are the places of towns' rows, as the dataset published them.
func publishedRows(n int, lat, lon float64) iter.Seq2[Known, error] {
	var places []Known
	for _, row := range towns(n, lat, lon) {
		f := strings.Split(row, ",")
		var at orb.Point
		fmt.Sscan(f[2], &at[1])
		fmt.Sscan(f[3], &at[0])
		places = append(places, Known{SourceID: f[0], Name: f[1], At: at, Own: true})
	}
	return published(places...)
}

// survey is a set of places in WGS-84, n of them around Nanchang.
func surveyed(n int) []orb.Point {
	rng := rand.New(rand.NewPCG(7, 7))
	points := make([]orb.Point, n)
	for i := range points {
		points[i] = orb.Point{115.9 + 0.3*(rng.Float64()-0.5), 28.7 + 0.3*(rng.Float64()-0.5)}
	}
	return points
}

func TestShift(t *testing.T) {
	points := surveyed(300)
	same := func(p orb.Point) orb.Point { return p }
	for _, test := range []struct {
		name string
		file func(orb.Point) orb.Point // what the file says of a place
		crs  string
		code string
	}{
		{"right", same, "", ""},
		{"GCJ-02 taken for WGS-84", geo.GCJ02.FromWGS84, "", "gcj02_taken_for_wgs84"},
		{"BD-09 taken for WGS-84", geo.BD09.FromWGS84, "", "bd09_taken_for_wgs84"},
		{"GCJ-02 stated", geo.GCJ02.FromWGS84, "gcj02", ""},
		{"WGS-84 taken for GCJ-02", same, "gcj02", "wgs84_taken_for_gcj02"},
		{"moved by 300 m otherwise", func(p orb.Point) orb.Point { return orb.Point{p[0] - 0.003, p[1] + 0.001} }, "", ""},
	} {
		for _, by := range []string{"id", "name", "place"} {
			t.Run(test.name+" by "+by, func(t *testing.T) {
				var rows []string
				var known []Known
				rng := rand.New(rand.NewPCG(3, 3))
				for i, p := range points {
					at := test.file(p)
					id, name := "", ""
					k := Known{At: orb.Point{p[0] + 1e-4*(rng.Float64()-0.5), p[1] + 1e-4*(rng.Float64()-0.5)}, Own: by != "place"}
					switch by {
					case "id":
						id = fmt.Sprintf("N%d", i)
						k.SourceID = id
					case "name":
						name = "Facility " + word(i) + fmt.Sprint(i)
						k.Name = name
					}
					if i%3 != 0 || by == "place" {
						known = append(known, k)
					}
					rows = append(rows, fmt.Sprintf("%s,%s,%.7f,%.7f,", id, name, at[1], at[0]))
				}
				order := Order{CRS: test.crs, Known: published(known...)}
				got := pass(t, table(townHeader, rows...), order)
				for _, s := range shifts() {
					if n := got.count(s.code); n != 0 && s.code != test.code || n != 1 && s.code == test.code {
						t.Errorf("%s is found %d times", s.code, n)
					}
				}
				if test.code == "" {
					return
				}
				repair := entryOf(test.code).repair
				if n := len(got.repaired(repair)); n != len(points) {
					t.Errorf("%d repairs are proposed, want %d", n, len(points))
				}
				order.Repairs = []string{repair}
				got = pass(t, table(townHeader, rows...), order)
				for i, p := range points {
					if at := got.places[i].Geometry.(orb.Point); geo.Distance(at, p) > 0.1 {
						t.Fatalf("row %d is %v m off after the repair", i+1, geo.Distance(at, p))
					}
				}
			})
		}
	}
}

func TestShiftNeedsEvidence(t *testing.T) {
	var rows []string
	for i, p := range surveyed(50) {
		at := geo.GCJ02.FromWGS84(p)
		rows = append(rows, fmt.Sprintf("N%d,%s,%.7f,%.7f,", i, word(i), at[1], at[0]))
	}
	got := pass(t, table(townHeader, rows...), Order{})
	if got.count("gcj02_taken_for_wgs84") != 0 {
		t.Error("a shift is claimed though nothing is known there")
	}
	got = pass(t, table(townHeader, rows...), Order{Known: published(Known{SourceID: "N1", At: surveyed(50)[1], Own: true})})
	if got.count("gcj02_taken_for_wgs84") != 0 {
		t.Error("a shift is claimed from one facility")
	}
}
