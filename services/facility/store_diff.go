package facility

import (
	"context"
	"database/sql"
	"errors"

	"fujin/services/platform/kernel"
)

// Rows that tell two versions $2 < $3 apart, page by page: those in force in the
// later one that began since, and those in force in the earlier one that ended
// since. ($4, $5) is the version and id behind which a page begins, at first
// those of firstAfter; $6 is its length.
const (
	begunBetween = `dataset = $1 AND +from_version > $2 AND from_version <= $3 AND (+to_version IS NULL OR +to_version > $3)
		AND (from_version, id) > ($4, $5) ORDER BY from_version, id LIMIT $6`
	endedBetween = `dataset = $1 AND +from_version <= $2 AND +to_version > $2 AND to_version <= $3
		AND (to_version, id) > ($4, $5) ORDER BY to_version, id LIMIT $6`
)

// firstAfter is where a walk over what happened after a version begins.
func firstAfter(version int64) place { return place{version: version + 1} }

// endedSince lists, of the next limit rows of an earlier version that ended
// since, the facilities that are gone and those that have another form now.
func endedSince(ctx context.Context, q kernel.Queryer, base Dataset, to int64, after *place, limit int) (gone, other []string, more bool, err error) {
	rows, err := q.QueryContext(ctx, `SELECT f.to_version, f.id, n.id, n.digest = f.digest AND n.match_key = f.match_key FROM facility f
		LEFT JOIN facility n ON n.dataset = f.dataset AND n.id = f.id AND n.to_version IS NULL AND +n.from_version <= $3
		WHERE f.dataset = $1 AND +f.from_version <= $2 AND +f.to_version > $2 AND f.to_version <= $3 AND (f.to_version, f.id) > ($4, $5)
		ORDER BY f.to_version, f.id LIMIT $6`, base.ID, to, base.Version, after.version, after.id, limit)
	if err != nil {
		return nil, nil, false, err
	}
	defer rows.Close()
	seen := 0
	for ; rows.Next(); seen++ {
		var now sql.NullString
		var same sql.NullBool
		if err := rows.Scan(&after.version, &after.id, &now, &same); err != nil {
			return nil, nil, false, err
		}
		switch {
		case !now.Valid:
			gone = append(gone, after.id)
		case !same.Bool:
			other = append(other, after.id)
		}
	}
	return gone, other, seen == limit, errors.Join(rows.Err(), rows.Close())
}

// begunSince lists, of the next limit rows in force that began after an earlier
// version, the facilities that it did not have.
func begunSince(ctx context.Context, q kernel.Queryer, base Dataset, to int64, after *place, limit int) (ids []string, more bool, err error) {
	rows, err := q.QueryContext(ctx, `SELECT f.from_version, f.id, o.id FROM facility f
		LEFT JOIN facility o ON o.dataset = f.dataset AND o.id = f.id AND +o.from_version <= $2 AND +o.to_version > $2
		WHERE +f.to_version IS NULL AND f.dataset = $1 AND +f.from_version > $2 AND f.from_version <= $3 AND (f.from_version, f.id) > ($4, $5)
		ORDER BY f.from_version, f.id LIMIT $6`, base.ID, to, base.Version, after.version, after.id, limit)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	seen := 0
	for ; rows.Next(); seen++ {
		var had sql.NullString
		if err := rows.Scan(&after.version, &after.id, &had); err != nil {
			return nil, false, err
		}
		if !had.Valid {
			ids = append(ids, after.id)
		}
	}
	return ids, seen == limit, errors.Join(rows.Err(), rows.Close())
}

// verifiedOf is when the form of an alias was last confirmed.
func verifiedOf(alias string) string {
	return `CASE WHEN ` + alias + `.noted_version IS NULL THEN ` + alias + `.verified_at ELSE ` + alias + `.noted_at END`
}

// copyRows gives facilities, in a draft, the form that they had in an earlier
// version. A confirmation since then stays.
func copyRows(ctx context.Context, tx *kernel.Tx, dataset string, from, version int64, ids []string) error {
	for len(ids) > 0 {
		n := min(len(ids), matchesPerQuery)
		args := append(make([]any, 0, n+3), dataset, from, version)
		for _, id := range ids[:n] {
			args = append(args, id)
		}
		ids = ids[n:]
		_, err := tx.ExecContext(ctx, `INSERT INTO facility (`+columns+`)
			SELECT f.dataset, $3, f.id, f.match_key, f.digest, f.category, f.lat, f.lon, f.shape, f.cell, f.traits, f.hours, f.zone, f.doc,
				CASE WHEN `+verifiedOf("n")+` > coalesce(`+verifiedOf("f")+`, 0) THEN `+verifiedOf("n")+` ELSE `+verifiedOf("f")+` END
			FROM facility f LEFT JOIN facility n ON n.dataset = f.dataset AND n.id = f.id AND +n.to_version = $3
			WHERE f.dataset = $1 AND +f.from_version <= $2 AND +f.to_version > $2 AND f.id IN `+placeholders(1, n, 4), args...)
		if err != nil {
			return err
		}
	}
	return nil
}
