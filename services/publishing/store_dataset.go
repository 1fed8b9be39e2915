package publishing

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/errs"
)

const recordColumns = `id, org, title, description, licence, contact, area, division, category, crs, mapping, required,
	require_approval, revision, created_at, updated_at`

// scanner is a row of an answer.
type scanner interface{ Scan(into ...any) error }

// scanRecord reads recordColumns.
func scanRecord(row scanner) (d Dataset, err error) {
	var area sql.NullString
	var created, updated int64
	err = row.Scan(&d.ID, &d.Org, asJSON(&d.Title), asJSON(&d.Description), &d.Licence, asJSON(&d.Contact), &area, &d.Division, &d.Category, &d.CRS,
		asJSON(&d.Mapping), asJSON(&d.Required), &d.RequireApproval, &d.Revision, &created, &updated)
	if err == nil && area.Valid {
		err = json.Unmarshal([]byte(area.String), &d.Area)
	}
	d.CreatedAt, d.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	return d, err
}

// jsonColumn is a value that is stored as the text of its JSON.
type jsonColumn struct{ value any }

func asJSON(into any) jsonColumn { return jsonColumn{into} }

// Scan implements sql.Scanner.
func (c jsonColumn) Scan(source any) error {
	switch text := source.(type) {
	case string:
		return json.Unmarshal([]byte(text), c.value)
	case []byte:
		return json.Unmarshal(text, c.value)
	}
	return errs.New(errs.Internal, "a JSON column holds a %T", source)
}

// jsonText is a value as a column holds it. What is stored this way are maps
// and lists of strings, which cannot fail.
func jsonText(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "null"
	}
	return string(text)
}

// areaText is the box as a column holds it.
func areaText(area *Box) sql.NullString {
	if area == nil {
		return sql.NullString{}
	}
	return sql.NullString{String: jsonText(area), Valid: true}
}

func findRecord(ctx context.Context, q kernel.Queryer, id string) (Dataset, error) {
	d, err := scanRecord(q.QueryRowContext(ctx, `SELECT `+recordColumns+` FROM dataset_record WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Dataset{ID: id}, noDataset(id)
	}
	return d, err
}

// noDataset is what is said of a dataset that does not exist, or that the
// caller must not know of.
func noDataset(id string) error {
	return errs.New(errs.NotFound, "there is no dataset %q", clip(id)).WithField("path.id", "not_found", "no dataset has this id")
}

// clip shortens what a stranger sent, for a message.
func clip(text string) string {
	if len(text) > 80 {
		return text[:80] + "…"
	}
	return text
}

func listRecords(ctx context.Context, q kernel.Queryer) ([]Dataset, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+recordColumns+` FROM dataset_record ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Dataset
	for rows.Next() {
		d, err := scanRecord(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// insertRecord adds a record; taken tells that there is one with its id.
func insertRecord(ctx context.Context, tx *kernel.Tx, d Dataset) (taken bool, err error) {
	now := tx.Now().UnixMilli()
	res, err := tx.ExecContext(ctx, `INSERT INTO dataset_record (`+recordColumns+`)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,1,$14,$14) ON CONFLICT (id) DO NOTHING`,
		d.ID, d.Org, jsonText(d.Title), jsonText(d.Description), d.Licence, jsonText(d.Contact), areaText(d.Area), d.Division, d.Category, d.CRS,
		jsonText(d.Mapping), jsonText(d.Required), d.RequireApproval, now)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 0, err
}

// updateRecord writes a record's new form, if its revision is still the one
// that was read.
func updateRecord(ctx context.Context, tx *kernel.Tx, d Dataset) error {
	res, err := tx.ExecContext(ctx, `UPDATE dataset_record SET title = $3, description = $4, licence = $5, contact = $6, area = $7, division = $8,
		category = $9, crs = $10, mapping = $11, required = $12, require_approval = $13, revision = revision + 1, updated_at = $14
		WHERE id = $1 AND revision = $2`,
		d.ID, d.Revision, jsonText(d.Title), jsonText(d.Description), d.Licence, jsonText(d.Contact), areaText(d.Area), d.Division, d.Category, d.CRS,
		jsonText(d.Mapping), jsonText(d.Required), d.RequireApproval, tx.Now().UnixMilli())
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return stale("dataset", d.ID)
}

// stale is what is said of an edit that was made for an older form.
func stale(what, id string) error {
	return errs.New(errs.Stale, "%s %q has been edited meanwhile; get it again, and edit that", what, clip(id)).
		WithField("header.If-Match", "outdated", "is not the ETag that it has now")
}

// learn keeps how a file was read, for the next one; nothing changes where that
// is known already.
func learn(ctx context.Context, tx *kernel.Tx, dataset, crs string, mapping map[string]string) error {
	_, err := tx.ExecContext(ctx, `UPDATE dataset_record SET crs = $2, mapping = $3, revision = revision + 1, updated_at = $4
		WHERE id = $1 AND (crs <> $2 OR mapping <> $3)`, dataset, crs, jsonText(mapping), tx.Now().UnixMilli())
	return err
}
