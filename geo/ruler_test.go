package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func TestRulerAgreesWithPostGIS(t *testing.T) {
	limits := map[string]float64{"km0.01": 1e-5, "km1.5": 1e-5, "km20": 5e-4, "km50": 1e-2}
	worst := map[string]float64{}
	for _, l := range oracle(t) {
		limit, ok := limits[l.kind]
		if !ok {
			continue
		}
		r := NewRuler(l.a)
		if !r.OK(l.distance - 1) {
			t.Fatalf("the ruler at %v refuses %.0f m", l.a, l.distance)
		}
		off := math.Abs(r.Distance(l.b) - l.distance)
		key := l.kind
		if math.Abs(l.a[1]) > 70 {
			key += " above 70°"
		}
		worst[key] = max(worst[key], off)
		if !(off <= limit) {
			t.Errorf("%s: at %v to %v: %.6f, PostGIS says %.6f", l.kind, l.a, l.b, r.Distance(l.b), l.distance)
		}
	}
	t.Log("largest errors in metres:", worst)
	if len(worst) < 4 {
		t.Error("the oracle lacks a range:", worst)
	}
}

func TestRulerKnowsItsLimits(t *testing.T) {
	for _, c := range []struct {
		lat, radius float64
		want        bool
	}{{28, 1500, true}, {28, 50_000, true}, {28, 50_001, false}, {85, 1500, true}, {85.1, 1, false}, {-89, 1, false}, {28, math.NaN(), false}} {
		r := NewRuler(orb.Point{0, c.lat})
		if got := r.OK(c.radius); got != c.want {
			t.Errorf("OK(%v) at latitude %v = %v", c.radius, c.lat, got)
		}
	}
}

// Wherever the ruler says OK it agrees with the geodesic.
func TestRulerAgreesWithGeodesic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := orb.Point{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-85, 85).Draw(t, "lat")}
		d := rapid.Float64Range(0, 50_000).Draw(t, "metres")
		sin, cos := math.Sincos(rapid.Float64Range(0, 2*math.Pi).Draw(t, "azimuth"))
		r := NewRuler(a)
		kx, ky := r.metresPerDegree(a[1])
		b := orb.Point{a[0] + d*sin/kx, a[1] + d*cos/ky}
		if b[0] > 180 {
			b[0] -= 360
		}
		want := Distance(a, b)
		if limit := 1e-5 + 1e-2*math.Pow(want/50_000, 3); !(math.Abs(r.Distance(b)-want) <= limit) {
			t.Fatalf("%v to %v: ruler %.6f, geodesic %.6f", a, b, r.Distance(b), want)
		}
	})
}

func TestDistanceProperties(t *testing.T) {
	point := func(t *rapid.T, name string) orb.Point {
		return orb.Point{rapid.Float64Range(-180, 180).Draw(t, name+" lon"), rapid.Float64Range(-90, 90).Draw(t, name+" lat")}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := point(t, "a"), point(t, "b"), point(t, "c")
		ab := Distance(a, b)
		if back := Distance(b, a); math.Abs(ab-back) > 1e-6 {
			t.Fatalf("not symmetric: %.9f and %.9f", ab, back)
		}
		if ab > 20_003_931.46 || ab < 0 {
			t.Fatalf("impossible length %.3f", ab)
		}
		if detour := Distance(a, c) + Distance(c, b); detour < ab-2e-5 { // the chord formula errs by micrometres
			t.Fatalf("the detour over %v is shorter: %.6f < %.6f", c, detour, ab)
		}
		shifted := orb.Point{a[0] + 360, a[1]}
		if d := Distance(shifted, b); math.Abs(d-ab) > 1e-5 {
			t.Fatalf("one turn further: %.9f instead of %.9f", d, ab)
		}
		if az := Bearing(a, b); !(az >= 0 && az < 360) {
			t.Fatalf("bearing %v", az)
		}
	})
}

// Latitudes of all magnitudes, where squares vanish and series cancel.
func TestDistanceCloseToTheEquator(t *testing.T) {
	for _, lon := range []float64{0, 0.001, 1, 90, 179, 179.3, 179.5, 179.9999, 180} {
		for exponent := -320.0; exponent <= 0; exponent += 0.5 {
			lat := math.Pow(10, exponent)
			for _, other := range []float64{lat, -lat, 0, lat / 3} {
				want := Distance(orb.Point{0, 0}, orb.Point{lon, 0})
				if got := Distance(orb.Point{0, lat}, orb.Point{lon, other}); !(math.Abs(got-want) <= 2*lat*120_000+1e-6) {
					t.Errorf("from latitude %g to %g, %v° apart: %.6f, on the equator %.6f", lat, other, lon, got, want)
				}
			}
		}
	}
}

func TestBearingOfTheCompass(t *testing.T) {
	at := orb.Point{115.8582, 28.6829}
	for want, to := range map[float64]orb.Point{0: {115.8582, 28.69}, 180: {115.8582, 28.67}} {
		if got := Bearing(at, to); turn(got, want) > 1e-9 || got < 0 || got >= 360 {
			t.Errorf("bearing %v, want %v", got, want)
		}
	}
	if got := Bearing(at, at); got != 0 || math.Signbit(got) {
		t.Errorf("bearing to itself %v", got)
	}
}

func TestRulerDoesNotAllocate(t *testing.T) {
	at, to := orb.Point{115.8582, 28.6829}, orb.Point{115.9, 28.7}
	sum := 0.0
	if n := testing.AllocsPerRun(100, func() { r := NewRuler(at); sum += r.Distance(to) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	_ = sum
}

func TestRulerBearingAgreesWithPostGIS(t *testing.T) {
	limits := map[string]float64{"km1.5": 0.005, "km20": 0.01, "km50": 0.05}
	worst := map[string]float64{}
	for _, l := range oracle(t) {
		limit, ok := limits[l.kind]
		if !ok || math.Abs(l.a[1]) > 60 {
			continue
		}
		r := NewRuler(l.a)
		off := math.Abs(wrap180(r.Bearing(l.b) - Bearing(l.a, l.b)))
		worst[l.kind] = max(worst[l.kind], off)
		if off > limit {
			t.Errorf("%s: at %v to %v: %.5f°, the geodesic starts at %.5f°", l.kind, l.a, l.b, r.Bearing(l.b), Bearing(l.a, l.b))
		}
	}
	t.Log("largest errors in degrees:", worst)
	if len(worst) != len(limits) {
		t.Error("the oracle lacks a range:", worst)
	}
}
