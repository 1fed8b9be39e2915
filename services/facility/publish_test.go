package facility_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

// toilet makes a place of a test; dLat moves it north in units of 1e-4 degree (11 m).
func toilet(id, name string, dLat float64) datasets.Place {
	return datasets.Place{SourceID: id, Name: name, Category: "toilet", Geometry: orb.Point{115.8582, 28.6829 + dLat*1e-4}}
}

func open(t *testing.T, db *kernel.DB) *facility.Service {
	t.Helper()
	s, err := facility.New(t.Context(), db, facility.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func feed(places ...datasets.Place) facility.Feed {
	return func(yield func(facility.Row) error) error {
		for _, p := range places {
			row, err := facility.Prepare(p)
			if err != nil {
				return err
			}
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}
}

func publish(t *testing.T, s *facility.Service, places ...datasets.Place) facility.Publication {
	t.Helper()
	pub, err := s.Replace(t.Context(), "test", feed(places...), facility.Provenance{})
	if err != nil {
		t.Fatal(err)
	}
	return pub
}

// published gives the facilities in force by name.
func published(t *testing.T, s *facility.Service) map[string]facility.Published {
	t.Helper()
	all := map[string]facility.Published{}
	err := s.Each(t.Context(), "test", func(p facility.Published) error { all[p.Name] = p; return nil })
	if err != nil && errs.KindOf(err) != errs.NotFound {
		t.Fatal(err)
	}
	return all
}

func TestIdsLastAcrossVersions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s := open(t, openDB())
		first := publish(t, s, toilet("1", "东湖", 0), toilet("2", "西湖", 10), toilet("3", "青云谱", 20))
		if first.Version != 1 || first.Added != 3 || first.Facilities != 3 {
			t.Fatalf("first publication: %+v", first)
		}
		before := published(t, s)
		second := publish(t, s, toilet("2", "西湖", 10), toilet("1", "东湖", 3), toilet("4", "新建", 30))
		if want := (facility.Publication{Dataset: "test", Version: 2, Facilities: 3, Added: 1, Changed: 1, Removed: 1, Unchanged: 1}); second != want {
			t.Fatalf("second publication: %+v, want %+v", second, want)
		}
		after := published(t, s)
		if after["东湖"].ID != before["东湖"].ID || after["西湖"].ID != before["西湖"].ID {
			t.Error("an id changed with a version")
		}
		if after["东湖"].Version != 2 || after["西湖"].Version != 1 {
			t.Errorf("versions are %d of the changed and %d of the unchanged facility", after["东湖"].Version, after["西湖"].Version)
		}
		if _, still := after["青云谱"]; still || len(after) != 3 {
			t.Errorf("in force: %v", slices.Collect(maps.Keys(after)))
		}
	})
}

func TestWithoutIdsNameAndPlaceTell(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s := open(t, openDB())
		// Two of the same name 33 m apart, one elsewhere.
		publish(t, s, toilet("", "公共厕所", 0), toilet("", "公共厕所", 3), toilet("", "Toilet  A", 100))
		ids := map[float64]string{}
		err := s.Each(t.Context(), "test", func(p facility.Published) error { ids[p.Geometry.(orb.Point)[1]] = p.ID; return nil })
		if err != nil || len(ids) != 3 {
			t.Fatal(err, ids)
		}
		// One stays and one comes 22 m nearer to it; the spelling of the third changes in width only.
		pub := publish(t, s, toilet("", "公共厕所", 1), toilet("", "公共厕所", 0), toilet("", "ｔｏｉｌｅｔ a", 102), toilet("", "公共厕所", 60))
		if pub.Changed != 2 || pub.Unchanged != 1 || pub.Added != 1 || pub.Removed != 0 {
			t.Fatalf("%+v", pub)
		}
		now := map[string]bool{}
		err = s.Each(t.Context(), "test", func(p facility.Published) error { now[p.ID] = true; return nil })
		if err != nil || len(now) != 4 {
			t.Fatal(err, now)
		}
		for _, id := range ids {
			if !now[id] {
				t.Errorf("facility %s was not known again", id)
			}
		}
		// Beyond 50 m it is another facility.
		if pub := publish(t, s, toilet("", "Toilet A", 110)); pub.Added != 1 || pub.Removed != 4 {
			t.Errorf("88 m away: %+v", pub)
		}
	})
}

func TestAFailedFeedLeavesTheVersionInForce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s := open(t, openDB())
		many := func(n int, move float64) []datasets.Place {
			list := make([]datasets.Place, n)
			for i := range list {
				list[i] = toilet(fmt.Sprint(i), fmt.Sprint("place ", i), float64(i)+move)
			}
			return list
		}
		publish(t, s, many(6000, 0)...)
		before := published(t, s)
		broken := errors.New("the file broke off")
		rows := feed(many(5500, 0.5)...)
		_, err := s.Replace(t.Context(), "test", func(yield func(facility.Row) error) error {
			if err := rows(yield); err != nil {
				return err
			}
			return broken
		}, facility.Provenance{})
		if !errors.Is(err, broken) {
			t.Fatalf("the feed's error was lost: %v", err)
		}
		if !maps.EqualFunc(before, published(t, s), func(a, b facility.Published) bool {
			return a.ID == b.ID && a.Version == b.Version && a.Geometry == b.Geometry
		}) {
			t.Error("a failed publication changed what is in force")
		}
		if pub := publish(t, s, many(6000, 0.5)...); pub.Version != 2 || pub.Changed != 6000 || pub.Added != 0 {
			t.Errorf("publication after a failed one: %+v", pub)
		}
		if _, err := s.Replace(t.Context(), "test", feed(), facility.Provenance{}); errs.CodeOf(err) != "nothing_accepted" {
			t.Errorf("an empty feed: %v", err)
		}
	})
}

func TestOnlyOnePublishesAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s := open(t, openDB())
		inside, leave := make(chan struct{}), make(chan struct{})
		done := make(chan error, 1)
		go func() {
			_, err := s.Replace(context.WithoutCancel(t.Context()), "test", func(yield func(facility.Row) error) error {
				close(inside)
				<-leave
				return feed(toilet("1", "a", 0))(yield)
			}, facility.Provenance{})
			done <- err
		}()
		<-inside
		_, err := s.Replace(t.Context(), "test", feed(toilet("1", "b", 0)), facility.Provenance{})
		if errs.CodeOf(err) != "being_published" {
			t.Errorf("a second publication beside a running one: %v", err)
		}
		close(leave)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		publish(t, s, toilet("1", "b", 0))
	})
}

func TestConfirmingIsNoChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s := open(t, openDB())
		p := toilet("1", "a", 0)
		publish(t, s, p)
		p.VerifiedAt = time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
		if pub := publish(t, s, p); pub.Changed != 0 || pub.Confirmed != 1 {
			t.Fatalf("%+v", pub)
		}
		got := published(t, s)["a"]
		if got.Version != 1 || !got.VerifiedAt.Equal(p.VerifiedAt) {
			t.Errorf("version %d, verified %v", got.Version, got.VerifiedAt)
		}
	})
}

func TestEditsAreVersions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s := open(t, openDB())
		publish(t, s, toilet("1", "a", 0), toilet("2", "b", 10))
		before := published(t, s)
		row, err := facility.Prepare(toilet("1", "a2", 1))
		if err != nil {
			t.Fatal(err)
		}
		pub, err := s.Change(t.Context(), "test", []facility.Edit{{ID: before["a"].ID, Row: &row}, {ID: before["b"].ID}}, facility.Provenance{})
		if err != nil || pub.Version != 2 || pub.Changed != 1 || pub.Removed != 1 || pub.Facilities != 1 {
			t.Fatalf("%+v, %v", pub, err)
		}
		after := published(t, s)
		if len(after) != 1 || after["a2"].ID != before["a"].ID {
			t.Errorf("in force: %+v", after)
		}
		if _, err := s.Change(t.Context(), "test", []facility.Edit{{ID: before["b"].ID}}, facility.Provenance{}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("removing what is gone: %v", err)
		}
	})
}
