package facility_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fujin/services/facility"
	"fujin/services/platform/kernel"
)

// check verifies the store of a database that nobody serves.
func (r reopen) check() (faults []string, log *journal) {
	r.t.Helper()
	log = new(journal)
	db, err := kernel.Open(r.t.Context(), r.cfg) // in the server's folder, where the snapshot is
	if err != nil {
		r.t.Fatal(err)
	}
	s, err := facility.New(r.t.Context(), db, facility.Options{Logger: log.logger()})
	if err == nil {
		faults, err = s.Check(r.t.Context())
	}
	if err := errors.Join(err, db.Close()); err != nil {
		r.t.Fatal(err)
	}
	return faults, log
}

// sound makes a database with several versions, served and stopped, without faults.
func sound(t *testing.T, r reopen) {
	t.Helper()
	square := toilet("3", "square", 3)
	square.Geometry = orb.Polygon{{{115.85, 28.68}, {115.86, 28.68}, {115.86, 28.69}, {115.85, 28.68}}}
	s, _, stop := r.server()
	s.publish("test", toilet("1", "a", 0), toilet("2", "b", 1), square)
	s.publish("test", toilet("1", "a, changed", 0), square, toilet("4", "d", 4))
	s.publish("other", toilet("1", "elsewhere", 9))
	stop()
	if faults, _ := r.check(); len(faults) > 0 {
		t.Fatalf("a sound store has faults: %q", faults)
	}
}

func TestCheckFindsDamage(t *testing.T) {
	eachReopened(t, func(t *testing.T, r reopen) {
		sound(t, r)
		snapshot := filepath.Join(r.folder, "index.snapshot")
		whole, err := os.ReadFile(snapshot)
		if err != nil {
			t.Fatal(err)
		}
		blob := map[bool]string{true: "blob", false: "bytea"}[r.cfg.DatabaseURL == ""]
		for _, c := range []struct{ name, damage, repair, want string }{
			{"count", `UPDATE dataset SET facilities = 7 WHERE id = 'test'`, `UPDATE dataset SET facilities = 3 WHERE id = 'test'`,
				"dataset test: version 2 has 3 facilities, but its entry says 7"},
			{"provenance", `UPDATE dataset_version SET facilities = 9 WHERE dataset = 'test' AND number = 2`,
				`UPDATE dataset_version SET facilities = 3 WHERE dataset = 'test' AND number = 2`, "of 2 versions 2 are recorded, the newest with 9 facilities instead of 3"},
			{"document", `UPDATE facility SET doc = '"name":' WHERE match_key = 'i:4'`,
				`UPDATE facility SET doc = '"name":"d","attributes":{}' WHERE match_key = 'i:4'`, "form of version 2: document"},
			{"shape", `UPDATE facility SET shape = CAST('x' AS ` + blob + `) WHERE match_key = 'i:4'`, `UPDATE facility SET shape = NULL WHERE match_key = 'i:4'`, "geometry"},
			{"category", `UPDATE facility SET category = 'No Such' WHERE match_key = 'i:4'`, `UPDATE facility SET category = 'toilet' WHERE match_key = 'i:4'`, `category "No Such"`},
			{"overlap", `UPDATE facility SET to_version = NULL WHERE match_key = 'i:1' AND from_version = 1 AND dataset = 'test'`,
				`UPDATE facility SET to_version = 2 WHERE match_key = 'i:1' AND from_version = 1 AND dataset = 'test'`, "overlap at version 2"},
			{"range", `UPDATE facility SET to_version = 1 WHERE match_key = 'i:2'`, `UPDATE facility SET to_version = 2 WHERE match_key = 'i:2'`, "overlap at version 1"},
			{"twice", `UPDATE facility SET id = (SELECT id FROM facility WHERE match_key = 'i:4') WHERE dataset = 'other'`,
				`UPDATE facility SET id = 'elsewhere' WHERE dataset = 'other'`, "is in force 2 times"},
			{"stray", `UPDATE dataset SET id = 'renamed' WHERE id = 'other'`, `UPDATE dataset SET id = 'other' WHERE id = 'renamed'`, "there is no dataset other"},
			{"snapshot behind", `DELETE FROM facility WHERE dataset = 'other'`, ``, "index.snapshot has 4 facilities, the tables have 3"},
		} {
			r.exec(c.damage)
			faults, _ := r.check()
			if found := slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, c.want) }); !found {
				t.Errorf("%s: %q does not say %q", c.name, faults, c.want)
			}
			if c.repair == "" {
				continue
			}
			r.exec(c.repair)
			if faults, _ := r.check(); len(faults) > 0 {
				t.Fatalf("%s, repaired: %q", c.name, faults)
			}
		}
		spoilt := bytes.Clone(whole)
		spoilt[bytes.Index(spoilt, []byte(`"seq"`))+1] ^= 1
		if err := os.WriteFile(snapshot, spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		if faults, _ := r.check(); !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, "snapshot of the index cannot be used") }) {
			t.Errorf("a damaged snapshot: %q", faults)
		}
	})
}

// TestDraftsAreNoFaults leaves a version in the middle of its preparation.
func TestDraftsAreNoFaults(t *testing.T) {
	eachReopened(t, func(t *testing.T, r reopen) {
		sound(t, r)
		r.exec(`UPDATE dataset SET draft_by = 'somebody', draft_at = 1 WHERE id = 'test'`)
		r.exec(`UPDATE facility SET to_version = 3 WHERE match_key = 'i:4'`)
		r.exec(`INSERT INTO facility (dataset, from_version, id, match_key, digest, category, lat, lon, cell, traits, hours, zone, doc)
			SELECT dataset, 3, id, match_key, 1, category, lat, lon, cell, traits, hours, zone, doc FROM facility WHERE match_key = 'i:4'`)
		faults, log := r.check()
		if len(faults) > 0 {
			t.Errorf("a draft counts as faults: %q", faults)
		}
		if text := string(log.bytes()); !strings.Contains(text, "a version is being prepared, or was left behind") || !strings.Contains(text, "rows=1") {
			t.Errorf("the draft is not mentioned:\n%s", text)
		}
		r.publish(toilet("4", "d", 4))
		if faults, log := r.check(); len(faults) > 0 || strings.Contains(string(log.bytes()), "left behind") {
			t.Errorf("after the next publication: %q\n%s", faults, log.bytes())
		}
	})
}
