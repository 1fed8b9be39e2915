package kernel

import (
	"context"
	"database/sql"
	"fmt"
)

// Check looks for damage: pages and indexes of SQLite, constraints and indexes of PostgreSQL that do not hold, rows
// that refer to nothing, gaps in the outbox. It returns one sentence per problem, none when the database is sound. It
// reads everything, and may take a minute per gigabyte.
func (db *DB) Check(ctx context.Context) (problems []string, err error) {
	if db.engine == Postgres {
		problems, err = list(ctx, db.read, `
			SELECT 'constraint ' || conname || ' does not hold' FROM pg_constraint
			WHERE NOT convalidated AND connamespace = current_schema()::regnamespace
			UNION ALL
			SELECT 'index ' || indexrelid::regclass || ' is not valid' FROM pg_index JOIN pg_class c ON c.oid = indexrelid
			WHERE NOT indisvalid AND c.relnamespace = current_schema()::regnamespace`)
	} else {
		problems, err = checkSQLite(ctx, db.read)
	}
	if err != nil {
		return nil, Classify(err)
	}
	gaps, err := list(ctx, db.read, `SELECT 'the outbox has ' || (max(seq) - min(seq) + 1 - count(*)) || ' gaps'
		FROM outbox HAVING max(seq) - min(seq) + 1 > count(*)`)
	return append(problems, gaps...), Classify(err)
}

// checkSQLite runs SQLite's own checks.
func checkSQLite(ctx context.Context, pool *sql.DB) ([]string, error) {
	problems, err := list(ctx, pool, `SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'`)
	if err != nil {
		return nil, err
	}
	lost, err := list(ctx, pool, `SELECT 'a row of ' || "table" || ' refers to a row of ' || parent || ' that is not there'
		FROM pragma_foreign_key_check LIMIT 100`)
	return append(problems, lost...), err
}

func list(ctx context.Context, pool *sql.DB, query string) ([]string, error) {
	rows, err := pool.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, fmt.Errorf("check: %w", err)
		}
		lines = append(lines, line)
	}
	return lines, rows.Err()
}
