package kernel

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"fujin/services/platform/kernel/errs"
)

// Tx is the transaction that a Write closure sees. It belongs to that closure and dies with it.
type Tx struct {
	q      queryer
	std    *sql.Tx // what q runs on
	now    time.Time
	events []Event // emitted so far; they get their seq when the batch ends
	after  []func()
	failed error // of the first statement that failed; PostgreSQL takes none after it, so neither does SQLite
	over   bool
}

// Now is the time of this change, the same for every call in the closure: UTC, whole milliseconds.
func (tx *Tx) Now() time.Time { return tx.now }

// ExecContext runs a statement. Its text is prepared once and kept.
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := tx.usable(ctx); err != nil {
		return nil, err
	}
	res, err := tx.q.ExecContext(context.WithoutCancel(ctx), query, args...)
	return res, tx.note(err)
}

// QueryContext runs a query. Close the rows before the next statement.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := tx.usable(ctx); err != nil {
		return nil, err
	}
	rows, err := tx.q.QueryContext(context.WithoutCancel(ctx), query, args...)
	return rows, tx.note(err)
}

// QueryRowContext runs a query for one row.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if err := tx.usable(ctx); err != nil {
		ended, cancel := context.WithCancelCause(ctx)
		cancel(err)
		return tx.q.QueryRowContext(ended, query, args...) // database/sql offers no other way to make a failed Row
	}
	return tx.q.QueryRowContext(context.WithoutCancel(ctx), query, args...)
}

// Emit adds an event to the outbox, in the same transaction as the change it tells of. ref is the id of what changed;
// payload becomes JSON (nil: null) and must hold ids and field names, no personal values.
func (tx *Tx) Emit(ctx context.Context, topic, ref string, payload any) error {
	if err := tx.usable(ctx); err != nil {
		return err
	}
	body, err := json.Marshal(payload)
	if err != nil {
		return tx.note(fmt.Errorf("event %s of %s: %w", topic, ref, err))
	}
	tx.events = append(tx.events, Event{At: tx.now, Topic: topic, Ref: ref, Payload: body})
	return nil
}

// OnCommit has fn called once the change is committed, before Write returns; fn is short and does not fail. It is for
// waking those who would find the change anyway: nothing that must happen depends on it.
func (tx *Tx) OnCommit(fn func()) { tx.after = append(tx.after, fn) }

// usable refuses statements of a closure that is over, that failed before, or whose caller has gone. The caller's
// going is looked at between statements only: one that is cut off would, on PostgreSQL, take the connection and with
// it the neighbours in the batch.
func (tx *Tx) usable(ctx context.Context) error {
	switch {
	case tx.over:
		return errs.New(errs.Internal, "a transaction was used after its end")
	case tx.failed != nil:
		return errs.New(errs.Internal, "a statement follows one that failed").Because(tx.failed)
	default:
		return tx.note(ctx.Err())
	}
}

func (tx *Tx) note(err error) error {
	if err != nil && tx.failed == nil {
		tx.failed = err
	}
	return err
}
