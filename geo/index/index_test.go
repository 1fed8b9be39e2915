package index

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"fujin/geo"
)

// oracle answers by looking at every item.
type oracle map[string]Item

func (o oracle) distance(at orb.Point, item Item) float64 {
	p, ok := item.Geometry.(orb.Point)
	if !ok {
		return geo.DistanceTo(at, item.Geometry)
	}
	ruler := geo.NewRuler(at)
	if !ruler.OK(rulerReach) {
		return geo.Distance(at, p)
	}
	if d := ruler.Distance(p); d <= rulerReach {
		return d
	}
	return max(geo.Distance(at, p), math.Nextafter(rulerReach, math.Inf(1)))
}

// passes is the filter's meaning, but for the hours.
func (o oracle) passes(f *Filter, item Item) bool {
	return (len(f.Categories) == 0 || slices.Contains(f.Categories, item.Category)) &&
		(len(f.Datasets) == 0 || slices.Contains(f.Datasets, item.Dataset)) &&
		(f.Allowed == 0 || item.Traits&^f.Allowed == 0)
}

func (o oracle) near(q Near) []Mark {
	var all []Mark
	for _, item := range o {
		if !o.passes(&q.Filter, item) {
			continue
		}
		m := Mark{o.distance(q.At, item), item.ID}
		if q.Radius > 0 && m.Distance > q.Radius {
			continue
		}
		if q.After != nil && compareMarks(m, *q.After) <= 0 {
			continue
		}
		all = append(all, m)
	}
	slices.SortFunc(all, compareMarks)
	if q.Limit > 0 && len(all) > q.Limit {
		all = all[:q.Limit]
	}
	return all
}

func compareMarks(a, b Mark) int {
	return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID))
}

func marks(hits []Hit) []Mark {
	out := make([]Mark, len(hits))
	for i, h := range hits {
		out[i] = Mark{h.Distance, h.Ref.ID()}
	}
	return out
}

// world makes random items around some places.
type world struct {
	rnd *rand.Rand
	// places are where the items are; spread is how far around, in degrees.
	places []orb.Point
	spread float64
	// shapes is the part of lines and areas, same that of items on one point.
	shapes, same float64
}

func newWorld(seed uint64, spread float64, places ...orb.Point) *world {
	return &world{rnd: rand.New(rand.NewPCG(seed, 1)), places: places, spread: spread}
}

func (w *world) point() orb.Point {
	c := w.places[w.rnd.IntN(len(w.places))]
	if w.rnd.Float64() < w.same {
		return orb.Point{geo.Round7(c[0]), geo.Round7(c[1])}
	}
	d := w.spread * math.Pow(w.rnd.Float64(), 2)
	angle := w.rnd.Float64() * 2 * math.Pi
	lon, lat := c[0]+d*math.Cos(angle), c[1]+d*math.Sin(angle)
	if lon > 180 {
		lon -= 360
	} else if lon < -180 {
		lon += 360
	}
	return orb.Point{geo.Round7(lon), geo.Round7(max(-90, min(90, lat)))}
}

var attributes = []uint64{0b11, 0b11100, 0b11100000}

func (w *world) item(id string) Item {
	item := Item{
		ID:       id,
		Geometry: w.geometry(),
		Category: fmt.Sprint("category", w.rnd.IntN(5)),
		Dataset:  fmt.Sprint("dataset", w.rnd.IntN(3)),
		Body:     fmt.Appendf(nil, `"name":"%s"`, id),
		Traits:   1<<w.rnd.IntN(2) | 4<<w.rnd.IntN(3) | 32<<w.rnd.IntN(3),
	}
	return item
}

func (w *world) geometry() orb.Geometry {
	p := w.point()
	if w.rnd.Float64() >= w.shapes {
		return p
	}
	near := func() orb.Point {
		d := w.spread / 50
		q := orb.Point{geo.Round7(p[0] + d*w.rnd.Float64()), geo.Round7(p[1] + d*w.rnd.Float64())}
		return orb.Point{min(q[0], 180), min(q[1], 90)}
	}
	a, b, c := near(), near(), near()
	switch w.rnd.IntN(4) {
	case 0:
		return orb.LineString{p, a, b}
	case 1:
		return orb.MultiLineString{{p, a}, {b, c}}
	case 2:
		return orb.Polygon{{p, a, b, p}}
	default:
		return orb.MultiPolygon{{{p, a, b, p}}, {{c, a, b, c}}}
	}
}

func (w *world) filter() Filter {
	var f Filter
	if w.rnd.IntN(3) == 0 {
		f.Categories = []string{"category1", "category3", "none"}[:1+w.rnd.IntN(3)]
	}
	if w.rnd.IntN(4) == 0 {
		f.Datasets = []string{"dataset1"}
	}
	if w.rnd.IntN(3) == 0 {
		f.Allowed = w.rnd.Uint64() & 0xff
	}
	return f
}

func tempOptions(t testing.TB) Options {
	return Options{Path: filepath.Join(t.TempDir(), "index"), Database: "test", Attributes: attributes}
}

// buildLive is a Live of n items in the base, and their oracle.
func buildLive(t testing.TB, w *world, n int) (*Live, oracle) {
	t.Helper()
	o := oracle{}
	l := New(tempOptions(t))
	err := l.Rebuild(context.Background(), 1, func(add func(Item) error) error {
		for i := range n {
			item := w.item(fmt.Sprintf("id%07d", i*7919%n))
			o[item.ID] = item
			if err := add(item); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return l, o
}

func worlds() map[string]*world {
	tied := newWorld(6, 0.01, orb.Point{115.8582, 28.6829})
	tied.same = 0.7
	mixed := newWorld(7, 0.5, orb.Point{115.8582, 28.6829}, orb.Point{179.99, 10}, orb.Point{-179.99, 10})
	mixed.shapes = 0.3
	return map[string]*world{
		"clustered":    newWorld(1, 0.1, orb.Point{115.8582, 28.6829}, orb.Point{115.9, 28.7}, orb.Point{117, 29}),
		"uniform":      newWorld(2, 170, orb.Point{0, 0}),
		"north pole":   newWorld(3, 3, orb.Point{0, 89.9}, orb.Point{120, 89.9}, orb.Point{-100, 88}),
		"south pole":   newWorld(4, 3, orb.Point{0, -89.9}, orb.Point{170, -89.5}),
		"antimeridian": newWorld(5, 0.2, orb.Point{180, -17}, orb.Point{-179.95, -17.02}),
		"one point":    tied,
		"mixed":        mixed,
	}
}

func TestNearEqualsOracle(t *testing.T) {
	radii := []float64{0, 0.005, 1, 50, 1500, 20_000, 50_000, 60_000, 3_000_000}
	for name, w := range worlds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			items, rounds := 1500, 100
			if w.shapes > 0 { // slow to measure
				items, rounds = 600, 40
			}
			l, o := buildLive(t, w, items)
			changeBoth(t, w, l, o, 400)
			v := l.View()
			for range rounds {
				q := Near{At: w.point(), Radius: radii[w.rnd.IntN(len(radii))], Limit: w.rnd.IntN(40), Filter: w.filter()}
				if w.rnd.IntN(20) == 0 {
					q.Limit = 0
				}
				if w.rnd.IntN(3) == 0 { // not on the grid
					q.At[0], q.At[1] = q.At[0]*0.999999999, q.At[1]*0.999999999
				}
				compareNear(t, v, o, q)
			}
		})
	}
}

// TestGuessTooLow asks from between tight clumps, where the density of the first
// leaves says nothing of how far the wanted points are.
func TestGuessTooLow(t *testing.T) {
	w := newWorld(8, 0.0005, orb.Point{115.84, 28.68}, orb.Point{115.88, 28.68}, orb.Point{115.86, 28.66}, orb.Point{115.86, 28.70})
	l, o := buildLive(t, w, 900)
	v := l.View()
	missed := 0
	for range 200 {
		at := orb.Point{115.84 + 0.04*w.rnd.Float64(), 28.66 + 0.04*w.rnd.Float64()}
		q := Near{At: at, Radius: 20_000, Limit: 250 + w.rnd.IntN(50), Filter: w.filter()}
		compareNear(t, v, o, q)
		s := v.borrow()
		if s.filter.compile(v, &q.Filter) {
			s.reach.set(q.At, q.Radius)
			s.short.reset(q.Limit, s.reach.ratio, q.Radius)
			s.gather(&v.base.pointTree, true)
			if s.short.missed() {
				missed++
			}
		}
		s.giveBack()
	}
	if missed < 20 {
		t.Errorf("the guess was too low only %d times", missed)
	}
}

// compareNear reads a query's answer and the next page of it.
func compareNear(t *testing.T, v *View, o oracle, q Near) {
	t.Helper()
	for range 2 {
		got, want := marks(v.Near(q, nil)), o.near(q)
		if !slices.Equal(got, want) {
			t.Fatalf("%+v:\n got %v\nwant %v", q, got, want)
		}
		if len(got) == 0 {
			return
		}
		q.After = &got[len(got)-1]
	}
}

// changeBoth applies n random changes to both.
func changeBoth(t *testing.T, w *world, l *Live, o oracle, n int) {
	t.Helper()
	ids := slices.Sorted(func(yield func(string) bool) {
		for id := range o {
			if !yield(id) {
				return
			}
		}
	})
	for n > 0 {
		var upserts []Item
		var deletes []string
		for range 1 + w.rnd.IntN(20) {
			id := ids[w.rnd.IntN(len(ids))]
			switch w.rnd.IntN(4) {
			case 0:
				deletes = append(deletes, id)
			case 1:
				id = fmt.Sprint("new", w.rnd.IntN(1000))
				fallthrough
			default:
				upserts = append(upserts, w.item(id))
			}
			n--
		}
		if err := l.Apply(upserts, deletes, l.View().Seq()+1); err != nil {
			t.Fatal(err)
		}
		for _, id := range deletes {
			delete(o, id)
		}
		for _, item := range upserts {
			o[item.ID] = item
		}
	}
}
