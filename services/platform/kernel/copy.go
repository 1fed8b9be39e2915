package kernel

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// copyPage is how many values one INSERT of a copy carries; SQLite takes 32,766.
const copyPage = 4000

// copyRows copies every row of our tables between the engines, in one transaction of the target, whose tables must be
// there and empty (meta, which Open fills, is replaced). Foreign keys are checked at the end, so that the order of the
// tables and of the rows within does not matter. The numbers of rows are compared before it commits.
func copyRows(ctx context.Context, engine Engine, from Queryer, to *DB) error {
	sources, err := tables(ctx, engine, from)
	if err != nil {
		return err
	}
	tx, err := to.write.BeginTx(ctx, nil)
	if err != nil {
		return Classify(err)
	}
	defer tx.Rollback()
	target := queryer{tx, to.texts}
	targets, err := tables(ctx, to.engine, target)
	if err != nil {
		return err
	}
	if missing := slices.DeleteFunc(slices.Clone(sources), func(name string) bool {
		return slices.Contains(targets, name)
	}); len(missing) > 0 {
		return fmt.Errorf("copy: no domain of this program owns table %s", strings.Join(missing, ", "))
	}
	restoreKeys, err := deferKeys(ctx, to.engine, target)
	if err != nil {
		return err
	}
	for _, table := range sources {
		if err := copyTable(ctx, from, target, table, to); err != nil {
			return fmt.Errorf("copy %s: %w", table, err)
		}
	}
	if err := restoreKeys(); err != nil {
		return err
	}
	return Classify(tx.Commit())
}

// tables lists our tables: all but the engines', the migrations' and the job queue's, whose two forms differ and whose
// work is derived from facts that are copied.
func tables(ctx context.Context, engine Engine, q Queryer) ([]string, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if engine == Postgres {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`
	}
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		foreign := slices.ContainsFunc([]string{"sqlite_", "migration_", "river_"}, func(prefix string) bool {
			return strings.HasPrefix(name, prefix)
		})
		if !foreign {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, rows.Err()
}

// copyTable copies one table, column by name.
func copyTable(ctx context.Context, from, to Queryer, table string, owner *DB) error {
	if err := empty(ctx, to, table, owner); err != nil {
		return err
	}
	rows, err := from.QueryContext(ctx, `SELECT * FROM `+quoted(table))
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = quoted(column)
	}
	insert := `INSERT INTO ` + quoted(table) + ` (` + strings.Join(names, ", ") + `) VALUES `
	perPage := max(1, copyPage/len(columns))
	total := 0
	for {
		page, n, err := readPage(rows, len(columns), perPage)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if _, err := to.ExecContext(ctx, insert+Rows(n, len(columns)), page...); err != nil {
			return err
		}
		total += n
	}
	n, err := countRows(ctx, to, table)
	if err == nil && n != total {
		err = fmt.Errorf("%d rows, want %d", n, total)
	}
	return err
}

// readPage reads up to limit rows as what the driver gives, one value after the other: the common types mean the same
// to both engines.
func readPage(rows *sql.Rows, columns, limit int) (page []any, n int, err error) {
	for n < limit && rows.Next() {
		values, into := make([]any, columns), make([]any, columns)
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, 0, err
		}
		page = append(page, values...)
		n++
	}
	return page, n, rows.Err()
}

// empty refuses to copy into a table that holds facts. On PostgreSQL it also keeps others from writing meanwhile.
func empty(ctx context.Context, q Queryer, table string, owner *DB) error {
	if owner.engine == Postgres {
		if _, err := q.ExecContext(ctx, `LOCK TABLE `+quoted(table)+` IN EXCLUSIVE MODE`); err != nil {
			return err
		}
	}
	if table == "meta" {
		_, err := q.ExecContext(ctx, `DELETE FROM meta`)
		return err
	}
	n, err := countRows(ctx, q, table)
	if err == nil && n > 0 {
		err = notEmpty("the target")
	}
	return err
}

func countRows(ctx context.Context, q Queryer, table string) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM `+quoted(table)).Scan(&n)
	return n, err
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// deferKeys puts off the checking of foreign keys; done checks them, and puts things back as they were.
func deferKeys(ctx context.Context, engine Engine, q Queryer) (done func() error, err error) {
	if engine == SQLite { // until the commit, by itself
		_, err := q.ExecContext(ctx, `PRAGMA defer_foreign_keys = ON`)
		return func() error { return nil }, err
	}
	rows, err := q.QueryContext(ctx, `SELECT conrelid::regclass::text, conname FROM pg_constraint
		WHERE contype = 'f' AND NOT condeferrable AND connamespace = current_schema()::regnamespace`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys []string
	for rows.Next() {
		var table, name string
		if err := rows.Scan(&table, &name); err != nil {
			return nil, err
		}
		keys = append(keys, `ALTER TABLE `+table+` ALTER CONSTRAINT `+quoted(name))
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	each := func(mode string) error {
		for _, key := range keys {
			if _, err := q.ExecContext(ctx, key+mode); err != nil {
				return err
			}
		}
		return nil
	}
	return func() error {
		if _, err := q.ExecContext(ctx, `SET CONSTRAINTS ALL IMMEDIATE`); err != nil {
			return err
		}
		return each(` NOT DEFERRABLE`)
	}, each(` DEFERRABLE INITIALLY DEFERRED`)
}
