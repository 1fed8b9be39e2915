package index

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"fujin/geo/hours"
)

// same compares a view with the oracle item by item.
func same(t *testing.T, v *View, o oracle) {
	t.Helper()
	if v.Len() != len(o) {
		t.Fatalf("%d items, want %d", v.Len(), len(o))
	}
	seen := map[string]bool{}
	categories := map[string]int{}
	for r := range v.All() {
		want, ok := o[r.ID()]
		if !ok || seen[r.ID()] {
			t.Fatalf("%s: not expected, or twice", r.ID())
		}
		seen[r.ID()] = true
		categories[r.Category()]++
		got := r.Item()
		want.Cell = got.Cell
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
		if found, ok := v.Get(r.ID()); !ok || found.ID() != r.ID() {
			t.Fatalf("%s is not found by id", r.ID())
		}
		if sheet := r.Sheet(); string(sheet.ID) != r.ID() || string(sheet.Body) != string(got.Body) {
			t.Fatalf("%s: different answers", r.ID())
		}
	}
	if len(seen) != len(o) {
		t.Fatalf("visited %d items, want %d", len(seen), len(o))
	}
	for _, c := range v.Categories() {
		if categories[c.Name] != c.Count {
			t.Fatalf("%d of %s, want %d", c.Count, c.Name, categories[c.Name])
		}
		delete(categories, c.Name)
	}
	if len(categories) > 0 {
		t.Fatalf("not listed: %v", categories)
	}
	for _, id := range []string{"", "none", "id", "zzz"} {
		if _, ok := v.Get(id); ok {
			t.Fatalf("found %q", id)
		}
	}
}

func TestSnapshotRoundTrip(t *testing.T) {
	w := worlds()["mixed"]
	l, o := buildLive(t, w, 3000)
	same(t, l.View(), o)
	changeBoth(t, w, l, o, 1500)
	same(t, l.View(), o)
	if err := l.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, l.View(), o)
	if l.View().Changed() != 0 {
		t.Errorf("%d changes are left", l.View().Changed())
	}
	again, err := Open(l.options)
	if err != nil {
		t.Fatal(err)
	}
	same(t, again.View(), o)
	if again.View().Seq() != l.View().Seq() {
		t.Errorf("seq %d, want %d", again.View().Seq(), l.View().Seq())
	}
	foreign := l.options
	foreign.Database = "another"
	if _, err := Open(foreign); !errors.Is(err, ErrForeign) {
		t.Errorf("snapshot of another database: %v", err)
	}
	foreign.Path += "none"
	if _, err := Open(foreign); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no snapshot: %v", err)
	}
}

func TestReplaceDataset(t *testing.T) {
	w := worlds()["mixed"]
	l, o := buildLive(t, w, 1000)
	changeBoth(t, w, l, o, 300)
	for id, item := range o {
		if item.Dataset == "dataset1" {
			delete(o, id)
		}
	}
	err := l.Replace(t.Context(), "dataset1", 9000, func(add func(Item) error) error {
		for i := range 700 {
			item := w.item(fmt.Sprint("replaced", i%600)) // some twice: the last stays
			item.Dataset = "dataset1"
			o[item.ID] = item
			if err := add(item); err != nil {
				return err
			}
		}
		return l.Apply([]Item{{ID: "meanwhile", Geometry: orb.Point{1, 1}, Category: "new"}}, []string{"replaced7"}, 9001)
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(o, "replaced7")
	o["meanwhile"] = Item{ID: "meanwhile", Geometry: orb.Point{1, 1}, Category: "new"}
	same(t, l.View(), o)
	if l.View().Seq() != 9001 {
		t.Errorf("seq %d", l.View().Seq())
	}
	before := l.View()
	failed := errors.New("the file ended")
	if err := l.Rebuild(t.Context(), 9002, func(func(Item) error) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Compact(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if l.View() != before {
		t.Error("a failed build has changed the index")
	}
	if left, _ := filepath.Glob(l.options.Path + "*"); len(left) != 1 {
		t.Errorf("left over: %v", left)
	}
}

func TestRefusedItemsChangeNothing(t *testing.T) {
	l := New(tempOptions(t))
	for _, bad := range []Item{
		{ID: "", Geometry: orb.Point{1, 1}},
		{ID: "a\x00b", Geometry: orb.Point{1, 1}},
		{ID: string(make([]byte, 256)), Geometry: orb.Point{1, 1}},
		{ID: "a"},
		{ID: "a", Geometry: orb.Point{181, 1}},
		{ID: "a", Geometry: orb.LineString{}},
		{ID: "a", Geometry: orb.LineString{{1, 1}, {1, 91}}},
		{ID: "a", Geometry: orb.Collection{}},
	} {
		err := l.Apply([]Item{{ID: "good", Geometry: orb.Point{1, 1}}, bad}, nil, 1)
		var refused *ItemError
		if !errors.As(err, &refused) || l.View().Len() != 0 {
			t.Errorf("%v: %v, %d items", bad, err, l.View().Len())
		}
	}
}

func TestUnfinishedFilesAreRemoved(t *testing.T) {
	l, o := buildLive(t, worlds()["clustered"], 100)
	left := l.options.Path + tempMark + "123"
	if err := os.WriteFile(left, []byte("half a snapshot"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := Open(l.options)
	if err != nil {
		t.Fatal(err)
	}
	same(t, again.View(), o)
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there", left)
	}
}

func TestDamagedSnapshots(t *testing.T) {
	l, _ := buildLive(t, worlds()["mixed"], 300)
	good, err := os.ReadFile(l.options.Path)
	if err != nil {
		t.Fatal(err)
	}
	open := func(data []byte) error {
		if err := os.WriteFile(l.options.Path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(l.options)
		return err
	}
	for _, size := range []int{0, 1, 63, 64, headerSize - 1, headerSize, len(good) / 2, len(good) - 64} {
		if err := open(good[:size]); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d bytes: %v", size, err)
		}
	}
	for at := 0; at < len(good); at += 211 {
		changed := slices.Clone(good)
		changed[at] ^= 0x10
		if err := open(changed); err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d changed: %v", at, err)
		}
	}
	if err := open(good); err != nil {
		t.Error(err)
	}
}

func FuzzOpen(f *testing.F) {
	dir := f.TempDir()
	l := New(Options{Path: filepath.Join(dir, "index"), Database: "fuzz"})
	err := l.Rebuild(context.Background(), 1, func(add func(Item) error) error {
		return add(Item{ID: "a", Geometry: orb.LineString{{1, 1}, {2, 2}}, Hours: "24/7"})
	})
	if err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(l.options.Path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:headerSize])
	f.Fuzz(func(t *testing.T, data []byte) {
		aligned := raw(make([]uint64, len(data)/8+1))[:len(data)]
		copy(aligned, data)
		s, err := readSnapshot("fuzz", &mapping{data: aligned})
		if err != nil {
			return
		}
		b, err := newBase(s)
		if err != nil {
			return
		}
		v := viewOf(b, newShared(nil))
		if hits := v.Near(Near{At: orb.Point{1, 1}, Limit: 3}, nil); len(hits) != 1 {
			t.Errorf("%d hits in a snapshot that was accepted", len(hits))
		}
	})
}

// TestMergesGiveBackWhatTheyMapped looks for files that are still mapped when
// only the last snapshot is of use.
func TestMergesGiveBackWhatTheyMapped(t *testing.T) {
	if _, err := os.Stat("/proc/self/maps"); err != nil {
		t.Skip("needs /proc/self/maps")
	}
	l, _ := buildLive(t, worlds()["mixed"], 500)
	for range 3 {
		if err := l.Compact(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		maps, err := os.ReadFile("/proc/self/maps")
		if err != nil {
			t.Fatal(err)
		}
		mapped := strings.Count(string(maps), filepath.Dir(l.options.Path))
		if mapped == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d files of the index are mapped:\n%s", mapped, maps)
		}
	}
	runtime.KeepAlive(l)
}

// TestRefsOutliveTheirBase reads what was found before the base was replaced.
func TestRefsOutliveTheirBase(t *testing.T) {
	w := worlds()["mixed"]
	l, o := buildLive(t, w, 500)
	hits := l.View().Near(Near{At: w.point()}, nil)
	for range 3 {
		if err := l.Rebuild(t.Context(), 2, func(func(Item) error) error { return nil }); err != nil {
			t.Fatal(err)
		}
		runtime.GC()
	}
	if l.View().Len() != 0 || len(hits) != 500 {
		t.Fatalf("%d items, %d hits", l.View().Len(), len(hits))
	}
	for _, h := range hits {
		want, got := o[h.Ref.ID()], h.Ref.Item()
		want.Cell = got.Cell
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
	}
}

// TestReadersSeeWholeBatches moves a group of items with one stamp per batch.
func TestReadersSeeWholeBatches(t *testing.T) {
	const group = 40
	w := worlds()["clustered"]
	l, _ := buildLive(t, w, 2000)
	batch := func(stamp int) []Item {
		items := make([]Item, group)
		for i := range items {
			items[i] = Item{
				ID: fmt.Sprint("moving", i), Category: "moving", Body: strconv.AppendInt(nil, int64(stamp), 10),
				Geometry: orb.Point{10 + float64(stamp%7)*0.001, 10 + float64(i)*0.0001},
			}
		}
		return items
	}
	if err := l.Apply(batch(0), nil, 2); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for last := 0; ; {
				select {
				case <-done:
					return
				default:
				}
				hits := l.View().Near(Near{At: orb.Point{10, 10}, Radius: 5000, Filter: Filter{Categories: []string{"moving"}}}, nil)
				if len(hits) != group {
					t.Errorf("%d of %d", len(hits), group)
					return
				}
				stamp, _ := strconv.Atoi(string(hits[0].Ref.Body()))
				for _, h := range hits {
					if body := string(h.Ref.Body()); body != strconv.Itoa(stamp) {
						t.Errorf("batches %d and %s at once", stamp, body)
						return
					}
				}
				if stamp < last {
					t.Errorf("batch %d after %d", stamp, last)
					return
				}
				last = stamp
			}
		})
	}
	var compactor sync.WaitGroup
	compactor.Go(func() {
		for range 5 {
			if err := l.Compact(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	for stamp := 1; stamp <= 300; stamp++ {
		if err := l.Apply(batch(stamp), nil, int64(stamp)+2); err != nil {
			t.Fatal(err)
		}
	}
	compactor.Wait()
	close(done)
	readers.Wait()
	if l.View().Seq() != 302 || l.View().Len() != 2000+group {
		t.Errorf("seq %d, %d items", l.View().Seq(), l.View().Len())
	}
}

// TestMixedUpdates changes, compacts and queries at random; FUJIN_SOAK makes it
// a million changes.
func TestMixedUpdates(t *testing.T) {
	changes, w := 20_000, worlds()["antimeridian"]
	if os.Getenv("FUJIN_SOAK") != "" {
		changes = 1_000_000
	}
	l, o := buildLive(t, w, 3000)
	const round = 2000
	for range changes / round {
		changeBoth(t, w, l, o, round)
		for range 3 {
			radius := []float64{0, 500, 20_000}[w.rnd.IntN(3)]
			compareNear(t, l.View(), o, Near{At: w.point(), Radius: radius, Limit: 1 + w.rnd.IntN(50), Filter: w.filter()})
		}
		if w.rnd.IntN(3) == 0 {
			if err := l.Compact(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	same(t, l.View(), o)
}

func TestOpeningHours(t *testing.T) {
	l := New(tempOptions(t))
	items := []Item{
		{ID: "always", Hours: "24/7"},
		{ID: "day", Hours: "Mo-Su 08:00-20:00"},
		{ID: "night", Hours: "Mo-Su 20:00-08:00"},
		{ID: "silent"},
		{ID: "strange", Hours: "when I feel like it, ask"},
		{ID: "sun", Hours: "sunrise-sunset"},
	}
	for i := range items {
		items[i].Geometry = orb.Point{115.8582, 28.6829}
		items[i].Zone = "Asia/Shanghai"
	}
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, shanghai)
	eight := time.Date(2026, 11, 21, 20, 0, 0, 0, shanghai).UnixMilli()
	check := func() {
		v := l.View()
		want := map[string]State{
			"always": {State: hours.Open}, "day": {hours.Open, eight, "2026-11-21T20:00:00+08:00"},
			"night": {hours.Closed, eight, "2026-11-21T20:00:00+08:00"}, "silent": {}, "strange": {},
		}
		for id, state := range want {
			r, _ := v.Get(id)
			for range 2 {
				if got := v.State(r, noon); got != state {
					t.Errorf("%s: %v, want %v", id, got, state)
				}
			}
		}
		sun, _ := v.Get("sun")
		if day, night := v.State(sun, noon), v.State(sun, noon.Add(12*time.Hour)); day.State != hours.Open || night.State != hours.Closed {
			t.Errorf("sunrise-sunset: %v at noon, %v at midnight", day, night)
		}
		q := Near{At: orb.Point{115.858, 28.683}, Radius: 100, Filter: Filter{OpenAt: noon}}
		if got := ids(v.Near(q, nil)); !slices.Equal(got, []string{"always", "day", "sun"}) {
			t.Errorf("open at noon: %v", got)
		}
		q.Filter.IncludeUnknown = true
		if got := ids(v.Near(q, nil)); !slices.Equal(got, []string{"always", "day", "silent", "strange", "sun"}) {
			t.Errorf("open or unknown at noon: %v", got)
		}
		var group sync.WaitGroup
		for i := range 4 {
			group.Go(func() {
				for hour := range 200 {
					at := noon.Add(time.Duration(hour*(i+1)) * time.Hour)
					open := at.Hour() >= 8 && at.Hour() < 20
					r, _ := v.Get("day")
					if got := v.State(r, at).State; (got == hours.Open) != open {
						t.Errorf("%v: %v", at, got)
					}
				}
			})
		}
		group.Wait()
	}
	if err := l.Apply(items, nil, 1); err != nil {
		t.Fatal(err)
	}
	check()
	if err := l.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	check()
}

func TestNearAllocatesNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes sync.Pool forget")
	}
	w := worlds()["clustered"]
	l, o := buildLive(t, w, 2000)
	changeBoth(t, w, l, o, 500)
	v := l.View()
	dst := make([]Hit, 0, 20)
	q := Near{At: orb.Point{115.8582, 28.6829}, Radius: 5000, Limit: 20, Filter: Filter{Categories: []string{"category1"}, Allowed: 0xfe}}
	allocations := testing.AllocsPerRun(200, func() { dst = v.Near(q, dst[:0]) })
	if len(dst) != 20 || allocations > 0 {
		t.Errorf("%d hits, %v allocations", len(dst), allocations)
	}
}
