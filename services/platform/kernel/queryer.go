package kernel

import (
	"context"
	"database/sql"
)

// queryer puts the two things between a store's SQL and a connection that make one text serve both engines: the
// rewriting of placeholders and the classification of errors.
type queryer struct {
	q     Queryer // *sql.DB, *sql.Conn or *sql.Tx
	texts *rewrites
}

func (r queryer) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	res, err := r.q.ExecContext(ctx, r.texts.get(query), args...)
	return res, Classify(err)
}

func (r queryer) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := r.q.QueryContext(ctx, r.texts.get(query), args...)
	return rows, Classify(err)
}

func (r queryer) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return r.q.QueryRowContext(ctx, r.texts.get(query), args...)
}
