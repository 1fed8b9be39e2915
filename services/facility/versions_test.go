package facility_test

import (
	"context"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"fujin/datasets"
	"fujin/services/facility"
	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

func TestAVersionSaysWhereItComesFrom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s := open(t, openDB())
		from := facility.Provenance{Kind: facility.KindUpload, By: "key 1", Org: "nanchang", Note: "autumn", Source: "toilets.xlsx", SHA256: "ab12", Upload: "u1"}
		if _, err := s.Replace(t.Context(), "test", feed(toilet("1", "a", 0)), from); err != nil {
			t.Fatal(err)
		}
		first, err := s.Version(t.Context(), "test", 0)
		if err != nil || first.Provenance != from || first.Number != 1 || first.Facilities != 1 || first.Added != 1 || time.Since(first.At) > time.Minute {
			t.Errorf("%+v, %v", first, err)
		}
		time.Sleep(2 * time.Millisecond) // versions lie at least a millisecond apart
		publish(t, s, toilet("1", "b", 0), toilet("2", "c", 9))
		if _, err := s.Rollback(t.Context(), "test", 1, facility.Provenance{Note: "wrong file"}); err != nil {
			t.Fatal(err)
		}
		list, err := s.Versions(t.Context(), "test", 0, 2)
		if err != nil || len(list) != 2 || list[0].Kind != facility.KindRollback || list[0].Of != 1 || list[0].Note != "wrong file" || list[1].Kind != facility.KindImport {
			t.Errorf("%+v, %v", list, err)
		}
		if list[0].Changed != 1 || list[0].Removed != 1 || list[1].Changed != 1 || list[1].Added != 1 {
			t.Errorf("counts of %+v", list)
		}
		if rest, err := s.Versions(t.Context(), "test", list[1].Number, 9); err != nil || len(rest) != 1 || rest[0] != first {
			t.Errorf("the rest: %+v, %v", rest, err)
		}
		for at, want := range map[time.Time]int64{first.At: 1, list[1].At.Add(-time.Millisecond): 1, list[1].At.Add(time.Hour): 3} {
			if n, err := s.VersionAt(t.Context(), "test", at); err != nil || n != want {
				t.Errorf("at %v: %d, %v; want %d", at, n, err, want)
			}
		}
		if _, err := s.VersionAt(t.Context(), "test", first.At.Add(-time.Hour)); errs.KindOf(err) != errs.NotFound {
			t.Errorf("before the first: %v", err)
		}
		for _, to := range []int64{3, 4, 0, -1} {
			if _, err := s.Rollback(t.Context(), "test", to, facility.Provenance{}); err == nil {
				t.Errorf("back to version %d of 3", to)
			}
		}
	})
}

// TestOlderVersionsGetTheirProvenance runs what the migration runs over a
// database that was written before there were such entries.
func TestOlderVersionsGetTheirProvenance(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		db := openDB()
		s := open(t, db)
		publish(t, s, toilet("1", "a", 0), toilet("2", "b", 9), toilet("3", "c", 18))
		publish(t, s, toilet("1", "a2", 0), toilet("4", "d", 27))
		publish(t, s, toilet("1", "a2", 0), toilet("4", "d", 27))
		publish(t, s, toilet("2", "b", 9))
		if err := s.Die(t.Context(), "test", feed(toilet("9", "draft", 0))); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Replace(t.Context(), "other", feed(toilet("1", "a", 0)), facility.Provenance{}); err != nil {
			t.Fatal(err)
		}
		want := map[string][]facility.Version{}
		all := func(dataset string) []facility.Version {
			list, err := s.Versions(t.Context(), dataset, 0, 100)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		want["test"], want["other"] = all("test"), all("other")
		migration, err := os.ReadFile("migrations/002_versions.sql")
		if err != nil {
			t.Fatal(err)
		}
		_, backfill, found := strings.Cut(string(migration), "INSERT INTO dataset_version")
		if !found {
			t.Fatal("the migration has changed")
		}
		err = db.Write(t.Context(), func(ctx context.Context, tx *kernel.Tx) error {
			if _, err := tx.ExecContext(ctx, `DELETE FROM dataset_version`); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO dataset_version`+strings.TrimSuffix(strings.TrimSpace(backfill), ";"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for dataset, list := range want {
			if got := all(dataset); !reflect.DeepEqual(got, list) {
				t.Errorf("%s:\n%+v\nwant\n%+v", dataset, got, list)
			}
		}
	})
}

func TestADraftConfirmsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s := open(t, openDB())
		day := func(n int) datasets.Place {
			p := toilet("1", "a", 0)
			p.VerifiedAt = time.Date(2026, 5, n, 0, 0, 0, 0, time.UTC)
			return p
		}
		confirmed := func(n int) {
			t.Helper()
			if got := published(t, s)["a"].VerifiedAt; got.Day() != n {
				t.Errorf("confirmed on day %v, want %d", got, n)
			}
		}
		publish(t, s, day(1))
		if err := s.Die(t.Context(), "test", feed(day(2))); err != nil {
			t.Fatal(err)
		}
		confirmed(1)
		publish(t, s, day(3)) // clears the draft away first
		confirmed(3)
		if err := s.Die(t.Context(), "test", feed(day(4))); err != nil {
			t.Fatal(err)
		}
		confirmed(3)
		publish(t, s, toilet("1", "a", 0))
		confirmed(3)
		publish(t, s, toilet("1", "b", 0), toilet("2", "new", 9))
		publish(t, s, day(5))
		if _, err := s.Rollback(t.Context(), "test", 1, facility.Provenance{}); err != nil {
			t.Fatal(err)
		}
		confirmed(5)
	})
}

// TestFeaturesComeFromTheIndexToo asks for boxes of a served dataset, whose
// version in force comes from the index, and of an older version, which comes
// from the tables.
func TestFeaturesComeFromTheIndexToo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, openDB func() *kernel.DB) {
		s := serve(t, openDB(), facility.Options{})
		var places []datasets.Place
		for i := range 50 {
			places = append(places, toilet("", string(rune('A'+i)), float64(i)))
		}
		far := toilet("far", "far", 0)
		far.Geometry = orb.LineString{{179.9, -10}, {179.95, -10}}
		s.publish("test", append(places, far)...)
		s.publish("other", toilet("1", "other", 0))
		ask := func(version int64, box orb.Bound, after string, limit int) (names, ids []string) {
			t.Helper()
			err := s.Features(t.Context(), "test", facility.FeatureQuery{Version: version, Bound: &box, After: after, Limit: limit}, func(f facility.Feature) error {
				names, ids = append(names, f.Name), append(ids, f.ID)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return names, ids
		}
		around := orb.Bound{Min: orb.Point{115, 28.68295}, Max: orb.Point{116, 28.6840}}
		compare := func() {
			t.Helper()
			for _, box := range []orb.Bound{around, {Min: orb.Point{179, -20}, Max: orb.Point{-179, 0}}, {Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}} {
				names, ids := ask(0, box, "", 0)
				old, _ := ask(1, box, "", 0)
				n, err1 := s.Count(t.Context(), "test", 0, &box)
				m, err2 := s.Count(t.Context(), "test", 1, &box)
				if err1 != nil || err2 != nil || !reflect.DeepEqual(names, old) || len(names) == 0 || int64(len(names)) != n || n != m {
					t.Fatalf("%v: %v, %v, counted %d and %d, %v %v", box, names, old, n, m, err1, err2)
				}
				var paged []string
				for after, more := "", true; more; more = len(paged) < len(names) {
					page, pageIDs := ask(0, box, after, 7)
					if len(page) == 0 {
						t.Fatalf("%d of %d in pages", len(paged), len(names))
					}
					paged, after = append(paged, page...), pageIDs[len(pageIDs)-1]
				}
				if !reflect.DeepEqual(paged, names) || ids == nil {
					t.Fatalf("in pages: %v, want %v", paged, names)
				}
			}
		}
		compare()
		// A version that differs only far away, and one the index has not seen yet.
		s.publish("test", append(places, far, toilet("x", "x", 1e5))...)
		if names, _ := ask(0, around, "", 0); len(names) != 11 {
			t.Errorf("%v", names)
		}
		s.stop()
		if _, err := s.Replace(t.Context(), "test", feed(places[:5]...), facility.Provenance{}); err != nil {
			t.Fatal(err)
		}
		if names, _ := ask(0, around, "", 0); len(names) != 4 {
			t.Errorf("of a version that the index does not hold: %v", names)
		}
	})
}
