package datasets

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// sampleOf collects a sample.
func sampleOf(t *testing.T, n int, seed uint64, scale float64) []Place {
	t.Helper()
	places := make([]Place, 0, n)
	if err := SampleScaled(n, seed, scale, func(p Place) error { places = append(places, p); return nil }); err != nil {
		t.Fatal(err)
	}
	return places
}

func TestSampleIsDeterministic(t *testing.T) {
	long := sampleOf(t, 300, 5, 1)
	if short := sampleOf(t, 100, 5, 1); !reflect.DeepEqual(short, long[:100]) {
		t.Error("a shorter run gives other facilities than a longer one")
	}
	if other := sampleOf(t, 100, 6, 1); reflect.DeepEqual(other, long[:100]) {
		t.Error("another seed gives the same facilities")
	}
}

func TestSampleIsPlausible(t *testing.T) {
	const n = 20_000
	places := sampleOf(t, n, 1, 1)
	centre := orb.Point{115.8582, 28.6829}
	categories, hours, cities := map[string]int{}, map[string]int{}, map[string]int{}
	near, bytes := 0, 0
	ids := map[string]bool{}
	var features featureWriter
	for _, p := range places {
		categories[p.Category]++
		hours[p.OpeningHours]++
		cities[p.Address[:len("江西省南昌")]]++
		ids[p.SourceID] = true
		at := p.Geometry.(orb.Point)
		if p.Category == "toilet" && geo.Distance(at, centre) <= 1500 {
			near++
		}
		if p.Attributes["synthetic"] != "yes" || !strings.HasPrefix(p.Name, "示例") {
			t.Fatalf("%+v is not marked as invented", p)
		}
		if at[0] < 112 || at[0] > 120 || at[1] < 23.5 || at[1] > 31 || !geo.InMainland(at) {
			t.Errorf("%v is far from Jiangxi", at)
		}
		feature := string(features.feature(p))
		bytes += len(feature) - strings.Index(feature, `"properties"`)
	}
	if len(ids) != n || len(cities) != 11 {
		t.Errorf("%d ids and %d cities", len(ids), len(cities))
	}
	if c := categories["toilet"]; c < n*45/100 || c > n*55/100 || len(categories) < 8 {
		t.Errorf("categories %v", categories)
	}
	if without := hours[""]; without < n*60/100 || without > n*72/100 || len(hours) < 80 {
		t.Errorf("%d of %d without hours, %d different", without, n, len(hours))
	}
	if mean := bytes / n; mean < 200 || mean > 300 {
		t.Errorf("properties of %d bytes", mean)
	}
	if near == 0 {
		t.Error("no toilet within 1.5 km of the centre of Nanchang")
	}
	first := places[0]
	if d := geo.Distance(first.Geometry.(orb.Point), centre); first.Category != "toilet" || d > 1000 {
		t.Errorf("the first is a %s at %.0f m", first.Category, d)
	}
}

// TestSampleDensity: a query draws about the same number of facilities at any
// size, scaled to a million at scale 1.
func TestSampleDensity(t *testing.T) {
	for _, scale := range []float64{0.01, 0.1, 1, 10} {
		n := int(20_000 * min(scale, 2) * max(1, 0.05/scale))
		places := sampleOf(t, n, 1, scale)
		found := 0
		positions := SamplePositions(250, 2, scale)
		for _, q := range positions {
			ruler := geo.NewRuler(q)
			for _, p := range places {
				at := p.Geometry.(orb.Point)
				if math.Abs(at[1]-q[1]) < 0.014 && ruler.Distance(at) <= 1500 {
					found++
				}
			}
		}
		mean := float64(found) / float64(len(positions)) * 1e6 * scale / float64(n)
		if mean < 850 || mean > 1130 {
			t.Errorf("scale %v: %.0f facilities within 1.5 km", scale, mean)
		}
	}
}

func TestWriteSampleReadsBack(t *testing.T) {
	var written bytes.Buffer
	if err := WriteSample(&written, 200, 3); err != nil {
		t.Fatal(err)
	}
	got := mustRead(t, geoJSONSeqReader{}, bytesSource("sample", written.Bytes()), Options{})
	if want := sampleOf(t, 200, 3, 1); !reflect.DeepEqual(got.places, want) {
		t.Error("what was written reads back differently")
	}
}

func TestSampleErrors(t *testing.T) {
	stop := errors.New("stop")
	if err := Sample(3, 1, func(Place) error { return stop }); err != stop {
		t.Errorf("have %v", err)
	}
	for _, bad := range []struct {
		n     int
		scale float64
	}{{-1, 1}, {1, 0}, {1, math.NaN()}} {
		if err := SampleScaled(bad.n, 1, bad.scale, func(Place) error { return nil }); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
