package index

import (
	"fmt"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
	"github.com/uber/h3-go/v4"
)

// BenchmarkStructures compares what could answer "the nearest 20 within 1.5 km":
// the table in README.md.
func BenchmarkStructures(b *testing.B) {
	built := towns{}
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("packed/n=%d", n), func(b *testing.B) {
			benchNear(b, built.of(b, n), Filter{})
		})
		b.Run(fmt.Sprintf("rtree/n=%d", n), func(b *testing.B) {
			l := built.of(b, n)
			var tree rtree.RTreeGN[float64, uint32]
			base := l.View().base
			for i := range base.count {
				p := base.position(i)
				low, _ := p.box().corners()
				tree.Insert(low, low, i)
			}
			benchPlaces(b, l, func(r *reach) int { return nearestInRTree(&tree, r) })
		})
		for _, resolution := range []int{8, 9} {
			b.Run(fmt.Sprintf("h3=%d/n=%d", resolution, n), func(b *testing.B) {
				l := built.of(b, n)
				base := l.View().base
				cells := make(map[h3.Cell][]position)
				for i := range base.count {
					p, c := base.position(i), h3.Cell(parentCell(base.cell(i), resolution))
					cells[c] = append(cells[c], p)
				}
				benchPlaces(b, l, func(r *reach) int { return nearestInCells(cells, resolution, r) })
			})
		}
	}
}

func benchPlaces(b *testing.B, l *Live, find func(*reach) int) {
	at := places(l)
	found := 0
	b.ReportAllocs()
	var r reach
	measureCPU(b, func(i int) {
		r.set(at[i%len(at)], 1500)
		found += find(&r)
	})
	b.ReportMetric(float64(found)/float64(b.N), "hits/op")
}

// nearestInRTree takes the first 20 in the order of planar distance.
func nearestInRTree(tree *rtree.RTreeGN[float64, uint32], r *reach) (found int) {
	tree.Nearby(
		func(low, high [2]float64, _ uint32, _ bool) float64 {
			b := box{int32(low[0]), int32(low[1]), int32(high[0]), int32(high[1])}
			return r.box2(&b)
		},
		func(_, _ [2]float64, _ uint32, d2 float64) bool {
			if d2 > 1500*1500 {
				return false
			}
			found++
			return found < 20
		})
	return found
}

// nearestInCells looks ring by ring until 20 are nearer than the next ring.
func nearestInCells(cells map[h3.Cell][]position, resolution int, r *reach) int {
	edge := map[int]float64{8: 461, 9: 174}[resolution]
	origin, err := h3.LatLngToCell(h3.NewLatLng(r.at[1], r.at[0]), resolution)
	if err != nil {
		return 0
	}
	best := make([]float64, 0, 512)
	for k := 0; ; k++ {
		nearest := float64(k-1) * edge * 1.3 // of what lies in ring k
		if nearest > 1500 || len(best) >= 20 && best[19] <= nearest {
			return min(len(best), 20)
		}
		ring, err := h3.GridRing(origin, k)
		if err != nil {
			return 0
		}
		for _, c := range ring {
			for _, p := range cells[c] {
				if d := r.ruler.Distance(p.degrees()); d <= 1500 {
					best = append(best, d)
				}
			}
		}
		slices.Sort(best)
	}
}

// BenchmarkCells compares ready counts with counting, and shows the finer
// resolutions, for a box of a city and of everything.
func BenchmarkCells(b *testing.B) {
	l := towns{}.of(b, 1_000_000)
	all := orb.Bound{Min: orb.Point{100, 20}, Max: orb.Point{130, 40}}
	city := orb.Bound{Min: orb.Point{114.9, 27.9}, Max: orb.Point{115.1, 28.1}}
	for name, bound := range map[string]orb.Bound{"all": all, "city": city} {
		for _, q := range []Cells{
			{Resolution: 5},
			{Resolution: 5, Filter: Filter{Datasets: []string{"sample"}}}, // has to be counted
			{Resolution: 8},
		} {
			q.Bounds = []orb.Bound{bound}
			b.Run(fmt.Sprintf("%s/resolution=%d/counted=%t", name, q.Resolution, len(q.Filter.Datasets) > 0 || q.Resolution >= summaryTop), func(b *testing.B) {
				v := l.View()
				measureCPU(b, func(int) { v.Cells(q) })
			})
		}
	}
}

// BenchmarkNearWithChanges shows what changes on top of the base cost.
func BenchmarkNearWithChanges(b *testing.B) {
	for _, changes := range []int{0, 1_000, 10_000, 50_000} {
		b.Run(fmt.Sprintf("changes=%d", changes), func(b *testing.B) {
			l := New(Options{Path: b.TempDir() + "/index", Database: "bench"})
			err := l.Rebuild(b.Context(), 1, func(add func(Item) error) error { return town(1_000_000, add) })
			if err != nil {
				b.Fatal(err)
			}
			var batch []Item
			step := 0
			for r := range l.View().All() {
				if step++; changes > 0 && step%(1_000_000/changes) == 0 {
					item := r.Item()
					item.Body = append(item.Body, "changed"...)
					batch = append(batch, item)
				}
			}
			if err := l.Apply(batch, nil, 2); err != nil {
				b.Fatal(err)
			}
			benchNear(b, l, Filter{})
		})
	}
}

// BenchmarkApply applies one item at a time.
func BenchmarkApply(b *testing.B) {
	l := towns{}.of(b, 100_000)
	items := make([]Item, 0, 20_000)
	for r := range l.View().All() {
		if items = append(items, r.Item()); len(items) == cap(items) {
			break
		}
	}
	l = New(Options{Path: b.TempDir() + "/index", Database: "bench"})
	err := l.Rebuild(b.Context(), 1, func(add func(Item) error) error { return town(100_000, add) })
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	measureCPU(b, func(i int) {
		if err := l.Apply(items[i%len(items):][:1], nil, int64(i)); err != nil {
			b.Fatal(err)
		}
	})
}
