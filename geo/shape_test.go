package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func box(west, south, east, north float64) orb.Polygon {
	return orb.Polygon{{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}}
}

func TestDistanceToKnownShapes(t *testing.T) {
	holed := box(115, 28, 116, 29)
	holed = append(holed, box(115.4, 28.4, 115.6, 28.6)[0])
	dateline := orb.Polygon{{{179, -1}, {-179, -1}, {-179, 1}, {179, 1}, {179, -1}}}
	arctic := orb.Polygon{{{0, 80}, {90, 80}, {180, 80}, {-90, 80}, {0, 80}}}
	antarctic := orb.Polygon{{{-180, -90}, {180, -90}, {180, -70}, {0, -60}, {-180, -70}, {-180, -90}}}
	open := orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 1}}
	nanchang := orb.Point{115.8582, 28.6829}
	for _, c := range []struct {
		name string
		p    orb.Point
		g    orb.Geometry
		want float64
	}{
		{"point", nanchang, orb.Point{115.8582, 28.6829}, 0},
		{"far point", orb.Point{0, 0}, orb.Point{90, 0}, equatorialRadius * math.Pi / 2},
		{"point over the antimeridian", orb.Point{179.9999, 0}, orb.Point{-179.9999, 0}, equatorialRadius * 0.0002 * degree},
		{"nearest of several points", nanchang, orb.MultiPoint{{0, 0}, {115.8582, 28.6829}}, 0},
		{"inside", orb.Point{115.5, 28.2}, holed, 0},
		{"on the edge", orb.Point{115, 28.5}, holed, 0},
		{"in a hole", orb.Point{115.5, 28.5}, holed, Distance(orb.Point{115.5, 28.5}, orb.Point{115.6, 28.5})},
		{"outside", orb.Point{114.99, 28.5}, holed, Distance(orb.Point{114.99, 28.5}, orb.Point{115, 28.5})},
		{"inside over the antimeridian", orb.Point{-179.5, 0}, dateline, 0},
		{"inside, the other side", orb.Point{179.5, 0.5}, dateline, 0},
		{"outside over the antimeridian", orb.Point{-178.9, 0}, dateline, Distance(orb.Point{-178.9, 0}, orb.Point{-179, 0})},
		{"opposite the dateline box", orb.Point{0, 0}, dateline, Distance(orb.Point{0, 0}, orb.Point{179, 1})},
		{"around the pole", orb.Point{45, 85}, arctic, 0},
		{"at the pole", orb.Point{0, 90}, arctic, 0},
		{"south of the polar ring", orb.Point{90, 79.9}, arctic, Distance(orb.Point{90, 79.9}, orb.Point{90, 80})},
		{"on the southern continent", orb.Point{100, -80}, antarctic, 0},
		{"north of it", orb.Point{0, -59}, antarctic, Distance(orb.Point{0, -59}, orb.Point{0, -60})},
		{"open ring", orb.Point{-0.01, 0.5}, open, Distance(orb.Point{-0.01, 0.5}, orb.Point{0, 0.5})},
		{"in a bound", orb.Point{1, 1}, orb.Bound{Min: orb.Point{0, 0}, Max: orb.Point{2, 2}}, 0},
		{"the world", orb.Point{12, 34}, orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}, 0},
		{"second polygon", orb.Point{5, 5}, orb.MultiPolygon{box(0, 0, 1, 1), box(4, 4, 6, 6)}, 0},
		{"collection", orb.Point{5, 5}, orb.Collection{orb.Point{9, 9}, box(4, 4, 6, 6)}, 0},
		{"line of one position", nanchang, orb.LineString{{115.8582, 28.6829}}, 0},
		{"long line passing by", orb.Point{100, 0.01}, orb.LineString{{80, 0}, {130, 0}}, 1105.7427},
		{"nothing", nanchang, nil, math.Inf(1)},
		{"empty", nanchang, orb.MultiPolygon{{}}, math.Inf(1)},
	} {
		got := DistanceTo(c.p, c.g)
		if !(math.Abs(got-c.want) <= 1e-3 || got == c.want) {
			t.Errorf("%s: %.4f, want %.4f", c.name, got, c.want)
		}
	}
}

// sampled is the distance to a line by brute force: the smallest distance to
// a thousand positions on it, and half the gap between them as the error.
func sampled(p orb.Point, a, b orb.Point) (distance, gap float64) {
	const pieces = 1000
	distance = math.Inf(1)
	b[0] = a[0] + wrap180(b[0]-a[0])
	for i := range pieces + 1 {
		distance = min(distance, Distance(p, along(a, b, float64(i)/pieces)))
	}
	return distance, Distance(a, along(a, b, 1.0/pieces)) / 2
}

func TestDistanceToLineAgainstSampling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lat := rapid.Float64Range(-88, 88).Draw(t, "lat")
		size := rapid.SampledFrom([]float64{0.01, 0.1, 0.6, 4}).Draw(t, "size")
		stretch := 1 / math.Cos(lat*degree)
		near := func(name string) orb.Point {
			return orb.Point{
				wrap180(179.95 + stretch*rapid.Float64Range(-size, size).Draw(t, name+" lon")),
				math.Max(-90, math.Min(90, lat+rapid.Float64Range(-size, size).Draw(t, name+" lat"))),
			}
		}
		p, a, b := near("p"), near("a"), near("b")
		want, gap := sampled(p, a, b)
		got := DistanceTo(p, orb.LineString{a, b})
		// Between two samples the line comes closer by at most gap²/2d.
		slack := math.Min(gap, gap*gap/(2*math.Max(want-gap, 1e-9)))*2 + 1e-3 + 2e-7*want
		if got > want+1e-3+2e-7*want || got < want-slack {
			t.Fatalf("from %v to %v–%v: %.6f, sampled %.6f ± %.6f", p, a, b, got, want, slack)
		}
	})
}

func TestBoundContainsTheCircle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-90, 90).Draw(t, "lat")}
		radius := math.Pow(10, rapid.Float64Range(-2, 7).Draw(t, "log radius"))
		boxes := Bound(p, radius)
		if len(boxes) < 1 || len(boxes) > 2 {
			t.Fatalf("%d boxes", len(boxes))
		}
		for range 50 {
			q := orb.Point{rapid.Float64Range(-180, 180).Draw(t, "q lon"), rapid.Float64Range(-90, 90).Draw(t, "q lat")}
			if radius < 1e5 { // something near the rim
				sin, cos := math.Sincos(q[0] * degree)
				q[1] = math.Max(-90, math.Min(90, p[1]+radius*cos/minCurvature*radian))
				q[0] = wrap180(p[0] + radius*sin/minCurvature*radian/math.Max(1e-6, math.Cos(p[1]*degree)))
			}
			if Distance(p, q) > radius {
				continue
			}
			held := false
			for _, b := range boxes {
				held = held || b.Contains(q)
			}
			if !held {
				t.Fatalf("%v is %.3f m from %v, not in %v", q, Distance(p, q), p, boxes)
			}
		}
	})
}

func TestBoundAtTheEdges(t *testing.T) {
	if got := Bound(orb.Point{179.999, 0}, 1500); len(got) != 2 || got[0].Max[0] != 180 || got[1].Min[0] != -180 {
		t.Errorf("at the antimeridian: %v", got)
	}
	if got := Bound(orb.Point{20, 89.99}, 1500); len(got) != 1 || got[0].Min[0] != -180 || got[0].Max[0] != 180 || got[0].Max[1] != 90 {
		t.Errorf("at the pole: %v", got)
	}
	got := Bound(orb.Point{115.8582, 28.6829}, 1500)
	if len(got) != 1 || Distance(got[0].Min, got[0].Max) > 1500*2*math.Sqrt2*1.01 {
		t.Errorf("too wide: %v", got)
	}
	if got := Bound(orb.Point{0, 0}, -1); got != nil {
		t.Errorf("negative radius: %v", got)
	}
}

func TestCentroidLiesOnTheGeometry(t *testing.T) {
	horseshoe := orb.Polygon{{{0, 0}, {3, 0}, {3, 3}, {2, 3}, {2, 1}, {1, 1}, {1, 3}, {0, 3}, {0, 0}}}
	ringed := append(box(0, 0, 3, 3), box(1, 1, 2, 2)[0])
	for name, g := range map[string]orb.Geometry{
		"point": orb.Point{1, 2}, "points": orb.MultiPoint{{0, 0}, {1, 1}, {5, 5}},
		"line": orb.LineString{{0, 0}, {1, 0}, {1, 1}}, "lines": orb.MultiLineString{{{0, 0}, {1, 0}}, {{5, 5}, {9, 9}}},
		"horseshoe": horseshoe, "ringed": ringed, "dateline": orb.Polygon{{{179, 0}, {-179, 0}, {-179, 1}, {179, 1}, {179, 0}}},
		"polygons": orb.MultiPolygon{box(0, 0, 1, 1), horseshoe}, "flat": orb.Polygon{{{0, 0}, {1, 1}, {0, 0}}},
		"bound": orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{2, 2}}, "collection": orb.Collection{orb.Point{50, 50}, horseshoe},
	} {
		c := Centroid(g)
		if d := DistanceTo(c, g); !(d < 1e-3) {
			t.Errorf("%s: %v lies %.3f m off", name, c, d)
		}
	}
	if c := Centroid(box(10, 10, 12, 14)); Distance(c, orb.Point{11, 12}) > 1e-3 {
		t.Errorf("box: %v", c)
	}
	if c := Centroid(orb.Polygon{{{179, 0}, {-179, 0}, {-179, 1}, {179, 1}, {179, 0}}}); math.Abs(math.Abs(c[0])-180) > 1e-9 {
		t.Errorf("dateline: %v", c)
	}
	if c := Centroid(orb.MultiPolygon{}); !math.IsNaN(c[0]) {
		t.Errorf("nothing: %v", c)
	}
}

func TestRound7(t *testing.T) {
	for in, want := range map[float64]float64{115.85820004: 115.8582, 28.68290006: 28.6829001, -1e-9: 0, -0.00000015: -0.0000002} {
		if got := Round7(in); got != want || math.Signbit(got) != (want < 0) {
			t.Errorf("Round7(%v) = %v", in, got)
		}
	}
}
