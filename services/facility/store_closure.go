package facility

import (
	"context"
	"database/sql"

	"fujin/services/platform/kernel"
)

// putClosure enters a closure in place of any before.
func putClosure(ctx context.Context, tx *kernel.Tx, id string, c Closure) error {
	until := sql.NullInt64{Int64: c.Until.UnixMilli(), Valid: !c.Until.IsZero()}
	_, err := tx.ExecContext(ctx, `INSERT INTO facility_closure (closed_id, closed_from, closed_until, closed_reason, closed_by) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (closed_id) DO UPDATE SET closed_from = excluded.closed_from, closed_until = excluded.closed_until,
			closed_reason = excluded.closed_reason, closed_by = excluded.closed_by`, id, c.From.UnixMilli(), until, c.Reason, c.By)
	return err
}

// dropClosure removes a closure, and tells whether there was one.
func dropClosure(ctx context.Context, tx *kernel.Tx, id string) (bool, error) {
	res, err := tx.ExecContext(ctx, `DELETE FROM facility_closure WHERE closed_id = $1`, id)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// eachOf is each for facilities of a version by their ids.
func eachOf(ctx context.Context, q kernel.Queryer, dataset string, version int64, ids []string, fn func(*stored) error) error {
	for len(ids) > 0 {
		n := min(len(ids), matchesPerQuery)
		args := append(make([]any, 0, n+2), dataset, version)
		for _, id := range ids[:n] {
			args = append(args, id)
		}
		ids = ids[n:]
		err := each(ctx, q, version, fn, byID+` AND id IN `+placeholders(1, n, 3)+` ORDER BY id`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}
