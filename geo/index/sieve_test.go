package index

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// TestFiltersFollowNewNames asks for a category before and after there is one.
func TestFiltersFollowNewNames(t *testing.T) {
	l, _ := buildLive(t, worlds()["mixed"], 100)
	q := Near{Filter: Filter{Categories: []string{"lighthouse"}, Datasets: []string{"coast"}}}
	before := l.View()
	count := func(v *View) int { return len(v.Near(q, nil)) }
	if n := count(before); n != 0 {
		t.Fatalf("%d of an unknown category", n)
	}
	light := Item{ID: "light", Geometry: orb.Point{120, 30}, Category: "lighthouse", Dataset: "coast"}
	if err := l.Apply([]Item{light}, nil, 2); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if n := count(l.View()); n != 1 {
			t.Errorf("%d found, expected the new one", n)
		}
		if n := count(before); n != 0 {
			t.Errorf("%d in the view from before", n)
		}
	}
	if err := l.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(l.View()); n != 1 {
		t.Errorf("%d found in the merged base", n)
	}
}

// TestMoreClassesThanFitATable gives every item traits of its own.
func TestMoreClassesThanFitATable(t *testing.T) {
	const n = tableClasses + 1000
	l := New(Options{Path: t.TempDir() + "/index", Database: "test"})
	err := l.Rebuild(t.Context(), 1, func(add func(Item) error) error {
		for i := range n {
			item := Item{
				ID: fmt.Sprint(i), Geometry: orb.Point{100 + float64(i%300)/100, 30 + float64(i/300)/100}, Cell: 1,
				Category: "c", Dataset: "d", Traits: uint64(i), Hours: fmt.Sprintf("Mo-Su %02d:%02d-24:00", i/60%24, i%60),
			}
			if err := add(item); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		// The traits within 0x3007 are 32 of those below n.
		hits := l.View().Near(Near{Filter: Filter{Allowed: 0x3007, Categories: []string{"c"}}, At: orb.Point{101, 31}}, nil)
		if len(hits) != 32 {
			t.Errorf("%d hits, expected 32", len(hits))
		}
		for _, h := range hits {
			i := h.Ref.Traits()
			if i&^0x3007 != 0 || h.Ref.ID() != fmt.Sprint(i) || h.Ref.Hours() != fmt.Sprintf("Mo-Su %02d:%02d-24:00", i/60%24, i%60) {
				t.Errorf("item %s has traits %#x, hours %q", h.Ref.ID(), i, h.Ref.Hours())
			}
		}
	}
	check()
	if len(l.View().base.classes) <= tableClasses {
		t.Error("there should be more classes than a table holds")
	}
	if err := l.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	check()
}

func TestRecords(t *testing.T) {
	for _, size := range [][3]int{{1, 0, 0}, {26, 63, 0}, {26, 64, 1}, {255, 300, 200}, {26, 9000, 70_000}} {
		id, body, shape := strings.Repeat("i", size[0]), strings.Repeat("b", size[1]), strings.Repeat("s", size[2])
		data := appendRecord(nil, id, []byte(body), []byte(shape))
		if got := cutRecord(append(data, 1, 2, 3)); len(got) != len(data) {
			t.Errorf("%v: a record of %d bytes, expected %d", size, len(got), len(data))
		}
		if r := readRecord(data); string(r.id) != id || string(r.body) != body || string(r.shape) != shape {
			t.Errorf("%v: read %q, %q, %q", size, r.id, r.body, r.shape)
		}
	}
}
