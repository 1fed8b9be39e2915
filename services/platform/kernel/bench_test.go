package kernel_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest"
)

// wideTable has the shape of a facility: ten columns, about 400 bytes.
var wideTable = fstest.MapFS{"001_wide.sql": {Data: []byte(`-- +goose Up
CREATE TABLE wide (
	id text PRIMARY KEY, dataset text NOT NULL, source text NOT NULL, name text NOT NULL, category text NOT NULL,
	lat double precision NOT NULL, lon double precision NOT NULL, from_version bigint NOT NULL, open boolean NOT NULL,
	attributes text NOT NULL
);
`)}}

// BenchmarkBulk measures an import's way of writing: 5,000 rows a transaction, many rows a statement.
func BenchmarkBulk(b *testing.B) {
	for _, engine := range []kernel.Engine{kernel.SQLite, kernel.Postgres} {
		for _, perStatement := range []int{50, 100, 500} {
			b.Run(fmt.Sprintf("%s/%d", engine, perStatement), func(b *testing.B) { bulk(b, engine, perStatement) })
		}
	}
}

func bulk(b *testing.B, engine kernel.Engine, perStatement int) {
	const perTransaction = 5000
	db, err := kernel.Open(b.Context(), dbtest.Config(b, engine))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(b.Context(), "wide", wideTable); err != nil {
		b.Fatal(err)
	}
	attributes := strings.Repeat(`"wheelchair":"yes",`, 15)
	insert := "INSERT INTO wide VALUES " + kernel.Rows(perStatement, 10)
	rows := 0
	for b.Loop() {
		err := db.Write(b.Context(), func(ctx context.Context, tx *kernel.Tx) error {
			args := make([]any, 0, 10*perStatement)
			for range perTransaction / perStatement {
				args = args[:0]
				for range perStatement {
					args = append(args, db.NewID(), "jiangxi", "s-123456", "公共厕所 人民公园东门", "toilet",
						28.6829, 115.8582, 3, true, attributes)
				}
				if _, err := tx.ExecContext(ctx, insert, args...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		rows += perTransaction
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkGroupCommit measures small changes from many callers at once.
func BenchmarkGroupCommit(b *testing.B) {
	for _, engine := range []kernel.Engine{kernel.SQLite, kernel.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			db, err := kernel.Open(b.Context(), dbtest.Config(b, engine))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			if err := db.Migrate(b.Context(), "tag", tagTable); err != nil {
				b.Fatal(err)
			}
			b.SetParallelism(128)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := db.Write(b.Context(), func(ctx context.Context, tx *kernel.Tx) error {
						return tx.Emit(ctx, "tag.made", "x", nil)
					}); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}
