package facility

import (
	"context"
	"database/sql"
	"errors"

	"fujin/services/platform/kernel"
)

// announceDraft says that a draft is completely written, if there is a server
// to prepare it, and tells how many there are.
func announceDraft(ctx context.Context, tx *kernel.Tx, dataset, owner string) (followers int64, err error) {
	now := tx.Now().UnixMilli()
	if followers, err = unready(ctx, tx, owner, now); err != nil || followers == 0 {
		return 0, err
	}
	if err := holdDraft(ctx, tx, dataset, owner); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE dataset SET draft_written = $1 WHERE id = $2`, now, dataset); err != nil {
		return 0, err
	}
	return followers, tx.Emit(ctx, TopicWritten, dataset, nil)
}

// unready counts the servers alive that a draft has to wait for.
func unready(ctx context.Context, q kernel.Queryer, owner string, now int64) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM facility_follower WHERE alive_until > $1 AND ready <> $2`, now, owner).Scan(&n)
	return n, err
}

// writtenDraft is a draft that waits to be prepared.
type writtenDraft struct {
	dataset, owner string
	version        int64
}

// nextDraft is the one that all servers prepare next: of those that wait, the
// one that was written first; its owner is empty if there is none.
func nextDraft(ctx context.Context, q kernel.Queryer, now int64) (d writtenDraft, err error) {
	err = q.QueryRowContext(ctx, `SELECT id, draft_by, version + 1 FROM dataset
		WHERE draft_by IS NOT NULL AND draft_written IS NOT NULL AND draft_at >= $1 ORDER BY draft_written, id LIMIT 1`, now-draftPatience).
		Scan(&d.dataset, &d.owner, &d.version)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return d, err
}

// putFollower renews a server's sign of life.
func putFollower(ctx context.Context, tx *kernel.Tx, id, ready string, lease int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO facility_follower (id, alive_until, ready) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until, ready = excluded.ready`, id, tx.Now().UnixMilli()+lease, ready)
	return err
}

// dropFollower removes a server and those that have died.
func dropFollower(ctx context.Context, tx *kernel.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM facility_follower WHERE id = $1 OR alive_until <= $2`, id, tx.Now().UnixMilli())
	return err
}

// forgetDead is for the process that alone has the data: whoever prepared a
// version is dead, so that the next publisher may take every draft at once, and
// so is whoever kept an index.
func forgetDead(ctx context.Context, tx *kernel.Tx) error {
	if _, err := tx.ExecContext(ctx, `UPDATE dataset SET draft_at = 0 WHERE draft_by IS NOT NULL`); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM facility_follower`)
	return err
}
