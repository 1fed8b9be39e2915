package kernel_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
	"fujin/services/platform/kernel/errs"
)

// tagTable is the domain that these tests play with.
var tagTable = fstest.MapFS{"migrations/001_tag.sql": {Data: []byte(`-- +goose Up
CREATE TABLE tag (
	id    text PRIMARY KEY,
	owner text NOT NULL DEFAULT '',
	n     bigint NOT NULL DEFAULT 0 CHECK (n >= 0),
	lost  boolean NOT NULL DEFAULT false,
	lat   double precision,
	photo bytea
);
`)}}

// openTags opens a handle with that domain's table.
func openTags(t *testing.T, open func() *kernel.DB) *kernel.DB {
	t.Helper()
	db := open()
	if err := db.Migrate(t.Context(), "tag", tagTable); err != nil {
		t.Fatal(err)
	}
	return db
}

func insert(ctx context.Context, tx *kernel.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO tag (id) VALUES ($1)`, id)
	return err
}

func count(t *testing.T, db *kernel.DB) (n int) {
	t.Helper()
	if err := db.Reader().QueryRowContext(t.Context(), `SELECT count(*) FROM tag`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWriteCommitsOrLeavesNoTrace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, open func() *kernel.DB) {
		db, ctx := openTags(t, open), t.Context()
		if err := db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error { return insert(ctx, tx, "a") }); err != nil {
			t.Fatal(err)
		}
		refused := errors.New("no")
		err := db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error {
			if err := insert(ctx, tx, "b"); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Errorf("a closure's own error: %v", err)
		}
		err = db.Write(ctx, func(ctx context.Context, tx *kernel.Tx) error { return insert(ctx, tx, "a") })
		if errs.KindOf(err) != errs.Conflict {
			t.Errorf("the same key twice: %v", err)
		}
		if n := count(t, db); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}
