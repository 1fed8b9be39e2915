// Package kernel is the ground floor of the platform: one handle, DB, over SQLite (a file in the data folder, the
// default) or PostgreSQL, with everything a domain needs to keep facts: reads that see one consistent view, a
// group-commit writer, migrations per domain, an outbox whose order is commit order, ids, the clock, backup and
// restore. A domain writes one SQL text with $1… for both engines and never learns which of them runs.
package kernel

import (
	"context"
	"database/sql"
	"log/slog"
	"sync"
	"time"
)

// Engine names the database behind a DB.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Config says where the facts lie. The zero value of Clock and Logger mean time.Now and slog.Default.
type Config struct {
	DataDir     string // folder of the SQLite file, its lock, and files of other owners; made when missing
	DatabaseURL string // postgres://… ; empty means SQLite in DataDir
	Clock       func() time.Time
	Logger      *slog.Logger
}

// Queryer runs SQL written with $1…, on either engine. Reader, Read and Write hand one out; stores take one and do
// not know which. Errors of Exec and Query are classified into errs; those of Row.Scan are so by Read and Write, or
// by Classify.
type Queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is an open database. It is safe for use by many goroutines; Close ends it.
type DB struct {
	engine Engine
	dir    string // data folder, "" when PostgreSQL was opened without one
	clock  func() time.Time
	log    *slog.Logger
	id     string
	ids    ulids
	texts  *rewrites // nil on PostgreSQL

	read   *sql.DB // SQLite: read-only connections
	write  *sql.DB // exactly one connection, which the writer and migrations share
	side   *sql.DB // PostgreSQL only, for StdPool
	writer *writer
	wake   broadcast // rung when events were committed by this handle or seen from another
	listen *listener // PostgreSQL only
	space  namespace // PostgreSQL only
	unlock func() error

	mu      sync.Mutex
	domains []domain // in the order of Migrate, for Backup
	closed  bool
}

// Open opens the database, makes it when it is missing, and brings the kernel's own tables up to date; each domain
// then calls Migrate. On SQLite the data folder is locked for this process until Close: when another process holds
// it, the error has kind Conflict and code "locked", and names that process.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	db := &DB{dir: cfg.DataDir, clock: cfg.Clock, log: cfg.Logger}
	if db.clock == nil {
		db.clock = time.Now
	}
	if db.log == nil {
		db.log = slog.Default()
	}
	var err error
	if cfg.DatabaseURL == "" {
		err = db.openSQLite(ctx)
	} else {
		err = db.openPostgres(ctx, cfg.DatabaseURL)
	}
	if err == nil {
		err = db.start(ctx)
	}
	if err != nil {
		db.closePools()
		return nil, Classify(err)
	}
	return db, nil
}

// start migrates the kernel's tables, learns or makes the database's id, and starts the writer.
func (db *DB) start(ctx context.Context) error {
	if err := db.Migrate(ctx, "kernel", migrations); err != nil {
		return err
	}
	if err := db.loadID(ctx); err != nil {
		return err
	}
	db.writer = newWriter(db)
	return nil
}

// Close commits what is queued, ends the writer and the connections, and frees the data folder. Follow calls of this
// handle should have ended before. Closing twice is harmless.
func (db *DB) Close() error {
	db.mu.Lock()
	if db.closed {
		db.mu.Unlock()
		return nil
	}
	db.closed = true
	db.mu.Unlock()
	db.writer.close()
	if db.listen != nil {
		db.listen.close()
	}
	return db.closePools()
}

// closePools closes readers first: the last SQLite connection to close must be able to write, so that it can empty
// the write-ahead log.
func (db *DB) closePools() error {
	var first error
	for _, pool := range []*sql.DB{db.read, db.side, db.write} {
		if pool == nil {
			continue
		}
		if err := pool.Close(); err != nil && first == nil {
			first = err
		}
	}
	if db.unlock != nil {
		if err := db.unlock(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Engine tells which database runs; only metrics, logs and the few places where the engines must differ ask.
func (db *DB) Engine() Engine { return db.engine }

// Path is the data folder, for files that lie beside the database (snapshots, uploads); "" when none was given.
func (db *DB) Path() string { return db.dir }

// ID is the random name that the database got when it was made; a restored copy gets another one. What is derived
// from a database (an index snapshot, a cursor) carries it.
func (db *DB) ID() string { return db.id }

// Now is the kernel's clock in UTC, cut to milliseconds: what the database can hold.
func (db *DB) Now() time.Time { return db.clock().UTC().Truncate(time.Millisecond) }

// NewID makes a lower-case ULID: 26 characters, URL-safe, later ones sort after earlier ones of the same handle.
func (db *DB) NewID() string { return db.ids.next(db.clock()) }

// loadID reads the database's id, and makes it at the first start; of several servers starting at once one wins.
func (db *DB) loadID(ctx context.Context) error {
	q := queryer{db.write, db.texts}
	if _, err := q.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('database_id', $1)
		ON CONFLICT (name) DO NOTHING`, db.NewID()); err != nil {
		return err
	}
	return q.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'database_id'`).Scan(&db.id)
}

// Reader runs single statements on the read connections. For several that must agree, use Read.
func (db *DB) Reader() Queryer { return queryer{db.read, db.texts} }

// Read runs fn in one read transaction: all its queries see the database as of one moment, whatever is written
// meanwhile. fn must not keep q. Keep it short: a view that stays open keeps the engine from tidying up behind it.
func (db *DB) Read(ctx context.Context, fn func(q Queryer) error) error {
	var opts *sql.TxOptions // SQLite's read connections are read-only and deferred by their DSN
	if db.engine == Postgres {
		opts = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := db.read.BeginTx(ctx, opts)
	if err != nil {
		return Classify(err)
	}
	defer tx.Rollback()
	if err := fn(queryer{tx, db.texts}); err != nil {
		return Classify(err)
	}
	return Classify(tx.Commit())
}

// Write runs fn in a transaction and returns when it is committed, durable, or surely not.
//
// Closures of concurrent calls share one commit: each runs inside a savepoint, one after the other, so that a failing
// one leaves no trace and harms no other. Hence fn does no I/O and no slow work, writes at most some thousand rows,
// returns after a statement has failed, and may run again (after a conflict between servers, or when a neighbour's
// failure ended the shared transaction): it must set, not accumulate, what it hands out through captured variables.
//
// When ctx ends before fn was started, fn never runs; once started its outcome is awaited. Errors: fn's own, classified;
// kind Unavailable, code "overloaded", when the queue is full; kind Unavailable, code "outcome_unknown", when the
// commit itself failed: the change may or may not be kept, and the caller must look or repeat under an idempotency
// key; kind NoSpace when the disk is full.
func (db *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return db.writer.submit(ctx, fn)
}
