package index

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/planar"
	"github.com/uber/h3-go/v4"

	"fujin/geo"
)

func TestPagesHoldEverythingOnce(t *testing.T) {
	for name, w := range worlds() {
		t.Run(name, func(t *testing.T) {
			l, o := buildLive(t, w, 400)
			changeBoth(t, w, l, o, 100)
			q := Near{At: w.point(), Radius: []float64{0, 5000}[w.rnd.IntN(2)], Filter: Filter{Categories: []string{"category0", "category1"}}}
			want := o.near(q)
			var got []Mark
			for {
				q.Limit = 1 + w.rnd.IntN(30)
				page := marks(l.View().Near(q, nil))
				got = append(got, page...)
				if len(page) < q.Limit {
					break
				}
				q.After = &got[len(got)-1]
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %d\n%v\nwant %d\n%v", len(got), got, len(want), want)
			}
		})
	}
}

// inArea is planar and knows no antimeridian.
func inArea(area orb.Polygon, g orb.Geometry) bool {
	if p, ok := g.(orb.Point); ok {
		return planar.PolygonContains(area, p)
	}
	var found bool
	switch g := g.(type) {
	case orb.Polygon:
		found = planar.PolygonContains(g, area[0][0])
	case orb.MultiPolygon:
		found = planar.MultiPolygonContains(g, area[0][0])
	}
	edges := func(g orb.Geometry, visit func(a, b orb.Point)) {
		eachPath(g, func(path []orb.Point) {
			for i := range path {
				visit(path[max(i-1, 0)], path[i])
			}
		})
	}
	edges(g, func(a, b orb.Point) {
		found = found || planar.PolygonContains(area, a)
		edges(area, func(c, d orb.Point) {
			if _, ok := crossing(a, b, c, d); ok {
				found = true
			}
		})
	})
	return found
}

func (o oracle) within(q Within, area orb.Polygon) []string {
	ids := []string{}
	for id, item := range o {
		if id > q.After && o.passes(&q.Filter, item) && inArea(area, item.Geometry) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	if q.Limit > 0 && len(ids) > q.Limit {
		ids = ids[:q.Limit]
	}
	return ids
}

func ids(hits []Hit) []string {
	out := []string{}
	for _, h := range hits {
		out = append(out, h.Ref.ID())
	}
	return out
}

func TestWithinEqualsOracle(t *testing.T) {
	for _, name := range []string{"clustered", "uniform", "mixed", "one point", "south pole"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := worlds()[name]
			l, o := buildLive(t, w, 1000)
			changeBoth(t, w, l, o, 300)
			for round := range 60 {
				a, b, c := w.point(), w.point(), w.point()
				q := Within{Filter: w.filter(), Limit: w.rnd.IntN(50)}
				area := orb.Polygon{{a, b, c, a}}
				if math.Abs(a[0]-b[0]) > 100 || math.Abs(b[0]-c[0]) > 100 || math.Abs(c[0]-a[0]) > 100 {
					continue // across the antimeridian
				}
				if q.Area = area; round%2 == 0 {
					bound := orb.MultiPoint{a, b}.Bound()
					q.Area, q.Bounds, area = nil, []orb.Bound{bound}, bound.ToPolygon()
				}
				for range 2 {
					hits, err := l.View().Within(q, nil)
					if got, want := ids(hits), o.within(q, area); err != nil || !slices.Equal(got, want) {
						t.Fatalf("%+v %v\n got %v\nwant %v", q, err, got, want)
					}
					if len(hits) > 0 {
						q.After = hits[len(hits)-1].Ref.ID()
					}
				}
			}
		})
	}
}

func TestWithinAcrossTheAntimeridian(t *testing.T) {
	w := worlds()["antimeridian"]
	l, o := buildLive(t, w, 1000)
	ring := orb.Ring{{179.9, -17.1}, {-179.9, -17.1}, {-179.9, -16.9}, {179.9, -16.9}, {179.9, -17.1}}
	inRing := func(item Item) bool {
		p := item.Geometry.(orb.Point)
		return math.Abs(p[0]) >= 179.9 && p[1] >= -17.1 && p[1] <= -16.9
	}
	var want []string
	for id, item := range o {
		if inRing(item) {
			want = append(want, id)
		}
	}
	slices.Sort(want)
	boxes := []orb.Bound{{Min: orb.Point{179.9, -17.1}, Max: orb.Point{180, -16.9}}, {Min: orb.Point{-180, -17.1}, Max: orb.Point{-179.9, -16.9}}}
	for _, q := range []Within{{Area: ring}, {Area: orb.Polygon{ring}}, {Bounds: boxes}} {
		hits, err := l.View().Within(q, nil)
		if got := ids(hits); err != nil || len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%+v: %v\n got %v\nwant %v", q, err, got, want)
		}
	}
	if _, err := l.View().Within(Within{Area: orb.LineString{{0, 0}, {1, 1}}}, nil); err == nil {
		t.Error("a line is taken for an area")
	}
}

func TestAlongEqualsOracle(t *testing.T) {
	for _, name := range []string{"clustered", "antimeridian", "mixed", "one point"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := worlds()[name]
			l, o := buildLive(t, w, 400)
			changeBoth(t, w, l, o, 200)
			for range 10 {
				line := orb.LineString{w.point()}
				for range 30 {
					last := line[len(line)-1]
					d := w.spread / 20
					line = append(line, orb.Point{math.Remainder(last[0]+d*(w.rnd.Float64()-0.3), 360), last[1] + d*(w.rnd.Float64()-0.4)})
				}
				q := Along{Filter: w.filter(), Line: line, Buffer: 1500 * w.rnd.Float64()}
				compareAlong(t, w, l.View(), o, q)
			}
		})
	}
}

func compareAlong(t *testing.T, w *world, v *View, o oracle, q Along) {
	t.Helper()
	want := map[string]float64{}
	reach := q.Buffer + orbgeo.Length(q.Line)*1.01 + 1000
	for id, item := range o {
		p, ok := item.Geometry.(orb.Point)
		if !ok || !o.passes(&q.Filter, item) || orbgeo.DistanceHaversine(p, q.Line[0]) > reach {
			continue
		}
		if d := geo.DistanceTo(p, q.Line); d <= q.Buffer {
			want[id] = d
		}
	}
	all, err := v.Along(q, nil)
	if err != nil {
		t.Fatal(err)
	}
	points := 0
	for i, h := range all {
		if i > 0 && cmp.Or(cmp.Compare(all[i-1].Position, h.Position), cmp.Compare(all[i-1].Ref.ID(), h.Ref.ID())) >= 0 {
			t.Fatalf("out of order: %v before %v", all[i-1], h)
		}
		if h.Ref.IsPoint() {
			points++
			if d, ok := want[h.Ref.ID()]; !ok || d != h.Distance {
				t.Fatalf("%s: distance %v, want %v (%t)", h.Ref.ID(), h.Distance, d, ok)
			}
		}
	}
	if points != len(want) {
		t.Fatalf("%d points, want %d", points, len(want))
	}
	var paged []Hit
	for q.ByDistance = true; ; {
		q.Limit = 1 + w.rnd.IntN(20)
		page, _ := v.Along(q, nil)
		paged = append(paged, page...)
		if len(page) < q.Limit {
			break
		}
		last := page[len(page)-1]
		q.After = &Mark{last.Distance, last.Ref.ID()}
	}
	slices.SortFunc(all, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Ref.ID(), b.Ref.ID()))
	})
	if !slices.Equal(ids(all), ids(paged)) {
		t.Fatalf("pages hold %v\nwant %v", ids(paged), ids(all))
	}
}

func TestAlongMeasuresShapesToTheirEdges(t *testing.T) {
	l := New(tempOptions(t))
	square := func(lon, lat, size float64) orb.Polygon {
		return orb.Bound{Min: orb.Point{lon, lat}, Max: orb.Point{lon + size, lat + size}}.ToPolygon()
	}
	err := l.Apply([]Item{
		{ID: "on the way", Geometry: square(115.0995, -0.0005, 0.001)},
		{ID: "beside", Geometry: square(115.05, 0.001, 0.01)},
		{ID: "far", Geometry: square(115.05, 0.1, 0.01)},
		{ID: "around", Geometry: square(114, -1, 3)},
		{ID: "across", Geometry: orb.LineString{{115.02, -0.1}, {115.02, 0.1}}},
	}, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	hits, err := l.View().Along(Along{Line: orb.LineString{{115, 0}, {115.2, 0}}, Buffer: 150}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"around", "across", "beside", "on the way"}
	if !slices.Equal(ids(hits), want) {
		t.Fatalf("got %v, want %v", ids(hits), want)
	}
	for i, w := range []struct{ distance, position float64 }{{0, 0}, {0, 2226.39}, {110.57, 5565.97}, {0, 11076.29}} {
		if math.Abs(hits[i].Distance-w.distance) > 0.01 || math.Abs(hits[i].Position-w.position) > 0.01 {
			t.Errorf("%s: %v at %v, want %v", want[i], hits[i].Distance, hits[i].Position, w)
		}
	}
}

func TestCellsEqualOracle(t *testing.T) {
	for _, name := range []string{"clustered", "uniform", "mixed", "north pole"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := worlds()[name]
			l, o := buildLive(t, w, 1500)
			changeBoth(t, w, l, o, 300)
			for range 80 {
				bound := orb.MultiPoint{w.point(), w.point()}.Bound()
				q := Cells{Bounds: []orb.Bound{bound}, Resolution: w.rnd.IntN(CellResolution + 1), Filter: w.filter()}
				if w.rnd.IntN(3) > 0 {
					q.Filter = Filter{Categories: q.Filter.Categories}
				}
				want := map[CellCount]int{}
				for _, item := range o {
					p, ok := item.Geometry.(orb.Point)
					if !ok {
						p = geo.Centroid(item.Geometry)
						p = orb.Point{geo.Round7(p[0]), geo.Round7(p[1])}
					}
					if !bound.Contains(p) || !o.passes(&q.Filter, item) {
						continue
					}
					cell, _ := h3.LatLngToCell(h3.NewLatLng(p[1], p[0]), CellResolution)
					cell, _ = cell.Parent(q.Resolution)
					want[CellCount{Cell: uint64(cell), Category: item.Category}]++
				}
				got := l.View().Cells(q)
				for _, c := range got {
					if n := want[CellCount{Cell: c.Cell, Category: c.Category}]; n != c.Count {
						t.Fatalf("%+v: %+v, want %d", q, c, n)
					}
				}
				if len(got) != len(want) {
					t.Fatalf("%+v: %d cells, want %d", q, len(got), len(want))
				}
			}
		})
	}
}
