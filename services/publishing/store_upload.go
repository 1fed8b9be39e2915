package publishing

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

const uploadColumns = `id, dataset, state, reason, reason_zh, name, format, size, sha256, key_id, source_url, crs, mapping, repairs, run,
	base, summary, requested_by, note, decided_by, decision, version, created_at, updated_at`

// scanUpload reads uploadColumns.
func scanUpload(row scanner) (u Upload, err error) {
	var created, updated int64
	err = row.Scan(&u.ID, &u.Dataset, &u.State, &u.Reason.Message, &u.Reason.MessageZH, &u.Name, &u.Format, &u.Size, &u.SHA256, &u.By, &u.SourceURL, &u.CRS,
		asJSON(&u.Mapping), asJSON(&u.Repairs), &u.Run, &u.Base, asJSON(&u.Summary), &u.RequestedBy, &u.Note, &u.DecidedBy, &u.Decision, &u.Version,
		&created, &updated)
	u.CreatedAt, u.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	return u, err
}

func insertUpload(ctx context.Context, tx *kernel.Tx, u Upload, requestKey string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO upload (`+uploadColumns+`, request_key)
		VALUES ($1,$2,$3,'','',$4,$5,$6,$7,$8,$9,$10,$11,$12,1,0,'{}','','','','',0,$13,$13,$14)`,
		u.ID, u.Dataset, Received, u.Name, u.Format, u.Size, u.SHA256, u.By, u.SourceURL, u.CRS, jsonText(u.Mapping), jsonText(u.Repairs),
		tx.Now().UnixMilli(), sql.NullString{String: requestKey, Valid: requestKey != ""})
	return err
}

func findUpload(ctx context.Context, q kernel.Queryer, dataset, id string) (Upload, error) {
	u, err := scanUpload(q.QueryRowContext(ctx, `SELECT `+uploadColumns+` FROM upload WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && (u.Dataset != dataset || u.State == Deleted) {
		return u, noUpload(id)
	}
	return u, err
}

func noUpload(id string) error {
	return errs.New(errs.NotFound, "the dataset has no upload %q", clip(id)).WithField("path.upload", "not_found", "no upload of this dataset has this id")
}

// uploadOfRequest finds the upload that a sender made under an Idempotency-Key.
func uploadOfRequest(ctx context.Context, q kernel.Queryer, dataset, keyID, requestKey string) (Upload, bool, error) {
	u, err := scanUpload(q.QueryRowContext(ctx, `SELECT `+uploadColumns+` FROM upload WHERE dataset = $1 AND key_id = $2 AND request_key = $3`,
		dataset, keyID, requestKey))
	if errors.Is(err, sql.ErrNoRows) {
		return u, false, nil
	}
	return u, err == nil, err
}

// uploadByID finds an upload whatever its dataset, also a deleted one.
func uploadByID(ctx context.Context, q kernel.Queryer, id string) (Upload, error) {
	u, err := scanUpload(q.QueryRowContext(ctx, `SELECT `+uploadColumns+` FROM upload WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return u, noUpload(id)
	}
	return u, err
}

// listUploads gives the uploads of a dataset, newest first, older than before.
func listUploads(ctx context.Context, q kernel.Queryer, dataset, before string, limit int) ([]Upload, error) {
	return uploads(ctx, q, `dataset = $1 AND ($2 = '' OR id < $2) AND state <> $3 ORDER BY id DESC LIMIT $4`, dataset, before, Deleted, limit)
}

func uploads(ctx context.Context, q kernel.Queryer, where string, args ...any) ([]Upload, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+uploadColumns+` FROM upload WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Upload
	for rows.Next() {
		u, err := scanUpload(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, rows.Err()
}

// waitingForGate are uploads that wait for the gate or are in it.
func waitingForGate(ctx context.Context, q kernel.Queryer) ([]Upload, error) {
	return uploads(ctx, q, `state IN ($1, $2) ORDER BY id`, Received, Profiling)
}

// spent are uploads that led nowhere and have not been touched since a time.
func spent(ctx context.Context, q kernel.Queryer, since time.Time) ([]Upload, error) {
	return uploads(ctx, q, `state IN ($1, $2, $3) AND updated_at < $4 ORDER BY id LIMIT 100`, Ready, Refused, Superseded, since.UnixMilli())
}

// enterGate begins a passage, or begins it again after its server died: false if
// it is not wanted.
func enterGate(ctx context.Context, tx *kernel.Tx, id string, run int64) (bool, error) {
	return changed(tx.ExecContext(ctx, `UPDATE upload SET state = $3, updated_at = $4 WHERE id = $1 AND run = $2 AND state IN ($3, $5)`,
		id, run, Profiling, tx.Now().UnixMilli(), Received))
}

// leaveGate records how a passage ended: false when it is no longer wanted.
func leaveGate(ctx context.Context, tx *kernel.Tx, u Upload) (bool, error) {
	return changed(tx.ExecContext(ctx, `UPDATE upload SET state = $3, reason = $4, reason_zh = $5, base = $6, summary = $7, updated_at = $8
		WHERE id = $1 AND run = $2 AND state = $9`, u.ID, u.Run, u.State, u.Reason.Message, u.Reason.MessageZH, u.Base, jsonText(u.Summary), tx.Now().UnixMilli(), Profiling))
}

// resetUpload sends an upload through the gate again, with another reading.
func resetUpload(ctx context.Context, tx *kernel.Tx, u Upload) (bool, error) {
	return changed(tx.ExecContext(ctx, `UPDATE upload SET state = $3, reason = '', reason_zh = '', crs = $4, mapping = $5, repairs = $6, run = run + 1, updated_at = $7
		WHERE id = $1 AND run = $2 AND state IN ($3, $8, $9, $10)`, u.ID, u.Run, Received, u.CRS, jsonText(u.Mapping), jsonText(u.Repairs),
		tx.Now().UnixMilli(), Profiling, Ready, Refused))
}

// moveUpload changes the state of an upload that has another, with what was
// said: false when it is no longer in it.
func moveUpload(ctx context.Context, tx *kernel.Tx, u Upload, from string) (bool, error) {
	return changed(tx.ExecContext(ctx, `UPDATE upload SET state = $3, reason = $4, requested_by = $5, note = $6, decided_by = $7, decision = $8,
		version = $9, updated_at = $10, reason_zh = $12 WHERE id = $1 AND run = $11 AND state = $2`,
		u.ID, from, u.State, u.Reason.Message, u.RequestedBy, u.Note, u.DecidedBy, u.Decision, u.Version, tx.Now().UnixMilli(), u.Run, u.Reason.MessageZH))
}

// supersede retires the uploads of a dataset that wait and are older than the
// one that was published.
func supersede(ctx context.Context, tx *kernel.Tx, dataset, published string) error {
	_, err := tx.ExecContext(ctx, `UPDATE upload SET state = $3, updated_at = $4 WHERE dataset = $1 AND id < $2 AND state IN ($5, $6)`,
		dataset, published, Superseded, tx.Now().UnixMilli(), Ready, Waiting)
	return err
}

// changed tells whether a statement met a row.
func changed(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
