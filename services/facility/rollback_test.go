package facility_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

// TestARollbackThatIsStoppedChangesNothing stops the way back at several
// moments, then lets it through: over several pages, with something to add,
// to change and to remove.
func TestARollbackThatIsStoppedChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s := open(t, openDB())
		file := func(from, n int, move float64) (places []datasets.Place) {
			for i := from; i < from+n; i++ {
				places = append(places, toilet(fmt.Sprint(i), fmt.Sprint("place ", i), float64(i)+move))
			}
			return places
		}
		publish(t, s, file(0, 2600, 0)...)
		first := published(t, s)
		publish(t, s, file(1300, 2600, 0.5)...)
		second := published(t, s)
		same := func(a, b map[string]facility.Published) bool {
			for name, p := range a {
				if q := b[name]; q.ID != p.ID || q.Geometry != p.Geometry {
					return false
				}
			}
			return len(a) == len(b)
		}
		stopped := 0
		for patience := time.Millisecond; ; patience *= 4 {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			pub, err := s.Rollback(ctx, "test", 1, facility.Provenance{})
			cancel()
			if err == nil {
				if pub.Version != 3 || pub.Added != 1300 || pub.Changed != 1300 || pub.Removed != 1300 || pub.Unchanged != 0 || pub.Facilities != 2600 {
					t.Errorf("%+v", pub)
				}
				break
			}
			if stopped++; !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("stopped after %v: %v", patience, err)
			}
			if v, err := s.Version(t.Context(), "test", 0); err != nil || v.Number != 2 || !same(second, published(t, s)) {
				t.Fatalf("stopped after %v: version %d, %v", patience, v.Number, err)
			}
		}
		if stopped < 1 || !same(first, published(t, s)) {
			t.Errorf("after %d attempts that were stopped, version 1 is not back", stopped)
		}
		if faults, err := s.Check(t.Context()); err != nil || len(faults) > 0 {
			t.Errorf("%v, %q", err, faults)
		}
	})
}
