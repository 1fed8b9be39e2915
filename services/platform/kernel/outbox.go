package kernel

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"fujin/services/platform/kernel/errs"
)

// Event is a row of the outbox: something that has happened, as told by Tx.Emit.
type Event struct {
	Seq     int64     // commit order, from 1, without gaps
	At      time.Time // UTC, whole milliseconds
	Topic   string    // "facility.changed"
	Ref     string    // id of what it is about
	Payload json.RawMessage
}

const (
	followPage = 1000                   // events handed to one call of a follower
	followPoll = 200 * time.Millisecond // how late an event is seen at most when no wake-up arrives
	insertPage = 500                    // events per INSERT
)

// insertEvents writes a batch's events at the end of its transaction. On PostgreSQL the outbox lock is taken first: it
// is held until the commit, so that no server can commit a higher seq before a lower one, and nobody ever reads past a
// gap that fills later. It is the last lock of the transaction and hence never part of a deadlock.
func (db *DB) insertEvents(ctx context.Context, tx *sql.Tx, events []Event) error {
	if len(events) == 0 {
		return nil
	}
	if db.engine == Postgres {
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1, $2)`, outboxLock, db.space.key); err != nil {
			return err
		}
	}
	q := queryer{tx, db.texts}
	var last int64
	if err := q.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM outbox`).Scan(&last); err != nil {
		return err
	}
	for len(events) > 0 {
		page := events[:min(insertPage, len(events))]
		events = events[len(page):]
		args := make([]any, 0, 5*len(page))
		for _, e := range page {
			last++
			args = append(args, last, e.At.UnixMilli(), e.Topic, e.Ref, string(e.Payload))
		}
		if _, err := q.ExecContext(ctx, `INSERT INTO outbox (seq, at, topic, ref, payload) VALUES `+
			Rows(len(page), 5), args...); err != nil {
			return err
		}
	}
	if db.engine == Postgres {
		_, err := tx.ExecContext(ctx, `NOTIFY `+db.space.channel)
		return err
	}
	return nil
}

// Rows gives the placeholders of a VALUES list of n rows with the given number of columns: "($1,$2),($3,$4)". Statements
// of many rows are what makes bulk writes fast; SQLite takes 32,766 values in one, PostgreSQL 65,535.
func Rows(n, columns int) string {
	var b strings.Builder
	for i := range n * columns {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%columns == 0:
			b.WriteString("),(")
		default:
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	b.WriteByte(')')
	return b.String()
}

// LastSeq is the seq of the newest event, 0 when there has been none.
func (db *DB) LastSeq(ctx context.Context) (int64, error) {
	return db.scalar(ctx, `SELECT coalesce(max(seq), 0) FROM outbox`)
}

// FirstSeq is the seq of the oldest event that Trim has left, 0 when there has been none. A reader at seq s has missed
// something when s+1 < FirstSeq.
func (db *DB) FirstSeq(ctx context.Context) (int64, error) {
	return db.scalar(ctx, `SELECT coalesce(min(seq), 0) FROM outbox`)
}

func (db *DB) scalar(ctx context.Context, query string) (n int64, err error) {
	err = db.Reader().QueryRowContext(ctx, query).Scan(&n)
	return n, Classify(err)
}

// Trim forgets the events older than before, but never the newest one. It works in small steps, so that other changes
// get between. It returns how many events it deleted.
func (db *DB) Trim(ctx context.Context, before time.Time) (deleted int64, err error) {
	for {
		var n int64
		err := db.Write(ctx, func(ctx context.Context, tx *Tx) error {
			res, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE seq IN (
				SELECT seq FROM outbox WHERE at < $1 AND seq < (SELECT max(seq) FROM outbox) AND seq < (
					SELECT coalesce(min(seq), 9223372036854775807) FROM outbox WHERE at >= $1)
				ORDER BY seq LIMIT 5000)`, before.UnixMilli())
			if err == nil {
				n, err = res.RowsAffected()
			}
			return err
		})
		deleted += n
		if err != nil || n == 0 {
			return deleted, err
		}
	}
}

// Follow hands the events after seq after, in order and each once, to fn, in slices of at most 1,000, then waits for
// more, until ctx ends (it returns nil then) or fn fails (it returns that error). Events of this handle's own commits
// arrive at once, those of other servers on NOTIFY, and at the latest after 200 ms. topics selects; none means all. A
// reader whose next event was trimmed already gets an error of kind Conflict, code "events_trimmed", and must start
// over from the facts themselves.
func (db *DB) Follow(ctx context.Context, after int64, topics []string,
	fn func(ctx context.Context, events []Event) error) error {
	if db.listen != nil {
		db.listen.start()
	}
	away := false // whether the last reading failed because the database is away
	for ctx.Err() == nil {
		woken := db.wake.wait() // taken before reading: what is committed while we read rings it
		events, end, err := db.eventsAfter(ctx, after, topics)
		if err != nil && ctx.Err() == nil {
			if errs.KindOf(err) != errs.Unavailable {
				return err
			}
			if !away {
				db.log.Warn("events cannot be read now; trying on", slog.Any("error", err))
			}
		}
		away = err != nil
		if len(events) > 0 {
			if err := fn(ctx, events); err != nil {
				return err
			}
		}
		if err == nil && end > after {
			after = end
			continue
		}
		select {
		case <-ctx.Done():
		case <-woken:
		case <-time.After(followPoll):
		}
	}
	return nil
}

// eventsAfter reads a page of events and tells up to which seq it has looked.
func (db *DB) eventsAfter(ctx context.Context, after int64, topics []string) (events []Event, end int64, err error) {
	last, err := db.LastSeq(ctx)
	if err != nil || last <= after {
		return nil, after, err
	}
	end = min(last, after+followPage)
	rows, err := db.Reader().QueryContext(ctx, `SELECT seq, at, topic, ref, payload FROM outbox
		WHERE seq > $1 AND seq <= $2 ORDER BY seq`, after, end)
	if err != nil {
		return nil, after, err
	}
	defer rows.Close()
	seen := after
	for rows.Next() {
		var e Event
		var at int64
		var payload string
		if err := rows.Scan(&e.Seq, &at, &e.Topic, &e.Ref, &payload); err != nil {
			return nil, after, Classify(err)
		}
		if e.Seq != seen+1 {
			return nil, after, trimmed(seen + 1)
		}
		seen = e.Seq
		if len(topics) == 0 || slices.Contains(topics, e.Topic) {
			e.At, e.Payload = time.UnixMilli(at).UTC(), json.RawMessage(payload)
			events = append(events, e)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, after, Classify(err)
	}
	if seen != end {
		return nil, after, trimmed(seen + 1)
	}
	return events, end, nil
}

func trimmed(seq int64) error {
	return errs.New(errs.Conflict, "event %d is no longer kept", seq).WithCode("events_trimmed")
}
