package facility_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

// TestNeighboursAreFoundBesideTheServer asks the snapshot for what was merged
// into it, and the service for what was not yet.
func TestNeighboursAreFoundBesideTheServer(t *testing.T) {
	cfg := dbtest.Config(t, kernel.SQLite)
	s, _, stop := reopen{t, cfg, cfg.DataDir}.server()
	defer stop()
	publish := func(dataset string, at float64, bulk int64) {
		s.SetBulk(bulk)
		pub, err := s.Replace(t.Context(), dataset, feed(toilet("1", "", at), toilet("far", "", 9e4)), facility.Provenance{})
		if err != nil {
			t.Fatal(err)
		}
		s.eventually("publication", func() error {
			if s.Seen(dataset) < pub.Version {
				return errors.New("not seen")
			}
			return nil
		})
	}
	publish("merged", 0, 1)
	publish("own", 2, 1)
	publish("recent", 1, 1000)
	// steps are how far from the first place others are to the north.
	steps := func(points []orb.Point) (list []int) {
		for _, p := range points {
			list = append(list, int(math.Round((p[1]-28.6829)*1e4)))
		}
		return list
	}
	here := orb.Bound{Min: orb.Point{115, 28}, Max: orb.Point{116, 29}}
	for _, c := range []struct {
		dataset      string
		known, fresh []int
	}{
		{"own", []int{0}, []int{1}},
		{"merged", []int{2}, []int{1}},
		{"recent", []int{0, 2}, nil},
	} {
		known, err := s.Snapshot().Neighbours(c.dataset, here, 10)
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := s.Recent(t.Context(), c.dataset, here)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(steps(known), c.known) || !slices.Equal(steps(fresh), c.fresh) {
			t.Errorf("%s: %v and %v", c.dataset, known, fresh)
		}
	}
	if some, err := s.Snapshot().Neighbours("recent", here, 1); err != nil || len(some) != 1 {
		t.Errorf("of two at most one: %v, %v", some, err)
	}
	if _, err := (facility.Snapshot{Path: s.Snapshot().Path, Database: "another"}).Neighbours("own", here, 10); err == nil {
		t.Error("the snapshot of another database was taken")
	}
}
