package webhook

import (
	"context"
	"database/sql"
	"time"

	"fujin/services/platform/kernel"
)

const deliveryColumns = `id, webhook, seq, topic, body, state, attempts, series, next_at, status, error, created_at, delivered_at`

// insertDelivery tells whether the subscriber was not told of the event before.
func insertDelivery(ctx context.Context, q kernel.Queryer, d Delivery) (bool, error) {
	return changed(q.ExecContext(ctx, `INSERT INTO webhook_delivery (`+deliveryColumns+`)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13) ON CONFLICT (webhook, seq) DO NOTHING`,
		d.ID, d.Webhook, d.seq, d.Topic, d.Body, string(d.State), d.Attempts, d.series, millis(d.NextAt), status(d), d.Error,
		d.CreatedAt.UnixMilli(), millis(d.DeliveredAt)))
}

func updateDelivery(ctx context.Context, q kernel.Queryer, d Delivery) error {
	_, err := q.ExecContext(ctx, `UPDATE webhook_delivery SET state = $2, attempts = $3, series = $4, next_at = $5, status = $6,
		error = $7, delivered_at = $8 WHERE id = $1`,
		d.ID, string(d.State), d.Attempts, d.series, millis(d.NextAt), status(d), d.Error, millis(d.DeliveredAt))
	return err
}

func status(d Delivery) sql.NullInt64 {
	return sql.NullInt64{Int64: int64(d.Status), Valid: d.Status != 0}
}

func scanDelivery(scan func(...any) error) (d Delivery, err error) {
	var next, code, delivered sql.NullInt64
	var created int64
	if err := scan(&d.ID, &d.Webhook, &d.seq, &d.Topic, &d.Body, &d.State, &d.Attempts, &d.series, &next, &code, &d.Error,
		&created, &delivered); err != nil {
		return d, kernel.Classify(err)
	}
	d.NextAt, d.Status, d.CreatedAt, d.DeliveredAt = fromMillis(next), int(code.Int64), time.UnixMilli(created).UTC(), fromMillis(delivered)
	return d, nil
}

func selectDelivery(ctx context.Context, q kernel.Queryer, id string) (Delivery, error) {
	return scanDelivery(q.QueryRowContext(ctx, `SELECT `+deliveryColumns+` FROM webhook_delivery WHERE id = $1`, id).Scan)
}

// selectDeliveries lists the messages of a subscriber, newest first, those with ids before one ("" = all).
func selectDeliveries(ctx context.Context, q kernel.Queryer, webhook string, state DeliveryState, before string, limit int) ([]Delivery, error) {
	return deliveriesWhere(ctx, q, `webhook = $1 AND (state = $2 OR $2 = '') AND (id < $3 OR $3 = '') ORDER BY id DESC LIMIT $4`,
		webhook, string(state), before, limit)
}

// selectPending lists messages under way by their ids.
func selectPending(ctx context.Context, q kernel.Queryer, after string, limit int) ([]Delivery, error) {
	return deliveriesWhere(ctx, q, `state = 'pending' AND id > $1 ORDER BY id LIMIT $2`, after, limit)
}

func deliveriesWhere(ctx context.Context, q kernel.Queryer, where string, args ...any) ([]Delivery, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+deliveryColumns+` FROM webhook_delivery WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Delivery
	for rows.Next() {
		d, err := scanDelivery(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, kernel.Classify(rows.Err())
}

// deleteDeliveries forgets some of the messages that ended and began before a time, and tells how many.
func deleteDeliveries(ctx context.Context, q kernel.Queryer, before time.Time) (int64, error) {
	res, err := q.ExecContext(ctx, `DELETE FROM webhook_delivery WHERE id IN (
		SELECT id FROM webhook_delivery WHERE created_at < $1 AND state <> 'pending' LIMIT 1000)`, before.UnixMilli())
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
