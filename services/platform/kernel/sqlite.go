package kernel

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/mattn/go-sqlite3"

	"fujin/services/platform/kernel/errs"
)

const (
	sqliteFile = "fujin.db"
	// minSQLite is 3.51.3: older versions can lose a commit when a checkpoint meets a write (https://sqlite.org/wal.html,
	// "the WAL-reset bug").
	minSQLite = 3_051_003
	// checkpointPages (32 MB of 4 kB pages) lets a bulk import write the log several times per checkpoint.
	checkpointPages = 8000
)

// openSQLite locks the data folder and opens the file: one connection that writes, a pool that cannot.
func (db *DB) openSQLite(ctx context.Context) error {
	if err := checkSQLiteVersion(); err != nil {
		return err
	}
	if db.dir == "" {
		return errs.New(errs.Invalid, "SQLite needs a data folder")
	}
	dir, err := filepath.Abs(db.dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	db.engine, db.texts = SQLite, &rewrites{}
	if db.unlock, err = lockFolder(dir); err != nil {
		return err
	}
	path := filepath.Join(dir, sqliteFile)
	db.write = sql.OpenDB(connector{dsn: writeDSN(path), pragmas: []string{
		fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", checkpointPages),
		"PRAGMA journal_size_limit = 67108864",
	}})
	db.write.SetMaxOpenConns(1)
	if err := db.write.PingContext(ctx); err != nil { // makes the file, which read-only connections cannot
		return err
	}
	db.read = openReaders(path)
	return db.read.PingContext(ctx)
}

// writeDSN carries what every writing connection must have; in the DSN, so that none can miss it. synchronous=FULL is
// what makes an acknowledged commit survive a power cut.
func writeDSN(path string) string {
	return dsn(path, url.Values{
		"_foreign_keys": {"on"}, "_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_busy_timeout": {"10000"},
		"_txlock": {"immediate"}, "_mutex": {"no"}, "_cache_size": {"-32000"}, "_stmt_cache_size": {"200"},
	})
}

// openReaders opens the pool of read-only connections: at most two per core and 16 in all, 2 MB of page cache each.
// The operating system's cache serves the rest, once for all of them.
func openReaders(path string) *sql.DB {
	pool := sql.OpenDB(connector{dsn: dsn(path, url.Values{
		"mode": {"ro"}, "_busy_timeout": {"10000"},
		"_txlock": {"deferred"}, "_mutex": {"no"}, "_cache_size": {"-2000"}, "_stmt_cache_size": {"100"},
	})})
	n := min(16, 2*runtime.NumCPU())
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return pool
}

func dsn(path string, params url.Values) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: params.Encode()}
	return u.String()
}

// connector opens connections without a name in database/sql's global list of drivers.
type connector struct {
	dsn     string
	pragmas []string
}

func (c connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.Driver().Open(c.dsn)
	if err != nil {
		return nil, err
	}
	for _, pragma := range c.pragmas {
		if _, err := conn.(*sqlite3.SQLiteConn).Exec(pragma, nil); err != nil {
			conn.Close()
			return nil, err
		}
	}
	return conn, nil
}

func (c connector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

func checkSQLiteVersion() error {
	if name, number, _ := sqlite3.Version(); number < minSQLite {
		return errs.New(errs.Internal, "SQLite %s is too old: 3.51.3 or newer is needed", name)
	}
	return nil
}
