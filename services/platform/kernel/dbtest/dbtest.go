// Package dbtest gives tests a fresh database on each engine: a SQLite file in the test's folder, and a schema of its
// own on a private PostgreSQL server, which is started once per test program, or once per run when make starts it. A
// schema takes a millisecond to make, a database, even from a template, a hundred times that.
package dbtest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fujin/services/platform/kernel"
	"fujin/services/platform/kernel/dbtest/pgtest"
)

// SQLiteOnly names the environment variable that, when set, leaves PostgreSQL out.
const SQLiteOnly = "FUJIN_TEST_SQLITE_ONLY"

// Each runs a test as a subtest on SQLite and on PostgreSQL, each on an empty database. open gives a handle on that
// database, closed when the test ends. On PostgreSQL, opening again gives a further handle, like a second server; on
// SQLite the first one must be closed before. Without PostgreSQL the test fails and says what to install, unless
// FUJIN_TEST_SQLITE_ONLY is set.
func Each(t *testing.T, test func(t *testing.T, open func() *kernel.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		test(t, opener(t, Config(t, kernel.SQLite)))
	})
	if os.Getenv(SQLiteOnly) != "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		test(t, opener(t, Config(t, kernel.Postgres)))
	})
}

// Config gives the settings of a fresh database on one engine, for tests that open it themselves. The data folder is
// the test's; what PostgreSQL holds is dropped when the test ends.
func Config(t testing.TB, engine kernel.Engine) kernel.Config {
	t.Helper()
	cfg := kernel.Config{DataDir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(output{t}, nil))}
	if engine == kernel.Postgres {
		cfg.DatabaseURL = createSchema(t)
	}
	return cfg
}

func opener(t *testing.T, cfg kernel.Config) func() *kernel.DB {
	return func() *kernel.DB {
		t.Helper()
		db, err := kernel.Open(t.Context(), cfg)
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		return db
	}
}

// server gives the test server, started at the first call; it ends with this process.
var server = sync.OnceValues(func() (*pgtest.Server, error) {
	if given := os.Getenv(pgtest.URLVariable); given != "" {
		return &pgtest.Server{URL: given}, nil
	}
	return pgtest.Start()
})

// createSchema makes an empty schema and gives the URL of a database that consists of it.
func createSchema(t testing.TB) string {
	t.Helper()
	shared, err := server()
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(shared.URL)
	if err != nil {
		t.Fatalf("%s: %v", pgtest.URLVariable, err)
	}
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), time.Now().UnixNano())
	run(t, shared.URL, "CREATE SCHEMA "+name)
	t.Cleanup(func() { run(t, shared.URL, "SET lock_timeout = '10s'; DROP SCHEMA "+name+" CASCADE") })
	params := u.Query()
	params.Set("search_path", name+",public") // public: where extensions are
	u.RawQuery = params.Encode()
	return u.String()
}

func run(t testing.TB, databaseURL, statement string) {
	t.Helper()
	ctx := context.Background() // the test's own has ended when it cleans up
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		t.Fatalf("connect to the test server: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// output sends log lines to the test, where they show when it fails.
type output struct{ t testing.TB }

var _ io.Writer = output{}

func (o output) Write(line []byte) (int, error) {
	o.t.Log(strings.TrimSuffix(string(line), "\n"))
	return len(line), nil
}
