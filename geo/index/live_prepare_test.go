package index

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
)

// prepare builds a base in which 600 items stand for dataset1, and gives what
// the oracle holds once it is swapped in.
func prepare(t *testing.T, w *world, l *Live, o oracle) (*Prepared, oracle) {
	t.Helper()
	next := maps.Clone(o)
	maps.DeleteFunc(next, func(_ string, item Item) bool { return item.Dataset == "dataset1" })
	p, err := l.Prepare(t.Context(), "dataset1", func(add func(Item) error) error {
		for i := range 600 {
			item := w.item(fmt.Sprint("prepared", i))
			item.Dataset = "dataset1"
			next[item.ID] = item
			if err := add(item); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, next
}

// onDisk is what a restart would find.
func onDisk(t *testing.T, l *Live) *View {
	t.Helper()
	v, err := OpenView(l.options)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func onlyTheSnapshot(t *testing.T, l *Live) {
	t.Helper()
	if left, _ := filepath.Glob(l.options.Path + "*"); len(left) != 1 {
		t.Errorf("left over: %v", left)
	}
}

func TestAPreparedBaseIsSeenWhenSwapped(t *testing.T) {
	w := worlds()["mixed"]
	l, o := buildLive(t, w, 1000)
	p, next := prepare(t, w, l, o)
	same(t, l.View(), o)
	same(t, onDisk(t, l), o)
	if err := p.Swap(9000, nil); err != nil {
		t.Fatal(err)
	}
	same(t, l.View(), next)
	again, err := Open(l.options)
	if err != nil {
		t.Fatal(err)
	}
	same(t, again.View(), next)
	if l.View().Seq() != 9000 || again.View().Seq() != 9000 || l.View().Changed() != 0 {
		t.Errorf("seq %d, on disk %d, %d changes", l.View().Seq(), again.View().Seq(), l.View().Changed())
	}
	onlyTheSnapshot(t, l)
}

func TestAPreparedBaseCarriesWhatHappensMeanwhile(t *testing.T) {
	w := worlds()["mixed"]
	l, o := buildLive(t, w, 1000)
	var kept, touched, gone string
	for id, item := range o {
		switch {
		case item.Dataset != "dataset1":
			kept = id
		case touched == "":
			touched = id
		default:
			gone = id
		}
	}
	p, next := prepare(t, w, l, o)
	form := func(id, dataset string, body string) Item {
		return Item{ID: id, Geometry: orb.Point{1, 1}, Category: "meanwhile", Dataset: dataset, Body: []byte(body), Hours: "24/7"}
	}
	former := []Item{form("new", "meanwhile", "small"), form(touched, "dataset1", "former"), form(gone, "dataset1", "former")}
	if err := l.Apply(former, []string{kept}, 9001); err != nil {
		t.Fatal(err)
	}
	before := onDisk(t, l).Seq()
	if got := p.Touched(); len(got) != 2 {
		t.Fatalf("touched are %v", got)
	}
	// One of the two exists in the new form, the other one no longer.
	if err := p.Swap(9002, []Item{form(touched, "dataset1", "now")}); err != nil {
		t.Fatal(err)
	}
	delete(next, kept)
	next["new"], next[touched] = former[0], form(touched, "dataset1", "now")
	same(t, l.View(), next)
	if onDisk(t, l).Seq() != before {
		t.Error("a file that lacks changes has become the snapshot")
	}
	onlyTheSnapshot(t, l)
	if l.View().Changed() == 0 {
		t.Error("nothing asks for a merge")
	}
	if err := l.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, onDisk(t, l), next)
	if seq := onDisk(t, l).Seq(); seq != 9002 {
		t.Errorf("seq %d", seq)
	}
}

func TestAPreparedBaseThatIsDiscardedLeavesNothing(t *testing.T) {
	w := worlds()["mixed"]
	l, o := buildLive(t, w, 1000)
	p, _ := prepare(t, w, l, o)
	changeBoth(t, w, l, o, 50)
	// One at a time: whoever merges waits, for as long as it has patience.
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Compact(impatient); !errors.Is(err, context.Canceled) {
		t.Errorf("merged beside a prepared base: %v", err)
	}
	merged := make(chan error, 1)
	go func() { merged <- l.Compact(context.Background()) }()
	changeBoth(t, w, l, o, 50)
	p.Discard()
	if err := <-merged; err != nil {
		t.Fatal(err)
	}
	same(t, l.View(), o)
	same(t, onDisk(t, l), o)
	failed := errors.New("the draft was given up")
	if _, err := l.Prepare(t.Context(), "dataset1", func(func(Item) error) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	changeBoth(t, w, l, o, 50)
	if err := l.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, onDisk(t, l), o)
	onlyTheSnapshot(t, l)
}
