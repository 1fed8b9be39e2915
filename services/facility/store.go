package facility

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
	"fujin/services/platform/processor"
)

// columns of a facility row, in the order of scan and insert.
const columns = `dataset, from_version, id, match_key, digest, category, lat, lon, shape, cell, traits, hours, zone, doc, verified_at`

const columnCount = 15

// scan reads a row of each, as of a version of its dataset.
func scan(rows *sql.Rows, version int64, s *stored) error {
	var verified, ended, notedAt, noted, from, until sql.NullInt64
	var reason, by sql.NullString
	err := rows.Scan(&s.Dataset, &s.Version, &s.ID, &s.Key, &s.Digest, &s.Category, &s.Lat, &s.Lon, &s.Shape,
		&s.Cell, &s.Traits, &s.Hours, &s.Zone, &s.Doc, &verified, &ended, &notedAt, &noted, &from, &until, &reason, &by)
	s.VerifiedAt, s.Ended = verified.Int64, ended.Int64
	if noted.Valid && noted.Int64 <= version {
		s.VerifiedAt = notedAt.Int64
	}
	if from.Valid {
		s.Closure = &Closure{From: time.UnixMilli(from.Int64).UTC(), Reason: reason.String, By: by.String}
		if until.Valid {
			s.Closure.Until = time.UnixMilli(until.Int64).UTC()
		}
	}
	return err
}

// each calls fn for every row that a condition selects, as a version of the
// dataset knows it. The value is reused: fn must not keep it.
func each(ctx context.Context, q kernel.Queryer, version int64, fn func(*stored) error, where string, args ...any) error {
	rows, err := q.QueryContext(ctx, `SELECT `+columns+`, to_version, noted_at, noted_version, closed_from, closed_until, closed_reason, closed_by
		FROM facility LEFT JOIN facility_closure ON closed_id = id WHERE `+where, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var s stored
	for rows.Next() {
		s.Shape, s.Closure = nil, nil
		if err := scan(rows, version, &s); err != nil {
			return err
		}
		if err := fn(&s); err != nil {
			return err
		}
	}
	return rows.Err()
}

// inForce are the rows of a dataset's version.
const inForce = `dataset = $1 AND from_version <= $2 AND (to_version IS NULL OR to_version > $2)`

// byID is inForce for those who look up or walk along ids: the sign keeps SQLite,
// which has no statistics, from walking through the whole version instead.
const byID = `dataset = $1 AND +from_version <= $2 AND (+to_version IS NULL OR +to_version > $2)`

// changed are the rows that a range of versions after $2 up to $3 began,
// confirmed or ended.
const (
	changedBegun = `dataset = $1 AND from_version > $2 AND from_version <= $3`
	changedNoted = `dataset = $1 AND noted_version > $2 AND noted_version <= $3 AND to_version IS NULL`
)

// endedIDs are the facilities of which a range of versions ended a row.
func endedIDs(ctx context.Context, q kernel.Queryer, dataset string, after, upTo int64, fn func(id string)) error {
	rows, err := q.QueryContext(ctx, `SELECT id FROM facility WHERE dataset = $1 AND to_version > $2 AND to_version <= $3`, dataset, after, upTo)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		fn(id)
	}
	return rows.Err()
}

// lastSeq is the newest event as of a view of the database, which the facilities
// read in that view include.
func lastSeq(ctx context.Context, q kernel.Queryer) (seq int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM outbox`).Scan(&seq)
	return seq, err
}

// publishedSince counts, per dataset, the versions that events after seq
// published.
func publishedSince(ctx context.Context, q kernel.Queryer, seq int64) (map[string]int64, error) {
	rows, err := q.QueryContext(ctx, `SELECT ref, count(*) FROM outbox WHERE topic = $1 AND seq > $2 GROUP BY ref`, TopicPublished, seq)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	count := map[string]int64{}
	for rows.Next() {
		var dataset string
		var n int64
		if err := rows.Scan(&dataset, &n); err != nil {
			return nil, err
		}
		count[dataset] = n
	}
	return count, rows.Err()
}

// Dataset is a set of facilities that is published as a whole.
type Dataset struct {
	ID         string `json:"id"`
	Version    int64  `json:"version"`
	Facilities int64  `json:"facilities"`
	UpdatedAt  int64  `json:"-"`
	drafted    bool   // a next version is in preparation, or was left behind
}

func listDatasets(ctx context.Context, q kernel.Queryer) ([]Dataset, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, version, facilities, updated_at FROM dataset WHERE version > 0 ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Dataset
	for rows.Next() {
		var d Dataset
		if err := rows.Scan(&d.ID, &d.Version, &d.Facilities, &d.UpdatedAt); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

func findDataset(ctx context.Context, q kernel.Queryer, id string) (Dataset, error) {
	d := Dataset{ID: id}
	err := q.QueryRowContext(ctx, `SELECT version, facilities, updated_at, draft_by IS NOT NULL FROM dataset WHERE id = $1`, id).
		Scan(&d.Version, &d.Facilities, &d.UpdatedAt, &d.drafted)
	if errors.Is(err, sql.ErrNoRows) || err == nil && d.Version == 0 {
		return d, errs.New(errs.NotFound, "there is no dataset %q", id)
	}
	return d, err
}

// draftPatience is how long, in milliseconds, a draft whose owner gives no sign
// of life keeps others from the dataset.
const draftPatience = 60_000

// claimDraft makes owner the only one to prepare the next version of a dataset.
func claimDraft(ctx context.Context, tx *kernel.Tx, dataset, owner string) (version int64, err error) {
	now := tx.Now().UnixMilli()
	err = tx.QueryRowContext(ctx, `INSERT INTO dataset (id, version, facilities, created_at, updated_at, draft_by, draft_at)
		VALUES ($1, 0, 0, $2, $2, $3, $2)
		ON CONFLICT (id) DO UPDATE SET draft_by = excluded.draft_by, draft_at = excluded.draft_at, draft_written = NULL
		WHERE dataset.draft_by IS NULL OR dataset.draft_by = $3 OR dataset.draft_at < $4
		RETURNING version`, dataset, now, owner, now-draftPatience).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, errs.New(errs.Conflict, "dataset %q is being published by somebody else; try again when that has ended", dataset).WithCode("being_published")
	}
	return version, err
}

// holdDraft renews the claim, and fails if somebody else has it by now.
func holdDraft(ctx context.Context, tx *kernel.Tx, dataset, owner string) error {
	res, err := tx.ExecContext(ctx, `UPDATE dataset SET draft_at = $1 WHERE id = $2 AND draft_by = $3`, tx.Now().UnixMilli(), dataset, owner)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errs.New(errs.Conflict, "the claim to publish dataset %q was lost to another publication", dataset).WithCode("being_published")
}

// dropDraft removes up to limit leftovers of the draft of a version and tells
// whether there may be more.
func dropDraft(ctx context.Context, tx *kernel.Tx, dataset string, version int64, limit int) (more bool, err error) {
	for _, statement := range [...]string{
		`DELETE FROM facility WHERE (dataset, from_version, id) IN (SELECT dataset, from_version, id FROM facility WHERE dataset = $1 AND from_version = $2 LIMIT $3)`,
		`UPDATE facility SET to_version = NULL WHERE (dataset, from_version, id) IN (SELECT dataset, from_version, id FROM facility WHERE dataset = $1 AND to_version = $2 LIMIT $3)`,
		`UPDATE facility SET noted_at = verified_at, noted_version = noted_version - 1 WHERE (dataset, from_version, id) IN (SELECT dataset, from_version, id FROM facility WHERE dataset = $1 AND noted_version = $2 LIMIT $3)`,
	} {
		res, err := tx.ExecContext(ctx, statement, dataset, version, limit)
		if err != nil {
			return false, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return false, err
		}
		more = more || n > 0
	}
	res, err := tx.ExecContext(ctx, `DELETE FROM facility_kept WHERE (dataset, id) IN (SELECT dataset, id FROM facility_kept WHERE dataset = $1 LIMIT $2)`, dataset, limit)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return more || n > 0, err
}

// matchesPerQuery bounds the keys of one look-up.
const matchesPerQuery = 500

// The rows that may be the same facility as one with a given key: open rows of
// the version in force that the draft has not met yet, and the last forms of
// facilities that went earlier. The plus signs here and below keep SQLite, which
// has no statistics, from walking through the whole version instead of looking
// up the keys.
const (
	matchInForce = `to_version IS NULL AND dataset = $1 AND +from_version <= $2
		AND NOT EXISTS (SELECT 1 FROM facility_kept k WHERE k.dataset = facility.dataset AND k.id = facility.id)`
	matchFormer = `+to_version IS NOT NULL AND dataset = $1 AND +to_version <= $2
		AND NOT EXISTS (SELECT 1 FROM facility o WHERE o.dataset = facility.dataset AND o.id = facility.id AND o.to_version IS NULL)`
)

// findMatches collects the facilities with a row that bears one of the keys and
// meets a condition; of several such rows the last one counts.
func findMatches(ctx context.Context, q kernel.Queryer, dataset string, version int64, where string, keys []string) (*known, error) {
	type form struct {
		KnownRow
		ended int64
	}
	var forms []form
	for len(keys) > 0 {
		n := min(len(keys), matchesPerQuery)
		args := append(make([]any, 0, n+2), dataset, version)
		for _, k := range keys[:n] {
			args = append(args, k)
		}
		keys = keys[n:]
		rows, err := q.QueryContext(ctx, matchQuery(where, n), args...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var m form
			var verified, ended sql.NullInt64
			if err := rows.Scan(&m.ID, &m.Key, &m.Digest, &m.Lat, &m.Lon, &verified, &ended); err != nil {
				rows.Close()
				return nil, err
			}
			m.VerifiedAt, m.ended = verified.Int64, ended.Int64
			forms = append(forms, m)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(forms, func(a, b form) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(b.ended, a.ended)) })
	found := newKnown()
	for _, m := range forms {
		found.add(m.KnownRow)
	}
	return found, nil
}

// matchQuery looks up n keys. It leaves sorting to the caller: SQLite would walk
// through all of the dataset to have the rows in order.
func matchQuery(where string, n int) string {
	return `SELECT id, match_key, digest, lat, lon, CASE WHEN noted_version <= $2 THEN noted_at ELSE verified_at END, to_version
		FROM facility WHERE ` + where + ` AND match_key IN ` + placeholders(1, n, 3)
}

// rowsPerInsert is how many rows one statement writes: enough that statements cost
// little, few enough that queries need not wait for a processor until it is over.
const rowsPerInsert = 20

// insertRows writes the new forms of a draft.
func insertRows(ctx context.Context, tx *kernel.Tx, rows []*stored) error {
	var stint processor.Stint
	for len(rows) > 0 {
		stint.Yield()
		n := min(len(rows), rowsPerInsert)
		args := make([]any, 0, n*columnCount)
		for _, s := range rows[:n] {
			args = append(args, s.Dataset, s.Version, s.ID, s.Key, s.Digest, s.Category, s.Lat, s.Lon, s.Shape,
				s.Cell, s.Traits, s.Hours, s.Zone, s.Doc, sql.NullInt64{Int64: s.VerifiedAt, Valid: s.VerifiedAt != 0})
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO facility (`+columns+`) VALUES `+placeholders(n, columnCount, 1), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// endRows closes rows in force with the draft's version and counts them.
func endRows(ctx context.Context, tx *kernel.Tx, dataset string, version int64, ids []string) (ended int64, err error) {
	for len(ids) > 0 {
		n := min(len(ids), matchesPerQuery)
		args := append(make([]any, 0, n+2), dataset, version)
		for _, id := range ids[:n] {
			args = append(args, id)
		}
		res, err := tx.ExecContext(ctx, `UPDATE facility SET to_version = $2 WHERE to_version IS NULL AND dataset = $1 AND +from_version < $2 AND id IN `+placeholders(1, n, 3), args...)
		if err != nil {
			return ended, err
		}
		rows, err := res.RowsAffected()
		if err != nil {
			return ended, err
		}
		ended += rows
		ids = ids[n:]
	}
	return ended, nil
}

// keepRows notes the facilities that the file of a draft still has.
func keepRows(ctx context.Context, tx *kernel.Tx, dataset string, ids []string) error {
	for len(ids) > 0 {
		n := min(len(ids), matchesPerQuery)
		args := make([]any, 0, 2*n)
		for _, id := range ids[:n] {
			args = append(args, dataset, id)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO facility_kept (dataset, id) VALUES `+placeholders(n, 2, 1), args...); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// place is where a walk over a dataset's rows stands, in the order of the
// versions in which they began, or ended, and of ids.
type place struct {
	version int64
	id      string
}

// endUnkept closes, of the next limit rows behind a place, those that the draft
// no longer has; more tells whether to go on.
func endUnkept(ctx context.Context, tx *kernel.Tx, dataset string, version int64, after *place, limit int) (ended int64, more bool, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT f.from_version, f.id, k.id FROM facility f LEFT JOIN facility_kept k ON k.dataset = f.dataset AND k.id = f.id
		WHERE f.to_version IS NULL AND f.dataset = $1 AND f.from_version < $2 AND (f.from_version, f.id) > ($3, $4)
		ORDER BY f.from_version, f.id LIMIT $5`, dataset, version, after.version, after.id, limit)
	if err != nil {
		return 0, false, err
	}
	defer rows.Close()
	var gone []string
	seen := 0
	for rows.Next() {
		var kept sql.NullString
		if err := rows.Scan(&after.version, &after.id, &kept); err != nil {
			return 0, false, err
		}
		seen++
		if !kept.Valid {
			gone = append(gone, after.id)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, false, err
	}
	ended, err = endRows(ctx, tx, dataset, version, gone)
	return ended, seen == limit, err
}

// noteVerified stages confirmations that change nothing else: they count once
// the version is in force.
func noteVerified(ctx context.Context, tx *kernel.Tx, dataset string, version int64, at map[string]int64) error {
	for id, ms := range at {
		_, err := tx.ExecContext(ctx, `UPDATE facility SET verified_at = CASE WHEN noted_version IS NULL THEN verified_at ELSE noted_at END, noted_at = $1, noted_version = $2
			WHERE to_version IS NULL AND dataset = $3 AND id = $4`, ms, version, dataset, id)
		if err != nil {
			return err
		}
	}
	return nil
}

// finishDraft makes a draft the version in force: the one update that the
// public sees. The owner is empty for a change without a draft.
func finishDraft(ctx context.Context, tx *kernel.Tx, owner string, pub Publication, p Provenance) error {
	res, err := tx.ExecContext(ctx, `UPDATE dataset SET version = $1, facilities = $2, updated_at = $3, draft_by = NULL, draft_at = NULL, draft_written = NULL
		WHERE id = $4 AND coalesce(draft_by, '') = $5 AND version = $6`, pub.Version, pub.Facilities, tx.Now().UnixMilli(), pub.Dataset, owner, pub.Version-1)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "the claim to publish dataset %q was lost to another publication", pub.Dataset).WithCode("being_published")
	}
	if err != nil {
		return err
	}
	if err := insertVersion(ctx, tx, pub, p); err != nil {
		return err
	}
	if p.Along != nil {
		if err := p.Along.Publish(ctx, tx, pub); err != nil {
			return err
		}
	}
	return tx.Emit(ctx, TopicPublished, pub.Dataset, published{pub, owner})
}

// analyze brings PostgreSQL's statistics up to date after many rows were
// written: by those of a table that was empty a moment ago, the look-ups of the
// next publication would scan it for each of their keys. PostgreSQL does so by
// itself only after a minute; SQLite needs no statistics for these tables.
func analyze(ctx context.Context, db *kernel.DB) error {
	if db.Engine() != kernel.Postgres {
		return nil
	}
	_, err := db.Reader().ExecContext(ctx, `ANALYZE facility, facility_kept`)
	return err
}

// releaseDraft gives up a claim.
func releaseDraft(ctx context.Context, tx *kernel.Tx, dataset, owner string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE dataset SET draft_by = NULL, draft_at = NULL, draft_written = NULL WHERE id = $1 AND draft_by = $2`, dataset, owner); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM dataset WHERE id = $1 AND version = 0 AND draft_by IS NULL`, dataset)
	return err
}

// placeholders is n groups of m parameters, numbered from first:
// ($1,$2),($3,$4).
func placeholders(n, m, first int) string {
	b := make([]byte, 0, n*m*6)
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '(')
		for j := range m {
			if j > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(append(b, '$'), int64(first+i*m+j), 10)
		}
		b = append(b, ')')
	}
	return string(b)
}
