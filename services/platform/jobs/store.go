package jobs

import (
	"context"
	"time"

	"fujin/services/platform/kernel"
)

func upsertServer(ctx context.Context, q kernel.Queryer, id string, at time.Time) error {
	_, err := q.ExecContext(ctx, `INSERT INTO job_server (id, seen_at) VALUES ($1, $2)
		ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`, id, at.UnixMilli())
	return err
}

func deleteServer(ctx context.Context, q kernel.Queryer, id string) error {
	_, err := q.ExecContext(ctx, `DELETE FROM job_server WHERE id = $1`, id)
	return err
}

// deleteServers forgets the servers, but id, that were not seen since.
func deleteServers(ctx context.Context, q kernel.Queryer, id string, since time.Time) error {
	_, err := q.ExecContext(ctx, `DELETE FROM job_server WHERE id <> $1 AND seen_at <= $2`, id, since.UnixMilli())
	return err
}

// putBackAll makes every job under way wait again: a server that has just locked the SQLite file works on none.
func putBackAll(ctx context.Context, q kernel.Queryer) (int64, error) {
	return affected(ctx, q, `UPDATE river_job SET state = 'available' WHERE state = 'running'`)
}

// putBackOrphans makes the jobs of servers that are no more wait again (PostgreSQL; the last of attempted_by is who has it).
func putBackOrphans(ctx context.Context, q kernel.Queryer) (int64, error) {
	return affected(ctx, q, `UPDATE river_job SET state = 'available' WHERE state = 'running'
		AND attempted_by[array_length(attempted_by, 1)] NOT IN (SELECT id FROM job_server)`)
}

func affected(ctx context.Context, q kernel.Queryer, query string) (int64, error) {
	res, err := q.ExecContext(ctx, query)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
