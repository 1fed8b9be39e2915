package facility

import (
	"context"
	"time"

	"fujin/services/platform/kernel"
)

// insertVersion enters a version that comes into force in this transaction.
func insertVersion(ctx context.Context, tx *kernel.Tx, pub Publication, p Provenance) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO dataset_version
		(dataset, number, at, kind, author, org, note, source, sha256, upload, of_version, facilities, added, changed, removed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		pub.Dataset, pub.Version, tx.Now().UnixMilli(), p.Kind, p.By, p.Org, p.Note, p.Source, p.SHA256, p.Upload, p.Of,
		pub.Facilities, pub.Added, pub.Changed, pub.Removed)
	return err
}

// listVersions reads versions downwards.
func listVersions(ctx context.Context, q kernel.Queryer, dataset string, before int64, limit int) ([]Version, error) {
	rows, err := q.QueryContext(ctx, `SELECT number, at, kind, author, org, note, source, sha256, upload, of_version, facilities, added, changed, removed
		FROM dataset_version WHERE dataset = $1 AND number < $2 ORDER BY number DESC LIMIT $3`, dataset, before, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Version{}
	for rows.Next() {
		v := Version{Dataset: dataset}
		var at int64
		if err := rows.Scan(&v.Number, &at, &v.Kind, &v.By, &v.Org, &v.Note, &v.Source, &v.SHA256, &v.Upload, &v.Of,
			&v.Facilities, &v.Added, &v.Changed, &v.Removed); err != nil {
			return nil, err
		}
		v.At = time.UnixMilli(at).UTC()
		list = append(list, v)
	}
	return list, rows.Err()
}

// versionAt is the last version that came into force by then, 0 if none had.
func versionAt(ctx context.Context, q kernel.Queryer, dataset string, at int64) (number int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) FROM dataset_version WHERE dataset = $1 AND at <= $2`, dataset, at).Scan(&number)
	return number, err
}
