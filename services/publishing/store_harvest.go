package publishing

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

const harvestColumns = `dataset, url, every_s, repairs, key_id, condition, sha256, next_at, created_at`

func scanHarvest(row scanner) (h Harvest, err error) {
	var every, next, created int64
	err = row.Scan(&h.Dataset, &h.URL, &every, asJSON(&h.Repairs), &h.By, asJSON(&h.Condition), &h.SHA256, &next, &created)
	h.Every, h.NextAt, h.CreatedAt = time.Duration(every)*time.Second, time.UnixMilli(next).UTC(), time.UnixMilli(created).UTC()
	return h, err
}

func findHarvest(ctx context.Context, q kernel.Queryer, dataset string) (Harvest, error) {
	h, err := scanHarvest(q.QueryRowContext(ctx, `SELECT `+harvestColumns+` FROM harvest WHERE dataset = $1`, dataset))
	if errors.Is(err, sql.ErrNoRows) {
		return h, errs.New(errs.NotFound, "dataset %q is not harvested; POST its harvest to begin", dataset)
	}
	return h, err
}

// putHarvest begins a harvest or changes it; what is known of its file is kept
// while the address is the same. It is due at once.
func putHarvest(ctx context.Context, tx *kernel.Tx, h Harvest) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO harvest (`+harvestColumns+`) VALUES ($1,$2,$3,$4,$5,'{}','',$6,$6)
		ON CONFLICT (dataset) DO UPDATE SET url = excluded.url, every_s = excluded.every_s, repairs = excluded.repairs, key_id = excluded.key_id,
			next_at = excluded.next_at,
			condition = CASE WHEN harvest.url = excluded.url AND harvest.repairs = excluded.repairs THEN harvest.condition ELSE '{}' END,
			sha256 = CASE WHEN harvest.url = excluded.url AND harvest.repairs = excluded.repairs THEN harvest.sha256 ELSE '' END`,
		h.Dataset, h.URL, int64(h.Every/time.Second), jsonText(h.Repairs), h.By, tx.Now().UnixMilli())
	return err
}

func deleteHarvest(ctx context.Context, tx *kernel.Tx, dataset string) (bool, error) {
	return changed(tx.ExecContext(ctx, `DELETE FROM harvest WHERE dataset = $1`, dataset))
}

// dueHarvests are those whose time has come.
func dueHarvests(ctx context.Context, q kernel.Queryer, now time.Time) ([]Harvest, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+harvestColumns+` FROM harvest WHERE next_at <= $1 ORDER BY next_at LIMIT 100`, now.UnixMilli())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Harvest
	for rows.Next() {
		h, err := scanHarvest(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, h)
	}
	return list, rows.Err()
}

// claimHarvest moves a harvest to its next time: false if another server did.
func claimHarvest(ctx context.Context, tx *kernel.Tx, h Harvest) (bool, error) {
	return changed(tx.ExecContext(ctx, `UPDATE harvest SET next_at = $3 WHERE dataset = $1 AND next_at = $2`,
		h.Dataset, h.NextAt.UnixMilli(), tx.Now().Add(h.Every).UnixMilli()))
}

// keepCondition notes what the server said of a file that was good.
func keepCondition(ctx context.Context, tx *kernel.Tx, run HarvestRun, sha256 string) error {
	_, err := tx.ExecContext(ctx, `UPDATE harvest SET condition = $2, sha256 = $3 WHERE dataset = $1`, run.Dataset, jsonText(run.Condition), sha256)
	return err
}

const runColumns = `id, dataset, outcome, message, upload, version, bytes, condition, began_at, ended_at`

func scanRun(row scanner) (r HarvestRun, err error) {
	var began, ended int64
	err = row.Scan(&r.ID, &r.Dataset, &r.Outcome, &r.Message, &r.Upload, &r.Version, &r.Bytes, asJSON(&r.Condition), &began, &ended)
	r.Began = time.UnixMilli(began).UTC()
	if ended > 0 {
		r.EndedAt = time.UnixMilli(ended).UTC()
	}
	return r, err
}

func insertRun(ctx context.Context, tx *kernel.Tx, id, dataset string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO harvest_run (`+runColumns+`) VALUES ($1,$2,$3,'','',0,0,'{}',$4,0)`,
		id, dataset, RunUnderWay, tx.Now().UnixMilli())
	return err
}

// findRun finds a run by its id, or by the upload that it made.
func findRun(ctx context.Context, q kernel.Queryer, id, upload string) (HarvestRun, error) {
	r, err := scanRun(q.QueryRowContext(ctx, `SELECT `+runColumns+` FROM harvest_run WHERE id = $1 OR upload <> '' AND upload = $2`, id, upload))
	if errors.Is(err, sql.ErrNoRows) {
		return r, errs.New(errs.NotFound, "there is no such run of a harvest")
	}
	return r, err
}

// listRuns gives the last runs of a harvest, newest first.
func listRuns(ctx context.Context, q kernel.Queryer, dataset string, limit int) ([]HarvestRun, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+runColumns+` FROM harvest_run WHERE dataset = $1 ORDER BY id DESC LIMIT $2`, dataset, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []HarvestRun
	for rows.Next() {
		r, err := scanRun(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// updateRun records what a run has come to, once: a run that has ended stays.
func updateRun(ctx context.Context, tx *kernel.Tx, r HarvestRun) (bool, error) {
	ended := int64(0)
	if r.Outcome != RunUnderWay {
		ended = tx.Now().UnixMilli()
	}
	return changed(tx.ExecContext(ctx, `UPDATE harvest_run SET outcome = $2, message = $3, upload = $4, version = $5, bytes = $6, condition = $7, ended_at = $8
		WHERE id = $1 AND outcome = $9`, r.ID, r.Outcome, r.Message, r.Upload, r.Version, r.Bytes, jsonText(r.Condition), ended, RunUnderWay))
}

// endStaleRuns fails the runs of a dataset that began before a time and never
// ended, and forgets all but the newest keep.
func endStaleRuns(ctx context.Context, tx *kernel.Tx, dataset string, before time.Time, keep int) error {
	_, err := tx.ExecContext(ctx, `UPDATE harvest_run SET outcome = $2, message = $3, ended_at = $4 WHERE dataset = $1 AND outcome = $5 AND began_at < $6`,
		dataset, RunFailed, "the server stopped while it was under way; the next run tries again", tx.Now().UnixMilli(), RunUnderWay, before.UnixMilli())
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM harvest_run WHERE dataset = $1 AND id NOT IN
		(SELECT id FROM harvest_run WHERE dataset = $1 ORDER BY id DESC LIMIT $2)`, dataset, keep)
	return err
}

// underWay tells whether a run of a dataset is under way.
func underWay(ctx context.Context, tx *kernel.Tx, dataset string) (bool, error) {
	var n int64
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM harvest_run WHERE dataset = $1 AND outcome = $2`, dataset, RunUnderWay).Scan(&n)
	return n > 0, err
}
