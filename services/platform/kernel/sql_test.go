package kernel_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

func TestOneTextServesBothEngines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		q := open().Reader()
		for _, c := range []struct {
			query string
			args  []any
			want  string
		}{
			{`SELECT $2 || $1 || $2`, []any{"a", "b"}, "bab"},
			{`SELECT '$1' || $1`, []any{"a"}, "$1a"},
			{`SELECT 'it''s $2' || $1`, []any{"a"}, "it's $2a"},
			{`SELECT "$1" || $1 FROM (SELECT 'x' AS "$1") AS t`, []any{"a"}, "xa"},
			{"SELECT $1 -- not $2\n || 'c'", []any{"a"}, "ac"},
			{`SELECT /* $2 ' */ $1 || 'ü$2'`, []any{"a"}, "aü$2"},
			{`SELECT v$1 || $1 FROM (SELECT 'x' AS v$1) AS t`, []any{"a"}, "xa"},
		} {
			var got string
			if err := q.QueryRowContext(t.Context(), c.query, c.args...).Scan(&got); err != nil || got != c.want {
				t.Errorf("%s gives %q, want %q: %v", c.query, got, c.want, err)
			}
		}
	})
}

func TestRowsGivesPlaceholders(t *testing.T) {
	for _, c := range []struct {
		n, columns int
		want       string
	}{{1, 1, "($1)"}, {1, 3, "($1,$2,$3)"}, {3, 2, "($1,$2),($3,$4),($5,$6)"}} {
		if got := kernel.Rows(c.n, c.columns); got != c.want {
			t.Errorf("Rows(%d, %d) = %s, want %s", c.n, c.columns, got, c.want)
		}
	}
}

func TestDriverErrorsAreClassified(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db, ctx := openTags(t, open), t.Context()
		if err := db.Migrate(ctx, "link", deferredTable); err != nil {
			t.Fatal(err)
		}
		for statement, want := range map[string]struct {
			kind errs.Kind
			code string
		}{
			`INSERT INTO tag (id) VALUES ('a'), ('a')`:         {errs.Conflict, "conflict"},
			`INSERT INTO link (id, tag) VALUES ('x', 'where')`: {errs.Conflict, "reference"},
			`INSERT INTO tag (id, n) VALUES ('a', -1)`:         {errs.Unprocessable, "unprocessable"},
			`INSERT INTO tag (id, owner) VALUES ('a', NULL)`:   {errs.Unprocessable, "unprocessable"},
			`INSERT INTO nowhere (id) VALUES ('a')`:            {errs.Internal, "internal"},
		} {
			err := db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
				_, err := tx.ExecContext(ctx, statement)
				return err
			})
			if errs.KindOf(err) != want.kind || errs.CodeOf(err) != want.code {
				t.Errorf("%s: %v, want %v", statement, err, want)
			}
		}
		err := db.Read(ctx, func(q kernel.Queryer) error {
			var id string
			return q.QueryRowContext(ctx, `SELECT id FROM tag WHERE id = 'none'`).Scan(&id)
		})
		if errs.KindOf(err) != errs.NotFound || !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("no row: %v", err)
		}
		for _, text := range []string{"a\x00", "a\xff"} { // which SQLite takes
			err := db.Read(ctx, func(q kernel.Queryer) error {
				var id string
				return q.QueryRowContext(ctx, `SELECT id FROM tag WHERE id = $1`, text).Scan(&id)
			})
			if kind := errs.KindOf(err); kind != errs.NotFound && kind != errs.Invalid {
				t.Errorf("%q: %v", text, err)
			}
		}
		if _, err := db.Reader().ExecContext(ctx, `DELETE FROM tag`); err == nil {
			t.Error("a reader could write")
		}
	})
}

func TestADatabaseThatIsAwayIsUnavailable(t *testing.T) {
	for _, url := range []string{"postgres://127.0.0.1:1/none", "postgres:///none?host=/nonexistent"} {
		if _, err := kernel.Open(t.Context(), kernel.Config{DatabaseURL: url}); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("open %s: %v", url, err)
		}
	}
	if _, err := kernel.Open(t.Context(), kernel.Config{DatabaseURL: "postgres://[:"}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a URL that is none: %v", err)
	}
}

func TestReadSeesOneMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db, ctx := openTags(t, open), t.Context()
		err := db.Read(ctx, func(q kernel.Queryer) error {
			var before, after int
			if err := q.QueryRowContext(ctx, `SELECT count(*) FROM tag`).Scan(&before); err != nil {
				return err
			}
			if err := db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error { return insert(ctx, tx, "a") }); err != nil {
				return err
			}
			if err := q.QueryRowContext(ctx, `SELECT count(*) FROM tag`).Scan(&after); err != nil {
				return err
			}
			if before != 0 || after != 0 {
				t.Errorf("a view saw %d, then %d rows", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, db); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

// engineTable has a file of its own for PostgreSQL, and a second version.
var engineTable = fstest.MapFS{
	"001_a.sql":          {Data: []byte("-- +goose Up\nCREATE TABLE made (by text);\nINSERT INTO made VALUES ('sqlite');")},
	"001_a.postgres.sql": {Data: []byte("-- +goose Up\nCREATE TABLE made (by text);\nINSERT INTO made VALUES ('postgres');")},
	"002_b.sql":          {Data: []byte("-- +goose Up\nALTER TABLE made ADD COLUMN at bigint;")},
}

func TestMigrationsRunOnceAndForward(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db, ctx := open(), t.Context()
		older := fstest.MapFS{"001_a.sql": engineTable["001_a.sql"], "001_a.postgres.sql": engineTable["001_a.postgres.sql"]}
		for _, version := range []fstest.MapFS{older, older, engineTable, engineTable} {
			if err := db.Migrate(ctx, "made", version); err != nil {
				t.Fatal(err)
			}
		}
		var by string
		if err := db.Reader().QueryRowContext(ctx, `SELECT by FROM made WHERE at IS NULL`).Scan(&by); err != nil || by != string(db.Engine()) {
			t.Errorf("made by %q: %v", by, err)
		}
		if err := db.Migrate(ctx, "made", older); errs.CodeOf(err) != "newer_database" {
			t.Errorf("an older program: %v", err)
		}
		if err := db.Migrate(ctx, "Made!", engineTable); err == nil {
			t.Error("a domain's name that cannot be a table's was taken")
		}
		if err := db.Migrate(ctx, "none", fstest.MapFS{}); err == nil {
			t.Error("a domain without migrations was taken")
		}
	})
}

func TestServersThatStartTogetherMigrateOnce(t *testing.T) {
	if os.Getenv(dbtest.SQLiteOnly) != "" {
		t.Skip("needs PostgreSQL: a SQLite file has one owner")
	}
	cfg := dbtest.Config(t, kernel.Postgres)
	var wg sync.WaitGroup
	found := make([]string, 4)
	for i := range found {
		wg.Go(func() {
			db, err := kernel.Open(t.Context(), cfg)
			if err != nil {
				t.Errorf("server %d: %v", i, err)
				return
			}
			defer db.Close()
			if err := db.Migrate(t.Context(), "made", engineTable); err != nil {
				t.Errorf("server %d: %v", i, err)
			}
			found[i] = db.ID()
		})
	}
	wg.Wait()
	if len(slices.Compact(found)) != 1 {
		t.Errorf("the servers took the database for %v", found)
	}
}

func TestIdentityClockAndIDs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db := openTags(t, open)
		id := db.ID()
		var stamp time.Time
		if err := db.Write(t.Context(), func(_ context.Context, tx *kernel.Tx) error { stamp = tx.Now(); return nil }); err != nil {
			t.Fatal(err)
		}
		if stamp.Location() != time.UTC || stamp.Nanosecond()%1e6 != 0 || time.Since(stamp) > time.Minute {
			t.Errorf("Now is %v", stamp)
		}
		made := make([]string, 5000)
		for i := range made {
			made[i] = db.NewID()
		}
		if !slices.IsSorted(made) || len(slices.Compact(slices.Clone(made))) != len(made) || len(made[0]) != 26 {
			t.Errorf("ids are not distinct, ordered and of 26 characters: %v…", made[:3])
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if again := open().ID(); again != id || id == "" {
			t.Errorf("the database's id was %q and is %q", id, again)
		}
	})
}
