package facility_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

// history is a model of a dataset: what each version holds, by source id.
type history struct {
	*rapid.T
	s        *facility.Service
	dataset  string
	versions []map[string]datasets.Place // [0] is empty
	ids      map[string]string           // of each source id that ever was, for ever
	closed   map[string]facility.Closure // by id
}

// TestHistory does to a dataset whatever can be done to it, in any order, and
// compares every version of it with a model.
func TestHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s, n := open(t, openDB()), 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			h := &history{rt, s, fmt.Sprint("d", n), []map[string]datasets.Place{{}}, map[string]string{}, map[string]facility.Closure{}}
			for range rapid.IntRange(1, 8).Draw(rt, "steps") {
				rapid.SampledFrom([]func(){h.publish, h.publish, h.edit, h.edit, h.rollback, h.close, h.fail, h.die}).Draw(rt, "step")()
				h.checkNewest()
			}
			h.check()
		})
		if faults, err := s.Check(t.Context()); err != nil || len(faults) > 0 {
			t.Errorf("%v, %q", err, faults)
		}
	})
}

func (h *history) now() map[string]datasets.Place { return h.versions[len(h.versions)-1] }

func (h *history) newest() int64 { return int64(len(h.versions) - 1) }

// place draws a form of a facility.
func (h *history) place(id string) datasets.Place {
	p := toilet(id, rapid.SampledFrom([]string{"a", "b"}).Draw(h.T, "name"), float64(rapid.IntRange(0, 2).Draw(h.T, "place"))*1000)
	if rapid.Bool().Draw(h.T, "area") {
		at := p.Geometry.(orb.Point)
		p.Geometry = orb.Polygon{{at, {at[0] + 0.01, at[1]}, {at[0], at[1] + 0.01}, at}}
	}
	p.Attributes = map[string]string{}
	if rapid.Bool().Draw(h.T, "fee") {
		p.Attributes["fee"] = "yes"
	}
	if rapid.Bool().Draw(h.T, "verified") {
		p.VerifiedAt = time.Date(2026, 1, rapid.IntRange(1, 28).Draw(h.T, "day"), 0, 0, 0, 0, time.UTC)
	}
	return p
}

// file draws the places of a file.
func (h *history) file() (places []datasets.Place) {
	for _, id := range rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 1, 6, rapid.ID).Draw(h.T, "file") {
		places = append(places, h.place(fmt.Sprint(id)))
	}
	return places
}

// expect notes a version that was published, and checks its counts.
func (h *history) expect(pub facility.Publication, err error, next map[string]datasets.Place) {
	h.Helper()
	want := facility.Publication{Dataset: h.dataset, Version: h.newest() + 1, Facilities: int64(len(next)), Confirmed: pub.Confirmed}
	for id, p := range next {
		switch before, was := h.now()[id]; {
		case !was:
			want.Added++
		case !alike(before, p):
			want.Changed++
		default:
			want.Unchanged++
		}
	}
	for id := range h.now() {
		if _, still := next[id]; !still {
			want.Removed++
		}
	}
	if err != nil || pub != want {
		h.Fatalf("published %+v, %v; want %+v", pub, err, want)
	}
	h.versions = append(h.versions, next)
}

// alike tells whether two forms of a facility are the same: a confirmation is
// no change.
func alike(a, b datasets.Place) bool {
	a.VerifiedAt, b.VerifiedAt = time.Time{}, time.Time{}
	a.Row, b.Row = 0, 0
	return reflect.DeepEqual(a, b)
}

func (h *history) publish() {
	places := h.file()
	next := map[string]datasets.Place{}
	for _, p := range places {
		next[p.SourceID] = p
	}
	// What the gate says before equals what publishing does.
	base := h.base()
	preview, err := compare(h.s, h.dataset, places)
	if err != nil {
		h.Fatal(err)
	}
	pub, err := h.s.Replace(h.Context(), h.dataset, feed(places...), facility.Provenance{Kind: facility.KindUpload, By: "key 1", Note: "why", Base: base})
	preview.Dataset, preview.Version = pub.Dataset, pub.Version
	if err == nil && preview != pub {
		h.Fatalf("the preview said %+v, publishing did %+v", preview, pub)
	}
	h.expect(pub, err, next)
}

// base is the version in force, after making sure that another one is refused.
func (h *history) base() int64 {
	wrong := facility.Provenance{Base: h.newest() + 1}
	if _, err := h.s.Replace(h.Context(), h.dataset, feed(h.place("0")), wrong); errs.CodeOf(err) != "version_changed" {
		h.Fatalf("prepared for another version: %v", err)
	}
	return h.newest()
}

func (h *history) edit() {
	if h.newest() == 0 {
		return
	}
	next := maps.Clone(h.now())
	var edits []facility.Edit
	for _, p := range h.file() {
		current, there := next[p.SourceID]
		row, err := facility.Prepare(p)
		if err != nil {
			h.Fatal(err)
		}
		switch {
		case !there:
			edits = append(edits, facility.Edit{Row: &row})
			next[p.SourceID] = p
		case rapid.Bool().Draw(h.T, "remove"):
			edits = append(edits, facility.Edit{ID: h.ids[p.SourceID], ETag: h.tag(p.SourceID)})
			delete(next, p.SourceID)
		case !alike(current, p):
			edits = append(edits, facility.Edit{ID: h.ids[p.SourceID], Row: &row, ETag: h.tag(p.SourceID)})
			next[p.SourceID] = p
		}
	}
	if len(edits) == 0 {
		return
	}
	stale := slices.Clone(edits)
	for i := range stale {
		if stale[i].ID != "" {
			stale[i].ETag = `"0-0"`
			if _, err := h.s.Change(h.Context(), h.dataset, stale, facility.Provenance{}); errs.KindOf(err) != errs.Stale {
				h.Fatalf("an edit of an outdated form: %v", err)
			}
			break
		}
	}
	pub, err := h.s.Change(h.Context(), h.dataset, edits, facility.Provenance{By: "key 2"})
	pub.Unchanged = int64(len(next)) - pub.Added - pub.Changed // an edit does not look at the others
	h.expect(pub, err, next)
	for _, e := range edits {
		if e.ID == "" {
			h.Fatal("an edit got no id")
		}
	}
}

// tag is the entity tag of a facility in force.
func (h *history) tag(source string) string {
	f, err := h.s.Feature(h.Context(), h.dataset, 0, h.ids[source])
	if err != nil {
		h.Fatal(err)
	}
	return f.ETag
}

func (h *history) rollback() {
	if h.newest() < 2 {
		return
	}
	to := rapid.Int64Range(1, h.newest()-1).Draw(h.T, "to")
	pub, err := h.s.Rollback(h.Context(), h.dataset, to, facility.Provenance{By: "key 3"})
	h.expect(pub, err, maps.Clone(h.versions[to]))
}

// close shuts one facility and opens it again, or not.
func (h *history) close() {
	if len(h.now()) == 0 {
		return
	}
	id := h.ids[rapid.SampledFrom(slices.Sorted(maps.Keys(h.now()))).Draw(h.T, "closed")]
	c := facility.Closure{From: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), Reason: "repairs", By: "key 4"}
	if rapid.Bool().Draw(h.T, "until") {
		c.Until = c.From.Add(48 * time.Hour)
	}
	if err := h.s.Close(h.Context(), h.dataset, id, c); err != nil {
		h.Fatal(err)
	}
	h.closed[id] = c
	if rapid.Bool().Draw(h.T, "reopened") {
		if err := h.s.Reopen(h.Context(), h.dataset, id); err != nil {
			h.Fatal(err)
		}
		delete(h.closed, id)
	}
}

// fail publishes a file that breaks off.
func (h *history) fail() {
	places, broken := h.file(), errors.New("broken off")
	_, err := h.s.Replace(h.Context(), h.dataset, func(yield func(facility.Row) error) error {
		return errors.Join(feed(places...)(yield), broken)
	}, facility.Provenance{})
	if !errors.Is(err, broken) {
		h.Fatal(err)
	}
}

// die publishes a file and is killed just before the end.
func (h *history) die() {
	if err := h.s.Die(h.Context(), h.dataset, feed(h.file()...)); err != nil {
		h.Fatal(err)
	}
}

// checkNewest compares what is in force.
func (h *history) checkNewest() {
	h.Helper()
	if h.newest() > 0 {
		h.checkVersion(0)
	}
}

// check compares all versions, what is told of them, and the way between two.
func (h *history) check() {
	h.Helper()
	if h.newest() == 0 {
		if _, err := h.s.Versions(h.Context(), h.dataset, 0, 9); errs.KindOf(err) != errs.NotFound {
			h.Fatalf("versions of what is not published: %v", err)
		}
		return
	}
	for n := h.newest(); n >= 0; n-- {
		h.checkVersion(n)
	}
	if _, err := h.s.Version(h.Context(), h.dataset, h.newest()+1); errs.KindOf(err) != errs.NotFound {
		h.Fatalf("a draft is a version: %v", err)
	}
	list, err := h.s.Versions(h.Context(), h.dataset, 0, 100)
	if err != nil || int64(len(list)) != h.newest() {
		h.Fatalf("%d versions are listed, %v", len(list), err)
	}
	for i, v := range list {
		if n := h.newest() - int64(i); v.Number != n || v.Facilities != int64(len(h.versions[n])) {
			h.Fatalf("version %d is listed as %+v", n, v)
		}
	}
	from, to := rapid.Int64Range(0, h.newest()).Draw(h.T, "from"), rapid.Int64Range(1, h.newest()).Draw(h.T, "until")
	h.checkDiff(from, to)
}

// checkVersion reads a version; 0 reads the one in force.
func (h *history) checkVersion(n int64) {
	h.Helper()
	model := h.versions[n]
	if n == 0 {
		model = h.now()
	}
	var last string
	got := map[string]datasets.Place{}
	err := h.s.Features(h.Context(), h.dataset, facility.FeatureQuery{Version: n}, func(f facility.Feature) error {
		source := f.SourceID
		if known, was := h.ids[source]; was && known != f.ID {
			h.Fatalf("%s was %s and is %s", source, known, f.ID)
		}
		h.ids[source] = f.ID
		if f.ID <= last {
			h.Fatal("not in the order of ids")
		}
		if c, is := h.closed[f.ID]; is != (f.Closure != nil) && (n == 0 || n == h.newest()) || is && f.Closure != nil && c != *f.Closure {
			h.Fatalf("closure %+v, want %+v", f.Closure, c)
		}
		last, got[source] = f.ID, f.Place
		return nil
	})
	if err != nil || !maps.EqualFunc(got, model, alike) {
		h.Fatalf("version %d: %v\n%+v\nwant\n%+v", n, err, got, model)
	}
	box := orb.Bound{Min: orb.Point{115, 28.7}, Max: orb.Point{116, 28.8}} // has those moved by 1000, and their areas
	want := int64(0)
	for _, p := range model {
		if p.Geometry.Bound().Intersects(box) {
			want++
		}
	}
	all, err1 := h.s.Count(h.Context(), h.dataset, n, nil)
	some, err2 := h.s.Count(h.Context(), h.dataset, n, &box)
	if err := errors.Join(err1, err2); err != nil || all != int64(len(model)) || some != want {
		h.Fatalf("version %d counts %d, %d in the box, %v; want %d, %d", n, all, some, err, len(model), want)
	}
}

// checkDiff applies a diff to one version and gets the other.
func (h *history) checkDiff(from, to int64) {
	h.Helper()
	state := maps.Clone(h.versions[from])
	err := h.s.Diff(h.Context(), h.dataset, from, to, func(d facility.Delta) error {
		place := d.After
		if place == nil {
			place = d.Before
		}
		source := place.SourceID
		if h.ids[source] != d.ID {
			h.Fatalf("%s is called %s", source, d.ID)
		}
		before, was := state[source]
		if was != (d.Before != nil) || was && !alike(before, *d.Before) {
			h.Fatalf("before: %+v, %+v", before, d.Before)
		}
		if d.Op == facility.Changed != (len(d.Fields) > 0) || d.Op == facility.Unchanged {
			h.Fatalf("%s with fields %v", d.Op, d.Fields)
		}
		if delete(state, source); d.After != nil {
			state[source] = *d.After
		}
		return nil
	})
	if err != nil || !maps.EqualFunc(state, h.versions[to], alike) {
		h.Fatalf("diff from %d to %d: %v\n%+v\nwant\n%+v", from, to, err, state, h.versions[to])
	}
}
