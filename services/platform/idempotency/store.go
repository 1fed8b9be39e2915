package idempotency

import (
	"context"
	"database/sql"
	"time"

	"fujin/services/platform/kernel"
)

// forget drops answers older than one time, and requests that never ended older than another.
func forget(ctx context.Context, tx *kernel.Tx, answered, begun time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM idempotent_request WHERE at < $1 OR answer IS NULL AND at < $2`, answered.UnixMilli(), begun.UnixMilli())
	return err
}

// insert claims a key: false if it is claimed already.
func insert(ctx context.Context, tx *kernel.Tx, scope, key, digest string) (bool, error) {
	res, err := tx.ExecContext(ctx, `INSERT INTO idempotent_request (scope, key, digest, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (scope, key) DO NOTHING`, scope, key, digest, tx.Now().UnixMilli())
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// find gives the request of a key and its answer, "" while there is none.
func find(ctx context.Context, tx *kernel.Tx, scope, key string) (digest, answer string, err error) {
	var text sql.NullString
	err = tx.QueryRowContext(ctx, `SELECT digest, answer FROM idempotent_request WHERE scope = $1 AND key = $2`, scope, key).Scan(&digest, &text)
	return digest, text.String, err
}

func finish(ctx context.Context, tx *kernel.Tx, scope, key, answer string) error {
	_, err := tx.ExecContext(ctx, `UPDATE idempotent_request SET answer = $3 WHERE scope = $1 AND key = $2`, scope, key, answer)
	return err
}

func remove(ctx context.Context, tx *kernel.Tx, scope, key string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM idempotent_request WHERE scope = $1 AND key = $2`, scope, key)
	return err
}
