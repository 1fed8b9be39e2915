package facility

import (
	"strings"
	"testing"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

// TestSQLiteWalksTheRightWay asks the engine how it would find the rows of a
// page: along the order in which pages come, and never all of a version.
func TestSQLiteWalksTheRightWay(t *testing.T) {
	db, err := kernel.Open(t.Context(), dbtest.Config(t, kernel.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := New(t.Context(), db, Options{}); err != nil {
		t.Fatal(err)
	}
	const all = `SELECT * FROM facility WHERE `
	for _, c := range []struct {
		query, want string
		args        []any
	}{
		{all + byID + ` AND id > $3 ORDER BY id LIMIT $4`, "facility_id (dataset=? AND id>?)", []any{"d", 1, "", 9}},
		{all + byID + ` AND id IN ($3,$4) ORDER BY id`, "facility_id (dataset=? AND id=?)", []any{"d", 1, "a", "b"}},
		{all + begunBetween, "sqlite_autoindex_facility_1 (dataset=? AND (from_version,id)>(?,?)", []any{"d", 1, 2, 1, "", 9}},
		{all + endedBetween, "facility_ended (dataset=? AND (to_version,id)>(?,?)", []any{"d", 1, 2, 1, "", 9}},
		{all + changedBegun, "sqlite_autoindex_facility_1 (dataset=? AND from_version>? AND from_version<?)", []any{"d", 1, 2}},
		{all + changedNoted, "facility_noted (dataset=? AND noted_version>? AND noted_version<?)", []any{"d", 1, 2}},
		{matchQuery(matchInForce, 2), "facility_match (dataset=? AND match_key=?)", []any{"d", 1, "a", "b"}},
		{matchQuery(matchFormer, 2), "facility_match (dataset=? AND match_key=?)", []any{"d", 1, "a", "b"}},
	} {
		rows, err := db.Reader().QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+c.query, c.args...)
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var a, b, n int
			var step string
			if err := rows.Scan(&a, &b, &n, &step); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, step)
		}
		rows.Close()
		if text := strings.Join(plan, "; "); !strings.Contains(text, c.want) || strings.Contains(text, "TEMP B-TREE") {
			t.Errorf("%s\n\tgoes %s\n\tnot %s", c.query, text, c.want)
		}
	}
}
