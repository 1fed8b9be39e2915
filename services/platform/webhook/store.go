package webhook

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"fujin/services/platform/kernel"
)

const webhookColumns = `id, org, url, description, topics, datasets, state, reason, secret, previous_secret, previous_until,
	after_seq, created_at, updated_at`

// list keeps names as a JSON text.
func list(names []string) string {
	if names == nil {
		names = []string{}
	}
	b, _ := json.Marshal(names) // strings always can be
	return string(b)
}

// millis is a time as the tables hold it; the zero time is NULL.
func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func fromMillis(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMilli(n.Int64).UTC()
}

func insertWebhook(ctx context.Context, q kernel.Queryer, w Webhook) error {
	_, err := q.ExecContext(ctx, `INSERT INTO webhook (`+webhookColumns+`) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)`,
		w.ID, w.Org, w.URL, w.Description, list(w.Topics), list(w.Datasets), string(w.State), w.Reason, w.secret,
		sql.NullString{String: w.previousSecret, Valid: w.previousSecret != ""}, millis(w.previousUntil), w.afterSeq,
		w.CreatedAt.UnixMilli(), w.UpdatedAt.UnixMilli())
	return err
}

func updateWebhook(ctx context.Context, q kernel.Queryer, w Webhook) error {
	_, err := q.ExecContext(ctx, `UPDATE webhook SET url = $2, description = $3, topics = $4, datasets = $5, state = $6, reason = $7,
		secret = $8, previous_secret = $9, previous_until = $10, after_seq = $11, updated_at = $12 WHERE id = $1`,
		w.ID, w.URL, w.Description, list(w.Topics), list(w.Datasets), string(w.State), w.Reason, w.secret,
		sql.NullString{String: w.previousSecret, Valid: w.previousSecret != ""}, millis(w.previousUntil), w.afterSeq, w.UpdatedAt.UnixMilli())
	return err
}

func disableWebhook(ctx context.Context, q kernel.Queryer, id, reason string, at time.Time) error {
	_, err := q.ExecContext(ctx, `UPDATE webhook SET state = 'disabled', reason = $2, updated_at = $3 WHERE id = $1`, id, reason, at.UnixMilli())
	return err
}

func deleteWebhook(ctx context.Context, q kernel.Queryer, id string) error {
	_, err := q.ExecContext(ctx, `DELETE FROM webhook WHERE id = $1`, id)
	return err
}

func scanWebhook(scan func(...any) error) (w Webhook, err error) {
	var topics, datasets string
	var previous sql.NullString
	var until sql.NullInt64
	var created, updated int64
	if err := scan(&w.ID, &w.Org, &w.URL, &w.Description, &topics, &datasets, &w.State, &w.Reason, &w.secret, &previous, &until,
		&w.afterSeq, &created, &updated); err != nil {
		return w, kernel.Classify(err)
	}
	w.previousSecret, w.previousUntil = previous.String, fromMillis(until)
	w.CreatedAt, w.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	if err := json.Unmarshal([]byte(topics), &w.Topics); err != nil {
		return w, err
	}
	return w, json.Unmarshal([]byte(datasets), &w.Datasets)
}

// selectWebhook finds a subscription of an organisation, of any with "".
func selectWebhook(ctx context.Context, q kernel.Queryer, id, org string) (Webhook, error) {
	return scanWebhook(q.QueryRowContext(ctx, `SELECT `+webhookColumns+` FROM webhook WHERE id = $1 AND (org = $2 OR $2 = '')`, id, org).Scan)
}

// selectWebhooks lists the subscriptions of an organisation, of all with "", oldest first.
func selectWebhooks(ctx context.Context, q kernel.Queryer, org string) ([]Webhook, error) {
	return webhooksWhere(ctx, q, `org = $1 OR $1 = ''`, org)
}

func selectActive(ctx context.Context, q kernel.Queryer) ([]Webhook, error) {
	return webhooksWhere(ctx, q, `state = 'active'`)
}

func webhooksWhere(ctx context.Context, q kernel.Queryer, where string, args ...any) ([]Webhook, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+webhookColumns+` FROM webhook WHERE `+where+` ORDER BY id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Webhook
	for rows.Next() {
		w, err := scanWebhook(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, kernel.Classify(rows.Err())
}

func countWebhooks(ctx context.Context, q kernel.Queryer, org string) (n int, err error) {
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM webhook WHERE org = $1`, org).Scan(&n)
	return n, err
}

// lastSeq is the newest event committed so far.
func lastSeq(ctx context.Context, q kernel.Queryer) (seq int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM outbox`).Scan(&seq)
	return seq, err
}

// insertPosition starts at the newest event, where no position is known yet.
func insertPosition(ctx context.Context, q kernel.Queryer) error {
	_, err := q.ExecContext(ctx, `INSERT INTO webhook_position (id, seq) VALUES (1, (SELECT coalesce(max(seq), 0) FROM outbox))
		ON CONFLICT (id) DO NOTHING`)
	return err
}

func selectPosition(ctx context.Context, q kernel.Queryer) (seq int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT seq FROM webhook_position WHERE id = 1`).Scan(&seq)
	return seq, kernel.Classify(err)
}

// movePosition tells whether the position was where it is said to be, and has moved.
func movePosition(ctx context.Context, q kernel.Queryer, from, to int64) (bool, error) {
	return changed(q.ExecContext(ctx, `UPDATE webhook_position SET seq = $2 WHERE id = 1 AND seq = $1`, from, to))
}

func changed(res sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}
