package kernel

import (
	"context"
	"database/sql"
	"fmt"
	"hash/crc32"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"fujin/services/platform/kernel/errs"
)

// The kinds of advisory locks; the schema's key stands beside, so that programs in two schemas of one database do not
// wait for each other. The numbers only have to differ from other programs'.
const (
	migrateLock int32 = 0x66756a01
	outboxLock  int32 = 0x66756a02
)

// namespace is what tells our locks and notifications from those of another schema in the same database.
type namespace struct {
	key     int32
	channel string // of NOTIFY, an identifier
}

func newNamespace(schema string) namespace {
	return namespace{key: int32(crc32.ChecksumIEEE([]byte(schema))), channel: fmt.Sprintf("fujin_outbox_%x", crc32.ChecksumIEEE([]byte(schema)))}
}

// openPostgres opens one connection for the writer and a pool for readers; another one listens once somebody follows.
func (db *DB) openPostgres(ctx context.Context, url string) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return errs.New(errs.Invalid, "the database URL cannot be read").WithCode("database_url").Because(err)
	}
	if db.dir != "" {
		if err := os.MkdirAll(db.dir, 0o700); err != nil {
			return err
		}
	}
	db.engine = Postgres
	set := func(name, value string) {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	set("application_name", "fujin")
	set("timezone", "UTC")
	set("lock_timeout", "30s")                         // a lock held that long is a fault somewhere
	set("idle_in_transaction_session_timeout", "120s") // a hung server must not hold the others' rows
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	db.write = stdlib.OpenDB(*config)
	db.write.SetMaxOpenConns(1)
	db.side = stdlib.OpenDB(*config.Copy())
	db.side.SetMaxOpenConns(4)
	db.side.SetMaxIdleConns(4)
	db.side.SetConnMaxIdleTime(5 * time.Minute)
	readers := config.Copy()
	readers.RuntimeParams["default_transaction_read_only"] = "on"
	db.read = stdlib.OpenDB(*readers)
	n := max(8, 4*runtime.NumCPU())
	db.read.SetMaxOpenConns(n)
	db.read.SetMaxIdleConns(n)
	db.read.SetConnMaxIdleTime(5 * time.Minute)
	var schema sql.NullString
	if err := db.write.QueryRowContext(ctx, `SELECT current_schema()`).Scan(&schema); err != nil {
		return err
	}
	if !schema.Valid {
		return errs.New(errs.Invalid, "the database has no schema to work in: see its search_path").WithCode("database_url")
	}
	db.space = newNamespace(schema.String)
	db.listen = &listener{config: config, channel: db.space.channel, wake: &db.wake}
	return nil
}

// listener rings the wake-up on every NOTIFY of the outbox. It runs from the first Follow until Close.
type listener struct {
	config  *pgx.ConnConfig
	channel string
	wake    *broadcast

	mu     sync.Mutex
	cancel context.CancelFunc // nil until started
	done   chan struct{}
}

func (l *listener) start() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel, l.done = cancel, make(chan struct{})
	go l.run(ctx)
}

func (l *listener) close() {
	l.mu.Lock()
	cancel, done := l.cancel, l.done
	l.mu.Unlock()
	if cancel != nil {
		cancel()
		<-done
	}
}

// run connects again and again; while the connection is lost, followers still poll.
func (l *listener) run(ctx context.Context) {
	defer close(l.done)
	for ctx.Err() == nil {
		_ = l.listen(ctx) // that a database is away is told by whoever needs it
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (l *listener) listen(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, l.config.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+l.channel); err != nil {
		return err
	}
	for {
		l.wake.ring() // also once at the start: for what came before the LISTEN
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
	}
}
